//! JSON into the tree: trailing commas tolerated, duplicate keys refused, limits kept while reading.

use std::fmt;

use domain::Error;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Budget, MAX_DEPTH, MAX_NAMES, Node, malformed, within};

pub(super) fn parse(text: &str) -> Result<Node, Error> {
    if !text.starts_with('{') {
        return Err(malformed("must be an object"));
    }
    let strict = without_trailing_commas(text);
    let mut reader = serde_json::Deserializer::from_str(&strict);
    let budget = Budget::default();
    let value = Seed { depth: 0, budget: &budget }.deserialize(&mut reader);
    let value = value.and_then(|value| reader.end().map(|()| value));
    match value.map_err(|error| malformed(error.to_string()))? {
        Value::One(node) => Ok(node),
        Value::Many(_) => Err(malformed("must be an object")),
    }
}

/// The vendor's own template for `User/Offboard` ends its object with a comma.
fn without_trailing_commas(text: &str) -> String {
    let mut strict = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    // The last character that is not blank: a comma trails only after a value.
    let mut last = '{';
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        let trails =
            c == ',' && !in_string && !matches!(last, '{' | '[' | ',' | ':') && closes(rest.as_str());
        if !trails {
            strict.push(c);
        }
        if c == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && c == '\\' && !escaped;
        if !c.is_ascii_whitespace() {
            last = c;
        }
    }
    strict
}

fn closes(rest: &str) -> bool {
    rest.trim_ascii_start().starts_with(['}', ']'])
}

/// An array has no place of its own in the tree: its items become members of one name.
enum Value {
    One(Node),
    Many(Vec<Node>),
}

struct Seed<'a> {
    depth: usize,
    budget: &'a Budget,
}

impl Seed<'_> {
    fn deeper<E: de::Error>(&self) -> Result<Self, E> {
        let depth = self.depth + 1;
        within("nesting of a body", depth, MAX_DEPTH).map_err(E::custom)?;
        Ok(Self { depth, budget: self.budget })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        self.budget.spend().map_err(de::Error::custom)?;
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::One(Node::default()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::One(Node::scalar(value.to_string())))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::One(Node::scalar(value.to_string())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::One(Node::scalar(value.to_string())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::One(Node::scalar(value.to_string())))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::One(Node::scalar(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut nodes = Vec::new();
        while let Some(item) = items.next_element_seed(self.deeper()?)? {
            match item {
                Value::One(node) => nodes.push(node),
                Value::Many(_) => return Err(de::Error::custom("an array directly in an array")),
            }
        }
        Ok(Value::Many(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut names: Vec<String> = Vec::new();
        let mut members = Vec::new();
        while let Some(key) = entries.next_key::<String>()? {
            // Very old clients mark what would be an attribute.
            let name = key.strip_prefix('@').unwrap_or(&key).to_owned();
            if names.iter().any(|earlier| earlier.eq_ignore_ascii_case(&name)) {
                return Err(de::Error::custom(format!("key {name} is given twice")));
            }
            match entries.next_value_seed(self.deeper()?)? {
                Value::One(node) => members.push((name.clone(), node)),
                Value::Many(nodes) => members.extend(nodes.into_iter().map(|node| (name.clone(), node))),
            }
            names.push(name);
            within("keys of an object", names.len(), MAX_NAMES).map_err(de::Error::custom)?;
        }
        Ok(Value::One(Node::object(members)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn refused(text: &str, because: &str) {
        let error = parse(text).unwrap_err().to_string();
        assert!(error.contains(because), "{error}");
    }

    #[test]
    fn trailing_commas_are_tolerated_outside_strings() {
        for (sent, strict) in [
            ("{\"userName\": \"\",\n}", "{\"userName\": \"\"\n}"),
            ("{\"a\":[1,2 , ],}", "{\"a\":[1,2  ]}"),
            (r#"{"a":",}","b":"\",}"}"#, r#"{"a":",}","b":"\",}"}"#),
            ("{\"a\":1 ,\n\"b\":2}", "{\"a\":1 ,\n\"b\":2}"),
        ] {
            assert_eq!(without_trailing_commas(sent), strict);
            assert!(parse(sent).is_ok(), "{sent}");
        }
    }

    #[test]
    fn other_laxness_is_not() {
        for text in [
            "{,}",
            "{\"a\":1,,}",
            "{\"a\":[,]}",
            "{\"a\":,}",
            "{\"a\"}",
            "{a:1}",
            "{\"a\":1} x",
            "{\"a\":1}{}",
        ] {
            refused(text, "body: ");
        }
        refused("[{}]", "must be an object");
        refused("{\"a\":[[1]]}", "an array directly in an array");
    }

    #[test]
    fn keys_are_unique_in_any_case() {
        refused(r#"{"userId":1,"userId":2}"#, "key userId is given twice");
        refused(r#"{"userId":1,"USERID":1}"#, "key USERID is given twice");
        refused(r#"{"userId":1,"@userId":1}"#, "key userId is given twice");
        refused(r#"{"a":[],"a":1}"#, "key a is given twice");
    }

    #[test]
    fn limits_hold() {
        let nested = |depth: usize| format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        refused(&nested(MAX_DEPTH + 1), "nesting of a body must not exceed 32");
        refused(&nested(100_000), "nesting of a body must not exceed 32");
        refused(&format!("{{\"a\":[{}]}}", "1,".repeat(20_000)), "values in a body must not exceed 20000");
        let keys: Vec<_> = (0..257).map(|n| format!("\"k{n}\":1")).collect();
        refused(&format!("{{{}}}", keys.join(",")), "keys of an object must not exceed 256");
    }

    proptest! {
        #[test]
        fn strict_json_is_left_as_it_is(strings in prop::collection::vec(any::<String>(), 0..8)) {
            let text = serde_json::json!({ "a": strings, "b": [] }).to_string();
            prop_assert_eq!(without_trailing_commas(&text), text);
        }
    }
}
