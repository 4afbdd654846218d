//! What a request is, and the plans it yields.

use std::collections::HashMap;
use std::sync::Arc;

use domain::plan::{Request, plan};
use domain::{Error, Goal, Offboarding, Plan, Platform, Refusal, Step, User, UserId, text};
use store::offboardings::Repeat;

use super::load::Loaded;
use super::{Caller, HeirRef, MAX_NOTICE_CHARS, MAX_USERS_PER_REQUEST, Pen, UserRef};

/// A request, in any face's words.
#[derive(Clone, Debug)]
pub struct Start {
    pub goal: Goal,
    /// All or nothing: one refusal and nothing is changed for anybody.
    pub users: Vec<Leaver>,
    /// Who inherits from whoever names nobody of its own.
    pub heir: HeirRef,
    /// The notice for the leaver.
    pub message: Option<String>,
    /// When to begin; `None` or the past means now.
    pub start_ms: Option<i64>,
    /// How long after the cut of a removal the rest waits.
    pub keep_ms: i64,
    /// With nobody fit to inherit the departure begins all the same, and is blocked until somebody is named.
    pub awaits_heir: bool,
    /// Makes a repeated request recognizable.
    pub repeat: Option<Repeat>,
}

/// One of the users of a request.
#[derive(Clone, Debug)]
pub struct Leaver {
    pub user: UserRef,
    /// Who inherits from this one, where that is said for each by itself.
    pub heir: Option<HeirRef>,
}

impl Start {
    pub fn new(goal: Goal, users: Vec<UserRef>) -> Self {
        let users = users.into_iter().map(|user| Leaver { user, heir: None }).collect();
        Self {
            goal,
            users,
            heir: HeirRef::Unsaid,
            message: None,
            start_ms: None,
            keep_ms: 0,
            awaits_heir: false,
            repeat: None,
        }
    }

    fn heir_of<'s>(&'s self, leaver: &'s Leaver) -> &'s HeirRef {
        leaver.heir.as_ref().unwrap_or(&self.heir)
    }

    /// Everybody who is to inherit, as often as it is said.
    pub(super) fn heirs(&self) -> impl Iterator<Item = &HeirRef> {
        self.users.iter().map(|leaver| self.heir_of(leaver))
    }
}

#[derive(Clone, Debug)]
pub struct Started {
    pub offboarding: Offboarding,
    pub steps: Vec<Step>,
    /// All that the tenant has declared.
    pub platforms: Arc<[Platform]>,
    /// By name, for the answer.
    pub heir: Option<String>,
    /// It was under way, or this very request was made before: nothing new was written.
    pub existed: bool,
    /// This very request was made before, under the same key.
    pub replayed: bool,
}

pub(super) fn check(start: &Start) -> Result<(), Error> {
    if start.users.is_empty() {
        return Err(Error::invalid("users", "must not be empty"));
    }
    if start.users.len() > MAX_USERS_PER_REQUEST {
        return Err(Error::TooMany { what: "users", limit: MAX_USERS_PER_REQUEST });
    }
    if start.repeat.is_some() && start.users.len() > 1 {
        return Err(Error::invalid("Idempotency-Key", "is for a request on one user"));
    }
    text::check("message", start.message.as_deref().unwrap_or_default(), MAX_NOTICE_CHARS)
}

/// One user's part of a request, before it is accepted.
pub(super) struct Planned<'l> {
    pub user: &'l User,
    pub plan: Plan,
    /// Who inherits, by name.
    pub heir: Option<String>,
}

/// One plan per user, each user once; every refusal is collected before any is told.
pub(super) fn plan_all<'l>(
    loaded: &'l Loaded,
    caller: &Caller,
    start: &Start,
    pen: &Pen,
) -> Result<Vec<Planned<'l>>, Error> {
    let mut planned: Vec<Planned<'_>> = Vec::new();
    let mut refusals: Vec<Refusal> = Vec::new();
    let mut seen: HashMap<UserId, &HeirRef> = HashMap::new();
    for (leaver, user) in start.users.iter().zip(&loaded.users) {
        let heir = start.heir_of(leaver);
        if let Some(user) = user
            && let Some(earlier) = seen.insert(user.id, heir)
        {
            if earlier == heir {
                continue;
            }
            let name = &user.user_name;
            return Err(Error::invalid("users", format!("name {name} twice, with different new owners")));
        }
        match plan_one(loaded, caller, start, leaver, user.as_ref(), pen) {
            Ok(plan) => planned.push(plan),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if refusals.is_empty() { Ok(planned) } else { Err(Error::Refused(refusals)) }
}

fn plan_one<'l>(
    loaded: &'l Loaded,
    caller: &Caller,
    start: &Start,
    leaver: &Leaver,
    user: Option<&'l User>,
    pen: &Pen,
) -> Result<Planned<'l>, Refusal> {
    let shown = leaver.user.shown();
    let heir = start.heir_of(leaver);
    let request = Request {
        goal: start.goal,
        heir: loaded.named(heir),
        start_ms: start.start_ms.unwrap_or(pen.now_ms),
        keep_ms: start.keep_ms,
        awaits_heir: start.awaits_heir,
    };
    let snapshot = loaded.snapshot(&shown, user, caller);
    let key = |no: domain::StepNo| no.to_string();
    let plan = plan(&request, &snapshot, &loaded.policy, pen.now_ms, key)?;
    let user = user.ok_or(Refusal::UnknownUser { user: shown })?;
    Ok(Planned { heir: loaded.heir_of(user, heir, plan.handover), user, plan })
}
