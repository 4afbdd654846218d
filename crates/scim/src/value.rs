//! Owns: what one value for an attribute must be, its canonical form, and how texts and times are compared.
//!
//! Never: which attributes a resource needs or may change; that is for whoever reads documents and patches.

use std::collections::HashSet;

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::{Map, Value};

use crate::{Attribute, Error, Kind, Mutability, ScimType};

/// The value as it is kept, or `None` if it says nothing: null, an empty text, list or object (RFC 7643 section 2.5).
///
/// Names of sub-attributes become the schema's. Sub-attributes that no schema knows are dropped, as are read-only
/// ones, which a client may send back as it got them (RFC 7644 section 3.3). Forms that identity providers send and
/// that leave no doubt are accepted: `"True"` for true, a list of one for a single value, a single value for a list,
/// and `"x"` and `{"value": "x"}` for each other.
pub fn read(attribute: &Attribute, value: &Value) -> Result<Option<Value>, Error> {
    if !attribute.multi_valued {
        return single(attribute, value)?.map_or(Ok(None), |only| read_item(attribute, only));
    }
    match value {
        Value::Null => Ok(None),
        Value::Array(items) => read_list(attribute, items),
        item => read_list(attribute, std::slice::from_ref(item)),
    }
}

/// What is meant as the value of an attribute that has one: some identity providers send it as a list of one.
pub(crate) fn single<'a>(attribute: &Attribute, value: &'a Value) -> Result<Option<&'a Value>, Error> {
    match value {
        Value::Null => Ok(None),
        Value::Array(items) => match items.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only)),
            _ => Err(invalid(attribute, "takes a single value, not a list")),
        },
        only => Ok(Some(only)),
    }
}

/// One item of an attribute with many values, or the value of one with a single value.
pub fn read_item(attribute: &Attribute, value: &Value) -> Result<Option<Value>, Error> {
    if attribute.kind == Kind::Complex {
        return read_complex(attribute, value);
    }
    match value {
        Value::Null => Ok(None),
        Value::Object(fields) => match wrapped(fields) {
            Some(inner) if !inner.is_object() => read_item(attribute, inner),
            _ => Err(invalid(attribute, "has no sub-attributes")),
        },
        Value::String(text) if text.is_empty() => Ok(None),
        scalar => read_scalar(attribute, scalar).map(Some),
    }
}

/// How texts are compared where case does not matter.
pub fn fold(text: &str) -> String {
    text.to_lowercase()
}

/// The instant of an `xsd:dateTime`; one without an offset is taken as UTC.
pub fn instant(text: &str) -> Option<Timestamp> {
    if !text.contains(['T', 't']) || text.contains('[') {
        return None;
    }
    let zoned = text.parse::<Timestamp>().ok();
    zoned.or_else(|| Some(text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp()))
}

/// `"True"`, as some identity providers write booleans.
pub fn boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn read_list(attribute: &Attribute, items: &[Value]) -> Result<Option<Value>, Error> {
    let mut seen = HashSet::new();
    let mut list = Vec::new();
    for item in items {
        match read_item(attribute, item)? {
            Some(item) if seen.insert(item.clone()) => list.push(item),
            Some(_) => (),
            // Passed over, a member that nobody understands would leave the group with whoever else is not named.
            None => check_required(attribute, &Map::new())?,
        }
    }
    if list.iter().filter(|item| is_primary(item)).count() > 1 {
        return Err(invalid(attribute, "has more than one value that is primary"));
    }
    Ok(if list.is_empty() { None } else { Some(Value::Array(list)) })
}

/// Whether an item is the preferred one of its list (RFC 7643 section 2.4).
pub fn is_primary(item: &Value) -> bool {
    item.get("primary") == Some(&Value::Bool(true))
}

/// The sub-attributes of a complex value as they were written; a bare text is the sub-attribute `value`.
pub(crate) fn fields<'a>(
    attribute: &Attribute,
    value: &'a Value,
) -> Result<Vec<(&'a str, &'a Value)>, Error> {
    match value {
        Value::Null => Ok(Vec::new()),
        Value::Object(fields) => Ok(fields.iter().map(|(name, value)| (name.as_str(), value)).collect()),
        bare if attribute.sub("value").is_some() && !bare.is_array() => Ok(vec![("value", bare)]),
        _ => Err(invalid(attribute, "takes an object")),
    }
}

fn read_complex(attribute: &Attribute, value: &Value) -> Result<Option<Value>, Error> {
    let given = fields(attribute, value)?;
    let mut fields = Map::new();
    for (name, value) in given {
        let Some(sub) = attribute.sub(name).filter(|sub| sub.mutability != Mutability::ReadOnly) else {
            continue;
        };
        let Some(value) = read(sub, value).map_err(|error| below(attribute, error))? else { continue };
        if fields.insert(sub.name.to_owned(), value).is_some() {
            return Err(below(attribute, invalid(sub, "is given twice")));
        }
    }
    complete(attribute, fields)
}

/// A complex value of those sub-attributes, if there are any; then those that are required must be among them.
pub(crate) fn complete(attribute: &Attribute, fields: Map<String, Value>) -> Result<Option<Value>, Error> {
    if fields.is_empty() {
        return Ok(None);
    }
    check_required(attribute, &fields)?;
    Ok(Some(Value::Object(fields)))
}

fn check_required(attribute: &Attribute, fields: &Map<String, Value>) -> Result<(), Error> {
    let missing = attribute.sub_attributes.iter().find(|sub| sub.required && !fields.contains_key(sub.name));
    missing.map_or(Ok(()), |sub| Err(below(attribute, invalid(sub, "is required"))))
}

/// `{"$ref": null, "value": "x"}` where a plain `"x"` is meant.
fn wrapped(fields: &Map<String, Value>) -> Option<&Value> {
    let mut given = fields.iter().filter(|(_, value)| !value.is_null());
    let (name, value) = given.next()?;
    (given.next().is_none() && name.eq_ignore_ascii_case("value")).then_some(value)
}

fn read_scalar(attribute: &Attribute, value: &Value) -> Result<Value, Error> {
    let text = value.as_str();
    let (fits, wanted) = match attribute.kind {
        Kind::Boolean => {
            let truth = boolean(value).ok_or_else(|| invalid(attribute, "takes true or false"))?;
            return Ok(Value::Bool(truth));
        }
        Kind::Integer => (value.is_i64(), "takes a whole number"),
        Kind::DateTime => (text.and_then(instant).is_some(), "takes a time such as 2026-01-31T12:00:00Z"),
        Kind::Binary => (text.is_some_and(is_base64), "takes a text in base64"),
        Kind::String | Kind::Reference | Kind::Complex => (text.is_some(), "takes a text"),
    };
    if fits { Ok(value.clone()) } else { Err(invalid(attribute, wanted)) }
}

/// Of either alphabet, padded or not (RFC 7643 section 2.3.6).
fn is_base64(text: &str) -> bool {
    let data = text.trim_end_matches('=');
    let alphabet = data.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte));
    alphabet && data.len() % 4 != 1 && text.len() - data.len() <= 2
}

pub(crate) fn invalid(attribute: &Attribute, what: &str) -> Error {
    Error::new(ScimType::InvalidValue, format!("{} {what}", attribute.name))
}

/// The error of a sub-attribute, named with its parent.
pub(crate) fn below(attribute: &Attribute, error: Error) -> Error {
    Error { detail: format!("{}.{}", attribute.name, error.detail), ..error }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TITLE: Attribute = Attribute::text("title", "");
    const ACTIVE: Attribute = Attribute { kind: Kind::Boolean, ..Attribute::text("active", "") };
    const SINCE: Attribute = Attribute { kind: Kind::DateTime, ..Attribute::text("since", "") };
    const PHOTO: Attribute = Attribute { kind: Kind::Binary, ..Attribute::text("photo", "") };
    const VALUE: Attribute = Attribute { required: true, ..Attribute::text("value", "") };
    const PRIMARY: Attribute = Attribute { kind: Kind::Boolean, ..Attribute::text("primary", "") };
    const SHOWN: Attribute = Attribute { mutability: Mutability::ReadOnly, ..Attribute::text("display", "") };
    const SUBS: &[Attribute] = &[VALUE, PRIMARY, SHOWN, Attribute::text("type", "")];
    const BOSS: Attribute =
        Attribute { kind: Kind::Complex, sub_attributes: SUBS, ..Attribute::text("boss", "") };
    const EMAILS: Attribute = Attribute { multi_valued: true, name: "emails", ..BOSS };
    const TAGS: Attribute = Attribute { multi_valued: true, ..Attribute::text("tags", "") };

    #[test]
    fn values_become_canonical() {
        for (attribute, value, kept) in [
            (TITLE, json!("Chief"), json!("Chief")),
            (TITLE, json!(["Chief"]), json!("Chief")),
            (TITLE, json!([{"value": "Chief"}]), json!("Chief")),
            (ACTIVE, json!("False"), json!(false)),
            (ACTIVE, json!(true), json!(true)),
            (SINCE, json!("2026-01-31T12:00:00+01:00"), json!("2026-01-31T12:00:00+01:00")),
            (SINCE, json!("2026-01-31T12:00:00"), json!("2026-01-31T12:00:00")),
            (PHOTO, json!("aGk="), json!("aGk=")),
            (BOSS, json!("7"), json!({"value": "7"})),
            (BOSS, json!([{"VALUE": "7", "display": "Ann", "x": 1}]), json!({"value": "7"})),
            (EMAILS, json!({"Value": "a", "Primary": "True"}), json!([{"value": "a", "primary": true}])),
            (EMAILS, json!(["a", {"value": "a"}]), json!([{"value": "a"}])),
            (TAGS, json!("a"), json!(["a"])),
            (TAGS, json!(["b", "a", "b", ""]), json!(["b", "a"])),
        ] {
            assert_eq!(read(&attribute, &value), Ok(Some(kept)), "{} {value}", attribute.name);
        }
    }

    #[test]
    fn empty_values_are_none() {
        for value in [json!(null), json!([]), json!([null]), json!("")] {
            assert_eq!(read(&TITLE, &value), Ok(None), "{value}");
            assert_eq!(read(&ACTIVE, &value), Ok(None), "{value}");
            assert_eq!(read(&TAGS, &value), Ok(None), "{value}");
            assert_eq!(read(&BOSS, &value), Ok(None), "{value}");
        }
        assert_eq!(read(&BOSS, &json!({"value": null, "type": "", "x": 1})), Ok(None));
        assert_eq!(read(&TAGS, &json!([null, ""])), Ok(None));
    }

    #[test]
    fn a_refusal_names_the_attribute() {
        for (attribute, value, detail) in [
            (TITLE, json!(1), "title takes a text"),
            (TITLE, json!(["a", "b"]), "title takes a single value, not a list"),
            (TITLE, json!({"givenName": "a"}), "title has no sub-attributes"),
            (ACTIVE, json!("yes"), "active takes true or false"),
            (SINCE, json!("2026-01-31"), "since takes a time such as 2026-01-31T12:00:00Z"),
            (SINCE, json!("2026-13-31T12:00:00Z"), "since takes a time such as 2026-01-31T12:00:00Z"),
            (PHOTO, json!("a*b="), "photo takes a text in base64"),
            (BOSS, json!({"type": "x"}), "boss.value is required"),
            (BOSS, json!({"value": "a", "VALUE": "b"}), "boss.value is given twice"),
            (EMAILS, json!([{"value": true}]), "emails.value takes a text"),
            (EMAILS, json!([null]), "emails.value is required"),
            (EMAILS, json!(["a", {}]), "emails.value is required"),
            (EMAILS, json!([{"value": "", "x": 1}]), "emails.value is required"),
            (EMAILS, json!([["a"]]), "emails takes an object"),
            (
                EMAILS,
                json!([{"value": "a", "primary": true}, {"value": "b", "primary": true}]),
                "emails has more than one value that is primary",
            ),
        ] {
            assert_eq!(read(&attribute, &value), Err(Error::new(ScimType::InvalidValue, detail)), "{value}");
        }
    }
}
