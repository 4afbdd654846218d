//! What is asked for, and what it would do.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::platform::is_sought;
use domain::{AccountState, Action, Error, Goal, Platform, Step};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::assets::{HoldingView, holdings};
use super::super::authenticated::Authenticated;
use super::super::inventory::OwnedView;
use super::super::problem::Problem;
use super::super::reference::{GroupText, UserText};
use super::super::request::Body;
use super::super::time::Time;
use super::super::words;
use super::view::{HeirView, LeaverView, StepView, name_of};
use crate::app::{App, HeirRef, Place, Preview, Start};

#[derive(Deserialize, Serialize, ToSchema)]
#[schema(as = OffboardingWish)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Wish {
    #[schema(schema_with = words::goal)]
    goal: Goal,
    user: UserText,
    /// Who inherits. Name one of `newUser`, `newGroup` and `orphan`, or none: then the policy decides.
    new_user: Option<UserText>,
    new_group: Option<GroupText>,
    /// Assets stay with the removed user, flagged.
    #[serde(default)]
    orphan: bool,
    /// Shown to the leaver who signs in with the right password.
    message: Option<String>,
    /// When to begin; now if absent or past.
    start_at: Option<Time>,
    /// Answer when nothing moves any more, or after a bounded wait.
    #[serde(default)]
    pub(super) wait: bool,
}

impl TryFrom<&Wish> for Start {
    type Error = Problem;

    fn try_from(wish: &Wish) -> Result<Self, Problem> {
        let heir = match (&wish.new_user, &wish.new_group, wish.orphan) {
            (None, None, false) => HeirRef::Unsaid,
            (None, None, true) => HeirRef::Orphan,
            (Some(user), None, false) => HeirRef::User(user.parse()),
            (None, Some(group), false) => HeirRef::Group(group.parse()),
            (Some(_), Some(_), false) => HeirRef::Both,
            (_, _, true) => {
                return Err(Problem::invalid("orphan", "excludes newUser and newGroup"));
            }
        };
        let start = Self::new(wish.goal, vec![wish.user.parse()]);
        let start_ms = wish.start_at.map(|time| time.0);
        Ok(Self { heir, message: wish.message.clone(), start_ms, ..start })
    }
}

#[derive(Serialize, ToSchema)]
#[schema(as = Plan)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlanView {
    #[schema(schema_with = words::goal)]
    goal: Goal,
    user: LeaverView,
    start_at: Time,
    /// How many assets of each kind the user owns.
    holdings: Vec<HoldingView>,
    /// Who inherits; `null` where nothing is handed over.
    heir: Option<HeirView>,
    steps: Vec<StepView>,
    /// The user's accounts elsewhere, as they are there now.
    places: Vec<PlaceView>,
    /// Why no platform was looked at.
    unseen: Option<String>,
}

/// A user's presence on a platform.
#[derive(Serialize, ToSchema)]
#[schema(as = Place)]
#[serde(rename_all = "camelCase")]
pub(super) struct PlaceView {
    platform: String,
    /// The platform's own id for the user; `null` where no account is known, nor was found.
    account: Option<String>,
    /// It is known to be this user's; else the platform's rules say so.
    known: bool,
    /// As it was seen now, or else the last time.
    #[schema(schema_with = words::account_state)]
    state: AccountState,
    /// It was seen now.
    seen: bool,
    /// What it owns there; `null` where the platform does not tell.
    owned: Option<Vec<OwnedView>>,
    /// What a person should know of the look.
    remark: Option<String>,
    left_out: Vec<LeftOutView>,
}

/// What the goal is about, and there is no step for.
#[derive(Serialize, ToSchema)]
#[schema(as = LeftOut)]
struct LeftOutView {
    #[schema(schema_with = words::action)]
    action: Action,
    /// `with_delete`: the deletion does it; `nothing`: there is no such thing there, or it was agreed to leave it out.
    why: &'static str,
}

impl PlaceView {
    fn new(place: Place, platforms: &[Platform]) -> Self {
        let left_out = place.left_out.into_iter();
        Self {
            platform: name_of(place.platform, platforms),
            account: place.account,
            known: place.known,
            state: place.state,
            seen: place.seen,
            owned: place.owned.map(|owned| owned.into_iter().map(OwnedView::from).collect()),
            remark: place.remark,
            left_out: left_out.map(|(action, why)| LeftOutView { action, why: why.as_str() }).collect(),
        }
    }
}

impl From<Preview> for PlanView {
    fn from(preview: Preview) -> Self {
        let Preview { user, plan, holdings: owned, platforms, places, unseen, .. } = preview;
        Self {
            goal: plan.goal,
            user: LeaverView { id: user.id.0, user_name: user.user_name },
            start_at: Time(plan.start_ms),
            holdings: holdings(owned),
            heir: plan.handover.map(HeirView::from),
            steps: plan.steps.into_iter().map(|step| step_view(step, &platforms, plan.start_ms)).collect(),
            places: places.into_iter().map(|place| PlaceView::new(place, &platforms)).collect(),
            unseen,
        }
    }
}

fn step_view(step: Step, platforms: &[Platform], now_ms: i64) -> StepView {
    let account = Some(step.remote_id.clone()).filter(|account| !is_sought(account));
    StepView::new(step, account, platforms, now_ms)
}

/// What an offboarding would do now, or why it would be refused. Nothing is changed.
#[utoipa::path(
    post, path = "/v1/offboardings/plan", tag = "Offboardings", request_body = Wish,
    responses((status = 200, body = PlanView))
)]
pub(super) async fn plan_offboarding(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Body(wish): Body<Wish>,
) -> Result<Json<PlanView>, Problem> {
    let preview = app.preview(&caller, Start::try_from(&wish)?).await?.pop();
    Ok(Json(preview.ok_or_else(|| Error::internal(&"a plan is missing"))?.into()))
}
