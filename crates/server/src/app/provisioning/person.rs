//! One user, as it is seen and as it is changed.

use domain::{Error, TenantId, User};
use store::{Tx, users};

use super::belongings::{is_shown, person};
use super::{Person, no_user};
use crate::app::{App, Caller, lookup};

impl App {
    /// Whoever is removed, or hidden from providers, is not found.
    pub async fn person(&self, caller: &Caller, guid: &str) -> Result<Person, Error> {
        caller.require_provisioning()?;
        self.store
            .read(|tx| {
                let user = shown(tx, caller.tenant, guid)?;
                person(tx, caller.tenant, user)
            })
            .await
    }
}

/// The user of that id.
pub(super) fn shown(tx: &mut Tx<'_>, tenant: TenantId, guid: &str) -> Result<User, Error> {
    let found = if lookup::is_guid(guid) { users::by_guid(tx, tenant, guid)? } else { None };
    found.filter(is_shown).ok_or_else(|| no_user(guid))
}
