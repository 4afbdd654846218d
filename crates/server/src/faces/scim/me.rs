//! `/Me`: the token's own user (RFC 7644 section 3.11).

use axum::http::StatusCode;
use axum::response::Response;
use domain::Error;
use scim::ScimType;

use super::Request;
use super::failure::Failure;
use crate::app::UserRef;

/// The id of whoever asks.
pub(super) async fn id(request: &Request<'_>) -> Result<String, Failure> {
    let desk = &request.desk;
    let user = desk.caller.user.ok_or(Error::Forbidden)?;
    Ok(desk.app.user(&desk.caller, &UserRef::Id(user)).await?.user.guid)
}

/// Whoever asks is somebody already.
pub(super) async fn create(request: &Request<'_>) -> Result<Response, Failure> {
    let id = id(request).await?;
    let detail = format!("Whoever asks is a user already: {id}");
    Err(Failure::typed(StatusCode::CONFLICT, ScimType::Uniqueness, detail))
}
