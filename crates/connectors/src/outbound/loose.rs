//! JSON as platforms write it: numbers and truths as texts, and one element instead of a list of one.
//!
//! Never guesses: what is neither the value nor a usual spelling of it is not there.

use serde_json::Value;

/// A text or a number; nothing where it is empty.
pub fn text(value: &Value, key: &str) -> Option<String> {
    let text = match value.get(key)? {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        _ => return None,
    };
    Some(text).filter(|text| !text.is_empty())
}

pub fn integer(value: &Value, key: &str) -> Option<i64> {
    match value.get(key)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

pub fn truth(value: &Value, key: &str) -> Option<bool> {
    match value.get(key)? {
        Value::Bool(truth) => Some(*truth),
        Value::Number(number) => match number.as_i64() {
            Some(0) => Some(false),
            Some(1) => Some(true),
            _ => None,
        },
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Some(true),
            "false" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

/// The elements of a list; whatever stands in its place is its only one.
pub fn list<'a>(value: &'a Value, key: &str) -> Option<Vec<&'a Value>> {
    match value.get(key)? {
        Value::Array(elements) => Some(elements.iter().collect()),
        Value::Null => Some(Vec::new()),
        // An empty element of XML.
        Value::String(text) if text.trim().is_empty() => Some(Vec::new()),
        alone => Some(vec![alone]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn usual_spellings_are_read_and_others_are_not() {
        let value = json!({
            "code": "0", "number": 7, "yes": "TRUE", "no": 0, "two": 2, "alone": { "id": 1 }, "many": [1, 2],
            "empty": " ", "null": null
        });
        assert_eq!(integer(&value, "code"), Some(0));
        assert_eq!(integer(&value, "empty"), None);
        assert_eq!(text(&value, "number").as_deref(), Some("7"));
        assert_eq!(text(&value, "empty"), None);
        assert_eq!(truth(&value, "yes"), Some(true));
        assert_eq!(truth(&value, "no"), Some(false));
        assert_eq!(truth(&value, "two"), None);
        assert_eq!(list(&value, "alone").map(|list| list.len()), Some(1));
        assert_eq!(list(&value, "many").map(|list| list.len()), Some(2));
        assert_eq!(list(&value, "null").map(|list| list.len()), Some(0));
        assert_eq!(list(&value, "absent"), None);
    }
}
