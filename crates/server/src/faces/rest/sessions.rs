//! Signing in, signing out, and who one is.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::HOST;
use axum::http::{HeaderMap, StatusCode};
use axum::{Extension, Json};
use domain::{Role, UserId};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::problem::{Kind, Problem};
use super::request::Body;
use super::users::UserView;
use super::words;
use crate::app::{App, Credential, SecretForm, SignIn, UserRef};
use crate::faces::Peer;

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(sign_in)).routes(routes!(sign_out)).routes(routes!(me))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct Login {
    #[schema(example = "admin")]
    user_name: String,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Session)]
#[serde(rename_all = "camelCase")]
struct SessionView {
    /// Send it as `Authorization: Bearer`. It is shown this once.
    token: String,
    /// The session ends when it was not used for this long.
    expires_idle_ms: i64,
    user: Identity,
}

/// Who one is, in short.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Identity {
    id: i64,
    guid: String,
    user_name: String,
    full_name: String,
    #[schema(schema_with = words::role)]
    role: Role,
}

/// Sign in.
///
/// The tenant is that of the Host header, else `default`. After 5 failures the name and the address must wait,
/// longer with each further failure.
#[utoipa::path(
    post, path = "/v1/sessions", tag = "Access", security(()), request_body = Login,
    responses((status = 201, body = SessionView))
)]
async fn sign_in(
    State(app): State<Arc<App>>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Body(login): Body<Login>,
) -> Result<(StatusCode, Json<SessionView>), Problem> {
    let host = headers.get(HOST).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let attempt = SignIn {
        host,
        user_name: login.user_name,
        password: login.password,
        address: peer.map(|Extension(peer)| peer.0),
        face: "rest",
        device: None,
        idle_ms: None,
        form: SecretForm::Hex,
    };
    let signed_in = app.sign_in(attempt).await?;
    let user = signed_in.user;
    let view = SessionView {
        token: signed_in.secret,
        expires_idle_ms: signed_in.idle_ms,
        user: Identity {
            id: user.id.0,
            guid: user.guid,
            user_name: user.user_name,
            full_name: user.full_name,
            role: user.role,
        },
    };
    Ok((StatusCode::CREATED, Json(view)))
}

/// Sign out: ends the session that asks.
#[utoipa::path(delete, path = "/v1/sessions/current", tag = "Access", responses((status = 204)))]
async fn sign_out(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
) -> Result<StatusCode, Problem> {
    if !matches!(caller.credential, Credential::Session { .. }) {
        return Err(Problem::new(
            Kind::Conflict,
            "an API token is not a session; an administrator revokes it",
        ));
    }
    app.sign_out(&caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Me {
    /// What this credential may do: never more than its user may.
    #[schema(schema_with = words::role)]
    role: Role,
    /// `session` or `token`.
    credential: &'static str,
    user: UserView,
}

/// Who asks, and what they may do.
#[utoipa::path(get, path = "/v1/me", tag = "Access", responses((status = 200, body = Me)))]
async fn me(State(app): State<Arc<App>>, Authenticated(caller): Authenticated) -> Result<Json<Me>, Problem> {
    let id = caller.user.unwrap_or(UserId(0));
    let detail = app.user(&caller, &UserRef::Id(id)).await?;
    let credential =
        if matches!(caller.credential, Credential::Session { .. }) { "session" } else { "token" };
    Ok(Json(Me { role: caller.role, credential, user: UserView::from(detail) }))
}
