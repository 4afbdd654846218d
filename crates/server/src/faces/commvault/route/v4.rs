//! The newest generation, `V4/…`: JSON only, and the status says how it went.

use axum::http::Method;

use super::endpoint::Meaning::{OfGroup, OfToken, OfUser, Open, Plain};
use super::{Endpoint, Operation, Route, Shape};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new(Method::GET, "V4/user", Plain(Operation::ListUsersV4)),
    Endpoint::new(Method::POST, "V4/user", Plain(Operation::CreateUsersV4)),
    Endpoint::new(Method::GET, "V4/user/{user}", OfUser(Operation::GetUserV4, Shape::V4)),
    Endpoint::new(Method::PUT, "V4/user/{user}", OfUser(Operation::UpdateUserV4, Shape::V4)),
    Endpoint::new(Method::DELETE, "V4/user/{user}", OfUser(Operation::DeleteUserV4, Shape::V4)),
    Endpoint::new(Method::PUT, "V4/user/action/delete", Plain(Operation::DeleteUsersV4)),
    Endpoint::new(Method::GET, "V4/UserGroup", Plain(Operation::ListGroupsV4)),
    Endpoint::new(Method::GET, "V4/UserGroup/{group}", OfGroup(Operation::GetGroupV4, Shape::V4)),
    Endpoint::new(Method::DELETE, "V4/UserGroup/{group}", OfGroup(Operation::DeleteGroupV4, Shape::V4)),
    Endpoint::new(Method::PUT, "V4/UserGroup/action/delete", Plain(Operation::DeleteGroupsV4)),
    Endpoint::new(Method::POST, "V4/AccessToken", Plain(Operation::CreateAccessToken)),
    Endpoint::new(Method::POST, "V4/AccessToken/Renew", Open(Route::RenewAccessToken)),
    Endpoint::new(Method::DELETE, "V4/AccessToken/{token}", OfToken(Operation::DeleteAccessToken)),
];
