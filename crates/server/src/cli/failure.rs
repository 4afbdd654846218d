//! Why a command did not do what was asked, and the exit code that says so.

use std::process::ExitCode;

use domain::Error;

/// How a command ends that did not end well. The codes are documented in docs/cli.md.
#[derive(Debug)]
pub enum Failure {
    /// Something went wrong; nothing was changed unless the text says so.
    Failed(String),
    /// The command was given wrongly.
    Usage(String),
    /// The request was understood and refused; nothing was changed.
    Refused(String),
    /// Accepted, but steps are still to come or wait for a person.
    Unfinished,
    /// Nobody reads our output any more.
    ReaderGone,
}

impl Failure {
    pub fn code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Failed(_) => 1,
            Self::Usage(_) => 2,
            Self::Refused(_) => 3,
            Self::Unfinished => 4,
            Self::ReaderGone => 0,
        })
    }

    /// What to tell on standard error.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Failed(text) | Self::Usage(text) | Self::Refused(text) => Some(text),
            Self::Unfinished | Self::ReaderGone => None,
        }
    }

    pub fn failed(error: impl std::fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }

    pub fn from_write(error: std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe { Self::ReaderGone } else { Self::failed(error) }
    }
}

impl From<Error> for Failure {
    /// Whoever opened the store itself may see the inside of an error.
    fn from(error: Error) -> Self {
        let text = match error.inside() {
            Some(inside) => format!("{error}: {inside}"),
            None => error.to_string(),
        };
        match error {
            Error::Refused(_) => Self::Refused(text),
            _ => Self::Failed(text),
        }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::failed(error)
    }
}
