//! Lists that come page by page.
//!
//! Owns: where a list goes on. Never: what is in it.

use std::fmt;

use reqwest::header::LINK;
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::condition::Pointer;
use super::request::Request;
use super::speaker::Speaker;
use super::values::Values;
use crate::Failure;
use crate::outbound::Answer;

/// Most pages of a list of accounts.
const MAX_PAGES: u32 = 10_000;

/// How a list goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum By {
    /// By the number of the page, up to an empty one.
    Page,
    /// By how many were there before, up to an empty page.
    Offset,
    /// By a word in the answer.
    Cursor,
    /// By the header `Link` with `rel="next"` (RFC 8288).
    Link,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Paging {
    pub(super) by: By,
    /// The name in the query: of the page, the offset or the cursor.
    pub(super) parameter: Option<String>,
    /// The number of the first page, or the first offset.
    pub(super) first: Option<u64>,
    /// Where the answer has the next cursor.
    pub(super) next: Option<Pointer>,
}

/// A list, as it is described.
#[derive(Clone, Copy, Debug)]
pub(super) struct List<'a> {
    pub(super) request: &'a Request,
    /// Where the entries are.
    pub(super) at: &'a Pointer,
    pub(super) paging: Option<&'a Paging>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Page {
    pub(super) entries: Vec<Value>,
    /// Where the next one begins; `None` at the end.
    pub(super) next: Option<String>,
}

impl List<'_> {
    /// The page that begins at `place`, or the first.
    pub(super) async fn page(
        &self,
        speaker: &Speaker,
        values: &Values<'_>,
        place: Option<&str>,
    ) -> Result<Page, Failure> {
        let mut url = self.request.url(&speaker.base, values)?;
        if let Some(paging) = self.paging {
            paging.turn_to(&mut url, place, &speaker.base)?;
        }
        let answer = speaker.ask_at(self.request, values, url.clone()).await?;
        let document = answer.json()?;
        let entries = self.at.entries(&answer.asked, &document)?;
        let next = match self.paging {
            None => None,
            Some(paging) => paging.next(&answer, &document, entries.len(), place, &url)?,
        };
        Ok(Page { entries: entries.to_vec(), next })
    }
}

impl Paging {
    pub(super) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        let in_query = self.parameter.as_ref().is_some_and(|name| !name.is_empty());
        match self.by {
            By::Link if in_query => Err(("parameter", "is not used by a link")),
            By::Page | By::Offset | By::Cursor if !in_query => Err(("parameter", "is missing")),
            By::Cursor if self.next.is_none() => Err(("next", "is missing: where the next cursor is")),
            By::Page | By::Offset | By::Link if self.next.is_some() => Err(("next", "belongs to a cursor")),
            By::Cursor | By::Link if self.first.is_some() => Err(("first", "belongs to pages and offsets")),
            _ => Ok(()),
        }
    }

    fn first(&self) -> u64 {
        self.first.unwrap_or(u64::from(self.by == By::Page))
    }

    fn turn_to(&self, url: &mut Url, place: Option<&str>, base: &Url) -> Result<(), Failure> {
        let first = self.first().to_string();
        let place = match self.by {
            By::Page | By::Offset => Some(place.unwrap_or(&first)),
            By::Cursor | By::Link => place,
        };
        let Some(place) = place else { return Ok(()) };
        if self.by == By::Link {
            *url = base.join(place).map_err(|error| Failure::Refused(format!("the next page: {error}")))?;
            return at_home(url, base);
        }
        url.query_pairs_mut().append_pair(self.parameter.as_deref().unwrap_or_default(), place);
        Ok(())
    }

    fn next(
        &self,
        answer: &Answer,
        document: &Value,
        entries: usize,
        place: Option<&str>,
        asked: &Url,
    ) -> Result<Option<String>, Failure> {
        let number = || place.and_then(|place| place.parse().ok()).unwrap_or(self.first());
        Ok(match self.by {
            By::Page if entries > 0 => Some(number().saturating_add(1).to_string()),
            By::Offset if entries > 0 => {
                Some(number().saturating_add(u64::try_from(entries).unwrap_or(u64::MAX)).to_string())
            }
            By::Page | By::Offset => None,
            By::Cursor => self
                .next
                .as_ref()
                .and_then(|next| next.text(document))
                .filter(|next| !next.is_empty() && Some(next.as_str()) != place),
            By::Link => match next_link(answer) {
                None => None,
                Some(target) => {
                    let url = asked.join(target);
                    let url = url.map_err(|error| Failure::Refused(format!("the next page: {error}")))?;
                    at_home(&url, asked)?;
                    Some(url.to_string())
                }
            },
        })
    }
}

/// Our credentials go to nobody but the platform, wherever its answers point.
fn at_home(url: &Url, base: &Url) -> Result<(), Failure> {
    if url.origin() == base.origin() {
        return Ok(());
    }
    let host = url.host_str().unwrap_or_default();
    Err(Failure::Refused(format!("the next page is elsewhere, at {host}: it is not asked for")))
}

/// The target with `rel="next"`.
fn next_link(answer: &Answer) -> Option<&str> {
    let links = answer.headers.get_all(LINK).iter().filter_map(|value| value.to_str().ok());
    for link in links.flat_map(|links| links.split(',')) {
        let Some((target, parameters)) = link.split_once(';') else { continue };
        let is_next = |parameter: &str| {
            let (name, value) = parameter.split_once('=').unwrap_or_default();
            let mut relations = value.trim().trim_matches('"').split(' ');
            name.trim().eq_ignore_ascii_case("rel") && relations.any(|relation| relation == "next")
        };
        if parameters.split(';').any(is_next) {
            return target.trim().strip_prefix('<')?.strip_suffix('>');
        }
    }
    None
}

/// `3.500.place`: after three pages, and 500 entries of the one at `place`.
#[derive(Debug, Default)]
pub(super) struct Cursor {
    pages: u32,
    pub(super) skipped: usize,
    pub(super) place: Option<String>,
}

impl Cursor {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let mut parts = text.splitn(3, '.');
        let mut part = || parts.next().unwrap_or_default();
        let (pages, skipped, place) = (part().parse(), part().parse(), part());
        match (pages, skipped) {
            (Ok(pages), Ok(skipped)) => {
                let place = Some(place.to_owned()).filter(|place| !place.is_empty());
                Ok(Self { pages, skipped, place })
            }
            _ => Err(Failure::Refused("not a place in the list of accounts".to_owned())),
        }
    }

    /// Where it goes on after so many of all the `entries` of a page.
    pub(super) fn after(
        self,
        taken: usize,
        entries: usize,
        next: Option<String>,
    ) -> Result<Option<Self>, Failure> {
        let skipped = self.skipped.saturating_add(taken);
        if taken > 0 && skipped < entries {
            return Ok(Some(Self { skipped, ..self }));
        }
        let Some(place) = next else { return Ok(None) };
        if self.pages >= MAX_PAGES {
            return Err(Failure::Refused(format!("more than {MAX_PAGES} pages of accounts")));
        }
        Ok(Some(Self { pages: self.pages.saturating_add(1), skipped: 0, place: Some(place) }))
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.pages, self.skipped, self.place.as_deref().unwrap_or_default())
    }
}
