//! What an error looks like on this wire: the one place where errors become codes, statuses and texts.

use domain::{Error, Refusal};

use super::answer::{self, Code, Reply};
use super::media::Format;

/// A business failure takes the shape that the operation answers in; the rest has one shape everywhere.
pub(super) fn answer(error: &Error, shape: impl FnOnce(Code, &str) -> Reply) -> Reply {
    match error {
        Error::NoCredential | Error::BadCredential => answer::unauthorized(),
        Error::Forbidden => shape(Code::Denied, "You are not allowed to do this"),
        Error::Refused(refusals) => shape(Code::Failure, &sentence(refusals)),
        Error::NotFound { what, name } => shape(Code::Failure, &format!("{} not found", kind(what, name))),
        Error::BadPassword => shape(Code::Failure, "User name or password is wrong."),
        Error::Locked { retry_after_ms } => {
            let seconds = remaining_s(*retry_after_ms);
            shape(
                Code::Failure,
                &format!("Locked after too many failed logins. Try again in {seconds} seconds."),
            )
        }
        Error::Deactivated { notice: Some(notice) } => shape(Code::Failure, notice),
        Error::Deactivated { notice: None } => shape(Code::Failure, "The account is disabled."),
        Error::Invalid { .. } | Error::Conflict(_) | Error::TooMany { .. } => {
            shape(Code::Failure, &error.outside())
        }
        Error::Platform(why) => answer::broken(502, why),
        Error::Unavailable { inside } => {
            tracing::warn!(%error, inside, "a request could not be served now");
            answer::broken(503, &error.outside())
        }
        Error::Internal { inside } => {
            tracing::error!(%error, inside, "a request failed");
            answer::broken(500, &error.outside())
        }
    }
}

/// On v4 the status says how it went. `installed` is the install-time administrator's name: what is refused for
/// its sake can never succeed, so it counts as a wrong request and not as a conflict.
pub(super) fn answer_v4(error: &Error, installed: Option<&str>) -> Reply {
    answer(error, |code, text| answer::v4_failed(status(error, installed), code, text))
}

fn status(error: &Error, installed: Option<&str>) -> u16 {
    match error {
        Error::NoCredential | Error::BadCredential => 401,
        Error::Forbidden => 403,
        Error::NotFound { .. } => 404,
        Error::Refused(refusals) => refusals.first().map_or(400, |refusal| refused(refusal, installed)),
        Error::Conflict(_) => 409,
        Error::Invalid { .. }
        | Error::TooMany { .. }
        | Error::BadPassword
        | Error::Locked { .. }
        | Error::Deactivated { .. } => 400,
        Error::Internal { .. } => 500,
        Error::Platform(_) => 502,
        Error::Unavailable { .. } => 503,
    }
}

fn refused(refusal: &Refusal, installed: Option<&str>) -> u16 {
    match refusal {
        Refusal::UnknownUser { .. } | Refusal::AlreadyRemoved { .. } => 404,
        Refusal::Yourself { user, .. }
        | Refusal::LastAdministrator { user }
        | Refusal::Protected { user } => {
            if installed == Some(user) {
                400
            } else {
                409
            }
        }
        Refusal::Privileged { .. }
        | Refusal::Leaving { .. }
        | Refusal::NotDeactivated { .. }
        | Refusal::BuiltInGroup { .. }
        | Refusal::GroupWithMembers { .. }
        | Refusal::GroupWithAssets { .. }
        | Refusal::GroupInherits { .. } => 409,
        Refusal::TwoSuccessors
        | Refusal::SuccessorUnknown { .. }
        | Refusal::SuccessorInactive { .. }
        | Refusal::SuccessorIsLeaver { .. }
        | Refusal::SuccessorLeaving { .. }
        | Refusal::NoSuccessor { .. }
        | Refusal::GroupWithoutHeir { .. }
        | Refusal::NothingNamed => 400,
    }
}

/// A refused Login says besides whether and for how long the account is locked.
pub(super) fn refused_login(error: &Error, format: Format) -> Reply {
    answer(error, |_, text| match error {
        Error::Locked { retry_after_ms } => answer::locked(format, text, remaining_s(*retry_after_ms)),
        _ => answer::refused(format, text),
    })
}

/// Rounded up: a client that waits as long as it is told must find the lock open.
fn remaining_s(remaining_ms: i64) -> i64 {
    remaining_ms.div_euclid(1000) + i64::from(remaining_ms.rem_euclid(1000) > 0)
}

fn kind(what: &str, name: &str) -> String {
    let mut letters = what.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(" ".chars()).chain(name.chars()).collect()
}

pub(super) fn sentence(refusals: &[Refusal]) -> String {
    let sentence = |refusal: &Refusal| match refusal {
        // For a client of this API a removed user is gone.
        Refusal::AlreadyRemoved { user } => Refusal::UnknownUser { user: user.clone() }.to_string(),
        other => other.to_string(),
    };
    joined(refusals.iter().map(sentence))
}

/// After a full stop a new sentence begins.
pub(super) fn joined(texts: impl IntoIterator<Item = String>) -> String {
    let join = |before: String, text: String| {
        let between = if before.ends_with('.') { " " } else { "; " };
        before + between + &text
    };
    texts.into_iter().reduce(join).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::answer::Offboarded;
    use super::*;

    #[track_caller]
    fn is(error: &Error, status: u16, code: i64, text: &str) {
        let reply =
            answer(error, |code, text| answer::not_offboarded(Format::Json, Offboarded::User, code, text));
        let told: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
        let told = (reply.status, told["errorCode"].as_i64(), told["errorMessage"].as_str());
        assert_eq!(told, (status, Some(code), Some(text)), "{error:?}");
    }

    #[test]
    fn every_error_has_its_code_and_text() {
        let secret = || "the disk is on fire".to_owned();
        is(&Error::NoCredential, 401, 5, "Access denied");
        is(&Error::BadCredential, 401, 5, "Access denied");
        is(&Error::Forbidden, 200, 5, "You are not allowed to do this");
        is(&Error::not_found("user", "99"), 200, 2, "User 99 not found");
        is(&Refusal::AlreadyRemoved { user: "jsmith".to_owned() }.into(), 200, 2, "User jsmith not found");
        is(&Refusal::TwoSuccessors.into(), 200, 2, "Name either a new user or a new user group, not both");
        is(&Error::BadPassword, 200, 2, "User name or password is wrong.");
        let locked = Error::Locked { retry_after_ms: 29_001 };
        is(&locked, 200, 2, "Locked after too many failed logins. Try again in 30 seconds.");
        is(&Error::Deactivated { notice: Some("Bye".to_owned()) }, 200, 2, "Bye");
        is(&Error::Deactivated { notice: None }, 200, 2, "The account is disabled.");
        is(&Error::invalid("userId", "must be a number"), 200, 2, "userId: must be a number");
        is(&Error::Conflict("taken".to_owned()), 200, 2, "taken");
        is(&Error::TooMany { what: "users", limit: 3 }, 200, 2, "users must not exceed 3");
        is(&Error::Unavailable { inside: secret() }, 503, 1, "temporarily unavailable");
        is(&Error::Internal { inside: secret() }, 500, 1, "internal error");
    }

    #[test]
    fn on_v4_the_status_says_it() {
        let user = || "jsmith".to_owned();
        let is = |error: Error, installed: Option<&str>, expected: u16| {
            let reply = answer_v4(&error, installed);
            let told: serde_json::Value = serde_json::from_str(&reply.body).unwrap();
            assert_eq!((reply.status, told["errorCode"] == 0), (expected, false), "{error:?}");
        };
        is(Error::Forbidden, None, 403);
        is(Error::not_found("group", "99"), None, 404);
        is(Refusal::UnknownUser { user: user() }.into(), None, 404);
        is(Refusal::AlreadyRemoved { user: user() }.into(), None, 404);
        is(Refusal::TwoSuccessors.into(), None, 400);
        is(Refusal::SuccessorUnknown { successor: user() }.into(), None, 400);
        is(Refusal::Protected { user: user() }.into(), Some("admin"), 409);
        is(Refusal::Protected { user: user() }.into(), Some("jsmith"), 400);
        is(Refusal::LastAdministrator { user: user() }.into(), None, 409);
        is(Refusal::NotDeactivated { user: user() }.into(), None, 409);
        is(Error::invalid("userId", "must be a number"), None, 400);
        is(Error::Conflict("taken".to_owned()), None, 409);
        is(Error::Internal { inside: String::new() }, None, 500);
        is(Error::Unavailable { inside: String::new() }, None, 503);
        is(Error::NoCredential, None, 401);
    }

    #[test]
    fn several_texts_are_one() {
        let texts = |texts: [&str; 3]| joined(texts.map(str::to_owned));
        assert_eq!(texts(["Name one.", "a is leaving", "b too"]), "Name one. a is leaving; b too");
        assert_eq!(joined([]), "");
    }

    #[test]
    fn a_lock_is_told_in_whole_seconds() {
        for (ms, s) in [(0, 0), (1, 1), (1000, 1), (1001, 2), (30_000, 30)] {
            assert_eq!(remaining_s(ms), s, "{ms}");
        }
    }
}
