//! The one error of every operation, free of HTTP. Each face maps it in one exhaustive `match`.
//!
//! `outside()` may be shown to a caller. `Internal`'s reason is for the log only and never leaves.

use crate::Refusal;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The request itself is wrong; `field` is the name the caller used.
    #[error("{field}: {message}")]
    Invalid { field: &'static str, message: String },
    /// No credential was sent.
    #[error("no credential was sent")]
    NoCredential,
    /// A credential was sent and is unknown, expired or ended.
    #[error("the credential is unknown or has expired")]
    BadCredential,
    /// Wrong user name or password; which of the two is never said.
    #[error("user name or password is wrong")]
    BadPassword,
    /// Too many failures; `retry_after_ms` until the next try is looked at.
    #[error("locked after too many failed sign-ins")]
    Locked { retry_after_ms: i64 },
    /// The password is right, but the account is deactivated; the leaver's notice, if any.
    #[error("the account is deactivated")]
    Deactivated { notice: Option<String> },
    #[error("not allowed")]
    Forbidden,
    /// `what` names the kind (user, group, offboarding), `name` what was asked for.
    #[error("{what} not found: {name}")]
    NotFound { what: &'static str, name: String },
    /// One for each user that was refused; nothing was changed for any of them.
    #[error("{}", sentence(.0))]
    Refused(Vec<Refusal>),
    /// A state that excludes the request, such as a name that is taken.
    #[error("{0}")]
    Conflict(String),
    /// A named limit was passed.
    #[error("{what} must not exceed {limit}")]
    TooMany { what: &'static str, limit: usize },
    /// A platform was asked while the caller waited, and it did not tell; the text says why.
    #[error("{0}")]
    Platform(String),
    /// The server cannot do it now; repeating later is right.
    #[error("temporarily unavailable")]
    Unavailable { inside: String },
    #[error("internal error")]
    Internal { inside: String },
}

impl Error {
    pub fn invalid(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid { field, message: message.into() }
    }

    pub fn not_found(what: &'static str, name: impl Into<String>) -> Self {
        Self::NotFound { what, name: name.into() }
    }

    pub fn internal(inside: &dyn std::fmt::Display) -> Self {
        Self::Internal { inside: inside.to_string() }
    }

    /// The text a caller may see. `Display` is the same text, by design: nothing inside can leak by formatting.
    pub fn outside(&self) -> String {
        self.to_string()
    }

    /// The text for our own log, where it differs.
    pub fn inside(&self) -> Option<&str> {
        match self {
            Self::Internal { inside } | Self::Unavailable { inside } => Some(inside),
            _ => None,
        }
    }
}

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(vec![refusal])
    }
}

fn sentence(refusals: &[Refusal]) -> String {
    refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
