//! Who asks: the bearer of a session or an API token.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use domain::Error;

use super::problem::Problem;
use crate::app::{App, Caller};

pub(super) struct Authenticated(pub(super) Caller);

impl FromRequestParts<Arc<App>> for Authenticated {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Problem> {
        let secret = bearer(&parts.headers)?;
        Ok(Self(app.authenticate(secret).await?))
    }
}

/// The secret of `Authorization: Bearer …`; the scheme's case does not matter (RFC 9110).
pub(super) fn bearer(headers: &HeaderMap) -> Result<&str, Error> {
    let header = headers.get(AUTHORIZATION).ok_or(Error::NoCredential)?;
    let text = header.to_str().map_err(|_| Error::BadCredential)?;
    let (scheme, secret) = text.split_once(' ').ok_or(Error::BadCredential)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(secret.trim()) } else { Err(Error::BadCredential) }
}
