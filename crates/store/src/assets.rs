//! What is owned, and the chunks in which it changes hands.

use domain::{Asset, AssetId, AssetKind, GroupId, Holdings, NameKey, Owner, TenantId, UserId};

use crate::db::{Row, Tx, list, params, statements};
use crate::{Error, Result};

/// Rows that change hands in one transaction: the writer is held some 10 ms, not seconds.
pub const CHUNK: i64 = 1_000;

macro_rules! columns {
    () => {
        "id, kind, name, owner_user_id, owner_group_id, owner_role, orphaned, external_id"
    };
}

// Changes the first rows that are still in the leaver's name. That is said twice: a row that another
// transaction gave away meanwhile is looked at again by PostgreSQL, and by the outer condition only.
macro_rules! chunk {
    ($change:literal, $which:literal, $limit:literal) => {
        concat!(
            "WITH picked AS MATERIALIZED (SELECT id FROM assets WHERE tenant_id = $1 AND owner_user_id = $2 AND ",
            $which,
            " ORDER BY owner_user_id, workload, kind, id LIMIT ",
            $limit,
            ") UPDATE assets SET ",
            $change,
            " WHERE tenant_id = $1 AND id IN (SELECT id FROM picked) AND COALESCE(owner_user_id, 0) = $2"
        )
    };
}

statements! {
    INSERT = "INSERT INTO assets (tenant_id, id, kind, name, workload, owner_user_id, owner_group_id, owner_role, \
              orphaned, released, external_id, external_key) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)";
    BY_ID = concat!("SELECT ", columns!(), " FROM assets WHERE tenant_id = $1 AND id = $2");
    BY_EXTERNAL_ID = concat!("SELECT ", columns!(),
        " FROM assets WHERE tenant_id = $1 AND kind = $2 AND external_key = $3");
    LIST = concat!("SELECT ", columns!(), " FROM assets WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    OF_USER = concat!("SELECT ", columns!(), " FROM assets \
        WHERE tenant_id = $1 AND owner_user_id = $2 ORDER BY owner_user_id, workload, kind, id LIMIT $3");
    ONE_OF_GROUP = "SELECT id FROM assets WHERE tenant_id = $1 AND owner_group_id = $2 LIMIT 1";
    HOLDINGS = concat!("SELECT owner_user_id, kind, COUNT(*) FROM assets \
        WHERE tenant_id = $1 AND owner_user_id IN (", list!(), ") AND NOT orphaned \
        GROUP BY owner_user_id, workload, kind ORDER BY owner_user_id");
    /// `workload <= $3` leaves workloads out when $3 is FALSE.
    TO_USER = chunk!("owner_user_id = $5, orphaned = FALSE", "workload <= $3", "$4");
    TO_GROUP =
        chunk!("owner_user_id = NULL, owner_group_id = $5, orphaned = FALSE", "workload <= $3", "$4");
    ORPHAN = chunk!("orphaned = TRUE", "workload <= $3 AND NOT orphaned", "$4");
    OF_GROUP_TO = "WITH picked AS MATERIALIZED (SELECT id FROM assets WHERE tenant_id = $1 AND owner_group_id = $2 \
        ORDER BY owner_group_id, id LIMIT $3) UPDATE assets SET owner_user_id = $4, owner_group_id = $5 \
        WHERE tenant_id = $1 AND id IN (SELECT id FROM picked) AND COALESCE(owner_group_id, 0) = $2";
    /// Nobody's from now on: activity off, ownership and role gone.
    RELEASE = chunk!(
        "released = TRUE, orphaned = FALSE, owner_user_id = NULL, owner_role = NULL", "workload = TRUE", "$3"
    );
    RELEASE_ONE = "UPDATE assets SET released = TRUE, orphaned = FALSE, owner_user_id = NULL, owner_group_id = NULL, \
                   owner_role = NULL WHERE tenant_id = $1 AND id = $2 AND workload = TRUE AND NOT released";
    WITH_ROLES = concat!("SELECT ", columns!(), " FROM assets WHERE tenant_id = $1 \
        AND owner_user_id IN (", list!(), ") AND owner_role IS NOT NULL ORDER BY owner_user_id, workload, kind, id");
    WITH_ROLES_OF_GROUP = concat!("SELECT ", columns!(), " FROM assets WHERE tenant_id = $1 \
        AND owner_group_id = $2 AND owner_role IS NOT NULL ORDER BY id LIMIT $3");
}

pub fn insert(tx: &mut Tx<'_>, tenant: TenantId, asset: &Asset) -> Result<()> {
    let (user, group) = columns_of(asset.owner);
    let key = asset.external_id.as_deref().map(NameKey::new);
    tx.execute_one(
        INSERT,
        params![
            tenant,
            asset.id,
            asset.kind.as_str(),
            asset.name,
            asset.kind.is_workload(),
            user,
            group,
            asset.owner_role,
            asset.orphaned,
            asset.owner.is_none(),
            asset.external_id,
            key.as_ref().map(NameKey::as_str),
        ],
    )
}

pub fn by_id(tx: &mut Tx<'_>, tenant: TenantId, id: AssetId) -> Result<Option<Asset>> {
    tx.query_opt(BY_ID, params![tenant, id], read)
}

/// The asset of that kind that its platform calls so.
pub fn by_external_id(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    kind: &AssetKind,
    key: &NameKey,
) -> Result<Option<Asset>> {
    tx.query_opt(BY_EXTERNAL_ID, params![tenant, kind.as_str(), key.as_str()], read)
}

pub fn list(tx: &mut Tx<'_>, tenant: TenantId, after: AssetId, limit: i64) -> Result<Vec<Asset>> {
    tx.query(LIST, params![tenant, after, limit], read)
}

/// The first assets of a user, by kind.
pub fn of_user(tx: &mut Tx<'_>, tenant: TenantId, user: UserId, limit: i64) -> Result<Vec<Asset>> {
    tx.query(OF_USER, params![tenant, user, limit], read)
}

/// Assets on which these users hold a named role.
pub fn with_roles(tx: &mut Tx<'_>, tenant: TenantId, users: &[UserId]) -> Result<Vec<Asset>> {
    tx.query_list(WITH_ROLES, tenant, users, read)
}

/// Assets on which a group holds a named role.
pub fn with_roles_of_group(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    group: GroupId,
    limit: i64,
) -> Result<Vec<Asset>> {
    tx.query(WITH_ROLES_OF_GROUP, params![tenant, group, limit], read)
}

/// What each of these users owns, orphans left out.
pub fn holdings(tx: &mut Tx<'_>, tenant: TenantId, users: &[UserId]) -> Result<Vec<(UserId, Holdings)>> {
    let counts = tx.query_list(HOLDINGS, tenant, users, |row| {
        let (user, kind): (UserId, String) = (row.take()?, row.take()?);
        let kind = AssetKind::new(&kind).map_err(|error| Error::inconsistent(error.to_string()))?;
        Ok((user, kind, u64::try_from(row.take::<i64>()?).unwrap_or(0)))
    })?;
    let mut found: Vec<(UserId, Holdings)> = Vec::new();
    for (user, kind, count) in counts {
        match found.last_mut() {
            Some((last, holdings)) if *last == user => holdings.0.push((kind, count)),
            _ => found.push((user, Holdings(vec![(kind, count)]))),
        }
    }
    // Not left to the database, whose collation may say otherwise.
    for (_, holdings) in &mut found {
        holdings.0.sort();
    }
    Ok(found)
}

pub fn any_of_group(tx: &mut Tx<'_>, tenant: TenantId, group: GroupId) -> Result<bool> {
    Ok(tx.query_opt(ONE_OF_GROUP, params![tenant, group], |row| row.take::<i64>())?.is_some())
}

/// Gives at most `limit` of the leaver's assets to `owner`; answers how many.
pub fn transfer(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    leaver: UserId,
    owner: Owner,
    workloads: bool,
    limit: i64,
) -> Result<u64> {
    match owner {
        Owner::User(user) => tx.execute(TO_USER, params![tenant, leaver, workloads, limit, user]),
        Owner::Group(group) => tx.execute(TO_GROUP, params![tenant, leaver, workloads, limit, group]),
    }
}

/// Gives at most `limit` of a group's assets to `owner`; answers how many.
pub fn transfer_of_group(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    group: GroupId,
    owner: Owner,
    limit: i64,
) -> Result<u64> {
    let (user, other) = columns_of(Some(owner));
    tx.execute(OF_GROUP_TO, params![tenant, group, limit, user, other])
}

/// Flags at most `limit` of the leaver's assets as orphaned; answers how many.
pub fn orphan(tx: &mut Tx<'_>, tenant: TenantId, leaver: UserId, workloads: bool, limit: i64) -> Result<u64> {
    tx.execute(ORPHAN, params![tenant, leaver, workloads, limit])
}

/// Releases at most `limit` of the user's workloads; answers how many.
pub fn release(tx: &mut Tx<'_>, tenant: TenantId, user: UserId, limit: i64) -> Result<u64> {
    tx.execute(RELEASE, params![tenant, user, limit])
}

/// Releases one workload, whoever owns it; answers whether it was not released before.
pub fn release_one(tx: &mut Tx<'_>, tenant: TenantId, id: AssetId) -> Result<bool> {
    Ok(tx.execute(RELEASE_ONE, params![tenant, id])? > 0)
}

fn columns_of(owner: Option<Owner>) -> (Option<UserId>, Option<GroupId>) {
    match owner {
        Some(Owner::User(user)) => (Some(user), None),
        Some(Owner::Group(group)) => (None, Some(group)),
        None => (None, None),
    }
}

fn read(row: &mut Row<'_>) -> Result<Asset> {
    let (id, kind, name): (AssetId, String, String) = (row.take()?, row.take()?, row.take()?);
    let (user, group) = (row.number(UserId)?, row.number(GroupId)?);
    Ok(Asset {
        id,
        kind: AssetKind::new(&kind).map_err(|error| Error::inconsistent(error.to_string()))?,
        name,
        owner: user.map(Owner::User).or(group.map(Owner::Group)),
        owner_role: row.take()?,
        orphaned: row.take()?,
        external_id: row.take()?,
    })
}
