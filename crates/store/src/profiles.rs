//! What clients told about users.

use domain::{Profile, TenantId, UserId};

use crate::db::{Tx, list, params, statements};
use crate::{Error, Result};

statements! {
    OF_USERS = concat!("SELECT user_id, profile FROM profiles WHERE tenant_id = $1 AND user_id IN (", list!(), ")");
    PUT = "INSERT INTO profiles (tenant_id, user_id, profile) VALUES ($1, $2, $3) \
           ON CONFLICT (tenant_id, user_id) DO UPDATE SET profile = $3";
    DELETE = "DELETE FROM profiles WHERE tenant_id = $1 AND user_id = $2";
}

/// Users who have none are left out.
pub fn of_users(tx: &mut Tx<'_>, tenant: TenantId, users: &[UserId]) -> Result<Vec<(UserId, Profile)>> {
    tx.query_list(OF_USERS, tenant, users, |row| {
        let (user, text): (UserId, String) = (row.take()?, row.take()?);
        let profile = serde_json::from_str(&text).map_err(|error| Error::inconsistent(error.to_string()))?;
        Ok((user, profile))
    })
}

pub fn of_user(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<Profile> {
    Ok(of_users(tx, tenant, &[user])?.pop().map(|(_, profile)| profile).unwrap_or_default())
}

pub fn put(tx: &mut Tx<'_>, tenant: TenantId, user: UserId, profile: &Profile) -> Result<()> {
    let text = serde_json::to_string(profile).map_err(|error| Error::inconsistent(error.to_string()))?;
    tx.execute_one(PUT, params![tenant, user, text])
}

pub fn delete(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<()> {
    tx.execute(DELETE, params![tenant, user]).map(|_| ())
}
