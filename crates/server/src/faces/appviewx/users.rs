//! Adding a user, and the groups that a user or a program's account belongs to.

use axum::http::StatusCode;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Error;
use secrecy::SecretString;

use super::credential;
use super::envelope::{self, Envelope};
use super::failure::{Failure, USER_EXISTS, VALIDATION};
use super::payload::{Payload, missing};
use crate::app::{App, GroupRef, GroupsChange, Leaving, NewUser, UserChange, UserRef};
use crate::faces::Exchange;

const PASSWORD: &str = "password";
const CONFIRMATION: &str = "confirmPassword";

pub(super) async fn add(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    let caller = credential::caller(app, exchange).await?;
    let new = new_user(&Payload::read(exchange)?)?;
    app.create_user(&caller, new).await.map_err(not_added)?;
    Ok(envelope::said(StatusCode::CREATED, "User added successfully"))
}

/// The fields in the order of the vendor's table; the first that is wrong is named.
fn new_user(payload: &Payload) -> Result<NewUser, Failure> {
    let login_name = payload.mandatory("loginName")?;
    let is_external = choice(payload, "isExternalAuth", &["N", "Y"])? == "Y";
    // Of somebody who signs in elsewhere the vendor passes over both.
    let password = if is_external { None } else { Some(password(payload)?) };
    choice(payload, "preferredContactMode", &["E"])?;
    Ok(NewUser {
        email: payload.mandatory("email")?.to_owned(),
        description: payload.text("comment")?.unwrap_or_default().to_owned(),
        password,
        ..NewUser::named(login_name)
    })
}

/// One of the words that a field may hold, in any case.
fn choice(payload: &Payload, field: &'static str, words: &[&'static str]) -> Result<&'static str, Failure> {
    let sent = payload.mandatory(field)?;
    let word = words.iter().find(|word| word.eq_ignore_ascii_case(sent));
    word.copied().ok_or_else(|| Error::invalid(field, format!("must be {}", words.join(" or "))).into())
}

fn password(payload: &Payload) -> Result<SecretString, Failure> {
    let password = decoded(payload, PASSWORD)?;
    if password != decoded(payload, CONFIRMATION)? {
        return Err(Error::invalid(CONFIRMATION, "is not the same as password").into());
    }
    Ok(SecretString::from(password))
}

fn decoded(payload: &Payload, field: &'static str) -> Result<String, Failure> {
    let bytes = STANDARD.decode(payload.mandatory(field)?.trim()).ok();
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let text = text.ok_or_else(|| Error::invalid(field, "must be Base64 of UTF-8"))?;
    if text.is_empty() { Err(missing(field)) } else { Ok(text) }
}

/// Names the fields as this API does.
fn not_added(error: Error) -> Failure {
    match error {
        Error::Conflict(_) => {
            Failure::new(StatusCode::CONFLICT, Some(USER_EXISTS), "User name already exist.")
        }
        Error::Invalid { field: PASSWORD, .. } => {
            Failure::new(StatusCode::BAD_REQUEST, Some(VALIDATION), error.outside())
        }
        Error::Invalid { field: "userName", message } => Error::invalid("loginName", message).into(),
        Error::Invalid { field: "description", message } => Error::invalid("comment", message).into(),
        other => other.into(),
    }
}

pub(super) async fn update_groups(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    // The vendor writes the second one in two ways on one page.
    regroup(app, exchange, "assignUserGroups", &["unassignUserGroups", "unAssignUserGroups"]).await?;
    Ok(envelope::said(StatusCode::OK, "Successfully modified user-usergroup association."))
}

/// The account of a program is a user like any other; only the words of the call are others.
pub(super) async fn update_groups_of_program(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    regroup(app, exchange, "assignedUserGroup", &["unassignedUserGroup"]).await?;
    Ok(Envelope::of("success").with(StatusCode::OK))
}

/// Groups that are not there are passed over (contract section 3.5).
async fn regroup(
    app: &App,
    exchange: &Exchange,
    join: &'static str,
    leave: &[&'static str],
) -> Result<(), Failure> {
    let caller = credential::caller(app, exchange).await?;
    let payload = Payload::read(exchange)?;
    let user = UserRef::ExactName(payload.mandatory("loginName")?.to_owned());
    let join = payload.names(join).transpose()?.unwrap_or_default();
    let leave = leave.iter().find_map(|field| payload.names(field));
    let mut leave = leave.transpose()?.unwrap_or_default();
    leave.retain(|group| !join.contains(group));
    let groups = |names: Vec<&str>| names.into_iter().map(|name| GroupRef::Name(name.to_owned())).collect();
    let change =
        GroupsChange { join: groups(join), leave: Leaving::These(groups(leave)), skip_unknown: true };
    let change = UserChange { groups: Some(change), ..UserChange::default() };
    app.update_user(&caller, &user, change).await?;
    Ok(())
}
