//! Tokens: named ones are made here, those of every kind are listed and revoked.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{Role, TokenKind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::page::{self, Items, List, PageQuery};
use super::problem::Problem;
use super::reference::UserText;
use super::request::{Body, Path, Query};
use super::time::Time;
use super::words;
use crate::app::{self, App, Token};

const TOKENS: List = List("tokens");

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_tokens, create_token)).routes(routes!(revoke_token))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewToken {
    #[schema(example = "ci")]
    name: String,
    /// The most its bearer may do; never more than its user may. `scim` is apart: users and groups over SCIM, and
    /// nothing else, whatever its user may do.
    #[schema(schema_with = words::role)]
    role: Role,
    /// Whose token it is; the caller's own if absent.
    user: Option<UserText>,
    /// When it ends; never if absent.
    expires: Option<Time>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Token)]
#[serde(rename_all = "camelCase")]
pub(super) struct TokenView {
    id: i64,
    /// `named` ones are made here, the others by the vendors' calls.
    #[schema(schema_with = words::token_kind)]
    kind: TokenKind,
    name: String,
    #[schema(schema_with = words::role)]
    role: Role,
    user_id: i64,
    created_at: Time,
    expires: Option<Time>,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct CreatedToken {
    /// Send it as `Authorization: Bearer`. It is shown this once.
    pub(super) token: String,
    #[serde(flatten)]
    pub(super) view: TokenView,
}

impl From<Token> for TokenView {
    fn from(token: Token) -> Self {
        Self {
            id: token.id,
            kind: token.kind,
            name: token.name,
            role: token.role,
            user_id: token.user.0,
            created_at: Time(token.created_ms),
            expires: token.expires_ms.map(Time),
        }
    }
}

/// The tokens of all users, of every kind, without their secrets.
#[utoipa::path(
    get, path = "/v1/tokens", tag = "Access", params(PageQuery),
    responses((status = 200, body = Items<TokenView>))
)]
async fn list_tokens(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Query(query): Query<PageQuery>,
) -> Result<Json<Items<TokenView>>, Problem> {
    let after = TOKENS.number(query.after.as_deref())?;
    let page = app.tokens(&caller, after, page::limit(query.limit.as_deref())?).await?;
    Ok(Json(Items::of(TOKENS, page, |token| token.id.to_string(), TokenView::from)))
}

/// Make a token. Its secret is answered this once and never again.
#[utoipa::path(post, path = "/v1/tokens", tag = "Access", request_body = NewToken, responses((status = 201, body = CreatedToken)))]
async fn create_token(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Body(new): Body<NewToken>,
) -> Result<(StatusCode, Json<CreatedToken>), Problem> {
    let new = app::NewToken {
        name: new.name,
        role: new.role,
        user: new.user.map(|user| user.parse()),
        expires_ms: new.expires.map(|time| time.0),
    };
    let (made, token) = app.create_token(&caller, new).await?;
    Ok((StatusCode::CREATED, Json(CreatedToken { token, view: TokenView::from(made) })))
}

/// Revoke a token of any kind: it is refused from this answer on, and so is what was made with it. Everybody may
/// revoke their own.
#[utoipa::path(
    delete, path = "/v1/tokens/{id}", tag = "Access", params(("id" = i64, Path)),
    responses((status = 204))
)]
async fn revoke_token(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    app.revoke_token(&caller, page::number("id", &id)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
