//! Users, with what belongs to them.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::LOCATION;
use domain::{Account, AccountState, Role, UserId, UserState};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::assets::{AssetView, HoldingView, holdings};
use super::authenticated::Authenticated;
use super::groups::GroupName;
use super::page::{self, Items, List, PageQuery};
use super::problem::Problem;
use super::reference::{GroupText, UserText};
use super::request::{Body, Path, Query};
use super::time::Time;
use super::words;
use crate::app::{self, App, UserDetail, UserRef};

const USERS: List = List("users");

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(list_users, create_user))
        .routes(routes!(get_user))
        .routes(routes!(set_password))
        .routes(routes!(list_assets_of_user))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewUser {
    #[schema(example = "jsmith")]
    user_name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    full_name: String,
    #[serde(default)]
    description: String,
    /// What the user may do here; nothing if absent.
    #[schema(schema_with = words::user_role)]
    #[serde(default = "no_role")]
    role: Role,
    /// Never cut or removed: a legal hold.
    #[serde(default)]
    protected: bool,
    manager: Option<UserText>,
    external_id: Option<String>,
    /// Without one the user cannot sign in here.
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<SecretString>,
    #[serde(default)]
    groups: Vec<GroupText>,
}

fn no_role() -> Role {
    Role::None
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewPassword {
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

#[derive(Serialize, ToSchema)]
#[schema(as = User)]
#[serde(rename_all = "camelCase")]
pub(super) struct UserView {
    id: i64,
    guid: String,
    user_name: String,
    email: String,
    full_name: String,
    description: String,
    #[schema(schema_with = words::user_state)]
    state: UserState,
    #[schema(schema_with = words::user_role)]
    role: Role,
    protected: bool,
    manager_id: Option<i64>,
    external_id: Option<String>,
    created_at: Time,
    last_sign_in_at: Option<Time>,
    groups: Vec<GroupName>,
    accounts: Vec<AccountView>,
    /// How many assets of each kind the user owns.
    holdings: Vec<HoldingView>,
}

/// A user's presence on a platform.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
#[serde(rename_all = "camelCase")]
struct AccountView {
    platform: String,
    /// The platform's own id for the user.
    account: String,
    #[schema(schema_with = words::account_state)]
    state: AccountState,
}

impl From<UserDetail> for UserView {
    fn from(detail: UserDetail) -> Self {
        let user = detail.user;
        let platform = |account: &Account| {
            let found = detail.platforms.iter().find(|(id, _)| *id == account.platform);
            found.map(|(_, name)| name.clone()).unwrap_or_default()
        };
        let account = |account: &Account| AccountView {
            platform: platform(account),
            account: account.remote_id.clone(),
            state: account.state,
        };
        Self {
            id: user.id.0,
            guid: user.guid,
            user_name: user.user_name,
            email: user.email,
            full_name: user.full_name,
            description: user.description,
            state: user.state,
            role: user.role,
            protected: user.protected,
            manager_id: user.manager.map(|id| id.0),
            external_id: user.external_id,
            created_at: Time(user.created_ms),
            last_sign_in_at: user.last_sign_in_ms.map(Time),
            groups: detail.groups.into_iter().map(GroupName::from).collect(),
            accounts: detail.accounts.iter().map(account).collect(),
            holdings: holdings(detail.holdings),
        }
    }
}

/// Users who are present, in the order of their ids. Tombstones are found one by one.
#[utoipa::path(
    get, path = "/v1/users", tag = "Directory", params(PageQuery),
    responses((status = 200, body = Items<UserView>))
)]
async fn list_users(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Query(query): Query<PageQuery>,
) -> Result<Json<Items<UserView>>, Problem> {
    let after = UserId(USERS.number(query.after.as_deref())?);
    let page = app.users(&caller, after, page::limit(query.limit.as_deref())?).await?;
    Ok(Json(Items::of(USERS, page, |detail| detail.user.id.to_string(), UserView::from)))
}

/// Create a user.
#[utoipa::path(
    post, path = "/v1/users", tag = "Directory", request_body = NewUser,
    responses((status = 201, body = UserView, headers(("Location" = String, description = "The user"))))
)]
async fn create_user(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Body(new): Body<NewUser>,
) -> Result<(StatusCode, [(axum::http::HeaderName, String); 1], Json<UserView>), Problem> {
    let new = app::NewUser {
        user_name: new.user_name,
        email: new.email,
        full_name: new.full_name,
        description: new.description,
        role: new.role,
        enabled: true,
        protected: new.protected,
        manager: new.manager.map(|manager| manager.parse()),
        external_id: new.external_id,
        password: new.password,
        groups: new.groups.iter().map(GroupText::parse).collect(),
        profile: domain::Profile::default(),
    };
    let id = app.create_user(&caller, new).await?.id;
    let detail = app.user(&caller, &UserRef::Id(id)).await?;
    let location = [(LOCATION, format!("/v1/users/{id}"))];
    Ok((StatusCode::CREATED, location, Json(UserView::from(detail))))
}

/// A user, removed ones included. Everybody may see themselves.
#[utoipa::path(
    get, path = "/v1/users/{user}", tag = "Directory", params(("user" = UserText, Path)),
    responses((status = 200, body = UserView))
)]
async fn get_user(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
) -> Result<Json<UserView>, Problem> {
    let detail = app.user(&caller, &UserText::new(user).parse()).await?;
    Ok(Json(UserView::from(detail)))
}

/// Set a password. Every session and token of the user ends. Everybody may set their own, with a session.
#[utoipa::path(
    put, path = "/v1/users/{user}/password", tag = "Directory", params(("user" = UserText, Path)),
    request_body = NewPassword,
    responses((status = 204))
)]
async fn set_password(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
    Body(new): Body<NewPassword>,
) -> Result<StatusCode, Problem> {
    app.set_password(&caller, &UserText::new(user).parse(), &new.password).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct First {
    /// How many to answer at most: 1 to 500, 100 if absent.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    limit: Option<String>,
}

#[derive(Serialize, ToSchema)]
struct FirstAssets {
    items: Vec<AssetView>,
    /// Whether the user owns more than these.
    more: bool,
}

/// The first assets of a user, by kind. `holdings` of the user has the counts of all.
#[utoipa::path(
    get, path = "/v1/users/{user}/assets", tag = "Directory", params(("user" = UserText, Path), First),
    responses((status = 200, body = FirstAssets))
)]
async fn list_assets_of_user(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(user): Path<String>,
    Query(query): Query<First>,
) -> Result<Json<FirstAssets>, Problem> {
    let limit = page::limit(query.limit.as_deref())?;
    let page = app.assets_of(&caller, &UserText::new(user).parse(), limit).await?;
    Ok(Json(FirstAssets { items: page.rows.into_iter().map(AssetView::from).collect(), more: page.more }))
}
