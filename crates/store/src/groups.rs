//! Groups.

use domain::{Group, GroupId, NameKey, TenantId, UserId};

use crate::Result;
use crate::db::{Row, Tx, list, params, statements};

macro_rules! columns {
    () => {
        "id, guid, name, description, external_id, created_ms, modified_ms, revision"
    };
}
pub(crate) const COLUMNS: &str = columns!();

statements! {
    INSERT = "INSERT INTO groups (tenant_id, id, guid, name, name_key, description, external_id, created_ms, \
              modified_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)";
    UPDATE = "UPDATE groups SET name = $3, name_key = $4, description = $5, external_id = $6 \
              WHERE tenant_id = $1 AND id = $2";
    TOUCH = "UPDATE groups SET modified_ms = $3, revision = revision + 1 WHERE tenant_id = $1 AND id = $2";
    LOCK = "SELECT id FROM groups WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE";
    /// In the order of ids, so that two transactions never wait for each other in a circle.
    LOCK_OF_USER = "SELECT id FROM groups WHERE tenant_id = $1 AND id IN \
                    (SELECT group_id FROM members WHERE tenant_id = $1 AND user_id = $2) ORDER BY id FOR NO KEY UPDATE";
    TOUCH_OF_USER = "UPDATE groups SET modified_ms = $3, revision = revision + 1 WHERE tenant_id = $1 AND id IN \
                     (SELECT group_id FROM members WHERE tenant_id = $1 AND user_id = $2)";
    BY_ID = concat!("SELECT ", columns!(), " FROM groups WHERE tenant_id = $1 AND id = $2");
    BY_GUID = concat!("SELECT ", columns!(), " FROM groups WHERE tenant_id = $1 AND guid = $2");
    BY_EXTERNAL_ID = concat!("SELECT ", columns!(), " FROM groups WHERE tenant_id = $1 AND external_id = $2");
    BY_NAME = concat!("SELECT ", columns!(), " FROM groups WHERE tenant_id = $1 AND name_key = $2");
    BY_IDS = concat!("SELECT ", columns!(), " FROM groups WHERE tenant_id = $1 AND id IN (", list!(), ")");
    REMOVE = "DELETE FROM groups WHERE tenant_id = $1 AND id = $2";
    LIST = concat!("SELECT ", columns!(), " FROM groups WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3");
}

pub fn insert(tx: &mut Tx<'_>, tenant: TenantId, group: &Group) -> Result<()> {
    let key = NameKey::new(&group.name);
    tx.execute_one(
        INSERT,
        params![
            tenant,
            group.id,
            group.guid,
            group.name,
            key.as_str(),
            group.description,
            group.external_id,
            group.created_ms,
        ],
    )
}

pub fn by_id(tx: &mut Tx<'_>, tenant: TenantId, id: GroupId) -> Result<Option<Group>> {
    tx.query_opt(BY_ID, params![tenant, id], read)
}

pub fn by_ids(tx: &mut Tx<'_>, tenant: TenantId, ids: &[GroupId]) -> Result<Vec<Group>> {
    tx.query_list(BY_IDS, tenant, ids, read)
}

pub fn by_guid(tx: &mut Tx<'_>, tenant: TenantId, guid: &str) -> Result<Option<Group>> {
    tx.query_opt(BY_GUID, params![tenant, guid], read)
}

pub fn by_external_id(tx: &mut Tx<'_>, tenant: TenantId, external_id: &str) -> Result<Option<Group>> {
    tx.query_opt(BY_EXTERNAL_ID, params![tenant, external_id], read)
}

pub fn by_name(tx: &mut Tx<'_>, tenant: TenantId, key: &NameKey) -> Result<Option<Group>> {
    tx.query_opt(BY_NAME, params![tenant, key.as_str()], read)
}

pub fn list(tx: &mut Tx<'_>, tenant: TenantId, after: GroupId, limit: i64) -> Result<Vec<Group>> {
    tx.query(LIST, params![tenant, after, limit], read)
}

/// Writes what may be edited.
pub fn update(tx: &mut Tx<'_>, tenant: TenantId, group: &Group) -> Result<()> {
    let key = NameKey::new(&group.name);
    tx.execute_one(
        UPDATE,
        params![tenant, group.id, group.name, key.as_str(), group.description, group.external_id],
    )
}

/// Keeps others from changing the group until the transaction ends. First lock the users who are to join it.
///
/// Answers whether others may have changed it before that: then what was read of it must be read again.
pub fn lock(tx: &mut Tx<'_>, tenant: TenantId, id: GroupId) -> Result<bool> {
    if tx.writes_alone() {
        return Ok(false);
    }
    tx.query(LOCK, params![tenant, id], |row| row.take::<i64>())?;
    Ok(true)
}

/// As [`lock`], in the order of ids; each is there once afterwards.
pub fn lock_all(tx: &mut Tx<'_>, tenant: TenantId, ids: &mut Vec<GroupId>) -> Result<()> {
    ids.sort_unstable();
    ids.dedup();
    for id in ids {
        lock(tx, tenant, *id)?;
    }
    Ok(())
}

/// Notes that the group, or who is in it, was changed. First lock it: behind its seats it would be too late.
pub fn touch(tx: &mut Tx<'_>, tenant: TenantId, id: GroupId, now_ms: i64) -> Result<()> {
    tx.execute_one(TOUCH, params![tenant, id, now_ms])
}

/// As [`touch`], for all groups that a user is a member of.
pub fn touch_of_user(tx: &mut Tx<'_>, tenant: TenantId, user: UserId, now_ms: i64) -> Result<()> {
    if !tx.writes_alone() {
        tx.query(LOCK_OF_USER, params![tenant, user], |row| row.take::<i64>())?;
    }
    tx.execute(TOUCH_OF_USER, params![tenant, user, now_ms]).map(|_| ())
}

/// [`crate::Error::Constraint`] if anything still refers to it.
pub fn remove(tx: &mut Tx<'_>, tenant: TenantId, id: GroupId) -> Result<()> {
    tx.execute_one(REMOVE, params![tenant, id])
}

pub(crate) fn read(row: &mut Row<'_>) -> Result<Group> {
    Ok(Group {
        id: row.take()?,
        guid: row.take()?,
        name: row.take()?,
        description: row.take()?,
        external_id: row.take()?,
        created_ms: row.take()?,
        modified_ms: row.take()?,
        revision: row.take()?,
    })
}
