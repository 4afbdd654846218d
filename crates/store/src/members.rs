//! Who belongs to a group, and who administers it.

use domain::{Group, GroupId, TenantId, UserId};

use crate::db::{Tx, list, params, statements};
use crate::{Result, groups};

statements! {
    ADD = "INSERT INTO members (tenant_id, group_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    REMOVE = "DELETE FROM members WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3";
    REMOVE_EVERYWHERE = "DELETE FROM members WHERE tenant_id = $1 AND user_id = $2";
    REMOVE_SOME = "DELETE FROM members WHERE tenant_id = $1 AND group_id = $2 AND user_id IN \
                   (SELECT user_id FROM members WHERE tenant_id = $1 AND group_id = $2 ORDER BY user_id LIMIT $3)";
    LIST = "SELECT user_id FROM members WHERE tenant_id = $1 AND group_id = $2 AND user_id > $3 \
            ORDER BY user_id LIMIT $4";
    PAGE = "SELECT user_id FROM members WHERE tenant_id = $1 AND group_id = $2 ORDER BY user_id LIMIT $3 OFFSET $4";
    NAMED = "SELECT m.group_id, m.user_id, u.user_name FROM members m \
             JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id \
             WHERE m.tenant_id = $1 AND m.group_id BETWEEN $2 AND $3 ORDER BY m.group_id, m.user_id LIMIT $4";
    /// One more than [`MAX_SHOWN`].
    SHOWN = concat!("SELECT m.group_id, u.id, u.guid, u.user_name, u.full_name FROM members m \
        JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id \
        WHERE m.tenant_id = $1 AND m.group_id IN (", list!(), ") AND NOT u.hidden \
        ORDER BY m.group_id, u.id LIMIT 100001");
    GROUPS_OF_USERS = concat!("SELECT m.user_id, g.id, g.guid, g.name, g.description, g.external_id, \
        g.created_ms, g.modified_ms, g.revision FROM members m \
        JOIN groups g ON g.tenant_id = m.tenant_id AND g.id = m.group_id \
        WHERE m.tenant_id = $1 AND m.user_id IN (", list!(), ") ORDER BY m.user_id, g.id");
    ADD_ADMIN =
        "INSERT INTO group_admins (tenant_id, group_id, user_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    REMOVE_ADMIN = "DELETE FROM group_admins WHERE tenant_id = $1 AND group_id = $2 AND user_id = $3";
    REMOVE_ADMIN_EVERYWHERE = "DELETE FROM group_admins WHERE tenant_id = $1 AND user_id = $2";
    REMOVE_ADMINS = "DELETE FROM group_admins WHERE tenant_id = $1 AND group_id = $2";
    ADMINS = "SELECT user_id FROM group_admins WHERE tenant_id = $1 AND group_id = $2 AND user_id > $3 \
              ORDER BY user_id LIMIT $4";
    ADMINS_PAGE = "SELECT user_id FROM group_admins WHERE tenant_id = $1 AND group_id = $2 \
                   ORDER BY user_id LIMIT $3 OFFSET $4";
}

/// What a user is to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    Member,
    Admin,
}

/// Of so many members [`shown`] tells; of one more, if there are more.
pub const MAX_SHOWN: usize = 100_000;

/// A member as identity providers see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub group: GroupId,
    pub user: UserId,
    pub guid: String,
    pub user_name: String,
    pub full_name: String,
}

/// Answers whether the seat is new.
pub fn add(tx: &mut Tx<'_>, tenant: TenantId, group: GroupId, user: UserId, seat: Seat) -> Result<bool> {
    let sql = match seat {
        Seat::Member => ADD,
        Seat::Admin => ADD_ADMIN,
    };
    Ok(tx.execute(sql, params![tenant, group, user])? > 0)
}

/// Answers whether there was such a seat.
pub fn remove(tx: &mut Tx<'_>, tenant: TenantId, group: GroupId, user: UserId, seat: Seat) -> Result<bool> {
    let sql = match seat {
        Seat::Member => REMOVE,
        Seat::Admin => REMOVE_ADMIN,
    };
    Ok(tx.execute(sql, params![tenant, group, user])? > 0)
}

/// Answers how many seats of that kind the user left.
pub fn remove_everywhere(tx: &mut Tx<'_>, tenant: TenantId, user: UserId, seat: Seat) -> Result<u64> {
    let sql = match seat {
        Seat::Member => REMOVE_EVERYWHERE,
        Seat::Admin => REMOVE_ADMIN_EVERYWHERE,
    };
    tx.execute(sql, params![tenant, user])
}

/// Lets at most `limit` members leave a group; answers how many.
pub fn remove_some(tx: &mut Tx<'_>, tenant: TenantId, group: GroupId, limit: i64) -> Result<u64> {
    tx.execute(REMOVE_SOME, params![tenant, group, limit])
}

/// Leaves a group without administrators.
pub fn remove_admins(tx: &mut Tx<'_>, tenant: TenantId, group: GroupId) -> Result<()> {
    tx.execute(REMOVE_ADMINS, params![tenant, group]).map(|_| ())
}

/// Who has such a seat, behind `after`, in the order of their ids.
pub fn list(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    group: GroupId,
    seat: Seat,
    after: UserId,
    limit: i64,
) -> Result<Vec<UserId>> {
    let sql = match seat {
        Seat::Member => LIST,
        Seat::Admin => ADMINS,
    };
    tx.query(sql, params![tenant, group, after, limit], |row| row.take())
}

/// For clients that count rows instead of keeping a key; bounded by the face.
pub fn page(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    group: GroupId,
    seat: Seat,
    limit: i64,
    offset: i64,
) -> Result<Vec<UserId>> {
    let sql = match seat {
        Seat::Member => PAGE,
        Seat::Admin => ADMINS_PAGE,
    };
    tx.query(sql, params![tenant, group, limit, offset], |row| row.take())
}

/// The members of the groups numbered `first` to `last`, by name, in the order of groups.
pub fn named(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    first: GroupId,
    last: GroupId,
    limit: i64,
) -> Result<Vec<(GroupId, UserId, String)>> {
    tx.query(NAMED, params![tenant, first, last, limit], |row| Ok((row.take()?, row.take()?, row.take()?)))
}

/// The members of these groups whom identity providers see, in the order of their ids within each group.
pub fn shown(tx: &mut Tx<'_>, tenant: TenantId, groups: &[GroupId]) -> Result<Vec<Shown>> {
    tx.query_list(SHOWN, tenant, groups, |row| {
        let (group, user) = (row.take()?, row.take()?);
        Ok(Shown { group, user, guid: row.take()?, user_name: row.take()?, full_name: row.take()? })
    })
}

/// The groups that each of these users is a member of.
pub fn groups_of_users(tx: &mut Tx<'_>, tenant: TenantId, users: &[UserId]) -> Result<Vec<(UserId, Group)>> {
    tx.query_list(GROUPS_OF_USERS, tenant, users, |row| Ok((row.take()?, groups::read(row)?)))
}
