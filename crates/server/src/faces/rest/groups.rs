//! Groups.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderName, StatusCode};
use domain::{Group, GroupId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::Authenticated;
use super::page::{self, Items, List, PageQuery};
use super::problem::Problem;
use super::reference::GroupText;
use super::request::{Body, Path, Query};
use crate::app::{self, App};

const GROUPS: List = List("groups");

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(list_groups, create_group)).routes(routes!(get_group))
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct NewGroup {
    #[schema(example = "Ops")]
    name: String,
    #[serde(default)]
    description: String,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Group)]
#[serde(rename_all = "camelCase")]
struct GroupView {
    id: i64,
    guid: String,
    name: String,
    description: String,
}

impl From<Group> for GroupView {
    fn from(group: Group) -> Self {
        Self { id: group.id.0, guid: group.guid, name: group.name, description: group.description }
    }
}

/// A group where only its name matters.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct GroupName {
    id: i64,
    name: String,
}

impl From<Group> for GroupName {
    fn from(group: Group) -> Self {
        Self { id: group.id.0, name: group.name }
    }
}

/// Groups in the order of their ids.
#[utoipa::path(
    get, path = "/v1/groups", tag = "Directory", params(PageQuery),
    responses((status = 200, body = Items<GroupView>))
)]
async fn list_groups(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Query(query): Query<PageQuery>,
) -> Result<Json<Items<GroupView>>, Problem> {
    let after = GroupId(GROUPS.number(query.after.as_deref())?);
    let page = app.groups(&caller, after, page::limit(query.limit.as_deref())?).await?;
    Ok(Json(Items::of(GROUPS, page, |group| group.id.to_string(), GroupView::from)))
}

/// Create a group.
#[utoipa::path(
    post, path = "/v1/groups", tag = "Directory", request_body = NewGroup,
    responses((status = 201, body = GroupView, headers(("Location" = String, description = "The group"))))
)]
async fn create_group(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Body(new): Body<NewGroup>,
) -> Result<(StatusCode, [(HeaderName, String); 1], Json<GroupView>), Problem> {
    let new = app::NewGroup { name: new.name, description: new.description };
    let group = app.create_group(&caller, new).await?;
    let location = [(LOCATION, format!("/v1/groups/{}", group.id))];
    Ok((StatusCode::CREATED, location, Json(GroupView::from(group))))
}

/// A group.
#[utoipa::path(
    get, path = "/v1/groups/{group}", tag = "Directory", params(("group" = GroupText, Path)),
    responses((status = 200, body = GroupView))
)]
async fn get_group(
    State(app): State<Arc<App>>,
    Authenticated(caller): Authenticated,
    Path(group): Path<String>,
) -> Result<Json<GroupView>, Problem> {
    let group = app.group(&caller, &GroupText::new(group).parse()).await?;
    Ok(Json(GroupView::from(group)))
}
