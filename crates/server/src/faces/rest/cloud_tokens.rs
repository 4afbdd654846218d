//! The cloud token of a user, which Netex's clients hold: one per account, replaced by a new one.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::problem::Problem;
use super::reference::UserText;
use super::request::Path;
use super::tokens::{CreatedToken, TokenView};
use crate::app::App;

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(create_cloud_token, revoke_cloud_token))
}

/// Make a user's cloud token. The one before it ends. Its secret is answered this once and never again.
///
/// The user must be operator or administrator. Everybody may make their own, with a session or a named token.
#[utoipa::path(
    post, path = "/v1/users/{user}/cloud-token", tag = "Access", params(("user" = UserText, Path)),
    responses((status = 201, body = CreatedToken))
)]
async fn create_cloud_token(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<(StatusCode, Json<CreatedToken>), Problem> {
    let (made, token) = app.create_cloud_token(&caller, &UserText::new(user).parse()).await?;
    Ok((StatusCode::CREATED, Json(CreatedToken { token, view: TokenView::from(made) })))
}

/// Revoke a user's cloud token. Everybody may revoke their own.
#[utoipa::path(
    delete, path = "/v1/users/{user}/cloud-token", tag = "Access", params(("user" = UserText, Path)),
    responses((status = 204))
)]
async fn revoke_cloud_token(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<StatusCode, Problem> {
    app.revoke_cloud_token(&caller, &UserText::new(user).parse()).await?;
    Ok(StatusCode::NO_CONTENT)
}
