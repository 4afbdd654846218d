//! Errors as problem details (RFC 9457). The one place where an error becomes a status, and where its inside is logged.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use domain::{Error, Refusal};
use serde::Serialize;
use utoipa::ToSchema;

/// What every problem type begins with.
const TYPE_PREFIX: &str = "urn:exeunt:problem:";
/// How long a client is asked to wait for a store that is out of reach.
const UNAVAILABLE_RETRY_S: i64 = 1;

/// Every problem type: its code, its status and its title.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Malformed,
    Invalid,
    NoCredential,
    BadCredential,
    BadPassword,
    Deactivated,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Refused,
    Conflict,
    TooLarge,
    UnsupportedMediaType,
    Locked,
    Internal,
    Platform,
    Unavailable,
}

impl Kind {
    /// Every kind, by status; docs/rest.md lists the same.
    pub const ALL: [Self; 17] = [
        Self::Malformed,
        Self::Invalid,
        Self::NoCredential,
        Self::BadCredential,
        Self::BadPassword,
        Self::Deactivated,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Refused,
        Self::Conflict,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Locked,
        Self::Internal,
        Self::Platform,
        Self::Unavailable,
    ];

    /// The code at the end of the type, the status, and the title.
    pub fn row(self) -> (&'static str, StatusCode, &'static str) {
        match self {
            Self::Malformed => ("malformed", StatusCode::BAD_REQUEST, "The body is not JSON"),
            Self::Invalid => ("invalid", StatusCode::BAD_REQUEST, "The request is not valid"),
            Self::NoCredential => ("no-credential", StatusCode::UNAUTHORIZED, "No credential was sent"),
            Self::BadCredential => {
                ("bad-credential", StatusCode::UNAUTHORIZED, "The credential is not valid")
            }
            Self::BadPassword => ("bad-password", StatusCode::UNAUTHORIZED, "Wrong user name or password"),
            Self::Deactivated => ("deactivated", StatusCode::FORBIDDEN, "The account is deactivated"),
            Self::Forbidden => ("forbidden", StatusCode::FORBIDDEN, "Not allowed"),
            Self::NotFound => ("not-found", StatusCode::NOT_FOUND, "Not found"),
            Self::MethodNotAllowed => {
                ("method-not-allowed", StatusCode::METHOD_NOT_ALLOWED, "Method not allowed")
            }
            Self::Refused => ("refused", StatusCode::CONFLICT, "Refused; nothing was changed"),
            Self::Conflict => ("conflict", StatusCode::CONFLICT, "Conflicts with the present state"),
            Self::TooLarge => ("too-large", StatusCode::PAYLOAD_TOO_LARGE, "A limit was passed"),
            Self::UnsupportedMediaType => {
                ("unsupported-media-type", StatusCode::UNSUPPORTED_MEDIA_TYPE, "The body must be JSON")
            }
            Self::Locked => ("locked", StatusCode::TOO_MANY_REQUESTS, "Too many failed sign-ins"),
            Self::Internal => ("internal", StatusCode::INTERNAL_SERVER_ERROR, "Internal error"),
            Self::Platform => ("platform", StatusCode::BAD_GATEWAY, "A platform did not answer as it should"),
            Self::Unavailable => ("unavailable", StatusCode::SERVICE_UNAVAILABLE, "Temporarily unavailable"),
        }
    }
}

/// An answer that says what is wrong.
#[derive(Debug)]
pub(super) struct Problem {
    body: Box<Details>,
    status: StatusCode,
    header: Option<(HeaderName, HeaderValue)>,
}

/// Problem details (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct Details {
    /// `urn:exeunt:problem:` and a code that stays the same; branch on this.
    #[serde(rename = "type")]
    #[schema(example = "urn:exeunt:problem:invalid")]
    kind: String,
    title: &'static str,
    status: u16,
    /// What is wrong with this very request.
    detail: String,
    /// The part of the request that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// Why a plan is not made, one for each reason.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    refusals: Vec<RefusalView>,
    /// What was left for a leaver who signs in with the right password.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Refusal)]
pub(super) struct RefusalView {
    #[schema(example = "no-successor")]
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    detail: String,
}

impl Problem {
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (code, status, title) = kind.row();
        let body = Box::new(Details {
            kind: format!("{TYPE_PREFIX}{code}"),
            title,
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            refusals: Vec::new(),
            notice: None,
        });
        Self { body, status, header: challenge(kind).map(|value| (WWW_AUTHENTICATE, value)) }
    }

    pub(super) fn invalid(field: impl Into<String>, message: impl std::fmt::Display) -> Self {
        let field = field.into();
        let mut problem = Self::new(Kind::Invalid, format!("{field}: {message}"));
        problem.body.field = Some(field);
        problem
    }

    /// No face knows the path.
    pub(super) fn no_such_path(path: &str) -> Self {
        Self::new(Kind::NotFound, format!("path not found: {path}"))
    }

    pub(super) fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, detail).retry_after_s(UNAVAILABLE_RETRY_S)
    }

    fn refused(refusals: Vec<Refusal>, detail: String) -> Self {
        let view = |refusal: Refusal| RefusalView {
            code: refusal.code(),
            user: refusal.user().map(str::to_owned),
            detail: refusal.to_string(),
        };
        let mut problem = Self::new(Kind::Refused, detail);
        problem.body.refusals = refusals.into_iter().map(view).collect();
        problem
    }

    fn retry_after_s(mut self, seconds: i64) -> Self {
        self.header = Some((RETRY_AFTER, HeaderValue::from(seconds)));
        self
    }
}

/// RFC 6750: why a bearer is turned away.
fn challenge(kind: Kind) -> Option<HeaderValue> {
    match kind {
        Kind::NoCredential | Kind::BadPassword => Some(HeaderValue::from_static("Bearer")),
        Kind::BadCredential => Some(HeaderValue::from_static("Bearer error=\"invalid_token\"")),
        _ => None,
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        if let Some(inside) = error.inside() {
            tracing::error!(inside, "a REST request failed: {error}");
        }
        let detail = error.outside();
        match error {
            Error::Invalid { field, message } => Self::invalid(camel(field), message),
            Error::NoCredential => Self::new(Kind::NoCredential, detail),
            Error::BadCredential => Self::new(Kind::BadCredential, detail),
            Error::BadPassword => Self::new(Kind::BadPassword, detail),
            Error::Locked { retry_after_ms } => {
                // Rounded up: whoever waits so long is let in.
                Self::new(Kind::Locked, detail).retry_after_s(retry_after_ms.saturating_add(999) / 1_000)
            }
            Error::Deactivated { notice } => {
                let mut problem = Self::new(Kind::Deactivated, detail);
                problem.body.notice = notice;
                problem
            }
            Error::Forbidden => Self::new(Kind::Forbidden, detail),
            Error::NotFound { .. } => Self::new(Kind::NotFound, detail),
            Error::Refused(refusals) => Self::refused(refusals, detail),
            Error::Conflict(_) => Self::new(Kind::Conflict, detail),
            Error::TooMany { .. } => Self::new(Kind::TooLarge, detail),
            Error::Platform(_) => Self::new(Kind::Platform, detail),
            Error::Unavailable { .. } => Self::unavailable(detail),
            Error::Internal { .. } => Self::new(Kind::Internal, detail),
        }
    }
}

/// Our own words have underscores; the wire's have humps.
fn camel(field: &str) -> String {
    let mut parts = field.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |mut name, part| {
        let mut letters = part.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name + letters.as_str()
    })
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let json = (CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        let text = serde_json::to_string(&self.body).unwrap_or_default();
        let mut response = (self.status, [json], text).into_response();
        response.headers_mut().extend(self.header);
        response
    }
}

/// The path is known, and not this method; the router adds the `Allow` header.
pub(super) async fn method_not_allowed(method: axum::http::Method) -> Problem {
    Problem::new(
        Kind::MethodNotAllowed,
        format!("{method} is not allowed on this path; the header Allow names what is"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_have_humps() {
        for (inside, wire) in [("grace_ms", "graceMs"), ("user", "user"), ("max_in_flight", "maxInFlight")] {
            assert_eq!(camel(inside), wire);
        }
    }

    #[test]
    fn an_inside_text_never_leaves() {
        for error in [
            Error::Internal { inside: "secret".to_owned() },
            Error::Unavailable { inside: "secret".to_owned() },
        ] {
            let problem = Problem::from(error);
            assert!(!serde_json::to_string(&problem.body).expect("JSON").contains("secret"));
        }
    }
}
