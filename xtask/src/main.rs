//! `cargo xtask`: what a developer or a CI machine does with this repository.
//!
//! Owns: set-up, the order of the checks, the house rules. Never: anything that `exeunt` itself needs.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command-line tool reports by printing")]

mod bench;
mod command;
mod debian;
mod fuzz;
mod openldap;
mod postgres;
mod python;
mod test;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Set-up, tests and house rules")]
struct Line {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up this machine, then run every check and every test
    Test(test::Options),
    /// Check the house rules only
    Tidy,
    /// Measure the release build and print figures and ratios
    Bench(bench::Options),
    /// Send damaged requests until something breaks, or the time is up
    Fuzz(fuzz::Options),
    /// Run the tests' PostgreSQL until Ctrl-C, to run single tests against
    Postgres,
    /// Make the Python programs that tests run, to run single tests with them
    Python,
}

fn main() -> ExitCode {
    let done = match Line::parse().task {
        Task::Test(options) => test::run(&options),
        Task::Tidy => tidy::run(),
        Task::Bench(options) => bench::run(&options),
        Task::Fuzz(options) => fuzz::run(&options),
        Task::Postgres => postgres::run(),
        Task::Python => python::run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The repository's own directory, wherever the task was started.
fn root() -> &'static Path {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().unwrap_or(manifest)
}
