//! Who belongs to a group.

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
use super::reference::{GroupText, UserText};
use super::request::{Path, Query};
use crate::app::{App, Seat, SeatChange, UserDetail};

const MEMBERS: List = List("members");

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_members)).routes(routes!(add_member, remove_member))
}

/// A user where only its name matters.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Member {
    id: i64,
    guid: String,
    user_name: String,
}

impl From<UserDetail> for Member {
    fn from(detail: UserDetail) -> Self {
        let user = detail.user;
        Self { id: user.id.0, guid: user.guid, user_name: user.user_name }
    }
}

/// The members of a group in the order of their ids.
#[utoipa::path(
    get, path = "/v1/groups/{group}/members", tag = "Directory", params(("group" = GroupText, Path), PageQuery),
    responses((status = 200, body = Items<Member>))
)]
async fn list_members(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(group): Path<String>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Items<Member>>, Problem> {
    let after = UserId(MEMBERS.number(query.after.as_deref())?);
    let limit = page::limit(query.limit.as_deref())?;
    let page = app.seats(&caller, &GroupText::new(group).parse(), Seat::Member, after, limit).await?;
    Ok(Json(Items::of(MEMBERS, page, |detail| detail.user.id.to_string(), Member::from)))
}

/// Add a user to a group. Again is no error.
#[utoipa::path(
    put, path = "/v1/groups/{group}/members/{user}", tag = "Directory",
    params(("group" = GroupText, Path), ("user" = UserText, Path)),
    responses((status = 204))
)]
async fn add_member(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path((group, user)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (group, user) = (GroupText::new(group).parse(), UserText::new(user).parse());
    app.change_seats(&caller, &group, Seat::Member, SeatChange::Add, vec![user]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Take a user out of a group. Again is no error.
#[utoipa::path(
    delete, path = "/v1/groups/{group}/members/{user}", tag = "Directory",
    params(("group" = GroupText, Path), ("user" = UserText, Path)),
    responses((status = 204))
)]
async fn remove_member(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path((group, user)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (group, user) = (GroupText::new(group).parse(), UserText::new(user).parse());
    app.change_seats(&caller, &group, Seat::Member, SeatChange::Remove, vec![user]).await?;
    Ok(StatusCode::NO_CONTENT)
}
