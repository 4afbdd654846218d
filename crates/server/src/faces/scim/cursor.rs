//! Cursors (RFC 9865): where the next page of a query begins, as a text that means nothing to a client.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use scim::{Error, ScimType};
use serde::{Deserialize, Serialize};

use crate::app::{Key, KeyValue};
use crate::random;

/// Cursors of other versions are refused.
const VERSION: u8 = 1;
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
    /// Behind this row.
    #[serde(rename = "k")]
    value: Behind,
    #[serde(rename = "n")]
    number: i64,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Behind {
    Nothing,
    Text(String),
    Ms(i64),
}

/// The cursor of the page behind the row of this key; `query` is what decides which rows there are, and their order.
pub(super) fn write(query: &str, key: Key) -> String {
    let value = match key.value {
        KeyValue::None => Behind::Nothing,
        KeyValue::Text(text) => Behind::Text(text),
        KeyValue::Millis(ms) => Behind::Ms(ms),
    };
    let written = Written { version: VERSION, query: digest(query), value, number: key.number };
    // Texts and numbers always become JSON.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(&written).unwrap_or_default())
}

/// What a cursor of the same query says.
pub(super) fn read(query: &str, cursor: &str) -> Result<Key, Error> {
    let invalid = |detail: &str| Error::new(ScimType::InvalidCursor, detail);
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok();
    let written: Option<Written> = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let written = written.filter(|written| written.version == VERSION);
    let written = written.ok_or_else(|| invalid("cursor is none that this server gave"))?;
    if written.query != digest(query) {
        return Err(invalid("cursor is of a query with another filter or another order"));
    }
    let value = match written.value {
        Behind::Nothing => KeyValue::None,
        Behind::Text(text) => KeyValue::Text(text),
        Behind::Ms(ms) => KeyValue::Millis(ms),
    };
    Ok(Key { value, number: written.number })
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
        for value in [KeyValue::None, KeyValue::Text("ann \"x\"".to_owned()), KeyValue::Millis(-7)] {
            let key = Key { value, number: 7 };
            let cursor = write("users by name", key.clone());
            assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
            assert_eq!(read("users by name", &cursor), Ok(key));
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
