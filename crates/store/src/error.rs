//! What can go wrong in the store, whichever database is behind it.

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// A unique index says it is there already.
    #[error("already exists: {0}")]
    Unique(String),
    /// A CHECK, a foreign key or NOT NULL was about to be broken: a bug of ours.
    #[error("constraint violated: {0}")]
    Constraint(String),
    /// Locked, deadlocked, full or spoiled by another write: nothing happened, repeating is right.
    #[error("busy: {0}")]
    Busy(String),
    /// A text with a NUL: only one of the two databases would keep it, so that neither does.
    #[error("a text must not hold a NUL character")]
    Nul,
    /// A search that is too large, or goes on behind a row of another order.
    #[error("unfit for a search: {0}")]
    Unfit(&'static str),
    /// A row does not read as what was written.
    #[error("inconsistent: {0}")]
    Inconsistent(String),
    /// The writer has stopped after an I/O error, or the database is out of reach.
    #[error("out of service: {0}")]
    OutOfService(String),
    /// The connection was lost while committing: it may or may not have happened.
    #[error("commit outcome unknown: {0}")]
    CommitUnknown(String),
    /// The schema is newer than this program.
    #[error("the store has schema {found}, this program knows {known}: use a newer exeunt")]
    SchemaTooNew { found: i64, known: i64 },
    #[error("{0}")]
    Backend(String),
}

impl Error {
    pub fn inconsistent(what: impl Into<String>) -> Self {
        Self::Inconsistent(what.into())
    }
}

impl From<Error> for domain::Error {
    fn from(error: Error) -> Self {
        let inside = error.to_string();
        match error {
            Error::Nul => Self::invalid("text", "must not hold a NUL character"),
            Error::Unfit(why) => Self::invalid("search", why),
            Error::Unique(_) => Self::Conflict("it exists already".to_owned()),
            Error::Busy(_) | Error::OutOfService(_) | Error::CommitUnknown(_) => Self::Unavailable { inside },
            Error::Constraint(_)
            | Error::Inconsistent(_)
            | Error::SchemaTooNew { .. }
            | Error::Backend(_) => Self::Internal { inside },
        }
    }
}
