//! Removing groups. Unlike a user a group leaves no tombstone, so nothing may refer to it.

use domain::policy::Heir;
use domain::{Error, Fact, Group, Refusal, Role, TenantId, UserId};
use serde_json::json;
use store::members::{self, Seat};
use store::{Tx, assets, groups, offboardings, tenants};

use crate::app::tenants::FIRST_GROUPS;
use crate::app::{App, Caller, GroupRef, Pen};

impl App {
    pub async fn remove_group(&self, caller: &Caller, group: &GroupRef) -> Result<(), Error> {
        caller.require(Role::Admin)?;
        let group = group.clone();
        self.write_for(caller, move |tx, pen| {
            let found = group.find(tx, pen.tenant)?;
            let group = found.ok_or_else(|| Error::not_found("group", group.shown()))?;
            if let Some(refusal) = refusal(tx, pen, &group)? {
                return Err(refusal.into());
            }
            members::remove_admins(tx, pen.tenant, group.id)?;
            groups::remove(tx, pen.tenant, group.id).map_err(|error| in_use(error, &group))?;
            pen.write(tx, &Fact::new("group.removed", json!({ "group": group.id, "name": group.name })))
        })
        .await
    }
}

/// Somebody has joined, or inherited, since it was looked at.
pub(super) fn in_use(error: store::Error, group: &Group) -> Error {
    match error {
        store::Error::Constraint(_) => Error::Conflict(format!("group {} is in use", group.name)),
        other => other.into(),
    }
}

/// A group that the tenant cannot do without.
pub(super) fn indispensable(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    group: &Group,
) -> Result<Option<Refusal>, Error> {
    let name = group.name.clone();
    if FIRST_GROUPS.iter().any(|(id, _)| *id == group.id.0) {
        return Ok(Some(Refusal::BuiltInGroup { group: name }));
    }
    let policy = tenants::by_id(tx, tenant)?.map(|tenant| tenant.policy).unwrap_or_default();
    Ok((policy.heir == Heir::Group(group.id)).then_some(Refusal::GroupInherits { group: name }))
}

/// A deactivated member counts: it may return.
fn refusal(tx: &mut Tx<'_>, pen: &Pen, group: &Group) -> Result<Option<Refusal>, Error> {
    let name = group.name.clone();
    if let Some(refusal) = indispensable(tx, pen.tenant, group)? {
        return Ok(Some(refusal));
    }
    if !members::list(tx, pen.tenant, group.id, Seat::Member, UserId(0), 1)?.is_empty() {
        return Ok(Some(Refusal::GroupWithMembers { group: name }));
    }
    let has_assets = assets::any_of_group(tx, pen.tenant, group.id)?;
    if has_assets || offboardings::any_to_group(tx, pen.tenant, group.id)? {
        return Ok(Some(Refusal::GroupWithAssets { group: name }));
    }
    Ok(None)
}
