//! OAuth clients: with their id and secret a program is issued service tokens of their user.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::UserId;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::page::{self, Items, List, PageQuery};
use super::problem::Problem;
use super::reference::UserText;
use super::request::{Path, Query};
use super::time::Time;
use crate::app::{App, Client};

const CLIENTS: List = List("clients");

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_clients))
        .routes(routes!(create_client, delete_client))
        .routes(routes!(renew_client_secret))
}

#[derive(Serialize, ToSchema)]
#[schema(as = Client)]
#[serde(rename_all = "camelCase")]
struct ClientView {
    client_id: String,
    user_id: i64,
    created_at: Time,
    /// When the present secret was made.
    secret_at: Time,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct ClientWithSecret {
    /// It is shown this once.
    client_secret: String,
    #[serde(flatten)]
    view: ClientView,
}

impl From<Client> for ClientView {
    fn from(client: Client) -> Self {
        Self {
            client_id: client.id,
            user_id: client.user.0,
            created_at: Time(client.created_ms),
            secret_at: Time(client.secret_ms),
        }
    }
}

/// The OAuth clients of all users, without their secrets.
#[utoipa::path(
    get, path = "/v1/clients", tag = "Access", params(PageQuery),
    responses((status = 200, body = Items<ClientView>))
)]
async fn list_clients(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Query(query): Query<PageQuery>,
) -> Result<Json<Items<ClientView>>, Problem> {
    let after = UserId(CLIENTS.number(query.after.as_deref())?);
    let page = app.clients(&caller, after, page::limit(query.limit.as_deref())?).await?;
    Ok(Json(Items::of(CLIENTS, page, |client| client.user.to_string(), ClientView::from)))
}

/// Make a user's OAuth client. A user has one at most.
#[utoipa::path(
    post, path = "/v1/users/{user}/client", tag = "Access", params(("user" = UserText, Path)),
    responses((status = 201, body = ClientWithSecret))
)]
async fn create_client(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<(StatusCode, Json<ClientWithSecret>), Problem> {
    let (client, client_secret) = app.create_client(&caller, &UserText::new(user).parse()).await?;
    let view = ClientView::from(client);
    Ok((StatusCode::CREATED, Json(ClientWithSecret { client_secret, view })))
}

/// Make a new secret for a user's OAuth client. The old one ends, and every token that was issued on it.
#[utoipa::path(
    post, path = "/v1/users/{user}/client/secret", tag = "Access", params(("user" = UserText, Path)),
    responses((status = 200, body = ClientWithSecret))
)]
async fn renew_client_secret(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<Json<ClientWithSecret>, Problem> {
    let (client, client_secret) = app.renew_client_secret(&caller, &UserText::new(user).parse()).await?;
    Ok(Json(ClientWithSecret { client_secret, view: ClientView::from(client) }))
}

/// Delete a user's OAuth client, and every token that was issued to it.
#[utoipa::path(
    delete, path = "/v1/users/{user}/client", tag = "Access", params(("user" = UserText, Path)),
    responses((status = 204))
)]
async fn delete_client(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<StatusCode, Problem> {
    app.delete_client(&caller, &UserText::new(user).parse()).await?;
    Ok(StatusCode::NO_CONTENT)
}
