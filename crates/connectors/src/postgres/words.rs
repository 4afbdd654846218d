//! What an error of the server or of the connection means.

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::{DbError, Severity, SqlState};

use crate::Failure;
use crate::outbound::one_line;

/// PostgreSQL names no time. Locks are held for seconds, mostly.
const PATIENCE_MS: i64 = 5_000;

/// Nothing was changed by what failed.
pub(super) fn of_look(place: &str, error: &Error) -> Failure {
    match error.as_db_error() {
        Some(said) => judged(place, said),
        // A look has no effect, so it does not matter whether it got there.
        None => Failure::Unreached(format!("{place}: {}", cause(error))),
    }
}

/// An ERROR undid its transaction; whatever ended the session may have come after the COMMIT.
pub(super) fn of_change(place: &str, error: &Error) -> Failure {
    match error.as_db_error() {
        Some(said) if said.parsed_severity().is_none_or(|severity| severity == Severity::Error) => {
            judged(place, said)
        }
        Some(said) => Failure::Unheard(told(place, said)),
        None => Failure::Unheard(format!("{place}: {}", cause(error))),
    }
}

/// A refusal to let us in counts for the server as a whole where it is about us, and not about one database.
pub(super) fn of_login(place: &str, error: &Error) -> Failure {
    match error.as_db_error() {
        Some(said) if said.code().code().starts_with("28") => Failure::Credentials(told(place, said)),
        // The client refuses: a password is asked for that it does not have, or not as safely as it must be.
        None if error.to_string().starts_with("authentication error") => {
            Failure::Credentials(format!("{place}: {}", cause(error)))
        }
        _ => of_look(place, error),
    }
}

/// Whether the password was wrong, which it then is for every database.
pub(super) fn is_wrong_password(error: &Error) -> bool {
    error.code().is_none_or(|code| *code == SqlState::INVALID_PASSWORD)
}

fn judged(place: &str, said: &DbError) -> Failure {
    let text = told(place, said);
    let code = said.code();
    match *code {
        SqlState::LOCK_NOT_AVAILABLE
        | SqlState::QUERY_CANCELED
        | SqlState::T_R_SERIALIZATION_FAILURE
        | SqlState::T_R_DEADLOCK_DETECTED
        | SqlState::TOO_MANY_CONNECTIONS
        // A role or a database that a look has just shown is gone: the next look says which.
        | SqlState::UNDEFINED_OBJECT
        | SqlState::INVALID_CATALOG_NAME => Failure::Busy { reason: text, after_ms: Some(PATIENCE_MS) },
        // A standby, which may be about to become the primary.
        SqlState::READ_ONLY_SQL_TRANSACTION => Failure::Broken(text),
        _ => match code.code().get(..2) {
            Some("08" | "53" | "57" | "58" | "F0" | "XX") => Failure::Broken(text),
            _ => Failure::Refused(text),
        },
    }
}

/// The server's own words, with what it adds for whoever must put it right.
fn told(place: &str, said: &DbError) -> String {
    let more = [said.detail(), said.hint()];
    let more: String = more.into_iter().flatten().flat_map(|more| [" ", more]).collect();
    let words = one_line(&format!("{}.{more}", said.message()));
    format!("{place}: {} ({words})", said.code().code())
}

/// The innermost cause: the outer ones only say that there is one.
fn cause(error: &Error) -> String {
    let mut inner = error.source();
    while let Some(deeper) = inner.and_then(std::error::Error::source) {
        inner = Some(deeper);
    }
    one_line(&inner.map_or_else(|| error.to_string(), ToString::to_string))
}
