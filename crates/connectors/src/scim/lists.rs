//! Lists, page by page (RFC 7644, section 3.4.2.4, and RFC 9865): by cursor where it is offered, else by index.
//!
//! A list that must prove that somebody is not there is read to its end, and proves nothing if it breaks off.

use std::collections::HashSet;

use reqwest::StatusCode;
use serde_json::{Map, Value};

use super::Scim;
use super::attribute::get;
use super::entry::Entry;
use super::wire::{is_not_done, is_not_done_so, with_query};
use crate::Failure;
use crate::outbound::Answer;

/// Most entries that one search reads.
const MAX_READ: usize = 20_000;
/// Most pages that one search reads, however few entries are on them.
const MAX_PAGES: usize = 1_000;
const LIST_SCHEMA: &str = "urn:ietf:params:scim:api:messages:2.0:ListResponse";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
}

/// Where a page begins. As text it is the cursor of `accounts`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// From 1. `after` is the first id of the page before: whoever shows it again does not count.
    Index {
        start: u64,
        after: Option<String>,
    },
    Cursor(String),
}

#[derive(Debug, Default)]
pub(super) struct Page {
    pub entries: Vec<Entry>,
    /// How many there are in all, as far as it tells.
    pub total: Option<u64>,
    pub next: Option<Position>,
    /// The platform did not go on where it was asked to: there may be more than it shows.
    pub cut: bool,
    /// As many entries as were asked for were shown, once again.
    pub full: bool,
    /// The platform's clock.
    pub clock_ms: Option<i64>,
}

/// Why there is no page.
#[derive(Debug)]
pub(super) struct NoPage {
    /// The platform does not take such a query.
    pub not_so: bool,
    /// There is no such list.
    pub nowhere: bool,
    pub failure: Failure,
}

impl From<Failure> for NoPage {
    fn from(failure: Failure) -> Self {
        Self { not_so: false, nowhere: false, failure }
    }
}

impl From<NoPage> for Failure {
    fn from(no_page: NoPage) -> Self {
        no_page.failure
    }
}

impl Position {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let (kind, rest) = text.split_once(':').unwrap_or_default();
        let (start, after) = rest.split_once(':').unwrap_or((rest, ""));
        match (kind, start.parse()) {
            ("cursor", _) => Ok(Self::Cursor(rest.to_owned())),
            ("index", Ok(start)) => {
                Ok(Self::Index { start, after: Some(after.to_owned()).filter(|after| !after.is_empty()) })
            }
            _ => Err(Failure::Refused("the cursor is none of this platform's".to_owned())),
        }
    }

    pub(super) fn text(&self) -> String {
        match self {
            Self::Index { start, after } => format!("index:{start}:{}", after.as_deref().unwrap_or_default()),
            Self::Cursor(cursor) => format!("cursor:{cursor}"),
        }
    }
}

impl Scim {
    pub(super) async fn endpoint(&self, kind: Kind) -> Result<Vec<String>, Failure> {
        let features = self.features().await?;
        match kind {
            Kind::User => Ok(features.users.clone()),
            Kind::Group => {
                let none = || Failure::Refused("the platform has no groups".to_owned());
                features.groups.clone().ok_or_else(none)
            }
        }
    }

    pub(super) async fn first_position(&self, filter: Option<&str>) -> Result<Position, Failure> {
        // What a filter lets through is few: nothing but the filter is asked, which most platforms understand.
        let by_cursor = filter.is_none() && self.features().await?.cursor;
        Ok(if by_cursor {
            Position::Cursor(String::new())
        } else {
            Position::Index { start: 1, after: None }
        })
    }

    pub(super) async fn page(&self, kind: Kind, filter: Option<&str>, at: &Position) -> Result<Page, NoPage> {
        let mut query = Vec::new();
        query.extend(filter.map(|filter| ("filter", filter.to_owned())));
        let first = matches!(at, Position::Index { start: 1, .. });
        match at {
            Position::Index { start, .. } if !first => query.push(("startIndex", start.to_string())),
            Position::Index { .. } => {}
            Position::Cursor(cursor) => query.push(("cursor", cursor.clone())),
        }
        if !(first && filter.is_some()) {
            query.push(("count", self.settings.page_size.to_string()));
        }
        let place = self.wire.place(&self.endpoint(kind).await?)?;
        let answer = self.wire.get(with_query(place, &query)).await?;
        if answer.status.is_success() {
            return Ok(read(&answer, at, self.settings.page_size)?);
        }
        // Beyond the end, some answer so.
        let beyond = matches!(answer.status, StatusCode::BAD_REQUEST | StatusCode::NOT_FOUND);
        if beyond && !first && matches!(at, Position::Index { .. }) {
            return Ok(Page { cut: true, ..Page::default() });
        }
        Err(no_page(&answer))
    }

    /// The beginning of a list, for whoever wants to know whether it is there, and how long it says it is.
    pub(super) async fn glance(&self, kind: Kind) -> Result<Page, NoPage> {
        let place = self.wire.place(&self.endpoint(kind).await?)?;
        let answer = self.wire.get(with_query(place, &[("count", "1".to_owned())])).await?;
        if !answer.status.is_success() {
            return Err(no_page(&answer));
        }
        Ok(read(&answer, &Position::Index { start: 1, after: None }, 1)?)
    }

    /// Every entry that `keep` takes; an error unless the list was seen whole.
    pub(super) async fn walk(
        &self,
        kind: Kind,
        filter: Option<&str>,
        mut keep: impl FnMut(&Entry) -> bool + Send,
    ) -> Result<Vec<Entry>, NoPage> {
        let (mut kept, mut ids, mut told) = (Vec::new(), HashSet::new(), 0);
        let mut at = self.first_position(filter).await?;
        for _ in 0..MAX_PAGES {
            let page = self.page(kind, filter, &at).await?;
            told = told.max(page.total.unwrap_or_default());
            for entry in page.entries {
                if ids.insert(entry.id.clone()) && keep(&entry) {
                    kept.push(entry);
                }
            }
            let seen = u64::try_from(ids.len()).unwrap_or(u64::MAX);
            // Without a filter the total is not believed: some tell the length of the page.
            let all = filter.is_some() && page.total.is_some_and(|total| seen >= total);
            match page.next {
                Some(next) if !all && ids.len() < MAX_READ => at = next,
                Some(_) if !all => break,
                _ if page.cut && !all => return Err(incomplete(ids.len()).into()),
                _ if seen < told => return Err(short(seen, told).into()),
                _ => return Ok(kept),
            }
        }
        let text = format!("the list is longer than {MAX_READ} entries: it is not read to its end");
        Err(Failure::Refused(text).into())
    }
}

fn no_page(answer: &Answer) -> NoPage {
    NoPage {
        not_so: is_not_done_so(answer.status),
        nowhere: is_not_done(answer.status),
        failure: answer.failure().of_address(),
    }
}

/// What the platform would have to tell for more.
pub(super) fn incomplete(seen: impl std::fmt::Display) -> Failure {
    let text = format!(
        "the list shows {seen} entries and does not go on from there: whether these are all cannot be told \
         without a filter or a cursor"
    );
    Failure::Refused(text)
}

fn short(seen: u64, told: u64) -> Failure {
    Failure::Unheard(format!("the list tells of {told} entries and shows {seen}"))
}

fn read(answer: &Answer, at: &Position, asked_for: u32) -> Result<Page, Failure> {
    let nonsense = |what: &str| Failure::Unheard(format!("{}: {what}", answer.asked));
    let Value::Object(said) = answer.json()? else { return Err(nonsense("the answer is no list")) };
    if !is_list(&said) {
        return Err(nonsense("the answer is no list"));
    }
    let shown = get(&said, "Resources").and_then(Value::as_array).cloned().unwrap_or_default();
    let entries: Option<Vec<Entry>> = shown.into_iter().map(|shown| Entry::read(shown, None)).collect();
    let Some(mut entries) = entries else { return Err(nonsense("an entry of the list has no id")) };
    let total = get(&said, "totalResults").and_then(Value::as_u64);
    let count = u64::try_from(entries.len()).unwrap_or(u64::MAX);
    let first_id = entries.first().map(|entry| entry.id.clone());
    let cursor = get(&said, "nextCursor").and_then(Value::as_str).filter(|cursor| !cursor.is_empty());
    let (next, cut) = match (at, cursor, first_id) {
        // One that stands still would go on for ever.
        (Position::Cursor(asked), Some(next), _) if asked == next => (None, true),
        (_, Some(next), _) => (Some(Position::Cursor(next.to_owned())), false),
        (Position::Cursor(_), None, _) | (_, _, None) => (None, false),
        (Position::Index { after, .. }, None, first) if *after == first => {
            entries.clear();
            (None, true)
        }
        (Position::Index { start, .. }, None, after) => {
            (Some(Position::Index { start: start.saturating_add(count), after }), false)
        }
    };
    let full = cut && count >= u64::from(asked_for);
    Ok(Page { entries, total, next, cut, full, clock_ms: answer.clock_ms() })
}

/// Anything else that is JSON, such as `{}`, must not pass for an empty list.
fn is_list(said: &Map<String, Value>) -> bool {
    let schemas = get(said, "schemas").and_then(Value::as_array);
    let marked = schemas.is_some_and(|schemas| schemas.iter().any(|schema| schema == LIST_SCHEMA));
    marked || get(said, "Resources").is_some_and(Value::is_array)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_is_written() {
        let index = |start, after: Option<&str>| Position::Index { start, after: after.map(str::to_owned) };
        for position in [index(1, None), index(101, Some("urn:x:7")), Position::Cursor("a:b=".to_owned())] {
            assert_eq!(Position::parse(&position.text()), Ok(position));
        }
        for foreign in ["", "7", "index:", "index:x:y", "page:7"] {
            assert!(matches!(Position::parse(foreign), Err(Failure::Refused(_))), "{foreign}");
        }
    }
}
