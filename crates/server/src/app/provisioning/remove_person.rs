//! What a provider's deletion means: a departure by the tenant's policy, and that providers see the user no more.

use domain::policy::OnDelete;
use domain::{Error, Goal, Offboarding, Refusal, Role, User, UserId, UserState};
use store::{Tx, offboardings, tenants, users};

use super::person::{hide, person, shown};
use super::{Person, Provisioned, guard};
use crate::app::accept::accept;
use crate::app::policy::policy_of;
use crate::app::start::{Start, Started};
use crate::app::{App, Caller, Pen, UserRef};

const DAY_MS: i64 = 24 * 3_600_000;

impl App {
    /// What the user owns holds nothing up: the successor comes from policy; else the user is cut and hidden, and
    /// its offboarding waits, blocked, until somebody is named. `check` sees the user locked.
    pub async fn remove_person<E>(
        &self,
        caller: &Caller,
        guid: &str,
        check: impl FnOnce(&Person) -> Result<(), E> + Send + 'static,
    ) -> Result<Provisioned<()>, E>
    where
        E: From<Error> + Send + 'static,
    {
        caller.require_provisioning()?;
        let (by, guid, jitter) = (caller.clone(), guid.to_owned(), self.random.jitter());
        let removed = self
            .write_with(caller, move |tx, pen| {
                let user = locked(tx, pen, &guid)?;
                let found = person(tx, pen.tenant, user)?;
                check(&found)?;
                Ok::<_, E>(removed(tx, pen, &by, found.user, jitter)?)
            })
            .await?;
        Ok(match removed {
            Provisioned::Held(hold) => Provisioned::Held(hold),
            Provisioned::Done(started) => {
                self.hint_started(&started);
                Provisioned::Done(())
            }
        })
    }
}

/// Administrators' departures come one by one.
fn locked(tx: &mut Tx<'_>, pen: &Pen, guid: &str) -> Result<User, Error> {
    let found = shown(tx, pen.tenant, guid)?;
    if found.role == Role::Admin {
        tenants::lock(tx, pen.tenant)?;
    }
    if lock_leavers(tx, pen, std::slice::from_ref(&found))? { shown(tx, pen.tenant, guid) } else { Ok(found) }
}

/// With their managers, who may inherit: whoever begins a departure locks both in the order of their ids.
pub(super) fn lock_leavers(tx: &mut Tx<'_>, pen: &Pen, leavers: &[User]) -> Result<bool, Error> {
    let mut ids: Vec<UserId> = leavers.iter().map(|user| user.id).collect();
    ids.extend(leavers.iter().filter_map(|user| user.manager));
    ids.sort_unstable();
    ids.dedup();
    Ok(users::lock(tx, pen.tenant, &ids)?)
}

fn removed(
    tx: &mut Tx<'_>,
    pen: &Pen,
    by: &Caller,
    user: User,
    jitter: u64,
) -> Result<Provisioned<Vec<Started>>, Error> {
    // What is under way already is no departure of this token's; what is only planned is cut now.
    let is_under_way = user.state != UserState::Active && is_leaving(tx, pen, &user)?;
    if !is_under_way && let Some(hold) = guard::holds(tx, pen, by, &user, true)? {
        return Ok(Provisioned::Held(hold));
    }
    begin(tx, pen, by, &user, true, jitter).map(Provisioned::Done)
}

/// Somebody else removes the user already: then that goes on.
fn is_leaving(tx: &mut Tx<'_>, pen: &Pen, user: &User) -> Result<bool, Error> {
    Ok(open_removals(tx, pen, user)?.iter().any(|open| !open.cancel_asked))
}

fn open_removals(tx: &mut Tx<'_>, pen: &Pen, user: &User) -> Result<Vec<Offboarding>, Error> {
    let mut open = offboardings::open_of_users(tx, pen.tenant, &[user.id])?;
    open.retain(|open| open.goal.removes());
    Ok(open)
}

/// Begins the departure that a provider asked for: a deactivation, or a deletion by the tenant's policy. What is
/// refused has written nothing.
pub(super) fn begin(
    tx: &mut Tx<'_>,
    pen: &Pen,
    by: &Caller,
    user: &User,
    removes: bool,
    jitter: u64,
) -> Result<Vec<Started>, Error> {
    let policy = policy_of(tx, pen.tenant)?;
    let start = |goal| Start::new(goal, vec![UserRef::Id(user.id)]);
    let removal = |keep_ms| Start { keep_ms, awaits_heir: true, ..start(Goal::Remove) };
    let (mut ends, keep_ms) = match policy.scim.on_delete {
        _ if !removes => (false, 0),
        OnDelete::Remove => (true, 0),
        OnDelete::Deactivate { keep_days: Some(days) } => (true, i64::from(days) * DAY_MS),
        OnDelete::Deactivate { keep_days: None } => (false, 0),
    };
    if ends && let Some(open) = open_removals(tx, pen, user)?.into_iter().min_by_key(|open| open.cancel_asked)
    {
        if open.cancel_asked {
            // Asked here, for the deactivation below would be written before the removal is refused.
            let (user, offboarding) = (user.user_name.clone(), open.id.to_string());
            return Err(Refusal::Leaving { user, offboarding }.into());
        }
        ends = false;
    }
    let mut started = Vec::new();
    let is_active = user.state == UserState::Active;
    // Whoever must be deactivated before a removal is deactivated before it: a deletion does not fail by that rule.
    // Nor does the cut wait for the day of a removal that somebody else has planned.
    if is_active && (!ends || policy.require_deactivated_before_remove) {
        started.extend(accept(tx, pen, by, &start(Goal::Deactivate), jitter)?);
    }
    if ends {
        started.extend(accept(tx, pen, by, &removal(keep_ms), jitter)?);
    }
    if removes {
        let left =
            users::by_id(tx, pen.tenant, user.id)?.ok_or_else(|| Error::internal(&"a user is gone"))?;
        // A tombstone is seen by nobody anyway.
        if left.state != UserState::Removed {
            hide(tx, pen, left, true)?;
        }
    }
    Ok(started)
}
