//! Random runs: what holds in every state that can be reached.
//!
//! Users of random companies are offboarded while platforms succeed, stall and refuse, nodes die, and people
//! retry, skip and cancel at any moment. Every change is followed by a check of every invariant.

use domain::plan::NamedHeir;
use domain::settle::{self, Moment, SettleError};
use domain::step::Event;
use domain::{
    Action, Fact, Goal, Handover, Offboarding, OffboardingState, Outcome, Plan, Step, StepNo, StepState,
    offboarding::state_of, retry,
};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::chance::{Happening, companies, done, histories, outcomes};
use crate::company::{NOW_MS, OPS, accepted, colleague, to_group, to_user};

/// One offboarding under way.
#[derive(Clone, Debug)]
struct Run {
    offboarding: Offboarding,
    steps: Vec<Step>,
    /// What each step is for, also where a person must do it.
    purposes: Vec<Action>,
    now_ms: i64,
}

type Settled = Result<Vec<Fact>, SettleError>;

impl Run {
    fn new(plan: Plan) -> Self {
        let purposes = plan.steps.iter().map(Step::wanted).collect();
        let run = Self { offboarding: accepted(&plan), steps: plan.steps, purposes, now_ms: NOW_MS };
        run.check();
        run
    }

    fn happen(&mut self, happening: &Happening) {
        match happening {
            Happening::Claimed(index) => {
                let due = self.claimable();
                if !due.is_empty() {
                    self.claim(*index.get(&due));
                }
            }
            Happening::Answered(index, outcome) => {
                let running = self.numbers(|step| step.state == StepState::Running);
                if !running.is_empty() {
                    self.answer(*index.get(&running), outcome);
                }
            }
            Happening::NodeDied(index) => self.rescue(self.any(*index)),
            Happening::RetryAsked(index) => {
                let (no, now_ms) = (self.any(*index), self.now_ms);
                self.change(|offboarding, steps| settle::retry_step(offboarding, steps, no, now_ms));
            }
            Happening::Skipped(index) => self.skip(self.any(*index)),
            Happening::Confirmed(index) => self.confirm(self.any(*index)),
            Happening::NobodyThere(index) => {
                let (no, now_ms) = (self.any(*index), self.now_ms);
                // Nothing left to a person is no change, and no fact.
                let of = |step: &Step| (step.platform, step.remote_id.clone());
                let account = self.steps.iter().find(|step| step.no == no).map(of);
                if self.steps.iter().any(|step| step.awaits_hand() && Some(of(step)) == account) {
                    self.change(|offboarding, steps| settle::nobody_there(offboarding, steps, no, now_ms));
                }
            }
            Happening::Cancelled => {
                let now_ms = self.now_ms;
                self.change(|offboarding, steps| settle::cancel(offboarding, steps, "she stays", now_ms));
            }
            Happening::Waited(ms) => self.now_ms += ms,
        }
    }

    fn numbers(&self, wanted: impl Fn(&Step) -> bool) -> Vec<StepNo> {
        self.steps.iter().filter(|step| wanted(step)).map(|step| step.no).collect()
    }

    /// Any step at all; of an empty plan, one that does not exist.
    fn any(&self, index: Index) -> StepNo {
        if self.steps.is_empty() { StepNo(1) } else { index.get(&self.steps).no }
    }

    /// What the engine may claim now.
    fn claimable(&self) -> Vec<StepNo> {
        self.numbers(|step| {
            step.state == StepState::Ready
                && step.action != Action::Manual
                && step.ready_at_ms <= self.now_ms
                && settle::may_run(step, &self.steps)
        })
    }

    fn claim(&mut self, no: StepNo) {
        let step = self.steps.iter_mut().find(|step| step.no == no).expect("a step");
        step.apply(Event::Claimed, self.now_ms).expect("a ready step can be claimed");
        let Offboarding { cancel_asked, start_ms, .. } = self.offboarding;
        self.offboarding.state = state_of(&self.steps, cancel_asked, start_ms, self.now_ms);
        self.check();
    }

    fn answer(&mut self, no: StepNo, outcome: &Outcome) {
        let moment = Moment { now_ms: self.now_ms, jitter: 7 };
        self.change(|offboarding, steps| settle::settle(offboarding, steps, no, outcome, moment));
    }

    fn rescue(&mut self, no: StepNo) {
        let now_ms = self.now_ms;
        self.change(|offboarding, steps| settle::rescue(offboarding, steps, no, now_ms));
    }

    fn skip(&mut self, no: StepNo) {
        let now_ms = self.now_ms;
        self.change(|offboarding, steps| settle::skip_step(offboarding, steps, no, "by hand", now_ms));
    }

    fn confirm(&mut self, no: StepNo) {
        let now_ms = self.now_ms;
        self.change(|offboarding, steps| settle::confirm_step(offboarding, steps, no, "seen", now_ms));
    }

    /// A change is told in facts about this user and offboarding; what is refused changes nothing.
    fn change(&mut self, change: impl FnOnce(&mut Offboarding, &mut [Step]) -> Settled) {
        let before = (self.offboarding.clone(), self.steps.clone());
        match change(&mut self.offboarding, &mut self.steps) {
            Ok(facts) => {
                assert!(!facts.is_empty(), "a change without a fact");
                self.check_told(&facts, &before.0, &before.1);
            }
            Err(_) => assert_eq!((&self.offboarding, &self.steps), (&before.0, &before.1)),
        }
        assert!(!before.0.state.is_final() || before.0 == self.offboarding, "what is over stays as it was");
        self.check();
    }

    /// Each change of a state since `offboarding` and `steps` is among `facts`, which say of whom they are.
    fn check_told(&self, facts: &[Fact], offboarding: &Offboarding, steps: &[Step]) {
        for fact in facts {
            assert_eq!(fact.user, Some(offboarding.user));
            assert_eq!(fact.offboarding.as_ref(), Some(&offboarding.id));
        }
        let told = |kind: &str| facts.iter().any(|fact| fact.kind == kind);
        let state = self.offboarding.state;
        assert!(state == offboarding.state || told(&format!("offboarding.{state}")), "{state} untold");
        for (before, after) in
            steps.iter().zip(&self.steps).filter(|(before, after)| before.state != after.state)
        {
            let of_step = |fact: &&Fact| fact.detail["step"] == after.no.0;
            let facts: Vec<_> = facts.iter().filter(of_step).map(|fact| fact.kind).collect();
            let expected: &[&str] = match (before.state, after.state) {
                (StepState::Waiting, StepState::Ready) => &[],
                (_, StepState::Done) => &["step.done"],
                (_, StepState::Failed) => &["step.failed"],
                (_, StepState::Skipped) => &["step.skipped"],
                (StepState::Failed, _) => &["step.retry"],
                _ if facts == ["step.rescued"] => &["step.rescued"],
                _ => &["step.retry"],
            };
            assert_eq!(facts, expected, "from {} to {}", before.state, after.state);
        }
    }

    /// Everything that holds in every state that can be reached.
    fn check(&self) {
        let Offboarding { state, cancel_asked, start_ms, finished_ms, .. } = self.offboarding;
        if state != OffboardingState::Scheduled {
            let now = state_of(&self.steps, cancel_asked, start_ms, self.now_ms);
            let lags = state == OffboardingState::Running && self.awaits_hand();
            assert!(state == now || lags, "{state}, not {now}");
        }
        assert_eq!(finished_ms.is_some(), state.is_final());
        let rests = self.steps.iter().all(|step| step.state.is_final());
        assert_eq!(state.is_final(), rests, "final with its steps, and not before");
        let moves =
            |step: &Step| matches!(step.state, StepState::Ready | StepState::Running | StepState::Failed);
        assert!(rests || self.steps.iter().any(moves), "stuck: {:?}", self.steps);
        for (step, purpose) in self.steps.iter().zip(&self.purposes) {
            assert_eq!(step.finished_ms.is_some(), step.state.is_final());
            assert!(step.tries() <= retry::MAX_ATTEMPTS, "more attempts than allowed");
            let open = step.needs.iter().any(|no| !self.state(*no).is_final());
            if step.state == StepState::Waiting {
                assert!(open, "waits for nothing: {step:?}");
            } else if step.state != StepState::Skipped {
                assert!(!open, "went on before its needs were met: {step:?}");
            }
            assert!(!purpose.is_cut() || step.state != StepState::Waiting, "a cut that waits");
            assert!(
                !cancel_asked || step.state.is_final() || step.state == StepState::Running,
                "{} after the cancellation",
                step.state
            );
            if *purpose == Action::Delete {
                self.check_deletion(step);
            }
        }
    }

    /// A deletion goes ahead after its account's transfers are done, and never without them; where an heir is
    /// awaited, after our own, too.
    fn check_deletion(&self, deletion: &Step) {
        let awaited = self.offboarding.handover == Some(Handover::Awaited);
        let of_account = |step: &Step| {
            let same = step.platform == deletion.platform && step.remote_id == deletion.remote_id;
            same || awaited && step.local
        };
        let transfers = self.steps.iter().zip(&self.purposes);
        for (transfer, _) in
            transfers.filter(|(step, purpose)| of_account(step) && **purpose == Action::Transfer)
        {
            let goes_ahead = !matches!(deletion.state, StepState::Waiting | StepState::Skipped);
            assert!(!goes_ahead || transfer.state == StepState::Done, "{deletion:?} without {transfer:?}");
            assert!(transfer.state != StepState::Skipped || deletion.state == StepState::Skipped);
        }
        let last = self.offboarding.goal == Goal::Leave && deletion.local;
        if last && !matches!(deletion.state, StepState::Waiting | StepState::Skipped) {
            let others = self.steps.iter().filter(|step| step.no != deletion.no);
            assert!(others.into_iter().all(|step| step.state.is_final()), "the local account goes last");
        }
    }

    /// The time of a step by hand comes without anything happening.
    fn awaits_hand(&self) -> bool {
        self.steps.iter().any(Step::awaits_hand)
    }

    fn state(&self, no: StepNo) -> StepState {
        self.steps.iter().find(|step| step.no == no).expect("needs exist").state
    }

    /// Lets platforms and nodes go on, each attempt ending as `fates` say, until nothing moves by
    /// itself. Answers with the number of attempts.
    fn rest(&mut self, mut fates: impl Iterator<Item = Option<Outcome>>) -> usize {
        let mut attempts = 0;
        loop {
            for no in self.numbers(|step| step.state == StepState::Running) {
                match fates.next().expect("endless") {
                    Some(outcome) => self.answer(no, &outcome),
                    None => self.rescue(no),
                }
            }
            let ready = self.steps.iter();
            let ready = ready.filter(|step| step.state == StepState::Ready && !step.awaits_hand());
            let Some(next_ms) = ready.map(|step| step.ready_at_ms).min() else {
                return attempts;
            };
            self.now_ms = self.now_ms.max(next_ms);
            let due = self.claimable();
            assert!(!due.is_empty(), "ready and due, but may not run: {:?}", self.steps);
            attempts += due.len();
            for no in due {
                self.claim(no);
            }
        }
    }
}

fn runs() -> impl Strategy<Value = Run> {
    let heirs = vec![NamedHeir::Unsaid, NamedHeir::Orphan, to_user(Some(colleague())), to_group(Some(OPS))];
    (companies(), select(Goal::ALL), select(heirs))
        .prop_filter_map("refused", |(company, goal, heir)| company.plan(goal, heir).ok())
        .prop_map(Run::new)
}

proptest! {
    /// Every invariant holds at every moment, and afterwards the run can be brought to its end.
    #[test]
    fn whatever_happens((mut run, history) in (runs(), histories())) {
        for happening in &history {
            run.happen(happening);
        }
        while !run.offboarding.state.is_final() {
            run.rest(std::iter::repeat(Some(done())));
            for no in run.numbers(|step| step.state == StepState::Failed) {
                run.skip(no);
            }
            for no in run.numbers(Step::awaits_hand) {
                run.confirm(no);
            }
        }
        let cancelled = run.offboarding.cancel_asked;
        let expected = if cancelled { OffboardingState::Cancelled } else { OffboardingState::Completed };
        prop_assert_eq!(run.offboarding.state, expected);
    }

    /// Without a person, every run rests after a bounded number of attempts, however platforms and
    /// nodes behave; and what is not final then failed, or waits for what failed.
    #[test]
    fn left_alone(
        mut run in runs(),
        fates in prop::collection::vec(prop::option::weighted(0.8, outcomes()), 1..12),
    ) {
        let attempts = run.rest(fates.into_iter().cycle());
        let limit = run.steps.len() * usize::try_from(retry::MAX_ATTEMPTS).expect("small");
        prop_assert!(attempts <= limit, "{attempts} attempts");
        let failed = run.steps.iter().any(|step| step.state == StepState::Failed);
        match run.offboarding.state {
            OffboardingState::Scheduled | OffboardingState::Running => {
                prop_assert!(!failed && run.awaits_hand());
            }
            OffboardingState::Blocked => prop_assert!(failed || run.awaits_hand()),
            state => prop_assert_eq!(state, OffboardingState::Completed),
        }
        for step in run.steps.iter().filter(|step| step.state == StepState::Waiting) {
            prop_assert!(step.needs.iter().any(|no| matches!(run.state(*no), StepState::Failed | StepState::Waiting | StepState::Ready)));
        }
    }

    /// When every platform does as it is told, everything is done at the first attempt.
    #[test]
    fn when_all_goes_well(mut run in runs()) {
        let by_hand = run.numbers(|step| step.action == Action::Manual).len();
        let mut attempts = run.rest(std::iter::repeat(Some(done())));
        while run.awaits_hand() {
            for no in run.numbers(Step::awaits_hand) {
                run.confirm(no);
            }
            attempts += run.rest(std::iter::repeat(Some(done())));
        }
        prop_assert_eq!(attempts + by_hand, run.steps.len());
        prop_assert!(run.steps.iter().all(|step| step.state == StepState::Done));
        prop_assert_eq!(run.offboarding.state, OffboardingState::Completed);
    }

    /// The cut comes first and waits for nothing, on every account, in every plan that cuts.
    #[test]
    fn the_cut_never_waits(run in runs()) {
        let cuts: Vec<bool> = run.purposes.iter().map(|purpose| purpose.is_cut()).collect();
        let first_other = cuts.iter().position(|cut| !cut).unwrap_or(cuts.len());
        prop_assert!(cuts[first_other..].iter().all(|cut| !cut), "a cut after something else");
        for step in &run.steps[..first_other] {
            prop_assert!(step.needs.is_empty() && step.state == StepState::Ready);
            prop_assert_eq!(step.ready_at_ms, run.offboarding.start_ms);
        }
        prop_assert_eq!(first_other > 0, run.offboarding.goal.cuts());
    }
}
