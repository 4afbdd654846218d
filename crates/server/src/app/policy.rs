//! A tenant's policy.

use domain::policy::{Heir, MAX_GRACE_MS};
use domain::{Error, Fact, Policy, Role, TenantId};
use serde_json::json;
use store::{Tx, groups, tenants};

use super::{App, Caller};

impl App {
    pub async fn policy(&self, caller: &Caller) -> Result<Policy, Error> {
        caller.require(Role::Auditor)?;
        self.store.read(|tx| policy_of(tx, caller.tenant)).await
    }

    pub async fn set_policy(&self, caller: &Caller, policy: Policy) -> Result<(), Error> {
        caller.require(Role::Admin)?;
        if !(0..=MAX_GRACE_MS).contains(&policy.grace_ms) {
            return Err(Error::invalid("grace_ms", format!("must be 0 to {MAX_GRACE_MS}")));
        }
        policy.scim.check()?;
        self.write_for(caller, move |tx, pen| {
            if let Heir::Group(id) = policy.heir
                && groups::by_id(tx, pen.tenant, id)?.is_none()
            {
                return Err(Error::not_found("group", id.to_string()));
            }
            tenants::set_policy(tx, pen.tenant, &policy)?;
            pen.write(tx, &Fact::new("policy.changed", json!(policy)))
        })
        .await
    }
}

/// What a tenant has decided.
pub(super) fn policy_of(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Policy, Error> {
    let tenant = tenants::by_id(tx, tenant)?.ok_or_else(|| Error::internal(&"the tenant is gone"))?;
    Ok(tenant.policy)
}
