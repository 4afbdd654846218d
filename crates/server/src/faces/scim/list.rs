//! Queries: by URL, by `.search`, of one type or of both; filtered, ordered, and a page at a time.

use axum::http::StatusCode;
use axum::response::Response;
use domain::Error;
use scim::message::search::Start;
use scim::message::{self, Page, SearchRequest};
use scim::{AttributePath, Document, Filter, ScimType};

use super::columns::{Columns, Needed, needed, order};
use super::cursor::{self, Place};
use super::failure::Failure;
use super::listed::{Listed, rank};
use super::route::Kind;
use super::{Desk, Request, answer, headers};
use crate::app::{At, Condition, Found, Order, Person, Query, Rank, Team};
use crate::faces::percent;

/// Resources on a page where the client does not say how many.
pub(super) const DEFAULT_PAGE: usize = 100;
/// Most resources on a page; whoever asks for more gets so many.
pub(super) const MAX_PAGE: usize = crate::app::MAX_PAGE;
/// Most resources that a filter without an index may be asked of.
pub(super) const MAX_CANDIDATES: usize = crate::app::MAX_SCANNED;

pub(super) async fn get(request: &Request<'_>, kind: Option<Kind>) -> Result<Response, Failure> {
    let search = request.query()?;
    answered(&request.desk, kind, search).await
}

pub(super) async fn search(request: &Request<'_>, kind: Option<Kind>) -> Result<Response, Failure> {
    let search = SearchRequest::from_body(&headers::body(request.exchange)?)?;
    answered(&request.desk, kind, search).await
}

/// A list that needs no pages.
pub(super) fn complete(resources: Vec<Document>) -> Document {
    let total = resources.len();
    message::list(u64::try_from(total).unwrap_or(u64::MAX), Page::Index(1), resources)
}

/// The names and values of a query, decoded as forms are.
pub(super) fn parameters(query: &str) -> Result<Vec<(String, String)>, Failure> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let decoded = |raw: &str| percent::decode("query", &raw.replace('+', " "));
            Ok((decoded(name)?, decoded(value)?))
        })
        .collect()
}

async fn answered(desk: &Desk<'_>, kind: Option<Kind>, search: SearchRequest) -> Result<Response, Failure> {
    let asked = Asked::new(kind, search)?;
    let body = match kind {
        Some(Kind::User) => asked.one::<Person>(desk).await?,
        Some(Kind::Group) => asked.one::<Team>(desk).await?,
        None => asked.both(desk).await?,
    };
    Ok(answer::json(StatusCode::OK, &body))
}

/// A query whose texts are read.
struct Asked {
    search: SearchRequest,
    filter: Option<Filter>,
    sort: Option<AttributePath>,
    /// What decides which resources there are, and their order.
    query: String,
    limit: usize,
}

/// A part of a list, with the place where the next part begins.
struct Part {
    resources: Vec<Document>,
    total: usize,
    next: Option<Place>,
}

impl Asked {
    fn new(kind: Option<Kind>, search: SearchRequest) -> Result<Self, Failure> {
        let filter = search.filter.as_deref().map(Filter::parse).transpose()?;
        let sort = search.sort_by.as_deref().map(AttributePath::parse).transpose()?;
        let kinds = kind.map_or(vec![Kind::User, Kind::Group], |kind| vec![kind]);
        if let Some(filter) = &filter {
            kinds.iter().try_for_each(|kind| filter.check(kind.resource_type()))?;
        }
        if let Some(path) = &sort
            && kinds.iter().all(|kind| path.find(kind.resource_type()).is_none())
        {
            let detail = format!("sortBy: {path} is not known");
            return Err(scim::Error::new(ScimType::InvalidPath, detail).into());
        }
        let shown = |text: Option<String>| text.unwrap_or_default();
        let query = format!(
            "{kind:?} {} by {} {}",
            shown(filter.as_ref().map(Filter::to_string)),
            shown(sort.as_ref().map(|path| path.to_string().to_lowercase())),
            search.descending
        );
        let count = search.count.map_or(DEFAULT_PAGE, |count| usize::try_from(count).unwrap_or(usize::MAX));
        Ok(Self { limit: count.min(MAX_PAGE), search, filter, sort, query })
    }

    fn place(&self) -> Result<Place, Failure> {
        Ok(match &self.search.start {
            Start::Unspecified | Start::FirstCursor => Place::Offset(0),
            Start::Index(start) => Place::Offset(start.saturating_sub(1)),
            Start::Cursor(cursor) => cursor::read(&self.query, cursor)?,
        })
    }

    fn message(&self, total: usize, next: Option<Place>, resources: Vec<Document>) -> Document {
        let page = match &self.search.start {
            Start::Unspecified => Page::Index(1),
            Start::Index(start) => Page::Index(*start),
            Start::FirstCursor | Start::Cursor(_) => {
                let next = next.map(|place| cursor::write(&self.query, place));
                Page::Cursor { next, previous: None }
            }
        };
        message::list(u64::try_from(total).unwrap_or(u64::MAX), page, resources)
    }

    async fn one<R: Listed>(&self, desk: &Desk<'_>) -> Result<Document, Failure>
    where
        R::Term: Columns,
    {
        let part = self.part::<R>(desk, self.place()?, self.limit).await?;
        Ok(self.message(part.total, part.next, part.resources))
    }

    /// Users first, then groups, each in their order.
    async fn both(&self, desk: &Desk<'_>) -> Result<Document, Failure> {
        let Place::Offset(offset) = self.place()? else {
            let detail = "cursor is none that this query gave";
            return Err(scim::Error::new(ScimType::InvalidCursor, detail).into());
        };
        let users = self.part::<Person>(desk, Place::Offset(offset), self.limit).await?;
        let (behind, room) =
            (offset.saturating_sub(wide(users.total)), self.limit.saturating_sub(users.resources.len()));
        let groups = self.part::<Team>(desk, Place::Offset(behind), room).await?;
        let total = users.total + groups.total;
        let mut resources = users.resources;
        resources.extend(groups.resources);
        let end = offset.saturating_add(wide(resources.len()));
        let more = self.limit > 0 && end < wide(total);
        Ok(self.message(total, more.then_some(Place::Offset(end)), resources))
    }

    async fn part<R: Listed>(&self, desk: &Desk<'_>, place: Place, limit: usize) -> Result<Part, Failure>
    where
        R::Term: Columns,
    {
        let resource_type = R::KIND.resource_type();
        let Needed { condition, exact } =
            self.filter.as_ref().map_or(Needed { condition: Condition::All, exact: true }, needed::<R::Term>);
        let matches =
            |row: &R| self.filter.as_ref().is_none_or(|filter| filter.matches(resource_type, &row.shown()));
        let sort = self.sort.as_ref().filter(|path| path.find(resource_type).is_some());
        let column = sort.map_or(Some(<R::Term as crate::app::Term>::Order::default()), order::<R::Term>);
        let ranked = |row: &R| rank(resource_type, sort?, &row.shown());
        let projection = &self.search.projection;
        let query = Query {
            condition,
            keep: if exact { None } else { Some(&matches) },
            order: ordered(column, &ranked, self.search.descending, &place)?,
            limit,
            with_seats: R::wants_seats(projection) || !exact || column.is_none(),
        };
        let found = R::find(desk, &query).await.map_err(too_many)?;
        let next = match (column, found.rows.last()) {
            (Some(column), Some(last)) => Some(Place::Behind(R::key(column, last.row()))),
            (None, Some(_)) => Some(place.offset_by(found.rows.len())),
            (_, None) => None,
        };
        let shown =
            found.rows.iter().map(|row| projection.apply(resource_type, row.resource(&desk.base).document));
        Ok(Part { resources: shown.collect(), total: found.total, next: next.filter(|_| found.more) })
    }
}

/// By a column where there is one, else by what the documents say.
fn ordered<'k, R: Found>(
    column: Option<<R::Term as crate::app::Term>::Order>,
    ranked: &'k Rank<'k, R>,
    descending: bool,
    place: &Place,
) -> Result<Order<'k, R>, Failure> {
    match (column, place) {
        (Some(column), place) => {
            let at = match place {
                Place::Behind(key) => At::After(key.clone()),
                Place::Offset(offset) => At::Offset(i64::try_from(*offset).unwrap_or(i64::MAX)),
            };
            Ok(Order::By { column, descending, at })
        }
        (None, Place::Offset(offset)) => Ok(Order::Ranked {
            rank: ranked,
            descending,
            offset: usize::try_from(*offset).unwrap_or(usize::MAX),
        }),
        (None, Place::Behind(_)) => {
            let detail = "cursor is of another order";
            Err(scim::Error::new(ScimType::InvalidCursor, detail).into())
        }
    }
}

/// More than is looked at one by one is the filter's fault, or the order's.
fn too_many(error: Error) -> Failure {
    match error {
        Error::TooMany { what, limit } => {
            let detail = format!(
                "{what} must not exceed {limit}: filter or sort by id, userName, displayName, externalId, \
                 emails, members, meta.created or meta.lastModified"
            );
            scim::Error::new(ScimType::TooMany, detail).into()
        }
        other => other.into(),
    }
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn too_many_candidates_are_the_filters_fault_and_the_bound_is_named() {
        let failure = too_many(Error::TooMany { what: "candidates", limit: MAX_CANDIDATES });
        let told = failure.document();
        assert_eq!((&told["status"], &told["scimType"]), (&"400".into(), &"tooMany".into()));
        assert!(told["detail"].as_str().is_some_and(|detail| detail.contains("10000")), "{told:?}");
    }

    #[test]
    fn parameters_are_decoded_as_forms_are() {
        let pairs = parameters("filter=userName+eq+%22a%2Bb%22&count&=x&&a=b=c").expect("decoded");
        let pairs: Vec<(&str, &str)> =
            pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("filter", "userName eq \"a+b\""), ("count", ""), ("", "x"), ("a", "b=c")]);
        assert!(parameters("filter=%zz").is_err());
    }
}
