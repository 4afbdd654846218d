//! Cursors (RFC 9865): where the next page of a query begins, as a text that means nothing to a client.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scim::{Error, ScimType};
use serde::{Deserialize, Serialize};

use crate::app::{Key, KeyValue};
use crate::random;

/// Cursors of other versions are refused.
const VERSION: u8 = 1;
const FOREIGN: &str = "cursor is none that this server gave";
/// Hex digits that tell one query from another: 64 bits.
const QUERY_DIGITS: usize = 16;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(rename = "v")]
    version: u8,
    /// Of which query.
    #[serde(rename = "q")]
    query: String,
    #[serde(rename = "p")]
    begins: Begins,
}

/// Behind so many rows, or behind one of which the order and the number are known.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Begins {
    Rows(u64),
    Number(i64),
    Text(String, i64),
    Ms(i64, i64),
}

/// Where a page begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Behind so many rows.
    Offset(u64),
    /// Behind the row of this key, whatever becomes of it.
    Behind(Key),
}

impl Place {
    /// So many rows further on; of a row nobody knows which one that is.
    pub(super) fn offset_by(&self, rows: usize) -> Self {
        match self {
            Self::Offset(offset) => {
                Self::Offset(offset.saturating_add(u64::try_from(rows).unwrap_or(u64::MAX)))
            }
            behind @ Self::Behind(_) => behind.clone(),
        }
    }
}

/// The cursor of the page that begins there; `query` is what decides which rows there are, and their order.
pub(super) fn write(query: &str, place: Place) -> String {
    let begins = match place {
        Place::Offset(rows) => Begins::Rows(rows),
        Place::Behind(Key { value: KeyValue::None, number }) => Begins::Number(number),
        Place::Behind(Key { value: KeyValue::Text(text), number }) => Begins::Text(text, number),
        Place::Behind(Key { value: KeyValue::Millis(ms), number }) => Begins::Ms(ms, number),
    };
    let written = Written { version: VERSION, query: digest(query), begins };
    // Texts and numbers always become JSON.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&written).unwrap_or_default())
}

/// What a cursor of the same query says.
pub(super) fn read(query: &str, cursor: &str) -> Result<Place, Error> {
    let invalid = |detail: &str| Error::new(ScimType::InvalidCursor, detail);
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let written: Option<Written> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let written = written.filter(|written| written.version == VERSION);
    let written = written.ok_or_else(|| invalid(FOREIGN))?;
    if written.query != digest(query) {
        return Err(invalid("cursor is of a query with another filter or another order"));
    }
    let behind = |value, number| Place::Behind(Key { value, number });
    Ok(match written.begins {
        Begins::Rows(rows) => Place::Offset(rows),
        Begins::Number(number) => behind(KeyValue::None, number),
        // No text of a store holds a NUL, so no cursor of ours does.
        Begins::Text(text, _) if text.contains('\0') => return Err(invalid(FOREIGN)),
        Begins::Text(text, number) => behind(KeyValue::Text(text), number),
        Begins::Ms(ms, number) => behind(KeyValue::Millis(ms), number),
    })
}

fn digest(query: &str) -> String {
    let hash = random::hash(query);
    hash.get(..QUERY_DIGITS).unwrap_or(&hash).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_cursor_is_for_its_own_query_only() {
        let values = [KeyValue::None, KeyValue::Text("ann \"x\"".to_owned()), KeyValue::Millis(-7)];
        let behind = values.map(|value| Place::Behind(Key { value, number: 7 }));
        for place in behind.into_iter().chain([Place::Offset(7)]) {
            let cursor = write("users by name", place.clone());
            assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            assert_eq!(read("users by name", &cursor), Ok(place));
            let error = read("users by id", &cursor).expect_err("another query");
            assert_eq!(error.scim_type, ScimType::InvalidCursor);
        }
    }

    proptest! {
        #[test]
        fn whatever_else_it_is_is_refused(text in any::<String>(), likely in "[A-Za-z0-9_-]{0,60}") {
            for text in [&text, &likely] {
                prop_assert!(read("users", text).is_err());
            }
        }
    }
}
