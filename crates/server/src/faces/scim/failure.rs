//! A refused request, in SCIM's error form (RFC 7644 section 3.12).
//!
//! The one place where this face maps the errors of the operations and of the protocol.

use axum::http::header::{ALLOW, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{Error, Refusal};
use scim::message::bulk::Refused;
use scim::{Document, ScimType, message};

use super::answer;
use crate::app::Hold;

/// When to ask again a server that cannot answer now.
const UNAVAILABLE_RETRY_S: i64 = 5;
#[derive(Clone, Debug)]
pub(super) struct Failure {
    pub status: StatusCode,
    scim_type: Option<ScimType>,
    detail: String,
    header: Option<(HeaderName, HeaderValue)>,
}

impl Failure {
    pub(super) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self { status, scim_type: None, detail: detail.into(), header: None }
    }

    pub(super) fn typed(status: StatusCode, scim_type: ScimType, detail: impl Into<String>) -> Self {
        Self { scim_type: Some(scim_type), ..Self::new(status, detail) }
    }

    /// The path is served, but not by this method.
    pub(super) fn method(allow: &str) -> Self {
        let detail = format!("This path takes {allow}");
        let header = HeaderValue::from_str(allow).ok().map(|allow| (ALLOW, allow));
        Self { header, ..Self::new(StatusCode::METHOD_NOT_ALLOWED, detail) }
    }

    /// What a departure beyond its token's measure is told; the user is as before.
    pub(super) fn held(hold: &Hold) -> Self {
        let Hold { removes, since_ms, limit, window_s } = *hold;
        let asked = if removes { "deletion" } else { "deactivation" };
        let since = crate::clock::shown(since_ms);
        let detail = format!(
            "This {asked} is held since {since}, until an administrator of Exeunt says yes or no: it is one more than \
             the {limit} departures that this token may ask for within {window_s} s (the mass-removal guard). The user \
             stays as it is until then, nothing is lost, and there is no need to send the request again."
        );
        Self::new(StatusCode::FORBIDDEN, detail)
    }

    /// The resource is not as the client last saw it (RFC 7644 section 3.14).
    pub(super) fn precondition() -> Self {
        let detail =
            "The resource has another version than If-Match or If-None-Match asks for: read it again";
        Self::new(StatusCode::PRECONDITION_FAILED, detail)
    }

    pub(super) fn slow_down(seconds: i64) -> Self {
        let detail = format!("This token has sent too many requests: wait {seconds} s");
        Self::new(StatusCode::TOO_MANY_REQUESTS, detail).retry_after(seconds)
    }

    fn retry_after(self, seconds: i64) -> Self {
        Self { header: Some((RETRY_AFTER, HeaderValue::from(seconds))), ..self }
    }

    fn unauthorized(challenge: &'static str, detail: String) -> Self {
        let header = Some((WWW_AUTHENTICATE, HeaderValue::from_static(challenge)));
        Self { header, ..Self::new(StatusCode::UNAUTHORIZED, detail) }
    }

    /// The error as a document, for an answer of its own or one within a bulk answer.
    pub(super) fn document(&self) -> Document {
        message::error(self.status.as_u16(), self.scim_type, &self.detail)
    }
}

impl From<scim::Error> for Failure {
    fn from(error: scim::Error) -> Self {
        let status = match error.scim_type {
            ScimType::Uniqueness => StatusCode::CONFLICT,
            ScimType::Sensitive => StatusCode::FORBIDDEN,
            _ => StatusCode::BAD_REQUEST,
        };
        Self::typed(status, error.scim_type, error.detail)
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::TooLarge { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, refused.to_string()),
            Refused::Invalid(error) => error.into(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if let Some(inside) = error.inside() {
            tracing::error!(inside, "a SCIM request failed: {error}");
        }
        let detail = error.outside();
        match error {
            Error::Invalid { .. } => Self::typed(StatusCode::BAD_REQUEST, ScimType::InvalidValue, detail),
            Error::NoCredential => Self::unauthorized("Bearer", detail),
            Error::BadCredential => Self::unauthorized("Bearer error=\"invalid_token\"", detail),
            // This face takes no passwords; whoever is refused by one is not signed in.
            Error::BadPassword | Error::Locked { .. } | Error::Deactivated { .. } => {
                Self::unauthorized("Bearer", detail)
            }
            Error::Forbidden => {
                Self::new(StatusCode::FORBIDDEN, "Not allowed: this takes a token with the role scim")
            }
            Error::NotFound { .. } => Self::new(StatusCode::NOT_FOUND, detail),
            Error::Refused(refusals) => Self::new(refused(&refusals), detail),
            Error::Conflict(_) => Self::typed(StatusCode::CONFLICT, ScimType::Uniqueness, detail),
            Error::TooMany { .. } => Self::new(StatusCode::PAYLOAD_TOO_LARGE, detail),
            Error::Platform(_) => Self::new(StatusCode::BAD_GATEWAY, detail),
            Error::Unavailable { .. } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, detail).retry_after(UNAVAILABLE_RETRY_S)
            }
            Error::Internal { .. } => Self::new(StatusCode::INTERNAL_SERVER_ERROR, detail),
        }
    }
}

/// Who is gone is not found; who is kept on purpose is forbidden ground; the rest is the state of things.
fn refused(refusals: &[Refusal]) -> StatusCode {
    match refusals.first() {
        Some(Refusal::UnknownUser { .. } | Refusal::AlreadyRemoved { .. }) => StatusCode::NOT_FOUND,
        Some(
            Refusal::Yourself { .. }
            | Refusal::LastAdministrator { .. }
            | Refusal::Protected { .. }
            | Refusal::Privileged { .. }
            | Refusal::BuiltInGroup { .. },
        ) => StatusCode::FORBIDDEN,
        _ => StatusCode::CONFLICT,
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = answer::json(self.status, &self.document());
        response.headers_mut().extend(self.header);
        response
    }
}
