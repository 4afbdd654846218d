//! `acctmgmt-add-service-account`: the account of a program, which signs in by an OAuth client only.
//!
//! The vendor's answer has no room for the client's id and secret; an administrator makes them elsewhere.

use axum::http::StatusCode;
use axum::response::Response;
use domain::Error;

use super::credential;
use super::envelope::Envelope;
use super::failure::Failure;
use super::payload::Payload;
use crate::app::{App, NewUser};
use crate::faces::Exchange;

const NOT_ADDED: &str = "ACCT_SA_008";

pub(super) async fn add(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    let caller = credential::caller(app, exchange).await?;
    let payload = Payload::read(exchange)?;
    let new = NewUser {
        email: payload.mandatory("email")?.to_owned(),
        description: payload.text("description")?.unwrap_or_default().to_owned(),
        ..NewUser::named(payload.mandatory("loginName")?)
    };
    app.create_user(&caller, new).await.map_err(|error| match error {
        Error::Conflict(why) => Failure::new(StatusCode::CONFLICT, Some(NOT_ADDED), why),
        Error::Invalid { field: "userName", message } => Error::invalid("loginName", message).into(),
        other => other.into(),
    })?;
    Ok(Envelope::of(()).with(StatusCode::OK))
}
