//! What a request is, and the plans it yields.

use std::sync::Arc;

use domain::plan::{Request, plan};
use domain::{Error, Goal, Offboarding, Plan, Platform, Refusal, Step, User, text};
use store::offboardings::Repeat;

use super::load::Loaded;
use super::{Caller, HeirRef, MAX_NOTICE_CHARS, MAX_USERS_PER_REQUEST, Pen, UserRef};

/// A request, in any face's words.
#[derive(Clone, Debug)]
pub struct Start {
    pub goal: Goal,
    /// All or nothing: one refusal and nothing is changed for anybody.
    pub users: Vec<UserRef>,
    pub heir: HeirRef,
    /// The notice for the leaver.
    pub message: Option<String>,
    /// When to begin; `None` or the past means now.
    pub start_ms: Option<i64>,
    /// Makes a repeated request recognizable.
    pub repeat: Option<Repeat>,
}

impl Start {
    pub fn new(goal: Goal, users: Vec<UserRef>) -> Self {
        Self { goal, users, heir: HeirRef::Unsaid, message: None, start_ms: None, repeat: None }
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

/// One plan per user, each user once; every refusal is collected before any is told.
pub(super) fn plan_all<'l>(
    loaded: &'l Loaded,
    caller: &Caller,
    start: &Start,
    pen: &Pen,
) -> Result<Vec<(&'l User, Plan)>, Error> {
    let request = Request {
        goal: start.goal,
        heir: loaded.heir.clone(),
        start_ms: start.start_ms.unwrap_or(pen.now_ms),
    };
    let mut planned: Vec<(&User, Plan)> = Vec::new();
    let mut refusals: Vec<Refusal> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (asked, user) in start.users.iter().zip(&loaded.users) {
        if user.as_ref().is_some_and(|user| !seen.insert(user.id)) {
            continue;
        }
        let snapshot = loaded.snapshot(&asked.shown(), user.as_ref(), caller);
        let key = |no: domain::StepNo| no.to_string();
        match (plan(&request, &snapshot, &loaded.policy, pen.now_ms, key), user) {
            (Ok(plan), Some(user)) => planned.push((user, plan)),
            (Ok(_), None) => refusals.push(Refusal::UnknownUser { user: asked.shown() }),
            (Err(refusal), _) => refusals.push(refusal),
        }
    }
    if refusals.is_empty() { Ok(planned) } else { Err(Error::Refused(refusals)) }
}
