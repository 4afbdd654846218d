//! A person's word on an offboarding.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use domain::{OffboardingId, StepNo};
use serde::Deserialize;
use utoipa::ToSchema;

use super::super::authenticated::Authenticated;
use super::super::page::number;
use super::super::problem::Problem;
use super::super::request::{Body, Path};
use super::view::DetailView;
use crate::app::App;

/// Why; it stays with the step, together with who gave it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Reason {
    reason: String,
}

/// Try a failed step again.
#[utoipa::path(
    post, path = "/v1/offboardings/{id}/steps/{no}/retry", tag = "Offboardings",
    params(("id" = String, Path), ("no" = i64, Path)), responses((status = 200, body = DetailView))
)]
pub(super) async fn retry_step(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path((id, no)): Path<(String, String)>,
) -> Result<Json<DetailView>, Problem> {
    let (id, no) = (OffboardingId(id), StepNo(number("no", &no)?));
    app.retry_step(&caller, &id, no).await?;
    Ok(Json(app.offboarding(&caller, &id).await?.into()))
}

/// How it is known that it is done; it stays with the step, together with who said so.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Confirmation {
    evidence: String,
}

/// Say that a person did what a step wanted: one by hand, or one that has failed.
#[utoipa::path(
    post, path = "/v1/offboardings/{id}/steps/{no}/confirm", tag = "Offboardings", request_body = Confirmation,
    params(("id" = String, Path), ("no" = i64, Path)), responses((status = 200, body = DetailView))
)]
pub(super) async fn confirm_step(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path((id, no)): Path<(String, String)>,
    Body(said): Body<Confirmation>,
) -> Result<Json<DetailView>, Problem> {
    let (id, no) = (OffboardingId(id), StepNo(number("no", &no)?));
    app.confirm_step(&caller, &id, no, &said.evidence).await?;
    Ok(Json(app.offboarding(&caller, &id).await?.into()))
}

/// Leave a step out for good. What needs a transfer that was left out is left out as well.
#[utoipa::path(
    post, path = "/v1/offboardings/{id}/steps/{no}/skip", tag = "Offboardings", request_body = Reason,
    params(("id" = String, Path), ("no" = i64, Path)), responses((status = 200, body = DetailView))
)]
pub(super) async fn skip_step(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path((id, no)): Path<(String, String)>,
    Body(why): Body<Reason>,
) -> Result<Json<DetailView>, Problem> {
    let (id, no) = (OffboardingId(id), StepNo(number("no", &no)?));
    app.skip_step(&caller, &id, no, &why.reason).await?;
    Ok(Json(app.offboarding(&caller, &id).await?.into()))
}

/// Call an offboarding off: what has not begun is left out, what is done stays done.
#[utoipa::path(
    post, path = "/v1/offboardings/{id}/cancel", tag = "Offboardings", request_body = Reason,
    params(("id" = String, Path)), responses((status = 200, body = DetailView))
)]
pub(super) async fn cancel_offboarding(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(id): Path<String>,
    Body(why): Body<Reason>,
) -> Result<Json<DetailView>, Problem> {
    let id = OffboardingId(id);
    app.cancel(&caller, &id, &why.reason).await?;
    Ok(Json(app.offboarding(&caller, &id).await?.into()))
}
