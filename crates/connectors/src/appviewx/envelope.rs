//! What an answer says: every one has the same envelope, and a failure names itself in `appStatusCode`.

use reqwest::StatusCode;
use serde_json::Value;

use crate::Failure;
use crate::outbound::{Answer, loose, one_line};

/// Seen in a sample of success, where usually there is nothing.
const SUCCESS: &str = "SUCCESS";
/// The vendor's word for a user who is not there.
pub(super) const NO_SUCH_USER: &str = "ACCT_US_001";
/// The vendor's word for a search without a hit.
pub(super) const NOTHING_FOUND: &str = "DG_009";

/// What names a failure.
pub(super) fn code(answer: &Answer) -> Option<String> {
    let envelope = answer.json().ok()?;
    loose::text(&envelope, "appStatusCode").filter(|code| code != SUCCESS)
}

/// Whether nobody listens at that address: the vendor's own answers have a code.
pub(super) fn is_no_endpoint(answer: &Answer) -> bool {
    matches!(answer.status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED) && code(answer).is_none()
}

pub(super) fn nobody_listens(asked: &[String]) -> Failure {
    Failure::Broken(format!("nobody listens at {}: is the address right?", asked.join(", ")))
}

/// What stands in `response`, whatever it is, in an answer of success.
pub(super) fn response(answer: &Answer) -> Result<Value, Failure> {
    let failed = || answer.failure_saying(&words(answer));
    if !answer.status.is_success() {
        return Err(match code(answer).as_deref() {
            Some(NO_SUCH_USER) => failed(),
            _ => failed().of_address(),
        });
    }
    let envelope = answer.json()?;
    if !envelope.is_object() {
        return Err(Failure::Unheard(format!("{}: the answer has no envelope", answer.asked)));
    }
    match code(answer) {
        None => Ok(envelope.get("response").cloned().unwrap_or_default()),
        Some(_) => Err(Failure::Refused(format!("{}: {}", answer.asked, words(answer)))),
    }
}

/// For people. Of JSON only this may be shown.
pub(super) fn words(answer: &Answer) -> String {
    let Ok(envelope) = answer.json() else { return String::from_utf8_lossy(&answer.body).into_owned() };
    let inner = envelope.get("response").and_then(|response| loose::text(response, "statusDescription"));
    let message = loose::text(&envelope, "message").or(inner);
    let said = code(answer).into_iter().chain(message).collect::<Vec<_>>();
    one_line(&said.join(" "))
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderMap;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            asked: "POST /avxapi/acctmgmt-remove-user".to_owned(),
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    #[test]
    fn a_404_is_of_a_user_only_with_the_vendors_code() {
        let user =
            answer(404, r#"{"response":null,"message":"User Not Found.","appStatusCode":"ACCT_US_001"}"#);
        assert!(!is_no_endpoint(&user));
        let expected = "POST /avxapi/acctmgmt-remove-user was answered 404: ACCT_US_001 User Not Found.";
        assert_eq!(response(&user), Err(Failure::Absent(expected.to_owned())));
        for body in
            ["", "<html/>", r#"{"response":null,"message":"no","appStatusCode":null}"#, r#"{"status":404}"#]
        {
            let nobody = answer(404, body);
            assert!(is_no_endpoint(&nobody), "{body}");
            assert!(matches!(response(&nobody), Err(Failure::Broken(_))), "{body}");
        }
        let role = answer(404, r#"{"appStatusCode":"ACCT_RO_001","message":"no role"}"#);
        assert!(matches!(response(&role), Err(Failure::Broken(_))));
    }

    #[test]
    fn success_has_any_response_and_no_code() {
        for body in
            ["{}", r#"{"response":null,"appStatusCode":null}"#, r#"{"appStatusCode":"SUCCESS","message":7}"#]
        {
            assert_eq!(response(&answer(200, body)), Ok(Value::Null), "{body}");
        }
        let refused = answer(200, r#"{"response":{},"message":"no","appStatusCode":"ACCT_US_902"}"#);
        assert!(matches!(response(&refused), Err(Failure::Refused(_))));
        for body in ["", "[]", "OK", "<html/>"] {
            assert!(matches!(response(&answer(200, body)), Err(Failure::Unheard(_))), "{body}");
        }
    }
}
