//! Steps that wait for a person, whatever offboarding they belong to.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::{Goal, OffboardingId, StepNo};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::offboardings::view::{LeaverView, StepView};
use super::page::{self, Items, List};
use super::problem::Problem;
use super::request::{Query, flag};
use super::words;
use crate::app::{App, HandFilter, HandKey, HandStep};

const STEPS: List = List("steps");

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_steps))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct StepsQuery {
    /// `hand`: steps that wait for a person now.
    by: String,
    /// Only those of this person, as the platform's terms name it.
    assignee: Option<String>,
    /// `true`: only those whose time is up.
    #[param(value_type = Option<bool>)]
    overdue: Option<String>,
    /// Rows of the page: 1 to 500, 100 if absent.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limit: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
}

/// A step that waits for a person, and what it belongs to.
#[derive(Serialize, ToSchema)]
#[schema(as = WaitingStep)]
#[serde(rename_all = "camelCase")]
struct WaitingView {
    offboarding: String,
    #[schema(schema_with = words::goal)]
    goal: Goal,
    user: LeaverView,
    step: StepView,
}

/// What waits for people now, the most urgent first.
#[utoipa::path(
    get, path = "/v1/steps", tag = "Offboardings", params(StepsQuery),
    responses((status = 200, body = Items<WaitingView>))
)]
async fn list_steps(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Query(query): Query<StepsQuery>,
) -> Result<Json<Items<WaitingView>>, Problem> {
    if query.by != "hand" {
        return Err(Problem::invalid("by", "must be hand"));
    }
    let overdue = flag("overdue", query.overdue.as_deref())?;
    let after = key(query.after.as_deref())?;
    let limit = page::limit(query.limit.as_deref())?;
    let filter = HandFilter { assignee: query.assignee, overdue };
    let page = app.steps_by_hand(&caller, &filter, after, limit).await?;
    let platforms = app.declared_platforms(&caller).await?;
    let now_ms = app.clock.now_ms();
    let view = |row: HandStep| WaitingView {
        step: StepView::new(row.step, row.account, &platforms, now_ms),
        offboarding: row.offboarding.0,
        goal: row.goal,
        user: LeaverView { id: row.user.0, user_name: row.user_name },
    };
    Ok(Json(Items::of(STEPS, page, cursor, view)))
}

fn cursor(row: &HandStep) -> String {
    let (due_ms, id, no) = row.key();
    format!("{due_ms}:{id}:{no}")
}

fn key(after: Option<&str>) -> Result<Option<HandKey>, Problem> {
    let Some(text) = STEPS.key(after)? else { return Ok(None) };
    let parts = text.split_once(':').and_then(|(due, rest)| Some((due, rest.rsplit_once(':')?)));
    let key = parts.and_then(|(due, (id, no))| {
        Some((due.parse().ok()?, OffboardingId(id.to_owned()), StepNo(no.parse().ok()?)))
    });
    key.map(Some).ok_or_else(|| Problem::invalid("after", "is not the `next` of a page of this list"))
}
