//! JSON as the faces take it where a wrong reading would hit the wrong person: no name twice in an object.
//!
//! Owns the reading, free of any vendor's shapes. Depth is limited by serde_json, length by the exchange.

use std::fmt;

use domain::Error;
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads one JSON value that fills the whole body.
pub(super) fn parse(body: &[u8]) -> Result<Value, Error> {
    let strict: Strict = serde_json::from_slice(body)
        .map_err(|error| Error::invalid("body", format!("malformed JSON: {error}")))?;
    Ok(strict.0)
}

struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(Value::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Strict, E> {
        Ok(Strict(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
        let mut array = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            array.push(item);
        }
        Ok(Strict(Value::Array(array)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Strict, A::Error> {
        let mut object = Map::new();
        while let Some((name, Strict(value))) = fields.next_entry::<String, _>()? {
            if object.contains_key(&name) {
                return Err(A::Error::custom(format_args!("`{name}` is given twice")));
            }
            object.insert(name, value);
        }
        Ok(Strict(Value::Object(object)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn reads_what_serde_json_reads() {
        for text in ["{}", "null", r#"{"a":[1,-2,0.5,"é",true,null],"b":{"c":{}}}"#, " [ ] "] {
            let plain: Value = serde_json::from_str(text).unwrap();
            assert_eq!(parse(text.as_bytes()).unwrap(), plain, "{text}");
        }
    }

    #[test]
    fn refuses_what_could_be_read_in_two_ways_or_in_none() {
        let twice = parse(br#"{"a":{"b":1,"b":1}}"#).unwrap_err();
        assert_eq!(twice.to_string(), "body: malformed JSON: `b` is given twice at line 1 column 18");
        let deep = "[".repeat(200);
        for text in ["", "{", "{}{}", r#"{"a":1,}"#, "\u{feff}{}", &deep] {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
        assert!(parse(b"\"\xff\"").is_err(), "not UTF-8");
    }
    /// Any JSON without floating-point numbers, which need not come back to the last digit.
    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..8)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(value in any_value()) {
            prop_assert_eq!(parse(value.to_string().as_bytes()), Ok(value));
        }

        #[test]
        fn reads_at_most_what_serde_json_reads(bytes in any::<Vec<u8>>(), likely in r#"[{}\[\]",:a0 \\e.+-]{0,40}"#) {
            for text in [&bytes, likely.as_bytes()] {
                let plain: Result<Value, _> = serde_json::from_slice(text);
                if let Ok(read) = parse(text) {
                    prop_assert_eq!(read, plain.unwrap());
                }
            }
        }
    }
}
