//! Attributes by their paths (RFC 7644, section 3.10), and the filters that ask for them (section 3.4.2.2).

use serde_json::{Map, Value};

/// Longest path that settings may give.
const MAX_PATH_CHARS: usize = 256;

/// Whether it may stand in a filter: `emails.value`, `urn:example:2.0:User:costCenter`.
pub(super) fn is_path(path: &str) -> bool {
    let (schema, name) = split(path);
    let named = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic() || c == '$')
            && part.chars().skip(1).all(|c| c.is_ascii_alphanumeric() || "_-$".contains(c))
    };
    let in_schema = |schema: &str| schema.chars().all(|c| c.is_ascii_alphanumeric() || ":._-".contains(c));
    path.len() <= MAX_PATH_CHARS
        && schema.is_none_or(in_schema)
        && name.split('.').count() <= 2
        && name.split('.').all(named)
}

/// `path eq "value"`, quoted as JSON quotes.
pub(super) fn equals(path: &str, value: &str) -> String {
    format!("{path} eq {}", Value::from(value))
}

/// `emails[value eq "…"]` for `emails.value`: what some platforms take instead. `None` where there is no second name.
pub(super) fn holds(path: &str, value: &str) -> Option<String> {
    let (schema, name) = split(path);
    let (name, part) = name.split_once('.')?;
    let schema = schema.map(|schema| format!("{schema}:")).unwrap_or_default();
    Some(format!("{schema}{name}[{}]", equals(part, value)))
}

/// Names of attributes compare without case.
pub(super) fn get<'a>(fields: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    let known = |(known, value): (&'a String, &'a Value)| known.eq_ignore_ascii_case(name).then_some(value);
    fields.iter().find_map(known).filter(|value| !value.is_null())
}

/// The values at the path: of a list, all of its entries'.
pub(super) fn values(fields: &Map<String, Value>, path: &str) -> Vec<String> {
    let (schema, name) = split(path);
    let fields = match schema {
        None => Some(fields),
        // A core attribute may be named with its schema as well.
        Some(schema) => get(fields, schema).and_then(Value::as_object).or(Some(fields)),
    };
    let Some(fields) = fields else { return Vec::new() };
    let (name, part) = match name.split_once('.') {
        Some((name, part)) => (name, Some(part)),
        None => (name, None),
    };
    let entries = match get(fields, name) {
        None => return Vec::new(),
        Some(Value::Array(entries)) => entries.iter().collect(),
        Some(entry) => vec![entry],
    };
    entries.into_iter().filter_map(|entry| value(entry, part)).collect()
}

fn value(entry: &Value, part: Option<&str>) -> Option<String> {
    match (entry, part) {
        (Value::Object(fields), part) => text(get(fields, part.unwrap_or("value"))?),
        // `"emails": ["a@example.com"]` means the value itself.
        (simple, None | Some("value")) => text(simple),
        _ => None,
    }
}

/// Ids are text, but some platforms show numbers.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// The schema and the name within it: the last colon divides them.
fn split(path: &str) -> (Option<&str>, &str) {
    match path.rsplit_once(':') {
        Some((schema, name)) => (Some(schema), name),
        None => (None, path),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_quoted_by_the_filters_grammar() {
        assert_eq!(equals("userName", "bjensen"), r#"userName eq "bjensen""#);
        let hostile = r#"x" or userName pr or "ACME\j"#;
        assert_eq!(equals("userName", hostile), r#"userName eq "x\" or userName pr or \"ACME\\j""#);
        assert_eq!(holds("emails.value", "a\"b").as_deref(), Some(r#"emails[value eq "a\"b"]"#));
        assert_eq!(holds("urn:x:User:a.b", "c").as_deref(), Some(r#"urn:x:User:a[b eq "c"]"#));
        assert_eq!(holds("userName", "bjensen"), None);
    }

    #[test]
    fn only_paths_get_into_a_filter() {
        for path in
            ["userName", "emails.value", "urn:ietf:params:scim:schemas:x:2.0:User:employeeNumber", "$ref"]
        {
            assert!(is_path(path), "{path}");
        }
        for path in ["", "a b", "a eq \"x\"", "emails[value", "a.b.c", "a.", ":", "x y:a"] {
            assert!(!is_path(path), "{path}");
        }
    }

    #[test]
    fn values_are_found_in_every_shape() {
        let shown = json!({
            "USERNAME": "bjensen", "number": 7, "nothing": null,
            "emails": [{ "value": "a@example.com" }, { "value": "b@example.com" }, "c@example.com"],
            "urn:x:User": { "costCenter": "9", "manager": { "value": "26" } },
        });
        let shown = shown.as_object().expect("an object");
        let cases: [(&str, &[&str]); 7] = [
            ("userName", &["bjensen"]),
            ("emails.value", &["a@example.com", "b@example.com", "c@example.com"]),
            ("urn:x:User:costCenter", &["9"]),
            ("urn:x:User:manager.value", &["26"]),
            ("urn:y:User:userName", &["bjensen"]),
            ("number", &["7"]),
            ("nothing", &[]),
        ];
        for (path, expected) in cases {
            assert_eq!(values(shown, path), expected, "{path}");
        }
    }
}
