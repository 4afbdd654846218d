//! How users and groups are named, in paths, queries and bodies alike.

use std::borrow::Cow;
use std::marker::PhantomData;

use domain::{GroupId, UserId};
use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

use crate::app::{GroupRef, UserRef};

/// Marks text as a name, whatever it looks like.
const NAME_PREFIX: &str = "name:";
const GUID_CHARS: usize = 32;

/// A user: its id, its guid (32 hex digits), or its name. `name:` says that it is a name, whatever it looks like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct UserText(String);

impl UserText {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn parse(&self) -> UserRef {
        let text = &self.0;
        if let Some(name) = text.strip_prefix(NAME_PREFIX) {
            UserRef::Name(name.to_owned())
        } else if text.len() == GUID_CHARS && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            UserRef::Guid(text.to_ascii_lowercase())
        } else {
            number(text).map_or_else(|| UserRef::Name(text.clone()), |id| UserRef::Id(UserId(id)))
        }
    }
}

/// A group: its id or its name. `name:` says that it is a name, whatever it looks like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub(super) struct GroupText(String);

impl GroupText {
    pub(super) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(super) fn parse(&self) -> GroupRef {
        match self.0.strip_prefix(NAME_PREFIX) {
            Some(name) => GroupRef::Name(name.to_owned()),
            None => {
                number(&self.0).map_or_else(|| GroupRef::Name(self.0.clone()), |id| GroupRef::Id(GroupId(id)))
            }
        }
    }
}

/// A text of digits only that is an id.
fn number(text: &str) -> Option<i64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

/// Takes a number for the text of that number: answers show ids as numbers.
struct TextOrNumber<T>(PhantomData<T>);

impl<T: From<String>> Visitor<'_> for TextOrNumber<T> {
    type Value = T;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an id or a name")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::from(text.to_owned()))
    }

    fn visit_u64<E: Error>(self, id: u64) -> Result<T, E> {
        Ok(T::from(id.to_string()))
    }
}

macro_rules! on_the_wire {
    ($($name:ident as $shown:literal = $doc:literal;)*) => {$(
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                from.deserialize_any(TextOrNumber(PhantomData))
            }
        }

        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                let types = SchemaType::from_iter([Type::String, Type::Integer]);
                ObjectBuilder::new().schema_type(types).description(Some($doc)).into()
            }
        }

        impl ToSchema for $name {
            fn name() -> Cow<'static, str> {
                Cow::Borrowed($shown)
            }
        }
    )*};
}

on_the_wire! {
    UserText as "UserReference" = "A user: its id, its guid (32 hex digits) or its name; `name:` before it says that it is a name.";
    GroupText as "GroupReference" = "A group: its id or its name; `name:` before it says that it is a name.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_guids_and_names() {
        let guid = "0123456789abcdef0123456789ABCDEF";
        let cases = [
            ("12", UserRef::Id(UserId(12))),
            ("name:12", UserRef::Name("12".to_owned())),
            ("corp\\jsmith", UserRef::Name("corp\\jsmith".to_owned())),
            (guid, UserRef::Guid(guid.to_ascii_lowercase())),
            ("99999999999999999999", UserRef::Name("99999999999999999999".to_owned())),
        ];
        for (text, meant) in cases {
            assert_eq!(UserText::new(text).parse(), meant, "{text}");
        }
        let number: UserText = serde_json::from_str("12").expect("a reference");
        assert_eq!(number.parse(), UserRef::Id(UserId(12)));
        assert_eq!(GroupText::new("Ops").parse(), GroupRef::Name("Ops".to_owned()));
    }
}
