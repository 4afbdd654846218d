//! Users, tombstones included.

use std::ops::Range;

use domain::{NameKey, TenantId, User, UserId, UserState, text};

use crate::Result;
use crate::db::{Row, Tx, list, params, statements};

macro_rules! columns {
    () => {
        "id, guid, user_name, email, full_name, description, state, role, protected, manager_id, external_id, \
         notice, created_ms, modified_ms, last_sign_in_ms, hidden"
    };
}
pub(crate) const COLUMNS: &str = columns!();

statements! {
    INSERT = "INSERT INTO users (tenant_id, id, guid, user_name, name_key, email, full_name, description, state, \
              role, protected, manager_id, external_id, password_hash, notice, created_ms, state_since_ms, \
              modified_ms, email_key, full_name_key) \
              VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, NULL, $15, $15, $16, $17, $18)";
    BY_ID = concat!("SELECT ", columns!(), " FROM users WHERE tenant_id = $1 AND id = $2");
    BY_GUID = concat!("SELECT ", columns!(), " FROM users WHERE tenant_id = $1 AND guid = $2");
    BY_EXTERNAL_ID = concat!("SELECT ", columns!(),
        " FROM users WHERE tenant_id = $1 AND external_id = $2 AND state <> 'removed'");
    BY_NAME = concat!("SELECT ", columns!(),
        " FROM users WHERE tenant_id = $1 AND name_key = $2 AND state <> 'removed'");
    TOMBSTONE_BY_NAME = concat!("SELECT ", columns!(),
        " FROM users WHERE tenant_id = $1 AND name_key = $2 AND state = 'removed' ORDER BY id DESC LIMIT 1");
    BY_NAMES = concat!("SELECT ", columns!(),
        " FROM users WHERE tenant_id = $1 AND state <> 'removed' AND name_key IN (", list!(), ")");
    TOMBSTONES_BY_NAMES = concat!("SELECT ", columns!(),
        " FROM users WHERE tenant_id = $1 AND state = 'removed' AND name_key IN (", list!(), ")");
    /// Whoever has, or had, one of these.
    BY_EMAILS = concat!("SELECT ", columns!(),
        " FROM users WHERE tenant_id = $1 AND email_key <> '' AND email_key IN (", list!(), ")");
    BY_GUIDS = concat!("SELECT ", columns!(), " FROM users WHERE tenant_id = $1 AND guid IN (", list!(), ")");
    BY_EXTERNAL_IDS = concat!("SELECT ", columns!(),
        " FROM users WHERE tenant_id = $1 AND external_id IS NOT NULL AND state <> 'removed' \
        AND external_id IN (", list!(), ")");
    TOMBSTONES_BY_EXTERNAL_IDS = concat!("SELECT ", columns!(),
        " FROM users WHERE tenant_id = $1 AND external_id IS NOT NULL AND state = 'removed' \
        AND external_id IN (", list!(), ")");
    BY_IDS = concat!("SELECT ", columns!(), " FROM users WHERE tenant_id = $1 AND id IN (", list!(), ")");
    /// In the order of ids, so that two transactions never wait for each other in a circle.
    LOCK = concat!("SELECT id FROM users WHERE tenant_id = $1 AND id IN (", list!(), ") ORDER BY id FOR NO KEY UPDATE");
    LIST_PRESENT = concat!("SELECT ", columns!(),
        " FROM users WHERE tenant_id = $1 AND id > $2 AND state <> 'removed' ORDER BY id LIMIT $3");
    LIST_ALL = concat!("SELECT ", columns!(), " FROM users WHERE tenant_id = $1 AND id > $2 ORDER BY id LIMIT $3");
    PAGE_PRESENT = concat!("SELECT ", columns!(),
        " FROM users WHERE tenant_id = $1 AND state <> 'removed' ORDER BY id LIMIT $2 OFFSET $3");
    /// `name_key` is ordered by bytes, on either database: a prefix is a range of the index.
    SEARCH = concat!("SELECT ", columns!(), ", password_hash IS NOT NULL FROM users WHERE tenant_id = $1 \
        AND state <> 'removed' AND name_key >= $2 AND name_key < $3 ORDER BY name_key LIMIT $4 OFFSET $5");
    SEARCH_DOWN = concat!("SELECT ", columns!(), ", password_hash IS NOT NULL FROM users WHERE tenant_id = $1 \
        AND state <> 'removed' AND name_key >= $2 AND name_key < $3 ORDER BY name_key DESC LIMIT $4 OFFSET $5");
    COUNT_FOUND = "SELECT COUNT(*) FROM (SELECT id FROM users WHERE tenant_id = $1 AND state <> 'removed' \
                   AND name_key >= $2 AND name_key < $3 LIMIT $4) AS counted";
    COUNT_SHOWN = "SELECT COUNT(*) FROM (SELECT id FROM users WHERE tenant_id = $1 AND state <> 'removed' \
                   AND NOT hidden LIMIT $2) AS counted";
    ACTIVE_ADMINS = "SELECT COUNT(*) FROM (SELECT id FROM users \
                     WHERE tenant_id = $1 AND role = 'admin' AND state = 'active' LIMIT $2) AS admins";
    /// Whoever is active is seen by identity providers: else none could cut it.
    SET_STATE = "UPDATE users SET state = $3, notice = $4, state_since_ms = $5, modified_ms = $5, \
                 hidden = hidden AND $3 <> 'active' WHERE tenant_id = $1 AND id = $2";
    REMOVE = "UPDATE users SET state = $3, notice = NULL, password_hash = NULL, state_since_ms = $4, \
              modified_ms = $4 WHERE tenant_id = $1 AND id = $2";
    PASSWORD_HASH = "SELECT password_hash FROM users WHERE tenant_id = $1 AND id = $2";
    SET_PASSWORD_HASH = "UPDATE users SET password_hash = $3 WHERE tenant_id = $1 AND id = $2 AND state <> 'removed'";
    UPDATE = "UPDATE users SET user_name = $3, name_key = $4, email = $5, full_name = $6, description = $7, \
              role = $8, external_id = $9, manager_id = $10, email_key = $11, full_name_key = $12, hidden = $13 \
              WHERE tenant_id = $1 AND id = $2 AND state <> 'removed'";
    TOUCH = "UPDATE users SET modified_ms = $3 WHERE tenant_id = $1 AND id = $2";
    SIGNED_IN = "UPDATE users SET last_sign_in_ms = $3 WHERE tenant_id = $1 AND id = $2";
}

pub fn insert(tx: &mut Tx<'_>, tenant: TenantId, user: &User, password_hash: Option<&str>) -> Result<()> {
    tx.execute_one(
        INSERT,
        params![
            tenant,
            user.id,
            user.guid,
            user.user_name,
            NameKey::new(&user.user_name).as_str(),
            user.email,
            user.full_name,
            user.description,
            user.state.as_str(),
            user.role.as_str(),
            user.protected,
            user.manager,
            user.external_id,
            password_hash,
            user.created_ms,
            user.modified_ms,
            text::fold(&user.email),
            text::fold(&user.full_name),
        ],
    )
}

pub fn by_id(tx: &mut Tx<'_>, tenant: TenantId, id: UserId) -> Result<Option<User>> {
    tx.query_opt(BY_ID, params![tenant, id], read)
}

pub fn by_guid(tx: &mut Tx<'_>, tenant: TenantId, guid: &str) -> Result<Option<User>> {
    tx.query_opt(BY_GUID, params![tenant, guid], read)
}

pub fn by_external_id(tx: &mut Tx<'_>, tenant: TenantId, external_id: &str) -> Result<Option<User>> {
    tx.query_opt(BY_EXTERNAL_ID, params![tenant, external_id], read)
}

/// The user of that name, else the last one who had it and was removed.
pub fn by_name(tx: &mut Tx<'_>, tenant: TenantId, key: &NameKey) -> Result<Option<User>> {
    match tx.query_opt(BY_NAME, params![tenant, key.as_str()], read)? {
        Some(user) => Ok(Some(user)),
        None => tx.query_opt(TOMBSTONE_BY_NAME, params![tenant, key.as_str()], read),
    }
}

/// As [`by_name`], for many: present users first, then tombstones, the latest last.
pub fn by_names(tx: &mut Tx<'_>, tenant: TenantId, keys: &[NameKey]) -> Result<Vec<User>> {
    let keys: Vec<&str> = keys.iter().map(NameKey::as_str).collect();
    let mut users = tx.query_list(BY_NAMES, tenant, &keys, read)?;
    // Sorted here: an ORDER BY would lead SQLite to walk the tenant in the order of ids.
    let mut tombstones = tx.query_list(TOMBSTONES_BY_NAMES, tenant, &keys, read)?;
    tombstones.sort_by_key(|user| user.id);
    users.extend(tombstones);
    Ok(users)
}

/// Those with one of these addresses, in any case; tombstones too.
pub fn by_emails(tx: &mut Tx<'_>, tenant: TenantId, emails: &[&str]) -> Result<Vec<User>> {
    let keys: Vec<String> = emails.iter().map(|email| text::fold(email)).collect();
    tx.query_list(BY_EMAILS, tenant, &keys, read)
}

/// Those with one of these guids, tombstones too.
pub fn by_guids(tx: &mut Tx<'_>, tenant: TenantId, guids: &[&str]) -> Result<Vec<User>> {
    tx.query_list(BY_GUIDS, tenant, guids, read)
}

/// Those with one of these external ids, tombstones too.
pub fn by_external_ids(tx: &mut Tx<'_>, tenant: TenantId, ids: &[&str]) -> Result<Vec<User>> {
    let mut users = tx.query_list(BY_EXTERNAL_IDS, tenant, ids, read)?;
    users.extend(tx.query_list(TOMBSTONES_BY_EXTERNAL_IDS, tenant, ids, read)?);
    Ok(users)
}

pub fn by_ids(tx: &mut Tx<'_>, tenant: TenantId, ids: &[UserId]) -> Result<Vec<User>> {
    tx.query_list(BY_IDS, tenant, ids, read)
}

/// Keeps others from changing these users until the transaction ends. `ids` must be sorted.
///
/// Answers whether others may have changed them before that: then what was read of them must be read again.
pub fn lock(tx: &mut Tx<'_>, tenant: TenantId, ids: &[UserId]) -> Result<bool> {
    if tx.writes_alone() {
        return Ok(false);
    }
    tx.query_list(LOCK, tenant, ids, |row| row.take::<i64>())?;
    Ok(true)
}

/// Users behind `after`, in the order of their ids; tombstones only on request.
pub fn list(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    after: UserId,
    limit: i64,
    tombstones: bool,
) -> Result<Vec<User>> {
    tx.query(if tombstones { LIST_ALL } else { LIST_PRESENT }, params![tenant, after, limit], read)
}

/// For clients that count rows instead of keeping a key; bounded by the face.
pub fn page(tx: &mut Tx<'_>, tenant: TenantId, limit: i64, offset: i64) -> Result<Vec<User>> {
    tx.query(PAGE_PRESENT, params![tenant, limit, offset], read)
}

/// Present users whose names begin alike, and where in their order to begin.
#[derive(Clone, Debug)]
pub struct Search {
    pub names: Range<String>,
    pub descending: bool,
    pub limit: i64,
    pub offset: i64,
}

/// Each user with whether it has a password here.
pub fn search(tx: &mut Tx<'_>, tenant: TenantId, search: &Search) -> Result<Vec<(User, bool)>> {
    let Search { names, descending, limit, offset } = search;
    let statement = if *descending { SEARCH_DOWN } else { SEARCH };
    tx.query(statement, params![tenant, names.start, names.end, *limit, *offset], |row| {
        Ok((read(row)?, row.take()?))
    })
}

/// How many users [`search`] finds on all its pages, counted up to `most`.
pub fn count_found(tx: &mut Tx<'_>, tenant: TenantId, names: &Range<String>, most: i64) -> Result<i64> {
    tx.query_one(COUNT_FOUND, params![tenant, names.start, names.end, most], |row| row.take())
}

/// How many are present, and seen by identity providers, counted up to `most`.
pub fn count_shown(tx: &mut Tx<'_>, tenant: TenantId, most: i64) -> Result<i64> {
    tx.query_one(COUNT_SHOWN, params![tenant, most], |row| row.take())
}

/// How many administrators are active, counted up to `most`.
pub fn active_admins(tx: &mut Tx<'_>, tenant: TenantId, most: i64) -> Result<i64> {
    tx.query_one(ACTIVE_ADMINS, params![tenant, most], |row| row.take())
}

pub fn set_state(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    id: UserId,
    state: UserState,
    notice: Option<&str>,
    now_ms: i64,
) -> Result<()> {
    tx.execute_one(SET_STATE, params![tenant, id, state.as_str(), notice, now_ms])
}

/// Turns the user into a tombstone: name, id, guid and history stay, secrets go.
pub fn remove(tx: &mut Tx<'_>, tenant: TenantId, id: UserId, now_ms: i64) -> Result<()> {
    tx.execute_one(REMOVE, params![tenant, id, UserState::Removed.as_str(), now_ms])
}

pub fn password_hash(tx: &mut Tx<'_>, tenant: TenantId, id: UserId) -> Result<Option<String>> {
    tx.query_one(PASSWORD_HASH, params![tenant, id], |row| row.take())
}

pub fn set_password_hash(tx: &mut Tx<'_>, tenant: TenantId, id: UserId, hash: &str) -> Result<()> {
    tx.execute_one(SET_PASSWORD_HASH, params![tenant, id, hash])
}

/// Writes what may be edited: names, texts, role, manager and external id, and whether providers see it.
pub fn update(tx: &mut Tx<'_>, tenant: TenantId, user: &User) -> Result<()> {
    tx.execute_one(
        UPDATE,
        params![
            tenant,
            user.id,
            user.user_name,
            NameKey::new(&user.user_name).as_str(),
            user.email,
            user.full_name,
            user.description,
            user.role.as_str(),
            user.external_id,
            user.manager,
            text::fold(&user.email),
            text::fold(&user.full_name),
            user.hidden,
        ],
    )
}

/// Notes that something of the user was changed, in this table or in another.
pub fn touch(tx: &mut Tx<'_>, tenant: TenantId, id: UserId, now_ms: i64) -> Result<()> {
    tx.execute_one(TOUCH, params![tenant, id, now_ms])
}

pub fn signed_in(tx: &mut Tx<'_>, tenant: TenantId, id: UserId, now_ms: i64) -> Result<()> {
    tx.execute_one(SIGNED_IN, params![tenant, id, now_ms])
}

pub(crate) fn read(row: &mut Row<'_>) -> Result<User> {
    Ok(User {
        id: row.take()?,
        guid: row.take()?,
        user_name: row.take()?,
        email: row.take()?,
        full_name: row.take()?,
        description: row.take()?,
        state: row.word()?,
        role: row.word()?,
        protected: row.take()?,
        manager: row.number(UserId)?,
        external_id: row.take()?,
        notice: row.take()?,
        created_ms: row.take()?,
        modified_ms: row.take()?,
        last_sign_in_ms: row.take()?,
        hidden: row.take()?,
    })
}
