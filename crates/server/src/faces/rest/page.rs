//! Keyset pages: `limit` and `after` in, `items` and `next` out.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::problem::Problem;
use crate::app::{self, MAX_PAGE};

/// Rows of a page whose size was not named.
const DEFAULT_PAGE: usize = 100;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct PageQuery {
    /// Rows of the page: 1 to 500, 100 if absent.
    #[param(value_type = Option<u16>, minimum = 1, maximum = 500)]
    pub(super) limit: Option<String>,
    /// `next` of the page before.
    pub(super) after: Option<String>,
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Items<T> {
    pub(super) items: Vec<T>,
    /// What to send as `after` for the page that follows; `null` on the last page.
    pub(super) next: Option<String>,
}

impl<T> Items<T> {
    /// `key` is what a row is found behind again.
    pub(super) fn of<R>(
        list: List,
        page: app::Page<R>,
        key: impl Fn(&R) -> String,
        view: impl Fn(R) -> T,
    ) -> Self {
        let next = page.rows.last().filter(|_| page.more).map(|row| list.cursor(&key(row)));
        Self { items: page.rows.into_iter().map(view).collect(), next }
    }
}

/// A list that is paged. Cursors carry its name, so that one list's cursor is not taken for another's.
#[derive(Clone, Copy, Debug)]
pub(super) struct List(pub(super) &'static str);

impl List {
    pub(super) fn cursor(self, key: &str) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{key}", self.0))
    }

    /// The key inside a cursor of this list.
    pub(super) fn key(self, after: Option<&str>) -> Result<Option<String>, Problem> {
        let Some(after) = after else { return Ok(None) };
        let bytes = URL_SAFE_NO_PAD.decode(after).ok();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        let key = text.as_deref().and_then(|text| text.strip_prefix(self.0)?.strip_prefix(':'));
        key.map(|key| Some(key.to_owned()))
            .ok_or_else(|| Problem::invalid("after", "is not the `next` of a page of this list"))
    }

    /// As [`List::key`], where keys are numbers from 1.
    pub(super) fn number(self, after: Option<&str>) -> Result<i64, Problem> {
        match self.key(after)? {
            None => Ok(0),
            Some(key) => number("after", &key),
        }
    }
}

/// The size of a page; `app` has its limits.
pub(super) fn limit(text: Option<&str>) -> Result<usize, Problem> {
    let Some(text) = text else { return Ok(DEFAULT_PAGE) };
    text.parse().map_err(|_| Problem::invalid("limit", format!("must be 1 to {MAX_PAGE}")))
}

pub(super) fn number(field: &str, text: &str) -> Result<i64, Problem> {
    let number = text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
    number.ok_or_else(|| Problem::invalid(field, "must be a whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_belongs_to_its_list() {
        let cursor = List("users").cursor("42");
        assert_eq!(List("users").number(Some(&cursor)).expect("a number"), 42);
        for bad in [&*cursor, "42", "ä", ""] {
            assert!(List("groups").key(Some(bad)).is_err(), "{bad:?}");
        }
        assert_eq!(List("users").number(None).expect("a number"), 0);
    }
}
