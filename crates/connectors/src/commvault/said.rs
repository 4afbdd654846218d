//! What an answer says: JSON or XML, `response` a list or alone or missing, codes as numbers or as texts.
//! An HTTP status alone proves nothing here: a failure comes with 200 as well.

use serde_json::Value;

use super::xml;
use crate::Failure;
use crate::outbound::{Answer, loose, one_line};

/// The body of an answer.
#[derive(Debug)]
pub(super) struct Said {
    asked: String,
    tree: Value,
}

/// The platform's own verdict.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Code {
    pub number: i64,
    pub words: String,
}

/// No rights, in an answer with the status 200.
const ACCESS_DENIED: i64 = 5;

impl Said {
    /// An answer of success, whatever its code; else what its status means.
    pub(super) fn in_answer(answer: &Answer) -> Result<Self, Failure> {
        if answer.status.is_success() {
            Self::read(answer)
        } else {
            Err(answer.failure_saying(&words_in(answer)))
        }
    }

    fn read(answer: &Answer) -> Result<Self, Failure> {
        let asked = answer.asked.clone();
        let text = String::from_utf8_lossy(&answer.body);
        let text = text.trim_start_matches('\u{feff}').trim();
        let tree = if text.starts_with('<') { xml::parse(text) } else { serde_json::from_str(text).ok() };
        match tree {
            Some(tree @ Value::Object(_)) => Ok(Self { asked, tree }),
            _ if text.is_empty() => Err(Failure::Unheard(format!("{asked}: the answer is empty"))),
            _ => Err(Failure::Unheard(format!("{asked}: the answer is no answer of a CommCell"))),
        }
    }

    pub(super) fn tree(&self) -> &Value {
        &self.tree
    }

    /// The first code that is not 0, else a code that is.
    pub(super) fn code(&self) -> Option<Code> {
        let inside =
            ["response", "error", "errList"].map(|key| loose::list(&self.tree, key).unwrap_or_default());
        let all = inside.into_iter().flatten().chain([&self.tree]);
        let codes: Vec<Code> = all.filter_map(code).collect();
        let failed = codes.iter().position(|code| code.number != 0);
        codes.into_iter().nth(failed.unwrap_or(0))
    }

    /// Whether the change that was asked for is reported as done: the platform's words.
    pub(super) fn done(&self) -> Result<String, Failure> {
        match self.code() {
            Some(Code { number: 0, words }) => Ok(words),
            Some(code) => Err(self.refusal(&code)),
            None => Err(self.nonsense("the answer has no errorCode")),
        }
    }

    /// The list under `key`; what a look was refused or came to nonsense.
    pub(super) fn list(&self, key: &str) -> Result<Vec<&Value>, Failure> {
        match (loose::list(&self.tree, key), self.code()) {
            (_, Some(code)) if code.number != 0 => Err(self.refusal(&code)),
            (Some(list), _) => Ok(list),
            (None, _) => Err(self.nonsense(&format!("the answer has no {key}"))),
        }
    }

    pub(super) fn refusal(&self, code: &Code) -> Failure {
        let Code { number, words } = code;
        let rights = if *number == ACCESS_DENIED { " (our account may not)" } else { "" };
        let asked = &self.asked;
        Failure::Refused(format!("{asked} was answered errorCode {number}{rights}: {words}"))
    }

    pub(super) fn nonsense(&self, what: &str) -> Failure {
        Failure::Unheard(format!("{}: {what}", self.asked))
    }
}

/// Of an answer that can be read only the words for people may be shown: the rest may be nobody's business.
pub(super) fn words_in(answer: &Answer) -> String {
    match Said::read(answer) {
        Ok(said) => said.code().map_or_else(String::new, |code| code.words),
        Err(_) => String::from_utf8_lossy(&answer.body).into_owned(),
    }
}

fn code(value: &Value) -> Option<Code> {
    let number = loose::integer(value, "errorCode")?;
    let mut words = ["errorMessage", "errorString", "errLogMessage"].iter();
    let words = words.find_map(|key| loose::text(value, key)).unwrap_or_default();
    Some(Code { number, words: one_line(&words) })
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;
    use reqwest::header::HeaderMap;

    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer {
            asked: "DELETE /User/2".to_owned(),
            status: StatusCode::from_u16(status).expect("a status"),
            headers: HeaderMap::new(),
            body: body.as_bytes().to_vec(),
        }
    }

    fn done(status: u16, body: &str) -> Result<String, Failure> {
        Said::in_answer(&answer(status, body))?.done()
    }

    #[test]
    fn success_is_a_code_of_0_in_any_spelling() {
        for body in [
            r#"{"response":[{"errorString":"Success","errorCode":0,"entity":{"userId":2}}]}"#,
            r#"{"response":{"errorString":"Success","errorCode":"0"}}"#,
            r#"{"processinginstructioninfo":{"attributeToken":1},"errorMessage":"Success","errorCode":0}"#,
            r#"<App_DeleteUserResponse><response errorCode="0" errorString="Success"/></App_DeleteUserResponse>"#,
            "\u{feff}{\"errorCode\":0,\"errorMessage\":\"Success\"}",
        ] {
            assert_eq!(done(200, body).as_deref(), Ok("Success"), "{body}");
        }
        assert_eq!(done(202, r#"{"response":[{"errorCode":0}]}"#).as_deref(), Ok(""));
    }

    #[test]
    fn a_failure_may_come_with_200() {
        for body in [
            r#"{"response":[{"errorString":"Name a new owner.","errorCode":2}]}"#,
            r#"{"response":[{"errorCode":0},{"errorCode":"2","errorMessage":"Name a new owner."}]}"#,
            r#"{"errorMessage":"Name a new owner.","errorCode":2}"#,
            r#"{"error":{"errLogMessage":"Name a new owner.","errorCode":2}}"#,
            r#"<Api_OffboardUserResp errorMessage="Name a new owner." errorCode="2"/>"#,
        ] {
            let expected = "DELETE /User/2 was answered errorCode 2: Name a new owner.";
            assert_eq!(done(200, body), Err(Failure::Refused(expected.to_owned())), "{body}");
        }
        let broken = done(500, r#"{"errorMessage":"No.","errorCode":1,"token":"QSDK 1"}"#);
        assert_eq!(broken, Err(Failure::Broken("DELETE /User/2 was answered 500: No.".to_owned())));
    }

    #[test]
    fn what_says_nothing_leaves_it_open() {
        for body in [
            "",
            "{}",
            "[]",
            "null",
            "<html><body>Sign in</body></html>",
            "<!DOCTYPE html>",
            "OK",
            "{\"response\":[]}",
        ] {
            assert!(matches!(done(200, body), Err(Failure::Unheard(_))), "{body}: {:?}", done(200, body));
        }
        assert!(matches!(done(204, ""), Err(Failure::Unheard(_))));
    }
}
