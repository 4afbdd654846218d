//! Users and groups by a condition: counted, ordered, and a page at a time.
//!
//! What the store cannot tell is asked of each candidate in memory; how many those may be is bounded.

use std::collections::HashMap;

use domain::{Error, Group, TenantId, User, UserId};
use store::search::{self, At, Condition, GroupTerm, Key, Term, UserTerm};
use store::{Tx, groups, users};

use super::belongings::{is_shown, persons, teams};
use super::{Person, Team};
use crate::app::{App, Caller, MAX_PAGE};

/// Most users or groups that are looked at one by one for one query.
pub const MAX_SCANNED: usize = 10_000;
/// How many of them are in memory at a time.
const SCANNED_AT_ONCE: usize = 500;

/// What must hold of each that is found, besides the condition.
pub type Keep<'k, R> = dyn Fn(&R) -> bool + Send + Sync + 'k;
/// By what they are ordered; whoever has nothing comes last.
pub type Rank<'k, R> = dyn Fn(&R) -> Option<String> + Send + Sync + 'k;

pub struct Query<'k, R: Found> {
    /// Met by all that are found.
    pub condition: Condition<R::Term>,
    /// Where the condition alone does not tell.
    pub keep: Option<&'k Keep<'k, R>>,
    pub order: Order<'k, R>,
    /// Rows of the page, [`MAX_PAGE`] at most; with none it is only counted.
    pub limit: usize,
    /// The groups of users, the members of groups.
    pub with_seats: bool,
}

pub enum Order<'k, R: Found> {
    /// Of a column.
    By { column: <R::Term as Term>::Order, descending: bool, at: At },
    /// Of what only the whole row tells; equals in the order of their numbers. Descending is the same read backwards.
    Ranked { rank: &'k Rank<'k, R>, descending: bool, offset: usize },
}

pub type PeopleQuery<'k> = Query<'k, Person>;
pub type TeamsQuery<'k> = Query<'k, Team>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matches<R> {
    pub rows: Vec<R>,
    /// Of all pages.
    pub total: usize,
    /// Whether others follow.
    pub more: bool,
}

impl App {
    /// [`Error::TooMany`] where more than [`MAX_SCANNED`] would have to be looked at one by one.
    pub async fn people(&self, caller: &Caller, query: &PeopleQuery<'_>) -> Result<Matches<Person>, Error> {
        self.matches(caller, query).await
    }

    /// As [`App::people`].
    pub async fn teams(&self, caller: &Caller, query: &TeamsQuery<'_>) -> Result<Matches<Team>, Error> {
        self.matches(caller, query).await
    }

    async fn matches<R: Found>(&self, caller: &Caller, query: &Query<'_, R>) -> Result<Matches<R>, Error> {
        caller.require_provisioning()?;
        if query.limit > MAX_PAGE {
            return Err(Error::TooMany { what: "rows of a page", limit: MAX_PAGE });
        }
        let find = |tx: &mut Tx<'_>| match (&query.order, query.keep) {
            (Order::By { column, descending, at }, None) => {
                directly(tx, caller.tenant, query, *column, *descending, at)
            }
            _ => Scan { tx, tenant: caller.tenant, query }.matches(),
        };
        if search::is_by_key(&query.condition) && R::is_light(query.with_seats) {
            self.store.look_up(find).await
        } else {
            self.store.read(find).await
        }
    }
}

/// What may be searched.
pub trait Found: Sized + Send + Sync {
    type Term: Term<Row: Clone + Send, Order: Default + Send + Sync> + Clone + Send + Sync;

    /// Whether all that belongs to one of them is a few rows.
    fn is_light(with_seats: bool) -> bool;

    fn number(row: &<Self::Term as Term>::Row) -> i64;

    /// Of an order.
    fn key(order: <Self::Term as Term>::Order, row: &<Self::Term as Term>::Row) -> Key;

    /// In any order, as far as they are there.
    fn by_numbers(
        tx: &mut Tx<'_>,
        tenant: TenantId,
        numbers: &[i64],
    ) -> Result<Vec<<Self::Term as Term>::Row>, Error>;

    /// With all that belongs to them, in the same order.
    fn whole(
        tx: &mut Tx<'_>,
        tenant: TenantId,
        rows: Vec<<Self::Term as Term>::Row>,
        with_seats: bool,
    ) -> Result<Vec<Self>, Error>;
}

impl Found for Person {
    type Term = UserTerm;

    fn is_light(_: bool) -> bool {
        true
    }

    fn number(row: &User) -> i64 {
        row.id.0
    }

    fn key(order: search::UserOrder, row: &User) -> Key {
        order.key(row)
    }

    fn by_numbers(tx: &mut Tx<'_>, tenant: TenantId, numbers: &[i64]) -> Result<Vec<User>, Error> {
        let ids: Vec<UserId> = numbers.iter().copied().map(UserId).collect();
        let mut found = users::by_ids(tx, tenant, &ids)?;
        found.retain(is_shown);
        Ok(found)
    }

    fn whole(tx: &mut Tx<'_>, tenant: TenantId, rows: Vec<User>, groups: bool) -> Result<Vec<Self>, Error> {
        persons(tx, tenant, rows, groups)
    }
}

impl Found for Team {
    type Term = GroupTerm;

    fn is_light(members: bool) -> bool {
        !members
    }

    fn number(row: &Group) -> i64 {
        row.id.0
    }

    fn key(order: search::GroupOrder, row: &Group) -> Key {
        order.key(row)
    }

    fn by_numbers(tx: &mut Tx<'_>, tenant: TenantId, numbers: &[i64]) -> Result<Vec<Group>, Error> {
        let ids: Vec<domain::GroupId> = numbers.iter().copied().map(domain::GroupId).collect();
        Ok(groups::by_ids(tx, tenant, &ids)?)
    }

    fn whole(tx: &mut Tx<'_>, tenant: TenantId, rows: Vec<Group>, members: bool) -> Result<Vec<Self>, Error> {
        teams(tx, tenant, rows, members)
    }
}

/// The store tells all that is asked.
fn directly<R: Found>(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    query: &Query<'_, R>,
    by: <R::Term as Term>::Order,
    descending: bool,
    at: &At,
) -> Result<Matches<R>, Error> {
    let Query { condition, limit, .. } = query;
    let from_start = matches!(at, At::Offset(offset) if *offset <= 0);
    let page = search::Page { by, descending, at: at.clone(), limit: number(limit + 1)? };
    let mut rows = if *limit == 0 { Vec::new() } else { search::find(tx, tenant, condition, &page)? };
    let more = rows.len() > *limit;
    rows.truncate(*limit);
    // A first page that is the last one is all there is.
    let total = if from_start && *limit > 0 && !more {
        rows.len()
    } else {
        usize::try_from(search::count(tx, tenant, condition)?).map_err(|error| Error::internal(&error))?
    };
    Ok(Matches { rows: R::whole(tx, tenant, rows, query.with_seats)?, total, more })
}

/// Every candidate is looked at.
struct Scan<'a, 't, 'q, 'k, R: Found> {
    tx: &'a mut Tx<'t>,
    tenant: TenantId,
    query: &'q Query<'k, R>,
}

impl<R: Found> Scan<'_, '_, '_, '_, R> {
    fn matches(mut self) -> Result<Matches<R>, Error> {
        let candidates = search::count(self.tx, self.tenant, &self.query.condition)?;
        if usize::try_from(candidates).map_or(true, |count| count > MAX_SCANNED) {
            return Err(Error::TooMany {
                what: "candidates of a search without an index",
                limit: MAX_SCANNED,
            });
        }
        let (kept, offset) = match &self.query.order {
            Order::By { column, descending, at } => {
                let kept = self.kept(*column, *descending, &|_| None)?;
                let offset = self.offset(&kept, *column, *descending, at)?;
                (kept, offset)
            }
            Order::Ranked { rank, descending, offset } => {
                let mut kept = self.kept(Default::default(), false, rank)?;
                kept.sort_by(|(_, one), (_, other)| (one.is_none(), one).cmp(&(other.is_none(), other)));
                if *descending {
                    kept.reverse();
                }
                (kept, *offset)
            }
        };
        let numbers: Vec<i64> =
            kept.iter().skip(offset).take(self.query.limit).map(|(number, _)| *number).collect();
        let more = kept.len() > offset.saturating_add(numbers.len());
        Ok(Matches { rows: self.page(&numbers)?, total: kept.len(), more })
    }

    /// The numbers of all that are kept, in the order of a column, each with its rank.
    fn kept(
        &mut self,
        by: <R::Term as Term>::Order,
        descending: bool,
        rank: &dyn Fn(&R) -> Option<String>,
    ) -> Result<Vec<(i64, Option<String>)>, Error> {
        let mut kept = Vec::new();
        let mut at = At::default();
        loop {
            let page = search::Page { by, descending, at, limit: number(SCANNED_AT_ONCE)? };
            let rows = search::find(self.tx, self.tenant, &self.query.condition, &page)?;
            let Some(last) = rows.last() else { return Ok(kept) };
            let (is_last, key) = (rows.len() < SCANNED_AT_ONCE, R::key(by, last));
            let numbers: Vec<i64> = rows.iter().map(R::number).collect();
            let whole = R::whole(self.tx, self.tenant, rows, self.query.with_seats)?;
            let wanted = |row: &R| self.query.keep.is_none_or(|keep| keep(row));
            let found = numbers.into_iter().zip(&whole).filter(|(_, row)| wanted(row));
            kept.extend(found.map(|(number, row)| (number, rank(row))));
            if is_last {
                return Ok(kept);
            }
            at = At::After(key);
        }
    }

    /// How many of those that are kept stand before the page.
    fn offset(
        &mut self,
        kept: &[(i64, Option<String>)],
        by: <R::Term as Term>::Order,
        descending: bool,
        at: &At,
    ) -> Result<usize, Error> {
        if let At::Offset(rows) = at {
            return Ok(usize::try_from(*rows).unwrap_or(0));
        }
        // Whatever became of the row before the page, the store knows what comes behind it.
        let mut behind = std::collections::HashSet::new();
        let mut at = at.clone();
        loop {
            let page = search::Page { by, descending, at, limit: number(SCANNED_AT_ONCE)? };
            let rows = search::find(self.tx, self.tenant, &self.query.condition, &page)?;
            behind.extend(rows.iter().map(R::number));
            match rows.last() {
                Some(last) if rows.len() == SCANNED_AT_ONCE => at = At::After(R::key(by, last)),
                _ => break,
            }
        }
        Ok(kept.iter().position(|(number, _)| behind.contains(number)).unwrap_or(kept.len()))
    }

    fn page(&mut self, numbers: &[i64]) -> Result<Vec<R>, Error> {
        let rows = R::by_numbers(self.tx, self.tenant, numbers)?;
        let mut rows: HashMap<i64, _> = rows.into_iter().map(|row| (R::number(&row), row)).collect();
        let rows = numbers.iter().filter_map(|number| rows.remove(number)).collect();
        R::whole(self.tx, self.tenant, rows, self.query.with_seats)
    }
}

fn number(count: usize) -> Result<i64, Error> {
    i64::try_from(count).map_err(|error| Error::internal(&error))
}
