//! `cargo xtask test`: set-up, then every check in the order of its price, then every test.

use std::ffi::OsString;
use std::process::Command;

use crate::postgres::{Cluster, Programs};
use crate::{Result, command, openldap, python, tidy};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Go straight to the tests
    #[arg(long)]
    skip_lint: bool,
    /// Arguments of the test runner, such as a part of a test's name
    #[arg(last = true)]
    runner: Vec<OsString>,
}

/// Stops at the first failure. Silent after the tests, so that the runner's summary comes last.
pub(crate) fn run(options: &Options) -> Result {
    let programs = Programs::find_or_install()?;
    openldap::find_or_install()?;
    let clients = python::find_or_make()?;
    if !options.skip_lint {
        lint()?;
    }
    let cluster = Cluster::start(&programs)?;
    let has_nextest = command::succeeds(&mut command::cargo(["nextest", "--version"]));
    for mut runner in runners(has_nextest, &options.runner) {
        command::run(runner.envs(cluster.environment()).envs(clients.clone()))?;
    }
    Ok(())
}

fn lint() -> Result {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !command::succeeds(&mut command::cargo([subcommand, "--version"])) {
            command::run(Command::new("rustup").args(["component", "add", component]))?;
        }
    }
    command::run(&mut command::cargo(["fmt", "--all", "--", "--check"]))?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"];
    command::run(&mut command::cargo(clippy))?;
    tidy::run()
}

/// nextest is faster and limits the crash tests, but leaves the examples in the documentation to cargo.
fn runners(has_nextest: bool, arguments: &[OsString]) -> Vec<Command> {
    let with_arguments = |mut command: Command| {
        command.args(arguments);
        command
    };
    if !has_nextest {
        return vec![with_arguments(command::cargo(["test", "--workspace", "--locked"]))];
    }
    let tests = with_arguments(command::cargo(["nextest", "run", "--workspace", "--locked"]));
    let examples = command::cargo(["test", "--doc", "--workspace", "--locked", "--quiet"]);
    if arguments.is_empty() { vec![examples, tests] } else { vec![tests] }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(has_nextest: bool, arguments: &[OsString]) -> Vec<String> {
        let words = |command: Command| -> Vec<String> {
            command.get_args().map(|word| word.to_string_lossy().into_owned()).collect()
        };
        runners(has_nextest, arguments).into_iter().map(|command| words(command).join(" ")).collect()
    }

    #[test]
    fn either_runner_gets_the_arguments_and_speaks_last() {
        let filter = ["crash_".into()];
        assert_eq!(lines(false, &filter), ["test --workspace --locked crash_"]);
        assert_eq!(lines(true, &filter), ["nextest run --workspace --locked crash_"]);
        assert_eq!(lines(true, &[]).last().unwrap(), "nextest run --workspace --locked");
    }
}
