//! A refused request: HTTP status = body status, nothing changed (contract section 4).
//!
//! The one place where this face maps the errors of the operations.

use axum::Json;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{Error, Refusal};

use super::answer::Answer;

#[derive(Debug)]
pub(super) struct Failure {
    status: StatusCode,
    message: String,
    /// For a 405: the methods that the path takes.
    allow: Option<String>,
}

impl Failure {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), allow: None }
    }

    /// The path is served, but not by this method.
    pub(super) fn method<'a>(allowed: impl Iterator<Item = &'a str>) -> Self {
        let allow = allowed.collect::<Vec<_>>().join(", ");
        Self { allow: Some(allow), ..Self::new(StatusCode::METHOD_NOT_ALLOWED, "Method not allowed") }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if let Some(inside) = error.inside() {
            tracing::error!(inside, "a Netex call failed: {error}");
        }
        match error {
            Error::Invalid { field, message } => {
                Self::new(StatusCode::BAD_REQUEST, format!("{}: {message}", vendors(field)))
            }
            Error::TooMany { .. } => Self::new(StatusCode::BAD_REQUEST, error.outside()),
            Error::NoCredential => Self::new(StatusCode::UNAUTHORIZED, "X-Cloud-Auth-Token is missing"),
            Error::BadCredential => Self::new(StatusCode::UNAUTHORIZED, "X-Cloud-Auth-Token is unknown"),
            // This face takes no passwords; whoever is refused by one is not signed in.
            Error::BadPassword | Error::Locked { .. } | Error::Deactivated { .. } => {
                Self::new(StatusCode::UNAUTHORIZED, error.outside())
            }
            Error::Forbidden => {
                Self::new(StatusCode::FORBIDDEN, "The token's account lacks the management role admin")
            }
            Error::NotFound { what, name } => not_found(what, &name),
            Error::Refused(refusals) => refused(&refusals),
            Error::Conflict(why) => Self::new(StatusCode::CONFLICT, why),
            Error::Platform(why) => Self::new(StatusCode::BAD_GATEWAY, why),
            Error::Unavailable { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE, error.outside()),
            Error::Internal { .. } => Self::new(StatusCode::INTERNAL_SERVER_ERROR, error.outside()),
        }
    }
}

/// A field of ours by the name that the client gave it.
fn vendors(field: &str) -> &str {
    match field {
        "userName" => "username",
        "givenName" | "fullName" => "name",
        "familyName" => "surname",
        other => other,
    }
}

fn not_found(what: &str, name: &str) -> Failure {
    let mut what = what.to_owned();
    if let Some(first) = what.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    Failure::new(StatusCode::NOT_FOUND, format!("{what} not found: {name}"))
}

/// Who is gone is not found; every other refusal is one of business.
fn refused(refusals: &[Refusal]) -> Failure {
    for refusal in refusals {
        if let Refusal::UnknownUser { user } | Refusal::AlreadyRemoved { user } = refusal {
            return not_found("user", user);
        }
    }
    let reasons: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    Failure::new(StatusCode::CONFLICT, reasons.join("; "))
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let answer = (self.status, Json(Answer::refused(self.status, self.message)));
        match self.allow {
            Some(allow) => ([(header::ALLOW, allow)], answer).into_response(),
            None => answer.into_response(),
        }
    }
}
