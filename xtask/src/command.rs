//! Other programs: finding and running them, with failures that name the whole command line.

use std::env;
use std::fmt::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::{Result, root};

/// A command of the cargo that runs this task, at the root of the repository.
pub(crate) fn cargo<const N: usize>(arguments: [&str; N]) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// Runs `command` in the open: its output goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Result {
    let line = describe(command);
    eprintln!("── {line}");
    let status = command.status().map_err(|error| format!("`{line}` cannot be started: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` failed ({status})").into()) }
}

/// Runs `command` in silence and returns what it printed. What it complained of becomes the error.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let line = describe(command);
    let output = command.output().map_err(|error| format!("`{line}` cannot be started: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{line}` failed ({}): {}", output.status, complaint.trim()).into())
}

/// Whether `command` can be started and succeeds.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Where `program` is on the PATH.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).map(|directory| directory.join(program)).find(|file| file.is_file())
}

pub(crate) fn is_root() -> Result<bool> {
    Ok(read(Command::new("id").arg("-u"))?.trim() == "0")
}

fn describe(command: &Command) -> String {
    let program = PathBuf::from(command.get_program());
    let mut line = program.file_name().unwrap_or(command.get_program()).to_string_lossy().into_owned();
    for argument in command.get_args() {
        let _ = write!(line, " {}", argument.to_string_lossy());
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_names_the_command_and_repeats_its_complaint() {
        let error = read(Command::new("sh").args(["-c", "echo no such thing >&2; exit 3"])).unwrap_err();
        let error = error.to_string();
        assert!(error.starts_with("`sh -c echo no such thing"), "{error}");
        assert!(error.ends_with("(exit status: 3): no such thing"), "{error}");
    }

    #[test]
    fn a_missing_program_is_no_panic() {
        assert!(!succeeds(&mut Command::new("exeunt-no-such-program")));
        assert!(find("exeunt-no-such-program").is_none());
        assert!(find("sh").is_some());
    }
}
