//! A connector's verdict on one attempt.

use serde::{Deserialize, Serialize};

/// What became of an attempt. The engine draws its conclusions from this and from nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "verdict", rename_all = "snake_case")]
pub enum Outcome {
    /// Done now, and seen to be so.
    Done { evidence: String },
    /// It was so before we asked.
    AlreadyDone { evidence: String },
    /// Nothing happened; try again. `after_ms` is what the platform asked for (`Retry-After`).
    Retry { reason: String, after_ms: Option<i64>, fault: Fault },
    /// It may or may not have happened: the next attempt looks first.
    Unknown { reason: String },
    /// The platform says no, and will say no again. A person must decide.
    Refused { reason: String },
}

/// Who is to blame for a `Retry`: a failing platform is paused, one that does not take our credentials is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// It does not answer, or answers with its own errors.
    Platform,
    /// It answers well and asks for patience.
    Busy,
    /// It does not take our credentials: nothing is tried until an administrator has put them right.
    Credentials,
}

impl Outcome {
    pub fn succeeded(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::AlreadyDone { .. })
    }

    /// One word for metrics and the log.
    pub fn verdict(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::AlreadyDone { .. } => "already_done",
            Self::Retry { .. } => "retry",
            Self::Unknown { .. } => "unknown",
            Self::Refused { .. } => "refused",
        }
    }

    /// The evidence or the reason.
    pub fn text(&self) -> &str {
        match self {
            Self::Done { evidence } | Self::AlreadyDone { evidence } => evidence,
            Self::Retry { reason, .. } | Self::Unknown { reason } | Self::Refused { reason } => reason,
        }
    }
}
