//! The command line: one command = one file here, on the store directly, as whoever can open it.
//!
//! Owns: flags, tables, sentences, exit codes. Never: decides what `app` decides, or speaks HTTP.

pub mod backup;
pub mod decide;
pub mod depart;
pub mod failure;
pub mod import;
pub mod log;
mod migrate;
mod named;
pub mod output;
mod pages;
pub mod place;
pub mod platform;
mod secret;
pub mod serve;
pub mod status;
pub mod tenant;
pub mod token;
pub mod user;
mod view;
mod watch;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{ArgMatches, CommandFactory, FromArgMatches, Parser, Subcommand};
use domain::Goal;
use tokio::runtime::Runtime;

use crate::config::ConfigFile;
use failure::Failure;
use import::Import;
use place::{Desk, Place};
use serve::Serve;

/// One server for every departure: cuts access everywhere, hands over, releases, deletes and proves it.
#[derive(Debug, Parser)]
#[command(name = "exeunt", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub place: Place,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server until SIGINT or SIGTERM
    Serve(Box<Serve>),
    /// Add users, groups, assets and accounts from CSV or JSON Lines files, all or nothing
    Import(Import),
    #[command(flatten)]
    AtDesk(AtDesk),
    /// Bring the schema of the store to this program's version
    Migrate,
    /// Print completions for a shell
    Completions {
        /// Which shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
}

/// The commands that need nothing but the verbs and a caller.
#[derive(Debug, Subcommand)]
pub enum AtDesk {
    /// Show what a departure would do, and change nothing
    Plan(depart::Plan),
    /// Let users leave: cut access, hand over, release, delete, as policy says
    Leave(depart::Leave),
    /// Cut users' access everywhere, reversibly
    Deactivate(depart::Deactivate),
    /// Give deactivated users their access back
    Restore(depart::Plain),
    /// Stop the workloads that run for users
    Release(depart::Plain),
    /// Hand over what users own
    Transfer(depart::HandOver),
    /// Cut users' access, hand over what they own and delete their accounts
    Remove(depart::Leave),
    /// Show what is done, what waits and for whom
    Status(status::Status),
    /// Decide on a step that waits for a person
    #[command(subcommand)]
    Step(decide::StepCommand),
    /// Call an offboarding off: what has not begun is left out
    Cancel(decide::Cancel),
    /// Show the log, which is the evidence
    Log(log::Log),
    /// Look at users, add them, set passwords
    #[command(subcommand)]
    User(user::UserCommand),
    /// Make, list and revoke API tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Add and list tenants
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Declare, list and check platforms
    #[command(subcommand)]
    Platform(platform::PlatformCommand),
    /// Copy an SQLite store to a file while it is in use
    Backup(backup::Backup),
}

/// Runs the process's own arguments.
pub fn main() -> ExitCode {
    let (cli, settings) = match parse(std::env::args_os().collect()) {
        Ok(parsed) => parsed,
        Err(code) => return code,
    };
    match run(cli, &settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => end(&failure),
    }
}

fn end(failure: &Failure) -> ExitCode {
    if let Some(text) = failure.text() {
        output::Output { json: false }.remark(&format!("exeunt: {text}"));
    }
    failure.code()
}

/// What was given, and by whom.
struct Settings {
    file: ConfigFile,
    matches: ArgMatches,
}

/// The arguments over the configuration file.
fn parse(arguments: Vec<OsString>) -> Result<(Cli, Settings), ExitCode> {
    let refuse = |error: clap::Error| {
        // Help and versions are asked for; they go to standard output and are no error.
        let _ = error.print();
        ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
    };
    let first = command().try_get_matches_from(&arguments).map_err(refuse)?;
    let named = first.get_one::<std::path::PathBuf>("config");
    let file = ConfigFile::find(named.map(std::path::PathBuf::as_path));
    let file = file.map_err(|text| end(&Failure::Usage(text)))?;
    let layered = file.under(command()).map_err(|text| end(&Failure::Usage(text)))?;
    let matches = layered.try_get_matches_from(&arguments).map_err(refuse)?;
    let cli = Cli::from_arg_matches(&matches).map_err(refuse)?;
    Ok((cli, Settings { file, matches }))
}

/// The command tree; help never shows what the environment holds.
pub fn command() -> clap::Command {
    let hide = |command: clap::Command| command.mut_args(|arg| arg.hide_env_values(true));
    hide(Cli::command()).mut_subcommands(hide)
}

fn run(cli: Cli, settings: &Settings) -> Result<(), Failure> {
    let Cli { place, command } = cli;
    match command {
        Command::Serve(serve) if serve.check => check(&place, &serve, settings),
        Command::Serve(serve) => serve::run(&place, &serve),
        Command::Migrate => migrate::run(&place),
        Command::Import(import) => import::run(&place, &import),
        Command::Completions { shell } => completions(place.output(), shell),
        Command::AtDesk(command) => place.at_desk(async move |desk: &Desk| at_desk(desk, command).await),
    }
}

async fn at_desk(desk: &Desk, command: AtDesk) -> Result<(), Failure> {
    match command {
        AtDesk::Plan(plan) => depart::plan(desk, plan).await,
        AtDesk::Leave(leave) => depart::start(desk, leave.request(Goal::Leave)).await,
        AtDesk::Deactivate(cut) => depart::start(desk, cut.request(Goal::Deactivate)).await,
        AtDesk::Restore(plain) => depart::start(desk, plain.request(Goal::Restore)).await,
        AtDesk::Release(plain) => depart::start(desk, plain.request(Goal::Release)).await,
        AtDesk::Transfer(transfer) => depart::start(desk, transfer.request(Goal::Transfer)).await,
        AtDesk::Remove(remove) => depart::start(desk, remove.request(Goal::Remove)).await,
        AtDesk::Status(status) => status::run(desk, status).await,
        AtDesk::Step(step) => decide::step(desk, step).await,
        AtDesk::Cancel(cancel) => decide::cancel(desk, cancel).await,
        AtDesk::Log(log) => log::run(desk, log).await,
        AtDesk::User(user) => user::run(desk, user).await,
        AtDesk::Token(token) => token::run(desk, token).await,
        AtDesk::Tenant(tenant) => tenant::run(desk, tenant).await,
        AtDesk::Platform(platform) => platform::run(desk, platform).await,
        AtDesk::Backup(backup) => backup::run(desk, &backup).await,
    }
}

fn completions(output: output::Output, shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut command(), "exeunt", &mut text);
    output.text(&String::from_utf8_lossy(&text))
}

/// `serve --check`: tells the configuration even where something is wrong with it.
fn check(place: &Place, serve: &Serve, settings: &Settings) -> Result<(), Failure> {
    let matches = settings.matches.subcommand_matches("serve").unwrap_or(&settings.matches);
    let shown = [("store", place.store.to_string()), ("node", serve.node())];
    place.output().text(&settings.file.effective(&command(), matches, &shown))?;
    serve.check()
}

fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::failed)
}
