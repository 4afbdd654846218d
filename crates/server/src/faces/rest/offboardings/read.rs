//! Offboardings, to look at.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::{OffboardingId, OffboardingState};
use serde::Deserialize;

use super::super::authenticated::Authenticated;
use super::super::page::{self, Items, List};
use super::super::problem::Problem;
use super::super::reference::UserText;
use super::super::request::{Path, Query};
use super::view::{DetailView, OffboardingView};
use crate::app::{App, Caller, OffboardingFilter};

const OFFBOARDINGS: List = List("offboardings");

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct ListQuery {
    /// Only those in this state: `scheduled`, `running` or `blocked`.
    state: Option<String>,
    /// Only those of this user. Excludes `state`.
    #[param(value_type = Option<UserText>)]
    user: Option<String>,
    /// Rows of the page: 1 to 500, 100 if absent.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limit: Option<String>,
    /// `next` of the page before.
    after: Option<String>,
}

/// Offboardings, newest first.
#[utoipa::path(
    get, path = "/v1/offboardings", tag = "Offboardings", params(ListQuery),
    responses((status = 200, body = Items<OffboardingView>))
)]
pub(super) async fn list_offboardings(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Query(query): Query<ListQuery>,
) -> Result<Json<Items<OffboardingView>>, Problem> {
    let before = OFFBOARDINGS.key(query.after.as_deref())?.map(OffboardingId);
    let limit = page::limit(query.limit.as_deref())?;
    let filter = filter(&app, &caller, query.state, query.user).await?;
    let page = app.offboardings(&caller, filter, before.as_ref(), limit).await?;
    Ok(Json(Items::of(OFFBOARDINGS, page, |row| row.id.to_string(), OffboardingView::from)))
}

async fn filter(
    app: &App,
    caller: &Caller,
    state: Option<String>,
    user: Option<String>,
) -> Result<OffboardingFilter, Problem> {
    match (state, user) {
        (None, None) => Ok(OffboardingFilter::All),
        (Some(_), Some(_)) => Err(Problem::invalid("state", "excludes user")),
        (None, Some(user)) => {
            let found = app.user(caller, &UserText::new(user).parse()).await?;
            Ok(OffboardingFilter::Of(found.user.id))
        }
        (Some(state), None) => {
            let state: Option<OffboardingState> = state.parse().ok();
            let open = state.filter(|state| !state.is_final());
            open.map(OffboardingFilter::In)
                .ok_or_else(|| Problem::invalid("state", "must be scheduled, running or blocked"))
        }
    }
}

/// An offboarding with its steps, and what they mean per platform.
#[utoipa::path(
    get, path = "/v1/offboardings/{id}", tag = "Offboardings", params(("id" = String, Path)),
    responses((status = 200, body = DetailView))
)]
pub(super) async fn get_offboarding(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(id): Path<String>,
) -> Result<Json<DetailView>, Problem> {
    Ok(Json(app.offboarding(&caller, &OffboardingId(id)).await?.into()))
}
