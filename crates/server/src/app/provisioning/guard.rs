//! The guard over departures: how many a token may ask for in a window, before an administrator is asked.
//!
//! It stands between a provider that has lost its users, by a wrong filter or a wrong hand, and ours.

use domain::policy::Guard;
use domain::{Error, Fact, Role, User};
use serde_json::json;
use store::held::{self, Held, Window};
use store::{Tx, users};

use super::Hold;
use crate::app::policy::policy_of;
use crate::app::{Caller, Credential, Pen};

/// Holds a departure that begins now beyond the measure of its token. One that is held stays so until an administrator
/// has decided, however often it is asked for.
pub(super) fn holds(
    tx: &mut Tx<'_>,
    pen: &Pen,
    by: &Caller,
    user: &User,
    removes: bool,
) -> Result<Option<Hold>, Error> {
    let (Role::Scim, Credential::Token { id: token, .. }) = (by.role, &by.credential) else {
        // What was held is decided by that: but for a deletion, where this is none.
        if removes || held::of_user(tx, pen.tenant, user.id)?.is_some_and(|held| !held.removes) {
            held::forget(tx, pen.tenant, user.id)?;
        }
        return Ok(None);
    };
    let was_held = held::of_user(tx, pen.tenant, user.id)?;
    let guard = policy_of(tx, pen.tenant)?.scim.guard;
    let window = window(tx, pen, *token, guard)?;
    let limit = guard.limit(window.present);
    if was_held.is_none() && window.departures < limit {
        held::set_window(tx, pen.tenant, *token, Window { departures: window.departures + 1, ..window })?;
        return Ok(None);
    }
    let held = Held {
        user: user.id,
        user_name: user.user_name.clone(),
        token: *token,
        removes,
        requester: by.name.clone(),
        asked_ms: pen.now_ms,
    };
    held::hold(tx, pen.tenant, &held)?;
    if was_held.as_ref().is_none_or(|was| removes && !was.removes) {
        let detail = json!({ "token": token, "removes": removes });
        pen.write(tx, &Fact::new("departure.held", detail).on(user.id))?;
    }
    Ok(Some(Hold {
        removes: removes || was_held.as_ref().is_some_and(|was| was.removes),
        since_ms: was_held.map_or(pen.now_ms, |was| was.asked_ms),
        limit,
        window_s: guard.window_s,
    }))
}

/// The window of a token, locked: a new one where the last is over.
fn window(tx: &mut Tx<'_>, pen: &Pen, token: i64, guard: Guard) -> Result<Window, Error> {
    let window = held::window(tx, pen.tenant, token)?;
    if pen.now_ms < window.began_ms.saturating_add(window_ms(guard)) {
        return Ok(window);
    }
    let present = users::count_shown(tx, pen.tenant, guard.most_counted())?;
    Ok(Window { began_ms: pen.now_ms, present, departures: 0 })
}

fn window_ms(guard: Guard) -> i64 {
    i64::from(guard.window_s) * 1_000
}
