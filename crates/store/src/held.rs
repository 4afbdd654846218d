//! Departures that a token asked for beyond its measure, and the windows in which they are counted.

use domain::{TenantId, UserId};

use crate::Result;
use crate::db::{Row, Tx, params, statements};

macro_rules! columns {
    () => {
        "h.user_id, u.user_name, h.token_id, h.removes, h.requester, h.asked_ms"
    };
}

statements! {
    /// So that there is a row to be locked.
    BEGIN_WINDOW = "INSERT INTO removal_windows (tenant_id, token_id, began_ms, present, departures) \
                    VALUES ($1, $2, 0, 0, 0) ON CONFLICT (tenant_id, token_id) DO NOTHING";
    /// Locked: two departures of one token at once are counted one after the other.
    WINDOW = "SELECT began_ms, present, departures FROM removal_windows WHERE tenant_id = $1 AND token_id = $2 \
              FOR NO KEY UPDATE";
    SET_WINDOW = "UPDATE removal_windows SET began_ms = $3, present = $4, departures = $5 \
                  WHERE tenant_id = $1 AND token_id = $2";
    /// The row stays: whoever waits for it would find none.
    END_WINDOW = "UPDATE removal_windows SET began_ms = 0, present = 0, departures = 0 \
                  WHERE tenant_id = $1 AND token_id = $2";
    /// Whoever asks twice is held once; what is asked for later, and goes further, counts.
    HOLD = "INSERT INTO held_departures (tenant_id, user_id, token_id, removes, requester, asked_ms) \
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, user_id) \
            DO UPDATE SET removes = $4 OR held_departures.removes";
    OF_USER = concat!("SELECT ", columns!(), " FROM held_departures h \
        JOIN users u ON u.tenant_id = h.tenant_id AND u.id = h.user_id WHERE h.tenant_id = $1 AND h.user_id = $2");
    LIST = concat!("SELECT ", columns!(), " FROM held_departures h \
        JOIN users u ON u.tenant_id = h.tenant_id AND u.id = h.user_id \
        WHERE h.tenant_id = $1 AND h.user_id > $2 ORDER BY h.user_id LIMIT $3");
    LIST_OF_TOKEN = concat!("SELECT ", columns!(), " FROM held_departures h \
        JOIN users u ON u.tenant_id = h.tenant_id AND u.id = h.user_id \
        WHERE h.tenant_id = $1 AND h.token_id = $2 AND h.user_id > $3 ORDER BY h.user_id LIMIT $4");
    FORGET = "DELETE FROM held_departures WHERE tenant_id = $1 AND user_id = $2";
}

/// What a token has asked for since its window began.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    pub began_ms: i64,
    /// Present users when it began, counted as far as that matters.
    pub present: i64,
    pub departures: i64,
}

/// A departure that waits for an administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    pub user: UserId,
    pub user_name: String,
    pub token: i64,
    /// Else the user is to be deactivated.
    pub removes: bool,
    pub requester: String,
    pub asked_ms: i64,
}

/// Locked until the transaction ends; a token's first one began long ago.
pub fn window(tx: &mut Tx<'_>, tenant: TenantId, token: i64) -> Result<Window> {
    if let Some(window) = tx.query_opt(WINDOW, params![tenant, token], read_window)? {
        return Ok(window);
    }
    tx.execute(BEGIN_WINDOW, params![tenant, token])?;
    tx.query_one(WINDOW, params![tenant, token], read_window)
}

/// Writes over what [`window`] has read.
pub fn set_window(tx: &mut Tx<'_>, tenant: TenantId, token: i64, window: Window) -> Result<()> {
    let Window { began_ms, present, departures } = window;
    tx.execute_one(SET_WINDOW, params![tenant, token, began_ms, present, departures])
}

/// The next departure begins a new window.
pub fn end_window(tx: &mut Tx<'_>, tenant: TenantId, token: i64) -> Result<()> {
    tx.execute(END_WINDOW, params![tenant, token]).map(|_| ())
}

pub fn hold(tx: &mut Tx<'_>, tenant: TenantId, held: &Held) -> Result<()> {
    let Held { user, token, removes, requester, asked_ms, .. } = held;
    tx.execute_one(HOLD, params![tenant, *user, *token, *removes, requester, *asked_ms])
}

pub fn of_user(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<Option<Held>> {
    tx.query_opt(OF_USER, params![tenant, user], read)
}

/// Behind `after`, in the order of users.
pub fn list(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    token: Option<i64>,
    after: UserId,
    limit: i64,
) -> Result<Vec<Held>> {
    match token {
        None => tx.query(LIST, params![tenant, after, limit], read),
        Some(token) => tx.query(LIST_OF_TOKEN, params![tenant, token, after, limit], read),
    }
}

/// Answers whether the user was held.
pub fn forget(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<bool> {
    Ok(tx.execute(FORGET, params![tenant, user])? > 0)
}

fn read_window(row: &mut Row<'_>) -> Result<Window> {
    Ok(Window { began_ms: row.take()?, present: row.take()?, departures: row.take()? })
}

fn read(row: &mut Row<'_>) -> Result<Held> {
    Ok(Held {
        user: row.take()?,
        user_name: row.take()?,
        token: row.take()?,
        removes: row.take()?,
        requester: row.take()?,
        asked_ms: row.take()?,
    })
}
