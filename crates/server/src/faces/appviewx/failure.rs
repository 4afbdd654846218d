//! A refused request: a status, a code, a text, and whom it is about (contract section 4).
//!
//! The one place where this face maps the errors of the operations.

use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::{Error, Refusal};

use super::envelope::{Envelope, Tags};

pub(super) const MANDATORY_FIELD_MISSING: &str = "MANDATORY_FIELD_MISSING";
pub(super) const UNPARSABLE: &str = "avx-common-028";
pub(super) const ACCOUNT_FIELD_MISSING: &str = "ACCT_US_015";
pub(super) const VALIDATION: &str = "VALIDATION_ERROR_0004";
pub(super) const GROUP_NAME_MISSING: &str = "ACCT_USERGROUP_001";
pub(super) const GROUP_NOT_FOUND: &str = "ACCT_USERGROUP_030";
pub(super) const GROUP_EXISTS: &str = "RBAC_US_023";
pub(super) const GROUP_WITH_USERS: &str = "RBAC_US_019";
const ADMINISTRATORS_GROUP: &str = "RBAC_US_015";
const INVALID_REQUEST: &str = "INVALID_REQUEST";
const NOT_FOUND: &str = "ACCT_US_001";
const NOTHING_FOUND: &str = "DG_009";
const BAD_CREDENTIALS: &str = "AVX_GW_003";
const NO_ACCESS: &str = "AVX_GW_005";
const NO_SESSION: &str = "AVX_GW_011";
const BAD_TOKEN: &str = "AVX_GW_012";
/// The codes of refusals are ours; the lowest that applies is answered (contract section 3.2).
const YOURSELF: &str = "ACCT_US_900";
const LAST_ADMINISTRATOR: &str = "ACCT_US_901";
const PROTECTED: &str = "ACCT_US_902";
/// Beyond the contract: policy or an open departure stands in the way.
pub(super) const NOT_NOW: &str = "ACCT_US_903";
/// Beyond the contract: it gives the status and no code.
pub(super) const USER_EXISTS: &str = "ACCT_US_904";

#[derive(Debug)]
pub(super) struct Failure {
    pub status: StatusCode,
    pub code: Option<&'static str>,
    pub message: String,
    tags: Option<Tags>,
    /// For a 405: the methods that the path takes.
    allow: Option<String>,
}

impl Failure {
    pub(super) fn new(status: StatusCode, code: Option<&'static str>, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), tags: None, allow: None }
    }

    pub(super) fn missing_field(status: StatusCode, code: &'static str, field: &str) -> Self {
        Self::new(status, Some(code), format!("Mandatory Field '{field}' is missing or empty"))
    }

    /// A search without a match.
    pub(super) fn nothing_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, Some(NOTHING_FOUND), "No matching records found.")
    }

    /// Wrong name or password; on any other call the text is another one.
    pub(super) fn bad_login() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, Some(BAD_CREDENTIALS), "Login failed. Invalid credentials")
    }

    /// The path is served, but not by this method.
    pub(super) fn method<'a>(allowed: impl Iterator<Item = &'a str>) -> Self {
        let allow = Some(allowed.collect::<Vec<_>>().join(", "));
        Self { allow, ..Self::new(StatusCode::METHOD_NOT_ALLOWED, None, "The method is not allowed.") }
    }

    /// The vendor answers 405 for a group that cannot be removed; such an answer names what can be done instead.
    pub(super) fn administrators_group() -> Self {
        let allow = Some("POST".to_owned());
        let code = Some(ADMINISTRATORS_GROUP);
        Self { allow, ..Self::new(StatusCode::METHOD_NOT_ALLOWED, code, "Admin usergroup cannot be deleted") }
    }

    fn about(self, user_names: Vec<String>) -> Self {
        Self { tags: Some(Tags { user_names }), ..self }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        if let Some(inside) = error.inside() {
            tracing::error!(inside, "an AppViewX call failed: {error}");
        }
        let refused = |code, text: &str| Self::new(StatusCode::UNAUTHORIZED, Some(code), text);
        match error {
            Error::Invalid { .. } | Error::TooMany { .. } => {
                Self::new(StatusCode::BAD_REQUEST, Some(INVALID_REQUEST), error.outside())
            }
            Error::NoCredential => Self::new(
                StatusCode::PROXY_AUTHENTICATION_REQUIRED,
                Some(NO_SESSION),
                "Session validation failed, reason - Session information is missing.",
            ),
            Error::BadCredential => refused(BAD_TOKEN, "Unauthorized access, reason - Invalid Token"),
            Error::BadPassword => {
                refused(BAD_CREDENTIALS, "Authentication failed, reason - Invalid Credentials.")
            }
            Error::Locked { retry_after_ms } => refused(BAD_CREDENTIALS, &locked(retry_after_ms)),
            Error::Deactivated { notice } => {
                refused(BAD_CREDENTIALS, notice.as_deref().unwrap_or("Your account is deactivated."))
            }
            Error::Forbidden => Self::new(
                StatusCode::FORBIDDEN,
                Some(NO_ACCESS),
                "User does not have access to the targeted API",
            ),
            Error::NotFound { name, .. } => not_found(vec![name]),
            Error::Refused(refusals) => removal_refused(&refusals),
            Error::Conflict(why) => Self::new(StatusCode::CONFLICT, Some(INVALID_REQUEST), why),
            Error::Platform(why) => Self::new(StatusCode::BAD_GATEWAY, None, why),
            Error::Unavailable { .. } => Self::new(StatusCode::SERVICE_UNAVAILABLE, None, error.outside()),
            Error::Internal { .. } => Self::new(StatusCode::INTERNAL_SERVER_ERROR, None, error.outside()),
        }
    }
}

fn locked(retry_after_ms: i64) -> String {
    let seconds = (retry_after_ms + 999) / 1_000;
    format!("Login failed. Too many failed attempts; try again in {seconds} seconds.")
}

fn not_found(user_names: Vec<String>) -> Failure {
    Failure::new(StatusCode::NOT_FOUND, Some(NOT_FOUND), "User Not Found.").about(user_names)
}

/// Unknown names first, then the lowest code; the tags name everybody who stands in the way.
fn removal_refused(refusals: &[Refusal]) -> Failure {
    let names = |refusals: &mut dyn Iterator<Item = &Refusal>| -> Vec<String> {
        refusals.filter_map(Refusal::user).map(str::to_owned).collect()
    };
    let gone =
        |refusal: &&Refusal| matches!(refusal, Refusal::UnknownUser { .. } | Refusal::AlreadyRemoved { .. });
    if refusals.iter().any(|refusal| gone(&refusal)) {
        return not_found(names(&mut refusals.iter().filter(gone)));
    }
    let (code, text) = refusals.iter().map(refusal).min().unwrap_or((NOT_NOW, String::new()));
    Failure::new(StatusCode::CONFLICT, Some(code), text).about(names(&mut refusals.iter()))
}

fn refusal(refusal: &Refusal) -> (&'static str, String) {
    match refusal {
        Refusal::Yourself { .. } => (YOURSELF, "You cannot remove your own account.".to_owned()),
        Refusal::LastAdministrator { .. } => {
            (LAST_ADMINISTRATOR, "The last administrator cannot be removed.".to_owned())
        }
        Refusal::Protected { .. } => (PROTECTED, "A protected user cannot be removed.".to_owned()),
        Refusal::UnknownUser { .. }
        | Refusal::AlreadyRemoved { .. }
        | Refusal::Privileged { .. }
        | Refusal::Leaving { .. }
        | Refusal::NotDeactivated { .. }
        | Refusal::TwoSuccessors
        | Refusal::SuccessorUnknown { .. }
        | Refusal::SuccessorInactive { .. }
        | Refusal::SuccessorIsLeaver { .. }
        | Refusal::SuccessorLeaving { .. }
        | Refusal::NoSuccessor { .. }
        | Refusal::NothingNamed
        | Refusal::BuiltInGroup { .. }
        | Refusal::GroupWithMembers { .. }
        | Refusal::GroupWithAssets { .. }
        | Refusal::GroupWithoutHeir { .. }
        | Refusal::GroupInherits { .. } => (NOT_NOW, format!("{refusal}.")),
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut envelope = Envelope::of(());
        envelope.message = Some(self.message);
        envelope.app_status_code = self.code;
        envelope.tags = self.tags;
        let answer = envelope.with(self.status);
        match self.allow {
            Some(allow) => ([(header::ALLOW, allow)], answer).into_response(),
            None => answer,
        }
    }
}
