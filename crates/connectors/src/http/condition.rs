//! What an answer must say: pointers into its JSON, and conditions on what they lead to.

use serde::Deserialize;
use serde_json::Value;

use super::template::Body;
use super::values::Values;
use crate::Failure;

const MAX_POINTER_CHARS: usize = 200;
/// A value is shown up to this length.
const MAX_SHOWN_CHARS: usize = 100;

/// A JSON pointer (RFC 6901); empty for the whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(super) struct Pointer(String);

impl Pointer {
    pub(super) fn get<'a>(&self, document: &'a Value) -> Option<&'a Value> {
        document.pointer(&self.0).filter(|value| !value.is_null())
    }

    /// A text, a number or a truth value as a text.
    pub(super) fn text(&self, document: &Value) -> Option<String> {
        text_of(self.get(document)?)
    }

    /// The list that it leads to. Anything else is no answer to what was asked.
    pub(super) fn entries<'a>(&self, asked: &str, document: &'a Value) -> Result<&'a [Value], Failure> {
        match self.get(document) {
            Some(Value::Array(list)) => Ok(list),
            _ => Err(Failure::Unheard(format!("{asked}: no list: {}", self.shown(document)))),
        }
    }

    /// `/state is "blocked"`.
    pub(super) fn shown(&self, document: &Value) -> String {
        let at = if self.0.is_empty() { "the answer" } else { &self.0 };
        match self.get(document) {
            None => format!("{at} is missing"),
            Some(Value::Array(list)) if list.is_empty() => format!("{at} is empty"),
            Some(Value::Array(list)) => format!("{at} has {} entries", list.len()),
            Some(Value::Object(_)) => format!("{at} is there"),
            Some(value) => {
                format!("{at} is {}", value.to_string().chars().take(MAX_SHOWN_CHARS).collect::<String>())
            }
        }
    }
}

impl TryFrom<String> for Pointer {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if !(text.is_empty() || text.starts_with('/')) {
            return Err(format!("{text:?} is not a JSON pointer: it begins with a slash"));
        }
        if text.split('~').skip(1).any(|rest| !rest.starts_with(['0', '1'])) {
            return Err(format!("{text:?} is not a JSON pointer: ~ is followed by 0 or 1"));
        }
        if text.chars().count() > MAX_POINTER_CHARS {
            return Err(format!("must not exceed {MAX_POINTER_CHARS} characters"));
        }
        Ok(Self(text))
    }
}

pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        _ => None,
    }
}

/// Exactly one of the four, besides `at`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Condition {
    pub(super) at: Pointer,
    equals: Option<Body>,
    one_of: Option<Vec<Value>>,
    /// A list that is there, and empty or not.
    empty: Option<bool>,
    /// Whether there is anything but null.
    present: Option<bool>,
}

impl Condition {
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let said =
            [self.equals.is_some(), self.one_of.is_some(), self.empty.is_some(), self.present.is_some()];
        if said.into_iter().filter(|said| *said).count() == 1 {
            Ok(())
        } else {
            Err("must have exactly one of equals, one_of, empty and present")
        }
    }

    /// What is missing where it is looked for is missing from a wrong answer as well.
    pub(super) fn could_hold_of_anything(&self) -> bool {
        self.present == Some(false)
    }

    pub(super) fn expected(&self) -> Option<&Body> {
        self.equals.as_ref()
    }

    pub(super) fn holds(&self, document: &Value, values: &Values<'_>) -> Result<bool, Failure> {
        let found = self.at.get(document);
        if let Some(present) = self.present {
            return Ok(found.is_some() == present);
        }
        let Some(found) = found else { return Ok(false) };
        if let Some(empty) = self.empty {
            return Ok(found.as_array().is_some_and(|list| list.is_empty() == empty));
        }
        let expected = self.equals.iter().map(|body| body.fill(values)).collect::<Result<Vec<_>, _>>()?;
        let expected = expected.iter().chain(self.one_of.iter().flatten());
        Ok(expected.into_iter().any(|expected| is_same(expected, found)))
    }
}

/// An id is a number here and a text there: what they say is compared.
fn is_same(expected: &Value, found: &Value) -> bool {
    expected == found || text_of(expected).is_some_and(|text| text_of(found) == Some(text))
}

/// All of the conditions, and what was seen of each.
pub(super) fn judge(
    conditions: &[Condition],
    document: &Value,
    values: &Values<'_>,
) -> Result<(bool, String), Failure> {
    let mut all = true;
    for condition in conditions {
        all &= condition.holds(document, values)?;
    }
    let shown: Vec<_> = conditions.iter().map(|condition| condition.at.shown(document)).collect();
    Ok((all, shown.join(", ")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(condition: Value, document: &Value) -> bool {
        let condition: Condition = serde_json::from_value(condition).expect("a condition");
        condition.check().expect("a condition");
        condition.holds(document, &Values::of_account("7")).expect("values")
    }

    #[test]
    fn nothing_is_taken_for_an_empty_list_but_an_empty_list() {
        let document = json!({ "none": [], "some": [1], "no": null, "table": {} });
        assert!(holds(json!({ "at": "/none", "empty": true }), &document));
        assert!(holds(json!({ "at": "/some", "empty": false }), &document));
        for at in ["/missing", "/no", "/table", "/some"] {
            assert!(!holds(json!({ "at": at, "empty": true }), &document), "{at}");
        }
        assert!(holds(json!({ "at": "/no", "present": false }), &document));
        assert!(holds(json!({ "at": "", "present": true }), &document));
    }

    #[test]
    fn values_are_compared_by_what_they_say() {
        let document = json!({ "owner": 7, "state": "blocked", "on": false, "a/b": "x" });
        assert!(holds(json!({ "at": "/owner", "equals": "{account}" }), &document));
        assert!(holds(json!({ "at": "/state", "one_of": ["banned", "blocked"] }), &document));
        assert!(holds(json!({ "at": "/on", "equals": false }), &document));
        assert!(holds(json!({ "at": "/a~1b", "equals": "x" }), &document));
        assert!(!holds(json!({ "at": "/owner", "equals": "70" }), &document));
        assert!(!holds(json!({ "at": "/missing", "equals": "" }), &document));
    }

    #[test]
    fn a_condition_says_one_thing() {
        for wrong in [json!({ "at": "/a" }), json!({ "at": "/a", "equals": 1, "empty": true })] {
            let condition: Condition = serde_json::from_value(wrong).expect("read");
            assert!(condition.check().is_err(), "{condition:?}");
        }
        for wrong in ["a", "/a~2", "/a~"] {
            assert!(Pointer::try_from(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
