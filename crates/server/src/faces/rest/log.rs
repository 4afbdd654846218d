//! The log, page by page.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::OffboardingId;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::page::{self, number};
use super::problem::Problem;
use super::reference::UserText;
use super::request::Query;
use super::time::Time;
use crate::app::{App, Caller, LogEntry, LogFilter};

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_log))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct LogQuery {
    /// Entries behind this number; from the beginning if absent.
    #[param(value_type = Option<i64>, minimum = 0)]
    after: Option<String>,
    /// Entries of the page: 1 to 500, 100 if absent.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limit: Option<String>,
    /// Only those about this user.
    #[param(value_type = Option<UserText>)]
    user: Option<String>,
    /// Only those of this offboarding. Excludes `user`.
    offboarding: Option<String>,
}

/// One fact: who did what to whom, and when. Numbers of a tenant have no gap.
#[derive(Serialize, ToSchema)]
#[schema(as = LogEntry)]
#[serde(rename_all = "camelCase")]
pub(super) struct EntryView {
    seq: i64,
    at: Time,
    actor: String,
    #[schema(example = "offboarding.accepted")]
    kind: String,
    user_id: Option<i64>,
    offboarding_id: Option<String>,
    #[schema(value_type = Object)]
    detail: Value,
}

impl From<LogEntry> for EntryView {
    fn from(entry: LogEntry) -> Self {
        Self {
            seq: entry.seq,
            at: Time(entry.at_ms),
            actor: entry.actor,
            kind: entry.kind,
            user_id: entry.user.map(|id| id.0),
            offboarding_id: entry.offboarding.map(|id| id.0),
            detail: entry.detail,
        }
    }
}

#[derive(Serialize, ToSchema)]
struct LogPage {
    items: Vec<EntryView>,
    /// What to send as `after` for the page that follows; `null` at the end of the log as it is now.
    next: Option<i64>,
}

/// Log entries in their order.
#[utoipa::path(get, path = "/v1/log", tag = "Log", params(LogQuery), responses((status = 200, body = LogPage)))]
async fn list_log(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Query(query): Query<LogQuery>,
) -> Result<Json<LogPage>, Problem> {
    let after = query.after.map_or(Ok(0), |after| number("after", &after))?;
    let limit = page::limit(query.limit.as_deref())?;
    let filter = filter(&app, &caller, query.user, query.offboarding).await?;
    let page = app.log(&caller, &filter, after, limit).await?;
    let next = page.rows.last().filter(|_| page.more).map(|entry| entry.seq);
    Ok(Json(LogPage { items: page.rows.into_iter().map(EntryView::from).collect(), next }))
}

pub(super) async fn filter(
    app: &App,
    caller: &Caller,
    user: Option<String>,
    offboarding: Option<String>,
) -> Result<LogFilter, Problem> {
    match (user, offboarding) {
        (None, None) => Ok(LogFilter::All),
        (Some(_), Some(_)) => Err(Problem::invalid("offboarding", "excludes user")),
        (None, Some(id)) => Ok(LogFilter::On(OffboardingId(id))),
        (Some(user), None) => {
            let found = app.user(caller, &UserText::new(user).parse()).await?;
            Ok(LogFilter::Of(found.user.id))
        }
    }
}
