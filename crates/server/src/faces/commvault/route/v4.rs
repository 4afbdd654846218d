//! The newest generation, `V4/…`: JSON only, and the status says how it went.

use axum::http::Method;

use super::endpoint::Meaning::{OfToken, Open, Plain};
use super::{Endpoint, Operation, Route};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new(Method::POST, "V4/AccessToken", Plain(Operation::CreateAccessToken)),
    Endpoint::new(Method::POST, "V4/AccessToken/Renew", Open(Route::RenewAccessToken)),
    Endpoint::new(Method::DELETE, "V4/AccessToken/{token}", OfToken(Operation::DeleteAccessToken)),
];
