//! The command line: one command = one file here, on the store directly, as whoever can open it.
//!
//! Owns: flags, tables, sentences, exit codes. Never: decides what `app` decides, or speaks HTTP.

pub mod backup;
mod by_hand;
pub mod client;
pub mod command;
pub mod decide;
pub mod depart;
pub mod failure;
pub mod held;
pub mod import;
mod inventory;
pub mod log;
pub mod mail;
mod migrate;
mod named;
pub mod output;
mod pages;
pub mod place;
pub mod platform;
mod preview;
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

use clap::{ArgMatches, CommandFactory, FromArgMatches};
use tokio::runtime::Runtime;

use crate::config::ConfigFile;
use crate::demo;
use command::{Cli, Command};
use failure::Failure;
use place::{Desk, Place};
use serve::Serve;

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
        Command::Demo(demo) => runtime()?.block_on(demo::run(&demo, place.output())),
        Command::Migrate => migrate::run(&place),
        Command::Import(import) => import::run(&place, &import),
        Command::Completions { shell } => completions(place.output(), shell),
        Command::AtDesk(command) => place.at_desk(async move |desk: &Desk| command.run(desk).await),
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
    let mut shown = vec![("store", place.store.to_string()), ("node", serve.node())];
    shown.extend(serve.mail.shown().map(|server| ("smtp", server)));
    place.output().text(&settings.file.effective(&command(), matches, &shown))?;
    serve.check()
}

fn runtime() -> Result<Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::failed)
}
