//! Sessions: login and logout. Both answer an object in `response`, failed logins too, because clients assert one.

use axum::http::StatusCode;
use axum::response::Response;
use domain::Error;
use serde::Serialize;

use super::credential::{self, PASSWORD, SESSION_ID, USER_NAME};
use super::envelope::Envelope;
use super::failure::{ACCOUNT_FIELD_MISSING, Failure};
use crate::app::App;
use crate::faces::Exchange;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    status: &'static str,
    app_status_code: Option<&'static str>,
    status_description: Option<String>,
    session_id: Option<String>,
    /// A string or null, never a number: clients decode it as a string.
    available_login_attempt_count: Option<String>,
}

impl Verdict {
    fn success(session_id: Option<String>) -> Self {
        Self {
            status: "SUCCESS",
            app_status_code: None,
            status_description: None,
            session_id,
            available_login_attempt_count: None,
        }
    }
}

/// The body is ignored: everything is in the headers.
pub(super) async fn login(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    let header = |name| {
        let missing = || Failure::missing_field(StatusCode::BAD_REQUEST, ACCOUNT_FIELD_MISSING, name);
        credential::text(exchange, name).ok_or_else(missing)
    };
    let attempt = credential::attempt(exchange, header(USER_NAME)?, header(PASSWORD)?);
    let signed_in = app.sign_in(attempt).await.map_err(|error| match error {
        Error::BadPassword => Failure::bad_login(),
        other => other.into(),
    })?;
    Ok(Envelope::of(Verdict::success(Some(signed_in.secret))).with(StatusCode::OK))
}

/// Whatever the failure, the same text and code stand inside and outside.
pub(super) fn failed(failure: Failure) -> Response {
    let mut envelope = Envelope::of(Verdict {
        status: "FAILED",
        app_status_code: failure.code,
        status_description: Some(failure.message.clone()),
        session_id: None,
        available_login_attempt_count: None,
    });
    envelope.message = Some(failure.message);
    envelope.app_status_code = failure.code;
    envelope.with(failure.status)
}

/// Only a session can be ended: the header is mandatory, and no other credential takes its place.
pub(super) async fn logout(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    let secret = credential::text(exchange, SESSION_ID).ok_or(Error::NoCredential)?;
    let caller = app.authenticate(&secret).await?;
    app.sign_out(&caller).await?;
    Ok(Envelope::of(Verdict::success(None)).with(StatusCode::OK))
}
