//! `POST RenewLoginToken`: another token for a session that has just expired.

use domain::Error;

use super::body;
use crate::app::App;
use crate::faces::Exchange;
use crate::faces::commvault::answer::{self, Reply};
use crate::faces::commvault::{failure, token};

/// What clients show, whatever stands against the renewal.
const EXPIRED: &str = "Session expired";

/// Needs no live token, and is never answered 401: clients would renew again.
pub(in crate::faces::commvault) async fn renew(app: &App, exchange: &Exchange) -> Reply {
    match renewed(app, exchange).await {
        Ok(token) => answer::login_renewed(&token),
        Err(Error::NoCredential | Error::BadCredential) => answer::login_not_renewed(EXPIRED),
        Err(error) => failure::answer(&error, |_, text| answer::login_not_renewed(text)),
    }
}

/// The old token stands in the body, and for older clients in the header alone.
async fn renewed(app: &App, exchange: &Exchange) -> Result<String, Error> {
    let body = body(exchange)?;
    let old = body.text("sessionId")?.map(token::bare).or_else(|| token::of(&exchange.headers));
    let device = body.text("deviceId")?;
    app.renew_session(old.ok_or(Error::NoCredential)?, device.ok_or(Error::BadCredential)?).await
}
