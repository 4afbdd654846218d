//! `cargo xtask bench`: the real server, in its own process, over loopback.
//!
//! Figures of one run are comparable with each other and with nothing else: docs/benchmarks.md keeps ratios.

mod cases;
mod client;
mod disk;
mod ldap;
mod load;
mod platforms;
mod report;
mod scim;
mod server;
mod slapd;
mod stub;

use std::time::Instant;

use clap::{Args, ValueEnum};

use crate::Result;
use crate::command::{cargo, run as run_command};
use report::Report;
use server::Server;

#[derive(Args)]
pub(crate) struct Options {
    /// Seconds per measurement of a rate
    #[arg(long, default_value_t = 3)]
    seconds: u64,
    /// Users in the directory
    #[arg(long, default_value_t = 100_000)]
    users: usize,
    /// Only this part
    #[arg(long, value_enum)]
    part: Option<Part>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Departures in our own directory
    Directory,
    /// Steps on platforms
    Platforms,
    /// Provisioning, beside OpenLDAP's server
    Scim,
}

pub(crate) fn run(options: &Options) -> Result {
    run_command(&mut cargo(["build", "--release", "--locked", "--package", "exeunt"]))?;
    let mut report = Report::default();
    let folder = tempfile::Builder::new().prefix("exeunt-bench-").tempdir_in(crate::root().join("target"))?;
    disk::measure(folder.path(), options.seconds, &mut report)?;
    let wanted = |part| options.part.is_none_or(|only| only == part);
    if wanted(Part::Directory) {
        let server = Server::start(folder.path(), options.users, &mut report)?;
        cases::run(&server, options.seconds, options.users, &mut report)?;
    }
    if wanted(Part::Platforms) {
        platforms::run(folder.path(), options.seconds, &mut report)?;
    }
    if wanted(Part::Scim) {
        scim::run(folder.path(), options.seconds, options.users, &mut report)?;
    }
    println!("{report}");
    Ok(())
}

/// The one clock of the benchmarks.
#[expect(clippy::disallowed_methods, reason = "a benchmark reads the clock; nothing it measures does")]
fn now() -> Instant {
    Instant::now()
}
