//! Owns: when two values of a list are the same one.

use serde_json::Value;

use crate::value::fold;
use crate::{Attribute, Mutability};

/// What tells one value of a list from others: `value`, and its `type` if there is one to tell. A member has only its
/// `value`, which cannot change. A value without `value` is told by all that it says.
#[derive(PartialEq, Eq, Hash)]
pub(super) enum Key {
    Value(String, Option<String>),
    Whole(Value),
}

impl Key {
    pub(super) fn of(attribute: &Attribute, item: &Value) -> Self {
        if let Value::String(text) = item {
            return Self::Value(comparable(attribute, text), None);
        }
        let part = |name| {
            let sub = attribute.sub(name)?;
            Some(comparable(sub, item.get(sub.name)?.as_str()?))
        };
        let immutable = attribute.sub("value").is_some_and(|sub| sub.mutability == Mutability::Immutable);
        match part("value") {
            Some(value) if immutable => Self::Value(value, None),
            Some(value) => Self::Value(value, part("type")),
            None => Self::Whole(item.clone()),
        }
    }

    /// The keys by which an item may be meant: its type can be left out.
    pub(super) fn all(attribute: &Attribute, item: &Value) -> impl Iterator<Item = Self> {
        let key = Self::of(attribute, item);
        let untyped = match &key {
            Self::Value(value, Some(_)) => Some(Self::Value(value.clone(), None)),
            _ => None,
        };
        [Some(key), untyped].into_iter().flatten()
    }
}

fn comparable(attribute: &Attribute, text: &str) -> String {
    if attribute.case_exact { text.to_owned() } else { fold(text) }
}
