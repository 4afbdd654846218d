//! What a user may be called: texts within their limits, and no name that could be taken for somebody else's id.

use domain::{Error, NameKey, TenantId, User, UserId, UserState};
use store::{Tx, users};

use crate::app::lookup;

/// Refuses a user name or an external id that names another user already: by name, external id or guid.
/// Clients look users up by any of these, and the wrong person could be cut.
pub(super) fn is_nobody_elses(tx: &mut Tx<'_>, tenant: TenantId, user: &User) -> Result<(), Error> {
    let other = |found: Option<User>| {
        found.filter(|found| found.id != user.id && found.state != UserState::Removed).map(|found| found.id)
    };
    let name = user.user_name.as_str();
    if other(users::by_name(tx, tenant, &NameKey::new(name))?).is_some() {
        return Err(name_taken(name));
    }
    if let Some(id) = other(users::by_external_id(tx, tenant, name)?) {
        return Err(mistakable("user name", name, id));
    }
    if let Some(id) = holder_of_guid(tx, tenant, name)?.filter(|id| *id != user.id) {
        return Err(mistakable("user name", name, id));
    }
    let Some(external_id) = user.external_id.as_deref() else { return Ok(()) };
    if other(users::by_external_id(tx, tenant, external_id)?).is_some() {
        return Err(Error::Conflict(format!("a user with the external id {external_id} exists")));
    }
    let namesake = users::by_name(tx, tenant, &NameKey::new(external_id))?;
    if let Some(id) = other(namesake.filter(|found| found.user_name == external_id)) {
        return Err(mistakable("external id", external_id, id));
    }
    match holder_of_guid(tx, tenant, external_id)?.filter(|id| *id != user.id) {
        Some(id) => Err(mistakable("external id", external_id, id)),
        None => Ok(()),
    }
}

/// A guid is never used again, so that a tombstone's counts too.
fn holder_of_guid(tx: &mut Tx<'_>, tenant: TenantId, text: &str) -> Result<Option<UserId>, Error> {
    if !lookup::is_guid(text) {
        return Ok(None);
    }
    Ok(users::by_guid(tx, tenant, text)?.map(|user| user.id))
}

pub(super) fn name_taken(name: &str) -> Error {
    Error::Conflict(format!("a user named {name} exists"))
}

fn mistakable(what: &str, text: &str, id: UserId) -> Error {
    Error::Conflict(format!("the {what} {text} is an id of user {id}"))
}
