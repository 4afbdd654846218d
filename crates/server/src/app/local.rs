//! Steps in Exeunt's own directory: they run in the transaction that settles them.

use domain::action::Count;
use domain::plan::{Named, transferable};
use domain::step::Progress;
use domain::{
    Action, Error, Handover, Offboarding, Outcome, Owner, Refusal, Step, TenantId, User, UserState,
};
use store::members::{self, Seat};
use store::{Tx, assets, emails, groups, held, profiles, users};

use super::credentials::{Ended, end_all};
use super::heirs::successors;

/// What became of a local step in this transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Local {
    Settled(Outcome, Progress),
    /// A chunk was done and more is left.
    More(Progress),
}

/// Does a step on `user`, or at most `budget` rows of it, and takes what it used off the budget.
pub fn perform(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    offboarding: &Offboarding,
    step: &Step,
    user: &User,
    budget: &mut i64,
    now_ms: i64,
) -> Result<Local, Error> {
    let outcome = match step.action {
        Action::Disable => disable(tx, tenant, offboarding, user, now_ms)?,
        Action::EndSessions => end_sessions(tx, tenant, user)?,
        Action::Enable => enable(tx, tenant, user, now_ms)?,
        Action::Transfer => return transfer(tx, tenant, offboarding, step, user, budget),
        Action::Release => return release(tx, tenant, step, user, budget),
        Action::Delete => delete(tx, tenant, user, now_ms)?,
        Action::Manual => Outcome::Refused { reason: "a person must do this".to_owned() },
    };
    Ok(Local::Settled(outcome, step.progress))
}

fn disable(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    offboarding: &Offboarding,
    user: &User,
    now_ms: i64,
) -> Result<Outcome, Error> {
    if user.state != UserState::Active {
        if user.state == UserState::Deactivated && offboarding.message.is_some() {
            users::set_state(tx, tenant, user.id, user.state, offboarding.message.as_deref(), now_ms)?;
        }
        return Ok(already(format!("{} was {} before", user.user_name, user.state)));
    }
    let notice = offboarding.message.as_deref();
    users::set_state(tx, tenant, user.id, UserState::Deactivated, notice, now_ms)?;
    Ok(done(format!("{} is deactivated", user.user_name)))
}

fn end_sessions(tx: &mut Tx<'_>, tenant: TenantId, user: &User) -> Result<Outcome, Error> {
    let Ended { sessions, tokens, clients } = end_all(tx, tenant, user.id)?;
    let (sessions_and_tokens, clients) = (sessions + tokens, count("OAuth client", clients));
    Ok(match (sessions_and_tokens, clients.count) {
        (0, 0) => already("no session and no token was open".to_owned()),
        (_, 0) => done(format!("{} and {} ended", count("session", sessions), count("token", tokens))),
        _ => done(format!("{}, {} and {clients} ended", count("session", sessions), count("token", tokens))),
    })
}

fn enable(tx: &mut Tx<'_>, tenant: TenantId, user: &User, now_ms: i64) -> Result<Outcome, Error> {
    match user.state {
        UserState::Active => Ok(already(format!("{} was active before", user.user_name))),
        UserState::Removed => Ok(Outcome::Refused { reason: format!("{} has been removed", user.user_name) }),
        UserState::Deactivated => {
            users::set_state(tx, tenant, user.id, UserState::Active, None, now_ms)?;
            if user.hidden {
                // Its groups show it again, too.
                groups::touch_of_user(tx, tenant, user.id, now_ms)?;
                return Ok(done(format!(
                    "{} is active, and seen by identity providers again",
                    user.user_name
                )));
            }
            Ok(done(format!("{} is active", user.user_name)))
        }
    }
}

fn transfer(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    offboarding: &Offboarding,
    step: &Step,
    user: &User,
    budget: &mut i64,
) -> Result<Local, Error> {
    let workloads = offboarding.goal.transfers_workloads();
    let (moved, verb) = match offboarding.handover {
        None => (0, "handed over"),
        Some(Handover::Awaited) => match assets::holdings(tx, tenant, &[user.id])?.pop() {
            Some((_, held)) if !transferable(offboarding.goal, &held).is_empty() => {
                let refusal = Refusal::NoSuccessor { user: user.user_name.clone(), holdings: held };
                return Ok(Local::Settled(Outcome::Refused { reason: refusal.to_string() }, step.progress));
            }
            _ => (0, "handed over"),
        },
        Some(Handover::Orphan) => (assets::orphan(tx, tenant, user.id, workloads, *budget)?, "orphaned"),
        Some(Handover::To(owner)) => {
            if let Some(refusal) = unfit(tx, tenant, user, owner)? {
                return Ok(Local::Settled(Outcome::Refused { reason: refusal.to_string() }, step.progress));
            }
            (assets::transfer(tx, tenant, user.id, owner, workloads, *budget)?, "handed over")
        }
    };
    Ok(chunk(step, moved, verb, budget))
}

/// The successor was fit when the plan was made; the world may have changed since.
pub(super) fn unfit(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    leaver: &User,
    owner: Owner,
) -> Result<Option<Refusal>, Error> {
    match owner {
        Owner::Group(id) => {
            let gone = groups::by_id(tx, tenant, id)?.is_none();
            Ok(gone.then(|| Refusal::SuccessorUnknown { successor: id.to_string() }))
        }
        Owner::User(id) => {
            let found = users::by_id(tx, tenant, id)?;
            let found = successors(tx, tenant, found.as_slice())?.pop();
            Ok(domain::plan::successor(leaver, &Named { given: id.to_string(), found }).err())
        }
    }
}

fn release(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    step: &Step,
    user: &User,
    budget: &mut i64,
) -> Result<Local, Error> {
    let released = assets::release(tx, tenant, user.id, *budget)?;
    Ok(chunk(step, released, "released", budget))
}

/// A full chunk means that there may be more.
fn chunk(step: &Step, rows: u64, verb: &str, budget: &mut i64) -> Local {
    let rows = i64::try_from(rows).unwrap_or(i64::MAX);
    let done_now = step.progress.done + rows;
    let progress = Progress { done: done_now, total: step.progress.total.max(done_now) };
    let full = rows >= *budget;
    *budget -= rows;
    if full {
        return Local::More(progress);
    }
    let outcome = match u64::try_from(done_now).unwrap_or(0) {
        0 => already(format!("nothing was left to be {verb}")),
        assets => done(format!("{} {verb}", count("asset", assets))),
    };
    Local::Settled(outcome, progress)
}

fn delete(tx: &mut Tx<'_>, tenant: TenantId, user: &User, now_ms: i64) -> Result<Outcome, Error> {
    if user.state == UserState::Removed {
        return Ok(already(format!("{} was removed before", user.user_name)));
    }
    let left = assets::holdings(tx, tenant, &[user.id])?.pop();
    if let Some((_, holdings)) = left.filter(|(_, holdings)| !holdings.is_empty()) {
        let refusal = Refusal::NoSuccessor { user: user.user_name.clone(), holdings };
        return Ok(Outcome::Refused { reason: refusal.to_string() });
    }
    end_all(tx, tenant, user.id)?;
    groups::touch_of_user(tx, tenant, user.id, now_ms)?;
    let groups = members::remove_everywhere(tx, tenant, user.id, Seat::Member)?;
    members::remove_everywhere(tx, tenant, user.id, Seat::Admin)?;
    profiles::delete(tx, tenant, user.id)?;
    emails::delete_of_user(tx, tenant, user.id)?;
    held::forget(tx, tenant, user.id)?;
    users::remove(tx, tenant, user.id, now_ms)?;
    let left = match groups {
        0 => String::new(),
        _ => format!(" and has left {}", count("group", groups)),
    };
    Ok(done(format!("{} is removed{left}", user.user_name)))
}

fn count(noun: &str, count: u64) -> Count {
    Count { noun: noun.to_owned(), count }
}

fn done(evidence: String) -> Outcome {
    Outcome::Done { evidence }
}

fn already(evidence: String) -> Outcome {
    Outcome::AlreadyDone { evidence }
}
