//! What one verdict or one person's word leads to.

use domain::offboarding::state_of;
use domain::outcome::Fault;
use domain::plan::NamedHeir;
use domain::settle::{self, Moment, SettleError};
use domain::step::Event;
use domain::{
    Action, Capabilities, Fact, Goal, Offboarding, OffboardingState, Outcome, Step, StepNo, StepState, retry,
};

use crate::company::{Company, NOW_MS, OPS, accepted, by_hand, to_group};

/// An offboarding under way, moved by hand.
struct Under {
    offboarding: Offboarding,
    steps: Vec<Step>,
    now_ms: i64,
}

impl Under {
    fn way(company: &Company, goal: Goal) -> Self {
        Self::way_to(company, goal, to_group(Some(OPS)))
    }

    fn way_to(company: &Company, goal: Goal, heir: NamedHeir) -> Self {
        let plan = company.plan(goal, heir).expect("a plan");
        Self { offboarding: accepted(&plan), steps: plan.steps, now_ms: NOW_MS }
    }

    fn claim(&mut self, no: i64) -> &mut Self {
        let step = self.steps.iter_mut().find(|step| step.no == StepNo(no)).expect("a step");
        step.apply(Event::Claimed, self.now_ms).expect("a ready step");
        self
    }

    fn answer(&mut self, no: i64, outcome: &Outcome) -> Vec<Fact> {
        let moment = Moment { now_ms: self.now_ms, jitter: 0 };
        settle::settle(&mut self.offboarding, &mut self.steps, StepNo(no), outcome, moment).expect("settled")
    }

    fn skip(&mut self, no: i64) -> Vec<Fact> {
        let no = StepNo(no);
        settle::skip_step(&mut self.offboarding, &mut self.steps, no, "by hand", self.now_ms)
            .expect("skipped")
    }

    fn retry(&mut self, no: i64) -> Vec<Fact> {
        settle::retry_step(&mut self.offboarding, &mut self.steps, StepNo(no), self.now_ms)
            .expect("tried again")
    }

    fn rescue(&mut self, no: i64) -> Vec<Fact> {
        settle::rescue(&mut self.offboarding, &mut self.steps, StepNo(no), self.now_ms).expect("rescued")
    }

    fn cancel(&mut self) -> Result<Vec<Fact>, SettleError> {
        settle::cancel(&mut self.offboarding, &mut self.steps, "she stays", self.now_ms)
    }

    /// Every claimable step is claimed and done, until none is left.
    fn go_on(&mut self) {
        while let Some(no) = self.steps.iter().find(|step| step.state == StepState::Ready).map(|s| s.no.0) {
            self.claim(no).answer(no, &done());
        }
    }

    #[track_caller]
    fn check(&self, state: OffboardingState, steps: &str) {
        let seen: Vec<_> = self.steps.iter().map(|step| step.state.as_str()).collect();
        assert_eq!((self.offboarding.state, seen.join(" ").as_str()), (state, steps));
        assert_eq!(self.offboarding.finished_ms.is_some(), state.is_final());
    }
}

fn done() -> Outcome {
    Outcome::Done { evidence: "seen".to_owned() }
}

fn refused() -> Outcome {
    Outcome::Refused { reason: "owner of a project".to_owned() }
}

fn busy(after_ms: Option<i64>) -> Outcome {
    Outcome::Retry { reason: "429".to_owned(), after_ms, fault: Fault::Busy }
}

fn kinds(facts: &[Fact]) -> Vec<&str> {
    facts.iter().map(|fact| fact.kind).collect()
}

/// `1 disable local; 2 disable play; 3, 4 end_sessions; 5, 6 transfer; 7 delete local; 8 delete play`.
fn removal() -> Under {
    Under::way(&Company::new().with("play", Capabilities::FULL).owning(&[("alert", 1)]), Goal::Remove)
}

/// `1 disable local; 2 end_sessions local`.
fn deactivation() -> Under {
    Under::way(&Company::new(), Goal::Deactivate)
}

#[test]
fn a_failed_step_blocks_and_holds_up_its_own_account_only() {
    let mut run = removal();
    let facts = run.claim(2).answer(2, &refused());
    assert_eq!(kinds(&facts), ["step.failed", "offboarding.blocked"]);
    run.go_on();
    run.check(OffboardingState::Blocked, "done failed done done done waiting done waiting");
    assert_eq!(kinds(&run.retry(2)), ["step.retry", "offboarding.running"]);
    run.go_on();
    run.check(OffboardingState::Completed, "done done done done done done done done");
}

#[test]
fn what_was_left_out_holds_nothing_up() {
    let mut run = removal();
    run.claim(2).answer(2, &refused());
    run.skip(2);
    run.go_on();
    run.check(OffboardingState::Completed, "done skipped done done done done done done");
    assert_eq!(run.steps[1].note.as_deref(), Some("by hand"));
}

#[test]
fn no_deletion_without_the_transfer_of_its_account() {
    let mut run = removal();
    assert_eq!(kinds(&run.skip(6)), ["step.skipped", "step.skipped"]);
    run.go_on();
    run.check(OffboardingState::Completed, "done done done done done skipped done skipped");
    assert_eq!(run.steps[7].note.as_deref(), Some("step 6 was left out, so nothing is deleted"));
}

/// By hand or not: a deletion loses what was not handed over.
#[test]
fn no_deletion_without_a_transfer_by_hand_and_none_by_hand_without_a_transfer() {
    let (no_transfer, no_delete) = (by_hand(&[Action::Transfer]), by_hand(&[Action::Delete]));
    for capabilities in [no_transfer, no_delete] {
        let mut run = Under::way(&Company::new().with("play", capabilities), Goal::Remove);
        run.check(OffboardingState::Running, "ready ready ready ready waiting waiting waiting");
        run.skip(5);
        run.check(OffboardingState::Running, "ready ready ready ready skipped waiting skipped");
    }
}

#[test]
fn a_deletion_may_not_be_claimed_before_its_transfer_is_done() {
    let mut run = removal();
    for (state, expected) in [
        (StepState::Ready, false),
        (StepState::Running, false),
        (StepState::Failed, false),
        (StepState::Skipped, false),
        (StepState::Done, true),
    ] {
        run.steps[5].state = state;
        let claimable: Vec<bool> = run.steps.iter().map(|step| settle::may_run(step, &run.steps)).collect();
        assert_eq!(claimable, [true, true, true, true, true, true, false, expected], "{state}");
    }
}

/// The last other step of a `Leave` is left out by consequence: nothing else would wake the local account.
#[test]
fn the_local_account_goes_after_the_last_deletion_is_left_out() {
    let company = Company::new().with("play", Capabilities::FULL).owning(&[("alert", 1)]);
    let mut run = Under::way(&company, Goal::Leave);
    let transfer = run.steps.iter().find(|step| step.action == Action::Transfer && !step.local);
    let transfer = transfer.expect("a transfer on play").no.0;
    run.claim(2).answer(2, &done());
    run.claim(transfer).answer(transfer, &refused());
    run.go_on();
    run.check(OffboardingState::Blocked, "done done done done done failed done done waiting waiting");
    run.skip(transfer);
    run.go_on();
    run.check(OffboardingState::Completed, "done done done done done skipped done done skipped done");
}

/// Whatever becomes of the attempt that was under way, nothing is tried again and nobody is waited for.
#[test]
fn a_cancellation_lets_the_attempt_under_way_end_and_nothing_else_begin() {
    let unknown = Outcome::Unknown { reason: "no answer".to_owned() };
    let ends = [(done(), "done"), (refused(), "skipped"), (busy(None), "skipped"), (unknown, "skipped")];
    for (outcome, end) in ends {
        let mut run = deactivation();
        let facts = run.claim(1).cancel().expect("cancelled");
        assert_eq!(kinds(&facts), ["offboarding.cancel_asked", "step.skipped"]);
        run.check(OffboardingState::Running, "running skipped");
        let facts = run.answer(1, &outcome);
        assert_eq!(kinds(&facts), [&format!("step.{end}"), "offboarding.cancelled"]);
        run.check(OffboardingState::Cancelled, &format!("{end} skipped"));
        assert_eq!(run.steps[0].note.as_deref(), Some(outcome.text()));
    }
}

#[test]
fn a_cancellation_leaves_out_what_a_dead_node_held() {
    let mut run = deactivation();
    run.claim(1).cancel().expect("cancelled");
    assert_eq!(kinds(&run.rescue(1)), ["step.skipped", "offboarding.cancelled"]);
    run.check(OffboardingState::Cancelled, "skipped skipped");
    let note = run.steps[0].note.as_deref();
    assert_eq!(note, Some("its node fell silent; whether it happened is not known"));
}

#[test]
fn a_cancellation_leaves_out_what_failed() {
    let mut run = deactivation();
    run.claim(1).answer(1, &refused());
    run.cancel().expect("cancelled");
    run.check(OffboardingState::Cancelled, "skipped skipped");
}

#[test]
fn what_is_over_cannot_be_cancelled() {
    let mut run = deactivation();
    run.go_on();
    run.now_ms += 10;
    assert_eq!(run.cancel(), Err(SettleError::Over(OffboardingState::Completed)));
    run.check(OffboardingState::Completed, "done done");
    assert_eq!((run.offboarding.cancel_asked, run.offboarding.finished_ms), (false, Some(NOW_MS)));
}

/// A verdict that comes too late, or twice, is an error, and leaves no trace.
#[test]
fn a_verdict_on_a_step_that_does_not_run_changes_nothing() {
    let mut run = deactivation();
    let before = (run.offboarding.clone(), run.steps.clone());
    let moment = Moment { now_ms: NOW_MS, jitter: 0 };
    for no in [1, 3] {
        let no = StepNo(no);
        settle::settle(&mut run.offboarding, &mut run.steps, no, &done(), moment).expect_err("not running");
    }
    assert_eq!((run.offboarding, run.steps), before);
}

/// Silence counts as an attempt too, or a step that kills its nodes would be claimed forever.
#[test]
fn attempts_run_out_and_a_person_grants_new_ones() {
    let ways: [fn(&mut Under) -> Vec<Fact>; 3] = [
        |run| run.answer(1, &busy(None)),
        |run| run.answer(1, &Outcome::Unknown { reason: "no answer".to_owned() }),
        |run| run.rescue(1),
    ];
    for fail in ways {
        let mut run = deactivation();
        for round in 1..=2 {
            for _ in 1..retry::MAX_ATTEMPTS {
                fail(run.claim(1));
                run.check(OffboardingState::Running, "ready ready");
            }
            let facts = fail(run.claim(1));
            assert_eq!(kinds(&facts), ["step.failed", "offboarding.blocked"]);
            run.check(OffboardingState::Blocked, "failed ready");
            assert_eq!(run.steps[0].attempt, round * retry::MAX_ATTEMPTS);
            run.retry(1);
        }
    }
}

#[test]
fn a_platform_that_asks_for_patience_gets_it() {
    let mut run = deactivation();
    run.claim(1).answer(1, &busy(Some(90_000)));
    assert_eq!(run.steps[0].ready_at_ms, NOW_MS + 90_000);
    run.now_ms += 90_000;
    run.claim(1).answer(1, &refused());
    run.now_ms += 5;
    run.retry(1);
    assert_eq!(run.steps[0].ready_at_ms, run.now_ms, "a person's retry waits for nothing");
}

#[test]
fn a_rescued_step_may_be_claimed_at_once() {
    let mut run = deactivation();
    run.claim(1);
    run.now_ms += 60_000;
    assert_eq!(kinds(&run.rescue(1)), ["step.rescued"]);
    assert_eq!((run.steps[0].ready_at_ms, run.steps[0].attempt), (run.now_ms, 1));
}

/// Nothing to do is done: there is no step whose end could complete it later.
#[test]
fn an_offboarding_without_steps_is_completed_from_the_start() {
    let mut company = Company::new();
    for start_ms in [0, NOW_MS + 1] {
        company.start_ms = start_ms;
        let mut run = Under::way(&company, Goal::Transfer);
        run.check(OffboardingState::Completed, "");
        assert_eq!(run.cancel(), Err(SettleError::Over(OffboardingState::Completed)));
    }
}

#[test]
fn a_scheduled_offboarding_runs_from_its_first_attempt_or_its_date() {
    let date_ms = NOW_MS + 1_000;
    let mut run = Under::way(&Company { start_ms: date_ms, ..Company::new() }, Goal::Deactivate);
    run.check(OffboardingState::Scheduled, "ready ready");
    assert_eq!(kinds(&run.skip(2)), ["step.skipped"], "leaving a step out begins nothing");
    run.check(OffboardingState::Scheduled, "ready skipped");
    let state_at = |run: &Under, now_ms| state_of(&run.steps, false, date_ms, now_ms);
    assert_eq!(state_at(&run, date_ms - 1), OffboardingState::Scheduled);
    assert_eq!(state_at(&run, date_ms), OffboardingState::Running);
    run.now_ms = date_ms;
    let facts = run.claim(1).answer(1, &busy(None));
    assert_eq!(kinds(&facts), ["step.retry", "offboarding.running"]);
    run.cancel().expect("cancelled");
    run.check(OffboardingState::Cancelled, "skipped skipped");
}

#[test]
fn a_scheduled_offboarding_is_called_off_before_anything_happens() {
    let company = Company { start_ms: NOW_MS + 1_000, ..Company::new() };
    let mut run = Under::way(&company, Goal::Leave);
    let facts = run.cancel().expect("cancelled");
    let kinds = kinds(&facts);
    assert_eq!(kinds.first(), Some(&"offboarding.cancel_asked"));
    assert_eq!(kinds.last(), Some(&"offboarding.cancelled"));
    run.check(OffboardingState::Cancelled, "skipped skipped skipped skipped");
}

/// The first word when it is ready, the next when it is due, then one a day; nobody's word moves what is ours.
#[test]
fn a_step_by_hand_is_spoken_of_until_it_is_confirmed() {
    const DAY_MS: i64 = 24 * 3_600_000;
    let company = Company::new().with("play", by_hand(&[Action::Disable]));
    let mut under = Under::way(&company, Goal::Deactivate);
    let step = under.steps.iter().find(|step| step.hand.is_some()).expect("a step by hand");
    let (no, due_ms) = (step.no, step.hand.as_ref().map_or(0, |hand| hand.due_ms));
    let mut said = Vec::new();
    for now_ms in [NOW_MS - 1, NOW_MS, NOW_MS + 1, due_ms - 1, due_ms, due_ms + 1, due_ms + 3 * DAY_MS + 1] {
        let facts = settle::remind(&mut under.offboarding, &mut under.steps, no, now_ms).expect("a step");
        let overdue = |fact: &Fact| (fact.kind == "step.reminded").then(|| fact.detail["overdue"] == true);
        said.extend(facts.iter().filter_map(overdue).map(|overdue| (now_ms - NOW_MS, overdue)));
    }
    let due_in_ms = due_ms - NOW_MS;
    assert_eq!(said, [(0, false), (due_in_ms, true), (due_in_ms + 3 * DAY_MS + 1, true)]);
    let hand = under.steps.iter().find_map(|step| step.hand.as_ref()).expect("a step by hand");
    assert_eq!(hand.remind_ms, due_ms + 4 * DAY_MS, "what was missed is not made up for");

    let ours = under.steps.iter().find(|step| step.local).expect("a local step").no;
    let mut confirm = |no| settle::confirm_step(&mut under.offboarding, &mut under.steps, no, "seen", NOW_MS);
    assert_eq!(confirm(ours), Err(SettleError::Ours(ours)));
    assert!(confirm(no).expect("confirmed").iter().any(|fact| fact.detail["verdict"] == "confirmed"));
    let silent = settle::remind(&mut under.offboarding, &mut under.steps, no, i64::MAX);
    assert_eq!(silent, Ok(Vec::new()));
}

/// Whoever leaves the handover out leaves out what it was to come before, on every platform.
#[test]
fn while_an_heir_is_awaited_nothing_is_deleted_anywhere() {
    let mut company = Company::new().with("play", Capabilities::FULL).owning(&[("alert", 1)]);
    company.awaits_heir = true;
    let mut under = Under::way_to(&company, Goal::Remove, NamedHeir::Unsaid);
    for no in 1..=4 {
        under.claim(no).answer(no, &done());
    }
    under.claim(5).answer(5, &Outcome::Refused { reason: "nobody inherits".to_owned() });
    under.check(OffboardingState::Blocked, "done done done done failed waiting waiting");
    under.skip(5);
    under.check(OffboardingState::Completed, "done done done done skipped skipped skipped");
}
