//! What an answer says: the status in the envelope counts besides that of HTTP, and every platform has its own.

use reqwest::StatusCode;
use serde_json::Value;

use crate::Failure;
use crate::outbound::{Answer, loose, one_line};

/// Done later, if at all.
const QUEUED: i64 = 202;
/// From here on a status is a failure.
const FAILED: i64 = 400;
/// The platform that is Netex itself.
const MANAGEMENT: &str = "management";

/// What came of a change.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Changed {
    /// On every platform, as far as they were named.
    Everywhere,
    /// Netex did it, and these platforms did not.
    NotOn(String),
    /// Taken, but not done yet.
    Queued(String),
}

/// The body of an answer that is one of success by both statuses.
pub(super) fn body(answer: &Answer) -> Result<Value, Failure> {
    if !answer.status.is_success() {
        return Err(answer.failure_saying(&words(answer)));
    }
    let body = answer.json()?;
    match failed_status(&body) {
        None => Ok(body),
        Some(status) => Err(Answer { status, ..answer.clone() }.failure_saying(&words(answer))),
    }
}

pub(super) fn changed(answer: &Answer) -> Result<Changed, Failure> {
    if answer.status.is_success() && answer.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Changed::Everywhere);
    }
    if !answer.status.is_success() {
        return Err(answer.failure_saying(&words(answer)));
    }
    let envelope = answer.json()?;
    let nonsense = |what: &str| Err(Failure::Unheard(format!("{}: {what}", answer.asked)));
    let platforms = platforms(&envelope);
    if platforms.iter().any(|(_, status, _)| status.is_none()) {
        return nonsense("a platform tells no status");
    }
    let such = |is_such: &dyn Fn(i64) -> bool| {
        let such = platforms.iter().filter(|(_, status, _)| status.is_some_and(is_such));
        let shown = such
            .map(|(name, status, words)| format!("{name} answered {}{words}", status.unwrap_or_default()));
        shown.collect::<Vec<_>>().join(", ")
    };
    let failed = such(&|status| status >= FAILED);
    let by_netex = platforms.iter().any(|(name, status, _)| name == MANAGEMENT && *status < Some(FAILED));
    match failed_status(&envelope) {
        _ if !failed.is_empty() && by_netex => return Ok(Changed::NotOn(failed)),
        Some(status) => return Err(Answer { status, ..answer.clone() }.failure_saying(&words(answer))),
        None if !failed.is_empty() => return Ok(Changed::NotOn(failed)),
        None => {}
    }
    let queued = such(&|status| status == QUEUED);
    if !queued.is_empty() {
        return Ok(Changed::Queued(queued));
    }
    if platforms.is_empty() && loose::integer(&envelope, "status").is_none() {
        return nonsense("the answer tells no status");
    }
    Ok(Changed::Everywhere)
}

fn failed_status(body: &Value) -> Option<StatusCode> {
    let status = loose::integer(body, "status").filter(|status| *status >= FAILED)?;
    u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok())
}

/// Name, status and words of each, in the order of the answer.
fn platforms(envelope: &Value) -> Vec<(String, Option<i64>, String)> {
    let told = envelope.get("responsePlatforms").and_then(Value::as_object).into_iter().flatten();
    let read = |(name, said): (&String, &Value)| {
        let words =
            loose::text(said, "message").map_or_else(String::new, |words| format!(" ({})", one_line(&words)));
        (one_line(name), loose::integer(said, "status"), words)
    };
    told.map(read).collect()
}

/// Of JSON only the messages may be shown: an answer can hold the hash of a password.
pub(super) fn words(answer: &Answer) -> String {
    let Ok(body) = answer.json() else { return String::from_utf8_lossy(&answer.body).into_owned() };
    let spoken = platforms(&body).into_iter().filter(|(.., words)| !words.is_empty());
    let spoken = spoken.map(|(name, _, words)| format!("{name}{words}"));
    loose::text(&body, "message").into_iter().chain(spoken).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    fn told(status: u16, body: &str) -> Result<Changed, Failure> {
        changed(&Answer {
            asked: "PUT /users/x/deactivate".to_owned(),
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        })
    }

    #[test]
    fn success_is_every_platforms_success() {
        for body in [
            r#"{"location":null,"message":"","responsePlatforms":{"training":{"message":null,"status":200},"social":{"status":204},"play":{"status":204},"management":{"status":204}},"status":204}"#,
            r#"{"responsePlatforms":{"training":{"status":"200"},"talent":{"status":204},"management":{"status":204}},"status":"204"}"#,
            r#"{"responsePlatforms":{},"status":204}"#,
            "",
        ] {
            assert_eq!(told(200, body), Ok(Changed::Everywhere), "{body}");
        }
        assert_eq!(told(204, ""), Ok(Changed::Everywhere));
    }

    #[test]
    fn what_a_platform_queued_or_failed_is_named() {
        let queued = r#"{"message":"","responsePlatforms":{"training":{"status":202},"social":{"status":202},"management":{"status":204}},"status":204}"#;
        assert_eq!(
            told(200, queued),
            Ok(Changed::Queued("training answered 202, social answered 202".to_owned()))
        );
        let failed = r#"{"message":"","responsePlatforms":{"training":{"message":"timeout","status":500},"social":{"status":202},"management":{"status":204}},"status":500}"#;
        let expected = Changed::NotOn("training answered 500 (timeout)".to_owned());
        assert_eq!(told(200, failed), Ok(expected));
    }

    #[test]
    fn a_refusal_may_come_with_200() {
        let refused =
            r#"{"location":null,"message":"last administrator","responsePlatforms":{},"status":409}"#;
        let expected = "PUT /users/x/deactivate was answered 409: last administrator";
        for status in [200, 409] {
            assert_eq!(told(status, refused), Err(Failure::Refused(expected.to_owned())));
        }
        let broken =
            told(200, r#"{"responsePlatforms":{"management":{"message":"no","status":500}},"status":500}"#);
        assert!(matches!(broken, Err(Failure::Broken(_))), "{broken:?}");
    }

    #[test]
    fn what_says_nothing_leaves_it_open() {
        for body in
            ["{}", "[]", "OK", "<html/>", r#"{"responsePlatforms":{"training":{}},"status":204}"#, "null"]
        {
            assert!(matches!(told(200, body), Err(Failure::Unheard(_))), "{body}");
        }
    }

    #[test]
    fn a_hash_in_an_answer_is_not_shown() {
        let body = r#"{"status":409,"message":"no","user":{"password":"$2a$10$abcdefg"}}"#;
        for status in [200, 409, 500] {
            let failure = told(status, body).expect_err("a failure").to_string();
            assert!(!failure.contains("$2a"), "{failure}");
        }
    }
}
