//! Groups and who belongs to them.

use domain::{Group, GroupId, NameKey, TenantId, UserId};

use crate::Result;
use crate::db::{Row, Tx, list, params, statements};

statements! {
    INSERT = "INSERT INTO groups (tenant_id, id, guid, name, name_key, description, created_ms) \
              VALUES ($1, $2, $3, $4, $5, $6, $7)";
    BY_ID = "SELECT id, guid, name, description FROM groups WHERE tenant_id = $1 AND id = $2";
    BY_NAME = "SELECT id, guid, name, description FROM groups WHERE tenant_id = $1 AND name_key = $2";
    LIST = "SELECT id, guid, name, description FROM groups WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    ADD_MEMBER = "INSERT INTO members (tenant_id, group_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    REMOVE_MEMBER_EVERYWHERE = "DELETE FROM members WHERE tenant_id = $1 AND user_id = $2";
    OF_USERS = concat!("SELECT m.user_id, g.id, g.guid, g.name, g.description FROM members m \
        JOIN groups g ON g.tenant_id = m.tenant_id AND g.id = m.group_id \
        WHERE m.tenant_id = $1 AND m.user_id IN (", list!(), ") ORDER BY m.user_id, g.id");
    MEMBERS = "SELECT user_id FROM members WHERE tenant_id = $1 AND group_id = $2 AND user_id > $3 \
               ORDER BY user_id LIMIT $4";
    NAMED_MEMBERS = "SELECT m.group_id, m.user_id, u.user_name FROM members m \
                     JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id \
                     WHERE m.tenant_id = $1 AND m.group_id BETWEEN $2 AND $3 ORDER BY m.group_id, m.user_id LIMIT $4";
}

pub fn insert(tx: &mut Tx<'_>, tenant: TenantId, group: &Group, now_ms: i64) -> Result<()> {
    let key = NameKey::new(&group.name);
    tx.execute_one(
        INSERT,
        params![tenant, group.id, group.guid, group.name, key.as_str(), group.description, now_ms],
    )
}

pub fn by_id(tx: &mut Tx<'_>, tenant: TenantId, id: GroupId) -> Result<Option<Group>> {
    tx.query_opt(BY_ID, params![tenant, id], read)
}

pub fn by_name(tx: &mut Tx<'_>, tenant: TenantId, key: &NameKey) -> Result<Option<Group>> {
    tx.query_opt(BY_NAME, params![tenant, key.as_str()], read)
}

pub fn list(tx: &mut Tx<'_>, tenant: TenantId, after: GroupId, limit: i64) -> Result<Vec<Group>> {
    tx.query(LIST, params![tenant, after, limit], read)
}

pub fn add_member(tx: &mut Tx<'_>, tenant: TenantId, group: GroupId, user: UserId) -> Result<()> {
    tx.execute(ADD_MEMBER, params![tenant, group, user]).map(|_| ())
}

/// Answers how many groups the user left.
pub fn remove_member_everywhere(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<u64> {
    tx.execute(REMOVE_MEMBER_EVERYWHERE, params![tenant, user])
}

/// The groups of each of these users.
pub fn of_users(tx: &mut Tx<'_>, tenant: TenantId, users: &[UserId]) -> Result<Vec<(UserId, Group)>> {
    tx.query_list(OF_USERS, tenant, users, |row| Ok((row.take()?, read(row)?)))
}

pub fn members(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    group: GroupId,
    after: UserId,
    limit: i64,
) -> Result<Vec<UserId>> {
    tx.query(MEMBERS, params![tenant, group, after, limit], |row| row.take())
}

/// Who belongs to the groups numbered `first` to `last`, by name, in the order of groups.
pub fn named_members(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    first: GroupId,
    last: GroupId,
    limit: i64,
) -> Result<Vec<(GroupId, UserId, String)>> {
    let read = |row: &mut Row<'_>| Ok((row.take()?, row.take()?, row.take()?));
    tx.query(NAMED_MEMBERS, params![tenant, first, last, limit], read)
}

fn read(row: &mut Row<'_>) -> Result<Group> {
    Ok(Group { id: row.take()?, guid: row.take()?, name: row.take()?, description: row.take()? })
}
