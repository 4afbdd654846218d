//! The vendor's request headers (contract section 2). `Accept` is not here: it has no effect.

use domain::Error;

use super::failure::Failure;
use crate::app::{App, Caller};
use crate::faces::Exchange;

const TOKEN: &str = "x-cloud-auth-token";
const SYNCHRONIZATION: &str = "x-cloud-synchronization";

/// Whether the answer waits for the platforms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Synchronous,
    Asynchronous,
}

impl Mode {
    pub(super) fn of(exchange: &Exchange) -> Result<Self, Error> {
        let Some(value) = exchange.headers.get(SYNCHRONIZATION) else { return Ok(Self::Asynchronous) };
        match value.as_bytes() {
            value if value.eq_ignore_ascii_case(b"synchronous") => Ok(Self::Synchronous),
            value if value.eq_ignore_ascii_case(b"asynchronous") => Ok(Self::Asynchronous),
            _ => Err(Error::invalid("X-Cloud-Synchronization", "must be synchronous or asynchronous")),
        }
    }
}

pub(super) async fn caller(app: &App, exchange: &Exchange) -> Result<Caller, Failure> {
    let token = exchange.header(TOKEN).filter(|token| !token.is_empty()).ok_or(Error::NoCredential)?;
    Ok(app.authenticate(token).await?)
}

/// Whether the body is declared as `application/json`; parameters do not matter.
pub(super) fn says_json(exchange: &Exchange) -> bool {
    let media_type = exchange.header("content-type").and_then(|value| value.split(';').next());
    media_type.is_some_and(|media_type| media_type.trim().eq_ignore_ascii_case("application/json"))
}
