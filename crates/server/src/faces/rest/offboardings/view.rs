//! An offboarding as it is shown.

use domain::{Action, Goal, Handover, Offboarding, OffboardingState, Platform, PlatformId, Step, StepState};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::assets::OwnerView;
use super::super::time::Time;
use super::super::words;
use crate::app::{Detail, PlatformReport, Report, reports};

#[derive(Serialize, ToSchema)]
#[schema(as = Offboarding)]
#[serde(rename_all = "camelCase")]
pub(super) struct OffboardingView {
    id: String,
    #[schema(schema_with = words::goal)]
    goal: Goal,
    #[schema(schema_with = words::offboarding_state)]
    state: OffboardingState,
    user: LeaverView,
    /// Who asked.
    requester: String,
    /// Who inherits; `null` where nothing is handed over.
    heir: Option<HeirView>,
    /// The notice for the leaver.
    message: Option<String>,
    start_at: Time,
    created_at: Time,
    finished_at: Option<Time>,
    /// It was called off; steps under way still come to their end.
    cancel_asked: bool,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Leaver)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct LeaverView {
    pub(in super::super) id: i64,
    pub(in super::super) user_name: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Heir)]
#[serde(untagged)]
pub(super) enum HeirView {
    Owner(OwnerView),
    /// `orphan`: assets stay with the tombstone. `awaited`: the removal waits until a successor is named.
    Unowned {
        #[schema(example = "orphan")]
        kind: &'static str,
    },
}

impl From<Handover> for HeirView {
    fn from(handover: Handover) -> Self {
        match handover {
            Handover::To(owner) => Self::Owner(owner.into()),
            Handover::Orphan => Self::Unowned { kind: "orphan" },
            Handover::Awaited => Self::Unowned { kind: "awaited" },
        }
    }
}

impl From<Offboarding> for OffboardingView {
    fn from(offboarding: Offboarding) -> Self {
        Self {
            id: offboarding.id.0,
            goal: offboarding.goal,
            state: offboarding.state,
            user: LeaverView { id: offboarding.user.0, user_name: offboarding.user_name },
            requester: offboarding.requester,
            heir: offboarding.handover.map(HeirView::from),
            message: offboarding.message,
            start_at: Time(offboarding.start_ms),
            created_at: Time(offboarding.created_ms),
            finished_at: offboarding.finished_ms.map(Time),
            cancel_asked: offboarding.cancel_asked,
        }
    }
}

/// An offboarding with its steps, and what they mean per platform.
#[derive(Serialize, ToSchema)]
#[schema(as = OffboardingDetail)]
#[serde(rename_all = "camelCase")]
pub(super) struct DetailView {
    #[serde(flatten)]
    offboarding: OffboardingView,
    platforms: Vec<PlatformReportView>,
    steps: Vec<StepView>,
}

impl From<Detail> for DetailView {
    fn from(detail: Detail) -> Self {
        let Detail { offboarding, steps, platforms, held, now_ms, .. } = &detail;
        let is_held = |report: &PlatformReport| {
            platforms.iter().any(|platform| platform.name == report.platform && held.contains(&platform.id))
        };
        let view = |report: PlatformReport| PlatformReportView {
            held: is_held(&report).then_some(CREDENTIALS),
            ..PlatformReportView::from(report)
        };
        let account = |step: &Step| detail.account_of(step).map(str::to_owned);
        let step = |step: &Step| StepView::new(step.clone(), account(step), platforms, *now_ms);
        Self {
            platforms: reports(offboarding, steps, platforms).into_iter().map(view).collect(),
            steps: steps.iter().map(step).collect(),
            offboarding: offboarding.clone().into(),
        }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = PlatformReport)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlatformReportView {
    platform: String,
    /// Exeunt's own directory.
    local: bool,
    /// `done`, `pending`, or `failed`: then a person must decide.
    state: &'static str,
    /// Why it is not done yet.
    note: Option<String>,
    /// `credentials` while the platform does not take ours: nothing is tried until it is declared anew.
    held: Option<&'static str>,
}

/// What a platform is held by.
pub(in super::super) const CREDENTIALS: &str = "credentials";

impl From<PlatformReport> for PlatformReportView {
    fn from(report: PlatformReport) -> Self {
        let (state, note) = match report.report {
            Report::Done => ("done", None),
            Report::Pending(note) => ("pending", note),
            Report::Failed(note) => ("failed", Some(note)),
        };
        Self { platform: report.platform, local: report.local, state, note, held: None }
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Step)]
#[serde(rename_all = "camelCase")]
pub(in super::super) struct StepView {
    no: i64,
    platform: String,
    /// The platform's own id for the user; `null` while it is still to be found.
    account: Option<String>,
    #[schema(schema_with = words::action)]
    action: Action,
    #[schema(schema_with = words::step_state)]
    state: StepState,
    /// The steps that come first, by number.
    needs: Vec<i64>,
    attempt: i64,
    /// Not tried before this.
    not_before: Time,
    /// Rows moved so far and in all; only for steps that move our own rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<ProgressView>,
    /// Evidence once done, the last reason before that.
    note: Option<String>,
    finished_at: Option<Time>,
    /// What a person is to do; only for the action `manual`.
    #[serde(skip_serializing_if = "Option::is_none")]
    by_hand: Option<ByHandView>,
}

/// What is left to a person.
#[derive(Serialize, ToSchema)]
#[schema(as = ByHand)]
#[serde(rename_all = "camelCase")]
pub(super) struct ByHandView {
    /// The action that the platform cannot do by itself.
    #[schema(schema_with = words::action)]
    stands_for: Action,
    /// Who is to do it.
    assignee: Option<String>,
    due_at: Time,
    /// It waits for the person, and its time is up.
    overdue: bool,
    /// What the person is told, until it is done.
    instructions: Option<String>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Progress)]
pub(super) struct ProgressView {
    done: i64,
    total: i64,
}

impl StepView {
    pub(in super::super) fn new(
        step: Step,
        account: Option<String>,
        platforms: &[Platform],
        now_ms: i64,
    ) -> Self {
        let by_hand = ByHandView::of(&step, now_ms);
        let progress = ProgressView { done: step.progress.done, total: step.progress.total };
        Self {
            no: step.no.0,
            platform: name_of(step.platform, platforms),
            account,
            action: step.action,
            state: step.state,
            needs: step.needs.iter().map(|no| no.0).collect(),
            attempt: step.attempt,
            not_before: Time(step.ready_at_ms),
            progress: Some(progress).filter(|progress| progress.total > 0),
            note: step.note,
            finished_at: step.finished_ms.map(Time),
            by_hand,
        }
    }
}

impl ByHandView {
    fn of(step: &Step, now_ms: i64) -> Option<Self> {
        let hand = step.hand.as_ref()?;
        Some(Self {
            stands_for: hand.stands_for,
            assignee: hand.assignee.clone(),
            due_at: Time(hand.due_ms),
            overdue: step.awaits_hand() && hand.is_overdue(now_ms),
            instructions: step.note.clone().filter(|_| !step.state.is_final()),
        })
    }
}

pub(super) fn name_of(id: PlatformId, platforms: &[Platform]) -> String {
    let found = platforms.iter().find(|platform| platform.id == id);
    found.map(|platform| platform.name.clone()).unwrap_or_default()
}
