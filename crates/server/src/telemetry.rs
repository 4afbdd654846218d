//! The process's own log, on standard error. Not to be confused with the log of the store, which is the evidence.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    Text,
    Json,
}

/// Reads a filter such as `info` or `exeunt=debug,warn`.
pub fn filter(text: &str) -> Result<EnvFilter, String> {
    EnvFilter::builder().parse(text).map_err(|error| error.to_string())
}

/// Starts logging for the rest of the process.
pub fn start(directives: &str, format: Format) -> Result<(), String> {
    let logs = tracing_subscriber::fmt()
        .with_env_filter(filter(directives)?)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match format {
        Format::Text => logs.try_init(),
        Format::Json => logs.json().try_init(),
    }
    .map_err(|error| error.to_string())
}
