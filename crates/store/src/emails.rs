//! Addresses of users besides the one in their row.

use domain::{TenantId, UserId, text};

use crate::Result;
use crate::db::{Tx, params, statements};

statements! {
    ADD = "INSERT INTO other_emails (tenant_id, email_key, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    DELETE_OF_USER = "DELETE FROM other_emails WHERE tenant_id = $1 AND user_id = $2";
}

/// All that a user has from now on, besides the one in its row.
pub fn replace(tx: &mut Tx<'_>, tenant: TenantId, user: UserId, emails: &[String]) -> Result<()> {
    delete_of_user(tx, tenant, user)?;
    for email in emails {
        tx.execute(ADD, params![tenant, text::fold(email), user])?;
    }
    Ok(())
}

pub fn delete_of_user(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<()> {
    tx.execute(DELETE_OF_USER, params![tenant, user]).map(|_| ())
}
