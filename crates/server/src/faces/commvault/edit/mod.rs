//! What clients send to change users and to create them, in either generation.
//!
//! Owns what is read of it, and what is refused because a client that saw it left aside would be misled. The
//! rest of what the vendor knows about users, such as plans and quotas, is left aside.

mod create;
mod groups;
mod update;

use domain::Error;
use secrecy::SecretString;

use super::body::Node;
use super::secret;
use crate::app::UserChange;

pub(super) use create::{new_user, new_users};
pub(super) use update::{update, update_v4};

/// A change of one user, as the request puts it.
#[derive(Debug)]
pub(super) struct Edit {
    /// Nothing if no more than a password is sent, which everybody may change of themselves.
    pub change: Option<UserChange>,
    pub password: Option<SecretString>,
    /// The password of whoever asks, sent as a proof.
    pub proof: Option<SecretString>,
}

/// Of a group that is not there: the status 404 would say that the user of the path is gone.
pub(super) fn of_body(error: Error) -> Error {
    match error {
        Error::NotFound { what: "group", name } => {
            Error::invalid("userGroups", format!("Group {name} not found"))
        }
        other => other,
    }
}

fn password(sent: &Node, field: &'static str) -> Result<Option<SecretString>, Error> {
    let Some(text) = sent.text(field)? else { return Ok(None) };
    secret::decode(text).map(Some).ok_or_else(|| Error::invalid(field, "must be Base64 of UTF-8"))
}

fn owned(sent: &Node, field: &'static str) -> Result<Option<String>, Error> {
    Ok(sent.text(field)?.map(str::to_owned))
}

/// Here a user principal name is the email address; clients send it as that one, or as one of its own.
fn principal_name(sent: &Node, field: &'static str, email: &str) -> Result<(), Error> {
    match sent.text(field)? {
        Some(name) if !name.eq_ignore_ascii_case(email) => {
            Err(Error::invalid(field, "must be the email address"))
        }
        _ => Ok(()),
    }
}

/// Fields of v2 that grant or restrict something: a client that believed them in force would be misled.
fn nothing_to_enforce(sent: &Node) -> Result<(), Error> {
    const EXTERNAL: &str = "associatedExternalUserGroups";
    const DAYS: &str = "agePasswordDays";
    const ASSOCIATIONS: &str = "securityAssociations";
    if sent.all(EXTERNAL).next().is_some() {
        return Err(Error::invalid(EXTERNAL, "cannot be set here: groups of other directories are not kept"));
    }
    if sent.number(DAYS)?.is_some_and(|days| days != 0) {
        return Err(Error::invalid(DAYS, "must be 0: passwords do not age here"));
    }
    let Some(associations) = sent.child(ASSOCIATIONS)? else { return Ok(()) };
    let operation = groups::Operation::of(associations, "associationsOperationType")?;
    if associations.all("associations").next().is_some()
        || operation.is_some_and(|operation| operation != groups::Operation::Nothing)
    {
        return Err(Error::invalid(
            ASSOCIATIONS,
            "cannot be set here: roles on clients come with the clients",
        ));
    }
    Ok(())
}
