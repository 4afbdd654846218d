//! What is read: bare objects and arrays, no envelope (contract section 3.4).

use axum::Json;
use axum::response::{IntoResponse, Response};
use domain::{Error, UserState};

use super::Request;
use super::failure::Failure;
use super::paging::Paging;
use super::view::{Group, User};
use crate::app::{GroupRef, Seat, UserDetail, UserRef};

pub(super) async fn get(request: &Request<'_>) -> Result<Response, Failure> {
    let detail = present(request).await?;
    Ok(Json(User::new(&detail)).into_response())
}

pub(super) async fn list(request: &Request<'_>) -> Result<Response, Failure> {
    let Paging { start_index, count } = Paging::of(request.exchange.query())?;
    let page = request.app.users_from(&request.caller, start_index, count).await?;
    Ok(users(&page.rows))
}

pub(super) async fn groups(request: &Request<'_>) -> Result<Response, Failure> {
    let paging = Paging::of(request.exchange.query())?;
    let detail = present(request).await?;
    let groups: Vec<Group> = paging.cut(detail.groups).map(Group::new).collect();
    Ok(Json(groups).into_response())
}

pub(super) async fn admins(request: &Request<'_>) -> Result<Response, Failure> {
    let Paging { start_index, count } = Paging::of(request.exchange.query())?;
    let group = GroupRef::AnyId(request.name.clone());
    let page = request.app.seats_from(&request.caller, &group, Seat::Admin, start_index, count).await?;
    Ok(users(&page.rows))
}

fn users(rows: &[UserDetail]) -> Response {
    Json(rows.iter().map(User::new).collect::<Vec<_>>()).into_response()
}

/// The user in the path, who was not removed.
pub(super) async fn present(request: &Request<'_>) -> Result<UserDetail, Failure> {
    let asked = UserRef::AnyId(request.name.clone());
    let detail = request.app.user(&request.caller, &asked).await?;
    if detail.user.state == UserState::Removed {
        return Err(Error::not_found("user", asked.shown()).into());
    }
    Ok(detail)
}
