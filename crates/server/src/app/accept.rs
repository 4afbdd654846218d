//! The verbs themselves, by accepting plans: offboardings and steps are written, and what is local and small is done at once.

use std::sync::Arc;

use domain::settle::{Moment, may_run, settle};
use domain::step::Event;
use domain::{
    Action, Error, Fact, Goal, Handover, Offboarding, OffboardingId, OffboardingState, Plan, Role, Step,
    StepState, User, UserId,
};
use serde_json::json;
use store::offboardings::Repeat;
use store::{Tx, offboardings, steps, users};

use super::edit::Edit;
use super::load::{Loaded, load};
use super::local::{self, Local};
use super::start::{Planned, Start, Started, check, plan_all};
use super::{App, Caller, Pen};

/// Asset rows that a request may change in its own transaction; the engine does the rest in chunks.
const ROWS_AT_ONCE: i64 = store::assets::CHUNK;

impl App {
    /// Plans, accepts, and does what is local, in one transaction. Answers in the order of the users.
    pub async fn start(&self, caller: &Caller, start: Start) -> Result<Vec<Started>, Error> {
        caller.require(Role::Operator)?;
        check(&start)?;
        let (by, jitter) = (caller.clone(), self.random.jitter());
        let started = self.write_for(caller, move |tx, pen| accept(tx, pen, &by, &start, jitter)).await?;
        self.hint_started(&started);
        Ok(started)
    }

    /// Wakes the engine if something of this is left to it.
    pub(super) fn hint_started(&self, started: &[Started]) {
        if started.iter().all(|started| started.offboarding.state.is_final()) {
            self.hint_change();
        } else {
            self.hint_work();
        }
    }
}

/// Everything that a request asks for, or nothing, in the order of its users.
pub(super) fn accept(
    tx: &mut Tx<'_>,
    pen: &Pen,
    caller: &Caller,
    start: &Start,
    jitter: u64,
) -> Result<Vec<Started>, Error> {
    let loaded = load(tx, pen.tenant, start)?;
    // Behind the locks: of the same request sent twice at once, the second finds the first.
    if let Some(repeat) = &start.repeat
        && let Some(replayed) = replay(tx, pen, caller, repeat, &loaded)?
    {
        return Ok(vec![replayed]);
    }
    let planned = plan_all(&loaded, caller, start, pen)?;
    let mut budget = ROWS_AT_ONCE;
    let mut started = Vec::with_capacity(planned.len());
    for planned in planned {
        let mut acceptance = Acceptance { tx, pen, caller, start, loaded: &loaded, jitter };
        started.push(match acceptance.join(&planned)? {
            Some(joined) => joined,
            None => acceptance.accept(planned, &mut budget)?,
        });
    }
    Ok(started)
}

/// The same request under the same key answers what it answered; other content under that key is an error.
fn replay(
    tx: &mut Tx<'_>,
    pen: &Pen,
    caller: &Caller,
    repeat: &Repeat,
    loaded: &Loaded,
) -> Result<Option<Started>, Error> {
    let Some((id, fingerprint)) = offboardings::by_repeat_key(tx, pen.tenant, &caller.name, &repeat.key)?
    else {
        return Ok(None);
    };
    if fingerprint != repeat.fingerprint {
        return Err(Error::Conflict("the Idempotency-Key was used for another request".to_owned()));
    }
    let started = existing(tx, pen, &id, None, loaded)?;
    Ok(Some(Started { replayed: true, ..started }))
}

fn existing(
    tx: &mut Tx<'_>,
    pen: &Pen,
    id: &OffboardingId,
    heir: Option<String>,
    loaded: &Loaded,
) -> Result<Started, Error> {
    let offboarding = offboardings::by_id(tx, pen.tenant, id)?
        .ok_or_else(|| Error::internal(&"an offboarding vanished in its own transaction"))?;
    let steps = steps::of_offboarding(tx, id)?;
    let platforms = Arc::clone(&loaded.platforms);
    Ok(Started { offboarding, steps, platforms, heir, existed: true, replayed: false })
}

/// One user's part of an accepted request.
struct Acceptance<'a, 't, 'c> {
    tx: &'a mut Tx<'t>,
    pen: &'a Pen,
    caller: &'c Caller,
    start: &'a Start,
    loaded: &'a Loaded,
    jitter: u64,
}

impl Acceptance<'_, '_, '_> {
    /// The same goal is under way already: the answer is that one. A new notice still replaces the old.
    fn join(&mut self, planned: &Planned<'_>) -> Result<Option<Started>, Error> {
        let Planned { user, plan, heir } = planned;
        let open = self.loaded.open(user.id).iter();
        let same = |open: &&Offboarding| open.goal == plan.goal && !overtakes(plan, open);
        let Some(open) = open.filter(|open| !open.cancel_asked).find(same) else { return Ok(None) };
        if open.handover != plan.handover {
            let (name, goal) = (&user.user_name, open.goal);
            let text = format!("a {goal} of {name} to another successor is under way ({})", open.id);
            return Err(Error::Conflict(text));
        }
        if let (Goal::Deactivate, Some(message)) = (open.goal, &self.start.message) {
            let now_ms = self.pen.now_ms;
            users::set_state(self.tx, self.pen.tenant, user.id, user.state, Some(message), now_ms)?;
            let fact = Fact::new("user.notice_changed", json!({})).on(user.id).of(&open.id);
            self.pen.write(self.tx, &fact)?;
        }
        existing(self.tx, self.pen, &open.id, heir.clone(), self.loaded).map(Some)
    }

    fn accept(&mut self, planned: Planned<'_>, budget: &mut i64) -> Result<Started, Error> {
        let Planned { user, plan, heir } = planned;
        self.supersede(user.id, &plan)?;
        let id = OffboardingId(self.pen.random.ordered_id(self.pen.now_ms));
        let mut steps = plan.steps;
        for step in &mut steps {
            step.idempotency_key = format!("{id}-{}", step.no);
            step.progress.total = self.rows_of(step, user.id);
        }
        let mut offboarding = Offboarding {
            state: domain::offboarding::state_of(&steps, false, plan.start_ms, self.pen.now_ms),
            id,
            goal: plan.goal,
            user: user.id,
            user_name: user.user_name.clone(),
            requester: self.caller.name.clone(),
            handover: plan.handover,
            message: self.start.message.clone(),
            start_ms: plan.start_ms,
            created_ms: self.pen.now_ms,
            cancel_asked: false,
            finished_ms: None,
        };
        if offboarding.state.is_final() {
            offboarding.finished_ms = Some(self.pen.now_ms);
        }
        self.perform_local(&mut offboarding, &mut steps, user, budget)?;
        let repeat = self.start.repeat.as_ref();
        offboardings::insert(self.tx, self.pen.tenant, &offboarding, repeat)?;
        steps::insert(self.tx, self.pen.tenant, &offboarding.id, &steps)?;
        let fact = accepted(&offboarding, &steps, heir.as_deref(), self.loaded);
        self.pen.write(self.tx, &fact)?;
        let platforms = Arc::clone(&self.loaded.platforms);
        Ok(Started { offboarding, steps, platforms, heir, existed: false, replayed: false })
    }

    /// Calls off what the new plan overtakes.
    fn supersede(&mut self, user: UserId, plan: &Plan) -> Result<(), Error> {
        let open = self.loaded.open(user).iter();
        for open in open.filter(|open| !open.cancel_asked && overtakes(plan, open)) {
            let mut edit = Edit::alone(self.tx, self.pen.tenant, &open.id)?;
            edit.cancel(&format!("superseded by {}", plan.goal), self.pen.now_ms)?;
            edit.save(self.tx, self.pen)?;
        }
        Ok(())
    }

    /// How many of our own rows a local step is about to change.
    fn rows_of(&self, step: &Step, user: UserId) -> i64 {
        if !step.local {
            return 0;
        }
        let holdings = self.loaded.holdings(user);
        let rows = match step.action {
            Action::Transfer => domain::plan::transferable(self.start.goal, &holdings).total(),
            Action::Release => holdings.workloads().total(),
            _ => 0,
        };
        i64::try_from(rows).unwrap_or(i64::MAX)
    }

    /// Runs the local steps that are ready and small; the facts are told by the acceptance itself.
    fn perform_local(
        &mut self,
        offboarding: &mut Offboarding,
        steps: &mut [Step],
        user: &User,
        budget: &mut i64,
    ) -> Result<(), Error> {
        while let Some(index) = next_local(steps, *budget, self.pen.now_ms) {
            let no = steps[index].no;
            steps[index].apply(Event::Claimed, self.pen.now_ms).map_err(|error| Error::internal(&error))?;
            let Pen { tenant, now_ms, .. } = *self.pen;
            let done = local::perform(self.tx, tenant, offboarding, &steps[index], user, budget, now_ms)?;
            let (outcome, progress) = match done {
                Local::Settled(outcome, progress) => (outcome, progress),
                Local::More(_) => return Err(Error::internal(&"a small step was larger than counted")),
            };
            steps[index].progress = progress;
            let moment = Moment { now_ms: self.pen.now_ms, jitter: self.jitter };
            settle(offboarding, steps, no, &outcome, moment).map_err(|error| Error::internal(&error))?;
        }
        Ok(())
    }
}

/// A cut overtakes an open restoration and the other way round, or one would undo the other later; and
/// what is to begin now overtakes the same thing scheduled for later. With a name, a removal overtakes one that waits
/// for it.
fn overtakes(plan: &Plan, open: &Offboarding) -> bool {
    let waits = |handover: Option<Handover>| handover == Some(Handover::Awaited);
    match open.goal {
        goal if goal.removes() && plan.goal.removes() && waits(open.handover) => !waits(plan.handover),
        goal if goal == plan.goal => {
            open.state == OffboardingState::Scheduled && plan.start_ms < open.start_ms
        }
        Goal::Restore => plan.goal.cuts(),
        Goal::Deactivate => plan.goal == Goal::Restore,
        _ => false,
    }
}

fn next_local(steps: &[Step], budget: i64, now_ms: i64) -> Option<usize> {
    steps.iter().position(|step| {
        step.local
            && step.action != Action::Manual
            && step.state == StepState::Ready
            && step.ready_at_ms <= now_ms
            && step.progress.total < budget
            && may_run(step, steps)
    })
}

/// The acceptance as one fact: what was asked, and how far the transaction itself came.
fn accepted(offboarding: &Offboarding, steps: &[Step], heir: Option<&str>, loaded: &Loaded) -> Fact {
    let platform = |step: &Step| {
        loaded.platforms.iter().find(|p| p.id == step.platform).map_or("", |platform| platform.name.as_str())
    };
    let steps: Vec<_> = steps
        .iter()
        .map(|step| {
            json!({
                "step": step.no, "action": step.action, "platform": platform(step), "account": step.remote_id,
                "state": step.state, "note": step.note,
            })
        })
        .collect();
    let mut detail = json!({
        "goal": offboarding.goal, "user": offboarding.user_name, "state": offboarding.state, "steps": steps,
    });
    if let Some(heir) = heir {
        detail["heir"] = json!(heir);
    }
    match offboarding.handover {
        Some(Handover::Orphan) => detail["heir"] = json!("orphaned"),
        Some(Handover::Awaited) => detail["heir"] = json!("awaited"),
        Some(Handover::To(_)) | None => {}
    }
    if offboarding.state == OffboardingState::Scheduled {
        detail["start_ms"] = json!(offboarding.start_ms);
    }
    Fact::new("offboarding.accepted", detail).on(offboarding.user).of(&offboarding.id)
}
