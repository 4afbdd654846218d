//! XML as a Commvault server writes it, into the JSON that says the same: attributes and elements become fields,
//! and elements that repeat become a list. For servers that answer XML even when they are asked for JSON.

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::{Map, Value};

/// Deepest nesting; the answers that are read have five levels.
const MAX_DEPTH: usize = 32;

/// The root's fields; nothing where it is not XML or not an answer.
pub(super) fn parse(text: &str) -> Option<Value> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<(String, Map<String, Value>)> = Vec::new();
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) if open.len() < MAX_DEPTH => open.push(element(&start)?),
            Event::Empty(start) if open.is_empty() => return whole(element(&start)?),
            Event::Empty(start) => {
                let (name, fields) = element(&start)?;
                add(&mut open.last_mut()?.1, name, Value::Object(fields));
            }
            Event::End(_) => {
                let (name, fields) = open.pop()?;
                match open.last_mut() {
                    Some((_, parent)) => add(parent, name, Value::Object(fields)),
                    None => return whole((name, fields)),
                }
            }
            Event::Start(_) | Event::DocType(_) | Event::Eof => return None,
            // Nothing that is read stands between tags.
            _ => {}
        }
    }
}

/// A page for people is well-formed at times, but no answer.
fn whole((name, fields): (String, Map<String, Value>)) -> Option<Value> {
    (!name.eq_ignore_ascii_case("html")).then_some(Value::Object(fields))
}

fn element(start: &BytesStart<'_>) -> Option<(String, Map<String, Value>)> {
    let name = start.local_name().as_ref().to_owned();
    let mut fields = Map::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let name = attribute.key.local_name().as_ref().to_owned();
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).ok()?;
        add(&mut fields, name, Value::String(value.into_owned()));
    }
    Some((name, fields))
}

fn add(fields: &mut Map<String, Value>, name: String, value: Value) {
    match fields.get_mut(&name) {
        None => _ = fields.insert(name, value),
        Some(Value::Array(elements)) => elements.push(value),
        Some(first) => {
            let list = vec![first.take(), value];
            *first = Value::Array(list);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn repeated_elements_are_a_list() {
        let text = r#"<?xml version="1.0" encoding="UTF-8" standalone="no" ?><R errorCode="0"><users email="a&amp;b"><userEntity userId="2"/></users><users/></R>"#;
        let expected =
            json!({ "errorCode": "0", "users": [{ "email": "a&b", "userEntity": { "userId": "2" } }, {}] });
        assert_eq!(parse(text), Some(expected));
    }

    #[test]
    fn whatever_is_no_answer_is_nothing() {
        for text in ["", "<html><body/></html>", "<html/>", "<R", "<R>", "R", "<!DOCTYPE html><R/>", "</R>"] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert_eq!(parse(&"<a>".repeat(MAX_DEPTH + 1)), None);
    }
}
