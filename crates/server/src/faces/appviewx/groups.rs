//! `usergroup`: adding and removing groups. A missing name has a code of its own here.

use axum::http::StatusCode;
use axum::response::Response;
use domain::{Error, Refusal};

use super::credential;
use super::envelope;
use super::failure::{self, Failure};
use super::payload::Payload;
use super::query;
use crate::app::{App, GroupRef, NewGroup};
use crate::faces::Exchange;

const NAME: &str = "userGroupName";

pub(super) async fn add(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    let caller = credential::caller(app, exchange).await?;
    let payload = Payload::read(exchange)?;
    // The vendor's table of fields calls it `name`, its table of errors otherwise.
    let name = match payload.text("name")? {
        None => payload.text(NAME)?,
        given => given,
    };
    let new = NewGroup {
        name: name.ok_or_else(no_name)?.to_owned(),
        description: payload.text("description")?.unwrap_or_default().to_owned(),
    };
    app.create_group(&caller, new).await.map_err(|error| match error {
        Error::Conflict(_) => {
            Failure::new(StatusCode::CONFLICT, Some(failure::GROUP_EXISTS), "Usergroup already exists.")
        }
        other => other.into(),
    })?;
    Ok(envelope::said(StatusCode::CREATED, "Usergroup added successfully"))
}

pub(super) async fn remove(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    let caller = credential::caller(app, exchange).await?;
    let name = query::text(exchange.query(), NAME)?.ok_or_else(no_name)?;
    app.remove_group(&caller, &GroupRef::Name(name)).await.map_err(not_removed)?;
    Ok(envelope::said(StatusCode::OK, "UserGroup deleted successfully."))
}

fn no_name() -> Failure {
    let text = format!("Mandatory field '{NAME}' is missing or empty.");
    Failure::new(StatusCode::BAD_REQUEST, Some(failure::GROUP_NAME_MISSING), text)
}

fn not_removed(error: Error) -> Failure {
    match error {
        Error::NotFound { .. } => {
            Failure::new(StatusCode::NOT_FOUND, Some(failure::GROUP_NOT_FOUND), "UserGroup doesnot exist.")
        }
        Error::Refused(refusals) if refusals.len() == 1 => refused(&refusals[0]),
        other => other.into(),
    }
}

fn refused(refusal: &Refusal) -> Failure {
    match refusal {
        Refusal::BuiltInGroup { .. } => Failure::administrators_group(),
        Refusal::GroupWithMembers { .. } => Failure::new(
            StatusCode::BAD_REQUEST,
            Some(failure::GROUP_WITH_USERS),
            "Usergroup(s) which have active user(s) cannot be deleted",
        ),
        other => Failure::new(StatusCode::CONFLICT, Some(failure::NOT_NOW), format!("{other}.")),
    }
}
