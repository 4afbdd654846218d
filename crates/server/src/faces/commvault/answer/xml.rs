//! XML as the vendor writes it: scalars are attributes, objects elements, arrays repeated elements.

use super::object::{Object, Value};

const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="no" ?>"#;

pub(super) fn document(root: &str, object: &Object) -> String {
    let mut xml = DECLARATION.to_owned();
    element(&mut xml, root, object);
    xml
}

fn element(xml: &mut String, name: &str, object: &Object) {
    xml.push('<');
    xml.push_str(name);
    for (name, value) in object.entries() {
        match value {
            Value::Text(text) => attribute(xml, name, text),
            Value::Number(number) => attribute(xml, name, &number.to_string()),
            Value::Flag(flag) => attribute(xml, name, &flag.to_string()),
            Value::Object(_) | Value::List(_) => {}
        }
    }
    let attributes_end = xml.len();
    xml.push('>');
    let content_begins = xml.len();
    for (name, value) in object.entries() {
        match value {
            Value::Object(child) => child_element(xml, name, child),
            Value::List(children) => children.iter().for_each(|child| child_element(xml, name, child)),
            Value::Text(_) | Value::Number(_) | Value::Flag(_) => {}
        }
    }
    if xml.len() == content_begins {
        xml.truncate(attributes_end);
        xml.push_str("/>");
    } else {
        xml.push_str("</");
        xml.push_str(name);
        xml.push('>');
    }
}

/// An element with nothing in it is left out, as an empty array leaves nothing behind.
fn child_element(xml: &mut String, name: &str, object: &Object) {
    if !is_empty(object) {
        element(xml, name, object);
    }
}

fn is_empty(object: &Object) -> bool {
    object.entries().iter().all(|(_, value)| match value {
        Value::Object(child) => is_empty(child),
        Value::List(children) => children.iter().all(is_empty),
        Value::Text(_) | Value::Number(_) | Value::Flag(_) => false,
    })
}

fn attribute(xml: &mut String, name: &str, value: &str) {
    xml.push(' ');
    xml.push_str(name);
    xml.push_str("=\"");
    for c in value.chars() {
        match c {
            '&' => xml.push_str("&amp;"),
            '<' => xml.push_str("&lt;"),
            '>' => xml.push_str("&gt;"),
            '"' => xml.push_str("&quot;"),
            // Written as they are, a reader would turn them into spaces.
            '\t' => xml.push_str("&#9;"),
            '\n' => xml.push_str("&#10;"),
            '\r' => xml.push_str("&#13;"),
            // XML cannot hold these at all.
            '\0'..=' ' if c != ' ' => xml.push(char::REPLACEMENT_CHARACTER),
            '\u{FFFE}' | '\u{FFFF}' => xml.push(char::REPLACEMENT_CHARACTER),
            _ => xml.push(c),
        }
    }
    xml.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::faces::commvault::body;

    #[test]
    fn scalars_are_attributes_and_lists_repeat() {
        let item = |n: i64| Object::new().with("n", n);
        let object = Object::new()
            .with("list", vec![item(1), item(2)])
            .with("text", "a")
            .with("flag", true)
            .with("child", Object::new().with("inner", item(3)));
        let expected =
            r#"<r text="a" flag="true"><list n="1"/><list n="2"/><child><inner n="3"/></child></r>"#;
        assert_eq!(document("r", &object), format!("{DECLARATION}{expected}"));
    }

    #[test]
    fn what_is_empty_is_left_out_but_the_root() {
        let object = Object::new()
            .with("list", Vec::new())
            .with("child", Object::new().with("list", vec![Object::new()]));
        assert_eq!(document("r", &object), format!("{DECLARATION}<r/>"));
    }

    #[test]
    fn values_cannot_break_out() {
        let object = Object::new().with("a", "\"/><x y='&\n\u{1}\u{FFFF}");
        let expected = "<r a=\"&quot;/&gt;&lt;x y='&amp;&#10;\u{FFFD}\u{FFFD}\"/>";
        assert_eq!(document("r", &object), format!("{DECLARATION}{expected}"));
    }

    proptest! {
        #[test]
        fn any_printable_text_comes_back(text in "[^\\x00-\\x08\\x0B\\x0C\\x0E-\\x1F\u{FFFE}\u{FFFF}]+") {
            let xml = document("r", &Object::new().with("a", text.as_str()));
            let node = body::parse(xml.as_bytes()).unwrap();
            prop_assert_eq!(node.text("a"), Ok(Some(text.as_str())));
        }
    }
}
