//! The next free numbers: per tenant for users, groups, assets and tokens, for all tenants together for platforms.

use domain::TenantId;

use crate::Result;
use crate::db::{Tx, params, statements};

statements! {
    TAKE = "INSERT INTO counters (tenant_id, name, next) VALUES ($1, $2, 1 + CAST($3 AS BIGINT)) \
            ON CONFLICT (tenant_id, name) DO UPDATE SET next = counters.next + $3 RETURNING next - $3";
    RAISE = "INSERT INTO counters (tenant_id, name, next) VALUES ($1, $2, $3) \
             ON CONFLICT (tenant_id, name) DO UPDATE SET next = $3 WHERE counters.next < $3";
}

/// Tenant 0 holds the counters of the whole store.
const WHOLE_STORE: TenantId = TenantId(0);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    Tenants,
    Platforms,
    Users,
    Groups,
    Assets,
    Tokens,
}

impl Series {
    fn name(self) -> &'static str {
        match self {
            Self::Tenants => "tenants",
            Self::Platforms => "platforms",
            Self::Users => "users",
            Self::Groups => "groups",
            Self::Assets => "assets",
            Self::Tokens => "tokens",
        }
    }

    fn tenant(self, tenant: TenantId) -> TenantId {
        if matches!(self, Self::Tenants | Self::Platforms) { WHOLE_STORE } else { tenant }
    }
}

/// Takes `count` numbers in a row and answers the first.
pub fn take(tx: &mut Tx<'_>, tenant: TenantId, series: Series, count: i64) -> Result<i64> {
    tx.query_one(TAKE, params![series.tenant(tenant), series.name(), count], |row| row.take())
}

/// After rows with numbers of their own were added: never hands out a number up to `used`.
pub fn raise(tx: &mut Tx<'_>, tenant: TenantId, series: Series, used: i64) -> Result<()> {
    tx.execute(RAISE, params![series.tenant(tenant), series.name(), used + 1]).map(|_| ())
}
