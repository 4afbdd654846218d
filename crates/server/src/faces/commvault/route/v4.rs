//! The newest generation, `V4/…`: JSON only, and the status says how it went.

use axum::http::Method;

use super::endpoint::Meaning::{OfUser, Plain};
use super::{Endpoint, Operation};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new(Method::POST, "V4/user", Plain(Operation::CreateUsersV4)),
    Endpoint::new(Method::PUT, "V4/user/{user}", OfUser(Operation::UpdateUserV4)),
];
