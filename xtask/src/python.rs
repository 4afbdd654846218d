//! Programs in Python that the tests run against the server: one environment each, below `target/python/`.
//!
//! `xtask/python/NAME.txt` pins all that the environment NAME holds, dependencies included. It is made once,
//! and again when its pins or the interpreter change; until then nothing is asked of the network.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::{Result, command, debian, root};

/// What an environment was made of, written last: one without it was never finished.
const STAMP: &str = "made-of.txt";

/// `cargo xtask python`.
pub(crate) fn run() -> Result {
    for (name, value) in find_or_make()? {
        println!("export {name}={value}");
    }
    Ok(())
}

/// Answers what tests need to know.
pub(crate) fn find_or_make() -> Result<[(&'static str, String); 1]> {
    let home = root().join("target/python");
    let interpreter = Interpreter::find_or_install()?;
    for pins in pins()? {
        let name = pins.file_stem().ok_or("a file without a name")?;
        let environment = Environment { path: home.join(name), pins };
        if !environment.is_made_by(&interpreter)? {
            environment.make(&interpreter)?;
        }
    }
    Ok([("EXEUNT_TEST_PYTHON", home.display().to_string())])
}

fn pins() -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(root().join("xtask/python"))?;
    let mut pins: Vec<PathBuf> = entries.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    pins.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    pins.sort();
    Ok(pins)
}

/// The machine's own Python, which environments borrow.
struct Interpreter {
    /// As it prints it. An environment is tied to it: packages lie in a folder of its name.
    version: String,
}

impl Interpreter {
    fn find_or_install() -> Result<Self> {
        // Debian packs the two modules apart from the interpreter, and says so only when an environment is made.
        let can_make = || command::succeeds(Command::new("python3").args(["-c", "import venv, ensurepip"]));
        if !can_make() {
            debian::install("python3-venv")?;
        }
        let version = command::read(Command::new("python3").args(["-c", "import sys; print(sys.version)"]))?;
        Ok(Self { version })
    }
}

struct Environment {
    path: PathBuf,
    pins: PathBuf,
}

impl Environment {
    fn is_made_by(&self, interpreter: &Interpreter) -> Result<bool> {
        let stamp = fs::read_to_string(self.path.join(STAMP)).ok();
        Ok(stamp == Some(self.stamp(interpreter)?))
    }

    fn stamp(&self, interpreter: &Interpreter) -> Result<String> {
        Ok(format!("{}{}", interpreter.version, fs::read_to_string(&self.pins)?))
    }

    fn make(&self, interpreter: &Interpreter) -> Result {
        command::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&self.path))?;
        // Without dependencies, so that what is not pinned is not there. Whether the pins suffice is asked afterwards.
        let install = ["install", "--quiet", "--no-deps", "--requirement"];
        command::run(self.pip().args(install).arg(&self.pins))?;
        command::read(self.pip().arg("check"))?;
        Ok(fs::write(self.path.join(STAMP), self.stamp(interpreter)?)?)
    }

    fn pip(&self) -> Command {
        let mut python = Command::new(self.path.join("bin/python"));
        python.args(["-m", "pip", "--disable-pip-version-check"]);
        python
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_is_made_again_when_its_pins_or_the_interpreter_change() {
        let folder = tempfile::tempdir().unwrap();
        let environment = Environment { path: folder.path().into(), pins: folder.path().join("pins.txt") };
        let (older, newer) = (interpreter("3.11.2"), interpreter("3.13.5"));
        fs::write(&environment.pins, "aiosmtpd==1.4.6\n").unwrap();
        assert!(!environment.is_made_by(&older).unwrap(), "it was never finished");
        fs::write(folder.path().join(STAMP), environment.stamp(&older).unwrap()).unwrap();
        assert!(environment.is_made_by(&older).unwrap());
        assert!(!environment.is_made_by(&newer).unwrap());
        fs::write(&environment.pins, "aiosmtpd==1.4.7\n").unwrap();
        assert!(!environment.is_made_by(&older).unwrap());
    }

    #[test]
    fn every_package_is_pinned() {
        for pins in pins().unwrap() {
            let text = fs::read_to_string(&pins).unwrap();
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            let loose: Vec<&str> = lines.filter(|line| !line.contains("==")).collect();
            assert!(loose.is_empty(), "{}: {loose:?}", pins.display());
        }
    }

    fn interpreter(version: &str) -> Interpreter {
        Interpreter { version: version.into() }
    }
}
