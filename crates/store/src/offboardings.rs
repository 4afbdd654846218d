//! Accepted plans.

use domain::{GroupId, Handover, Offboarding, OffboardingId, OffboardingState, Owner, TenantId, UserId};

use crate::Result;
use crate::db::{Row, Tx, list, params, statements};

macro_rules! columns {
    () => {
        "id, goal, user_id, user_name, requester, state, heir_user_id, heir_group_id, orphan, heir_awaited, message, \
         start_ms, created_ms, cancel_asked, finished_ms"
    };
}

statements! {
    INSERT = "INSERT INTO offboardings (id, tenant_id, goal, user_id, user_name, requester, state, heir_user_id, \
              heir_group_id, orphan, heir_awaited, message, start_ms, created_ms, cancel_asked, finished_ms, \
              repeat_key, repeat_fingerprint) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)";
    UPDATE = "UPDATE offboardings SET state = $3, cancel_asked = $4, finished_ms = $5 \
              WHERE tenant_id = $1 AND id = $2";
    BY_ID = concat!("SELECT ", columns!(), " FROM offboardings WHERE tenant_id = $1 AND id = $2");
    BY_IDS = concat!("SELECT ", columns!(), " FROM offboardings WHERE tenant_id = $1 AND id IN (", list!(), ")");
    LOCKED = concat!("SELECT ", columns!(), " FROM offboardings WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE");
    LIST = concat!("SELECT ", columns!(), " FROM offboardings WHERE tenant_id = $1 AND id < $2 \
        ORDER BY id DESC LIMIT $3");
    LIST_OPEN = concat!("SELECT ", columns!(), " FROM offboardings WHERE tenant_id = $1 AND state = $2 \
        AND state IN ('scheduled', 'running', 'blocked') AND id < $3 ORDER BY id DESC LIMIT $4");
    LIST_OF_USER = concat!("SELECT ", columns!(), " FROM offboardings WHERE tenant_id = $1 AND user_id = $2 \
        AND id < $3 ORDER BY id DESC LIMIT $4");
    OPEN_OF_USERS = concat!("SELECT ", columns!(), " FROM offboardings WHERE tenant_id = $1 \
        AND user_id IN (", list!(), ") AND state IN ('scheduled', 'running', 'blocked') ORDER BY user_id, id");
    BY_REPEAT_KEY = "SELECT id, repeat_fingerprint FROM offboardings \
                     WHERE tenant_id = $1 AND requester = $2 AND repeat_key = $3";
    ONE_TO_GROUP = "SELECT id FROM offboardings WHERE tenant_id = $1 AND heir_group_id = $2 LIMIT 1";
    COUNT_OPEN = "SELECT state, COUNT(*) FROM offboardings WHERE tenant_id = $1 \
                  AND state IN ('scheduled', 'running', 'blocked') GROUP BY state";
    COUNT_OPEN_OF_ALL = "SELECT state, COUNT(*) FROM offboardings \
                         WHERE state IN ('scheduled', 'running', 'blocked') GROUP BY state";
}

/// What makes a repeated request recognizable (`Idempotency-Key`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    pub key: String,
    /// Of the request's content: the same key with other content is an error.
    pub fingerprint: String,
}

pub fn insert(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    offboarding: &Offboarding,
    repeat: Option<&Repeat>,
) -> Result<()> {
    let (user, group) = match offboarding.handover {
        Some(Handover::To(Owner::User(user))) => (Some(user), None),
        Some(Handover::To(Owner::Group(group))) => (None, Some(group)),
        Some(Handover::Orphan | Handover::Awaited) | None => (None, None),
    };
    tx.execute_one(
        INSERT,
        params![
            offboarding.id,
            tenant,
            offboarding.goal.as_str(),
            offboarding.user,
            offboarding.user_name,
            offboarding.requester,
            offboarding.state.as_str(),
            user,
            group,
            offboarding.handover == Some(Handover::Orphan),
            offboarding.handover == Some(Handover::Awaited),
            offboarding.message,
            offboarding.start_ms,
            offboarding.created_ms,
            offboarding.cancel_asked,
            offboarding.finished_ms,
            repeat.map(|repeat| repeat.key.as_str()),
            repeat.map(|repeat| repeat.fingerprint.as_str()),
        ],
    )
}

/// Only these columns ever change: a plan is frozen when it is accepted.
pub fn update(tx: &mut Tx<'_>, tenant: TenantId, offboarding: &Offboarding) -> Result<()> {
    let state = offboarding.state.as_str();
    tx.execute_one(
        UPDATE,
        params![tenant, offboarding.id, state, offboarding.cancel_asked, offboarding.finished_ms],
    )
}

pub fn by_id(tx: &mut Tx<'_>, tenant: TenantId, id: &OffboardingId) -> Result<Option<Offboarding>> {
    tx.query_opt(BY_ID, params![tenant, id], read)
}

pub fn by_ids(tx: &mut Tx<'_>, tenant: TenantId, ids: &[OffboardingId]) -> Result<Vec<Offboarding>> {
    tx.query_list(BY_IDS, tenant, ids, read)
}

/// As [`by_id`], and nobody else settles it until the transaction ends.
pub fn locked(tx: &mut Tx<'_>, tenant: TenantId, id: &OffboardingId) -> Result<Option<Offboarding>> {
    tx.query_opt(LOCKED, params![tenant, id], read)
}

/// What a list may be narrowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    All,
    Of(UserId),
    /// An open state; final ones are only listed together.
    In(OffboardingState),
}

/// The newest before `before`, newest first.
pub fn list(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    filter: Filter,
    before: Option<&OffboardingId>,
    limit: i64,
) -> Result<Vec<Offboarding>> {
    // Greater than every UUID.
    let before = before.map_or("g", |id| id.0.as_str());
    match filter {
        Filter::All => tx.query(LIST, params![tenant, before, limit], read),
        Filter::Of(user) => tx.query(LIST_OF_USER, params![tenant, user, before, limit], read),
        Filter::In(state) => tx.query(LIST_OPEN, params![tenant, state.as_str(), before, limit], read),
    }
}

/// The open offboardings of each of these users.
pub fn open_of_users(tx: &mut Tx<'_>, tenant: TenantId, users: &[UserId]) -> Result<Vec<Offboarding>> {
    tx.query_list(OPEN_OF_USERS, tenant, users, read)
}

/// The offboarding that this requester started under this key, with the fingerprint of that request.
pub fn by_repeat_key(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    requester: &str,
    key: &str,
) -> Result<Option<(OffboardingId, String)>> {
    tx.query_opt(BY_REPEAT_KEY, params![tenant, requester, key], |row| {
        Ok((OffboardingId(row.take()?), row.take()?))
    })
}

/// Whether any offboarding, open or over, names this group as the heir.
pub fn any_to_group(tx: &mut Tx<'_>, tenant: TenantId, group: GroupId) -> Result<bool> {
    Ok(tx.query_opt(ONE_TO_GROUP, params![tenant, group], |row| row.take::<String>())?.is_some())
}

/// How many offboardings are open, by state.
pub fn count_open(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Vec<(OffboardingState, i64)>> {
    tx.query(COUNT_OPEN, params![tenant], |row| Ok((row.word()?, row.take()?)))
}

/// As [`count_open`], over every tenant.
pub fn count_open_of_all(tx: &mut Tx<'_>) -> Result<Vec<(OffboardingState, i64)>> {
    tx.query(COUNT_OPEN_OF_ALL, params![], |row| Ok((row.word()?, row.take()?)))
}

fn read(row: &mut Row<'_>) -> Result<Offboarding> {
    let (id, goal, user, user_name, requester, state) =
        (OffboardingId(row.take()?), row.word()?, row.take()?, row.take()?, row.take()?, row.word()?);
    let owner = (row.number(UserId)?.map(Owner::User), row.number(GroupId)?.map(Owner::Group));
    let handover = match (owner, row.take()?, row.take()?) {
        ((Some(owner), _) | (None, Some(owner)), ..) => Some(Handover::To(owner)),
        (_, true, _) => Some(Handover::Orphan),
        (_, _, true) => Some(Handover::Awaited),
        _ => None,
    };
    Ok(Offboarding {
        id,
        goal,
        user,
        user_name,
        requester,
        state,
        handover,
        message: row.take()?,
        start_ms: row.take()?,
        created_ms: row.take()?,
        cancel_asked: row.take()?,
        finished_ms: row.take()?,
    })
}
