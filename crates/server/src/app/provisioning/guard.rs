//! The guard over departures: how many a token may ask for in a window, before an administrator is asked.
//!
//! It stands between a provider that has lost its users, by a wrong filter or a wrong hand, and ours.

use domain::policy::Guard;
use domain::{Error, Fact, Role, TenantId, User, UserState};
use serde_json::json;
use store::held::{self, Held, Window};
use store::{Tx, tenants, users};

use crate::app::{Caller, Credential, Pen};

/// Whether an active user may be cut now; else it is held.
pub(super) fn admits_cut(tx: &mut Tx<'_>, pen: &Pen, by: &Caller, user: &User) -> Result<bool, Error> {
    if user.state == UserState::Active { admits(tx, pen, by, user, false) } else { Ok(true) }
}

/// Whether a departure that begins now is within the measure of its token; else it is held. One that is held stays
/// so until an administrator has decided, however often it is asked for.
pub(super) fn admits(
    tx: &mut Tx<'_>,
    pen: &Pen,
    by: &Caller,
    user: &User,
    removes: bool,
) -> Result<bool, Error> {
    let (Role::Scim, Credential::Token { id: token, .. }) = (by.role, &by.credential) else {
        // What was held is decided by that: but for a deletion, where this is none.
        if removes || held::of_user(tx, pen.tenant, user.id)?.is_some_and(|held| !held.removes) {
            held::forget(tx, pen.tenant, user.id)?;
        }
        return Ok(true);
    };
    let was_held = held::of_user(tx, pen.tenant, user.id)?;
    if was_held.is_none() && count(tx, pen, *token)? {
        return Ok(true);
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
    if was_held.is_none_or(|was| removes && !was.removes) {
        let detail = json!({ "token": token, "removes": removes });
        pen.write(tx, &Fact::new("departure.held", detail).on(user.id))?;
    }
    Ok(false)
}

/// Counts one more departure of this token, unless that were too many.
fn count(tx: &mut Tx<'_>, pen: &Pen, token: i64) -> Result<bool, Error> {
    let guard = guard(tx, pen.tenant)?;
    let mut window = held::window(tx, pen.tenant, token)?;
    if pen.now_ms >= window.began_ms.saturating_add(window_ms(guard)) {
        let present = users::count_shown(tx, pen.tenant, guard.most_counted())?;
        window = Window { began_ms: pen.now_ms, present, departures: 0 };
    }
    let within = window.departures < guard.limit(window.present);
    let departures = window.departures + i64::from(within);
    held::set_window(tx, pen.tenant, token, Window { departures, ..window })?;
    Ok(within)
}

fn guard(tx: &mut Tx<'_>, tenant: TenantId) -> Result<Guard, Error> {
    let tenant = tenants::by_id(tx, tenant)?.ok_or_else(|| Error::internal(&"the tenant is gone"))?;
    Ok(tenant.policy.scim.guard)
}

fn window_ms(guard: Guard) -> i64 {
    i64::from(guard.window_s) * 1_000
}
