//! Departures that the guard holds, and an administrator's word on them.

use domain::{Error, Fact, Role, TenantId, User, UserId};
use serde_json::json;
use store::held::{self, Held};
use store::{Tx, tenants, users};

use super::remove_person::{begin, lock_leavers};
use crate::app::lookup::find_all;
use crate::app::offboardings::one_more;
use crate::app::start::Started;
use crate::app::{App, Caller, MAX_PAGE, MAX_USERS_PER_REQUEST, Page, Pen, UserRef};

/// Departures decided in one transaction.
const DECIDED_AT_ONCE: usize = 100;

/// Which of the departures that are held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Each of these is held, or none is decided.
    Users(Vec<UserRef>),
    /// All that a token asked for.
    Token(i64),
    All,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It begins now, as it was asked for, on the administrator's word.
    Approve,
    /// It does not begin, unless it is asked for once more.
    Reject,
}

/// What became of a decision.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    pub departures: usize,
    /// They are held still: the first of them, [`MAX_PAGE`] at most, and why.
    pub refused: Vec<(Held, String)>,
}

impl App {
    /// In the order of users' ids.
    pub async fn held_departures(
        &self,
        caller: &Caller,
        token: Option<i64>,
        after: UserId,
        limit: usize,
    ) -> Result<Page<Held>, Error> {
        caller.require(Role::Auditor)?;
        let rows = one_more(limit)?;
        let found =
            self.store.read(|tx| Ok::<_, Error>(held::list(tx, caller.tenant, token, after, rows)?)).await?;
        Ok(Page::cut(found, limit))
    }

    /// Each departure stands for itself: one that is refused now stays held, and the rest goes on. A token none of
    /// whose departures is held any more begins a new window.
    pub async fn decide_held(
        &self,
        caller: &Caller,
        which: Which,
        decision: Decision,
    ) -> Result<Decided, Error> {
        caller.require(Role::Admin)?;
        let mut wanted = self.store.read(|tx| Wanted::find(tx, caller.tenant, which)).await?;
        let mut decided = Decided::default();
        loop {
            let (by, jitter, chunk) = (caller.clone(), self.random.jitter(), wanted.clone());
            let part = self.write_for(caller, move |tx, pen| {
                let (chunk, last) = chunk.next(tx, pen.tenant)?;
                Ok((Deciding { by: &by, decision, jitter }.all(tx, pen, &chunk)?, last))
            });
            let (Part { started, departures, refused }, last) = part.await?;
            decided.departures += departures;
            let room = MAX_PAGE.saturating_sub(decided.refused.len());
            decided.refused.extend(refused.into_iter().take(room));
            self.hint_started(&started);
            let Some(last) = last else { return Ok(decided) };
            wanted.advance(last);
        }
    }
}

/// What is still to be decided.
#[derive(Clone, Debug)]
enum Wanted {
    /// In the order of ids.
    Users(Vec<UserId>),
    Behind {
        token: Option<i64>,
        after: UserId,
    },
}

impl Wanted {
    fn find(tx: &mut Tx<'_>, tenant: TenantId, which: Which) -> Result<Self, Error> {
        let asked = match which {
            Which::All => return Ok(Self::Behind { token: None, after: UserId(0) }),
            Which::Token(token) => return Ok(Self::Behind { token: Some(token), after: UserId(0) }),
            Which::Users(asked) => asked,
        };
        if asked.len() > MAX_USERS_PER_REQUEST {
            return Err(Error::TooMany { what: "users", limit: MAX_USERS_PER_REQUEST });
        }
        let mut ids = Vec::with_capacity(asked.len());
        for (asked, user) in asked.iter().zip(find_all(tx, tenant, &asked)?) {
            let held = match &user {
                Some(user) => held::of_user(tx, tenant, user.id)?,
                None => None,
            };
            let held = held.ok_or_else(|| Error::not_found("held departure", asked.shown()))?;
            ids.push(held.user);
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(Self::Users(ids))
    }

    /// The next few, and behind whom to go on.
    fn next(&self, tx: &mut Tx<'_>, tenant: TenantId) -> Result<(Vec<UserId>, Option<UserId>), Error> {
        let ids: Vec<UserId> = match self {
            Self::Users(ids) => ids.iter().copied().take(DECIDED_AT_ONCE).collect(),
            Self::Behind { token, after } => {
                let rows = i64::try_from(DECIDED_AT_ONCE).map_err(|error| Error::internal(&error))?;
                let held = held::list(tx, tenant, *token, *after, rows)?;
                held.into_iter().map(|held| held.user).collect()
            }
        };
        let last = ids.last().copied();
        Ok((ids, last))
    }

    fn advance(&mut self, last: UserId) {
        match self {
            Self::Users(ids) => ids.retain(|id| *id > last),
            Self::Behind { after, .. } => *after = last,
        }
    }
}

/// What one transaction decided.
#[derive(Default)]
struct Part {
    started: Vec<Started>,
    departures: usize,
    refused: Vec<(Held, String)>,
}

struct Deciding<'a> {
    by: &'a Caller,
    decision: Decision,
    jitter: u64,
}

impl Deciding<'_> {
    /// In the order of users' ids.
    fn all(&self, tx: &mut Tx<'_>, pen: &Pen, ids: &[UserId]) -> Result<Part, Error> {
        // An administrator among them may be the last.
        tenants::lock(tx, pen.tenant)?;
        let mut users = users::by_ids(tx, pen.tenant, ids)?;
        if lock_leavers(tx, pen, &users)? {
            users = users::by_ids(tx, pen.tenant, ids)?;
        }
        let mut part = Part::default();
        let mut tokens: Vec<i64> = Vec::new();
        for user in users {
            // Withdrawn or decided meanwhile.
            let Some(held) = held::of_user(tx, pen.tenant, user.id)? else { continue };
            match self.one(tx, pen, &user, &held) {
                Ok(started) => part.started.extend(started),
                Err(refusal @ (Error::Refused(_) | Error::Conflict(_))) => {
                    part.refused.push((held, refusal.outside()));
                    continue;
                }
                Err(error) => return Err(error),
            }
            part.departures += 1;
            tokens.push(held.token);
        }
        if self.decision == Decision::Approve {
            end_windows(tx, pen.tenant, tokens)?;
        }
        Ok(part)
    }

    fn one(&self, tx: &mut Tx<'_>, pen: &Pen, user: &User, held: &Held) -> Result<Vec<Started>, Error> {
        let Held { token, removes, requester, .. } = held;
        let detail = json!({ "token": token, "removes": removes, "requester": requester });
        let (kind, started) = match self.decision {
            Decision::Reject => ("departure.rejected", Vec::new()),
            Decision::Approve => {
                ("departure.approved", begin(tx, pen, self.by, user, *removes, self.jitter)?)
            }
        };
        held::forget(tx, pen.tenant, user.id)?;
        pen.write(tx, &Fact::new(kind, detail).on(user.id))?;
        Ok(started)
    }
}

/// What was asked of this user counts no more.
pub(super) fn withdraw(tx: &mut Tx<'_>, pen: &Pen, user: UserId) -> Result<(), Error> {
    if held::forget(tx, pen.tenant, user)? {
        pen.write(tx, &Fact::bare("departure.withdrawn").on(user))?;
    }
    Ok(())
}

/// A token that was held up may go on once everything of it is decided.
fn end_windows(tx: &mut Tx<'_>, tenant: TenantId, mut tokens: Vec<i64>) -> Result<(), Error> {
    tokens.sort_unstable();
    tokens.dedup();
    for token in tokens {
        if held::list(tx, tenant, Some(token), UserId(0), 1)?.is_empty() {
            held::end_window(tx, tenant, token)?;
        }
    }
    Ok(())
}
