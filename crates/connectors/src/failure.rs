//! Why a call came to nothing, in the terms that the engine's conclusions need.

use domain::Outcome;
use domain::outcome::Fault;

/// Texts are for an administrator: they name the platform's words, and never a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nothing got there: no route, no connection, no TLS, a certificate that is not trusted.
    #[error("{0}")]
    Unreached(String),
    /// It got there, and what came of it was not heard or made no sense.
    #[error("{0}")]
    Unheard(String),
    /// The platform's own error (5xx).
    #[error("{0}")]
    Broken(String),
    /// It asks for patience (429, or 503 with `Retry-After`).
    #[error("{reason}")]
    Busy { reason: String, after_ms: Option<i64> },
    /// It does not take our credentials.
    #[error("{0}")]
    Credentials(String),
    /// There is no such account.
    #[error("{0}")]
    Absent(String),
    /// No, and no again.
    #[error("{0}")]
    Refused(String),
}

impl Failure {
    /// The same with another text.
    #[must_use]
    pub fn reworded(self, with: impl FnOnce(String) -> String) -> Self {
        match self {
            Self::Unreached(text) => Self::Unreached(with(text)),
            Self::Unheard(text) => Self::Unheard(with(text)),
            Self::Broken(text) => Self::Broken(with(text)),
            Self::Busy { reason, after_ms } => Self::Busy { reason: with(reason), after_ms },
            Self::Credentials(text) => Self::Credentials(with(text)),
            Self::Absent(text) => Self::Absent(with(text)),
            Self::Refused(text) => Self::Refused(with(text)),
        }
    }

    /// The same of a call that was not about one account: what is missing is its address, and that may come back.
    #[must_use]
    pub fn of_address(self) -> Self {
        match self {
            Self::Absent(reason) => Self::Broken(format!("{reason}; is the address right?")),
            other => other,
        }
    }

    /// The same of a look on the way to a change that was not sent: nothing happened.
    #[must_use]
    pub fn before_change(self) -> Self {
        match self {
            Self::Unheard(reason) => Self::Broken(reason),
            other => other,
        }
    }

    /// What a look that failed means: nothing was changed.
    pub fn of_look(self) -> Outcome {
        match self {
            Self::Unheard(reason) => platform(reason),
            other => other.of_change(),
        }
    }

    /// What a change that failed means: it may have had its effect where no answer was heard.
    pub fn of_change(self) -> Outcome {
        match self {
            Self::Unheard(reason) => Outcome::Unknown { reason },
            Self::Unreached(reason) | Self::Broken(reason) => platform(reason),
            Self::Busy { reason, after_ms } => Outcome::Retry { reason, after_ms, fault: Fault::Busy },
            Self::Credentials(reason) => {
                let reason = format!("blocked: credentials: {reason}");
                Outcome::Retry { reason, after_ms: None, fault: Fault::Credentials }
            }
            Self::Absent(reason) | Self::Refused(reason) => Outcome::Refused { reason },
        }
    }
}

fn platform(reason: String) -> Outcome {
    Outcome::Retry { reason, after_ms: None, fault: Fault::Platform }
}
