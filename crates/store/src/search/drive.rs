//! Where a search begins: at the few rows that indexes lead to.
//!
//! Neither database is left to find this out. SQLite has no figures and would rather walk all users in order, and
//! an `OR` over two tables has no index on either.

use super::condition::Condition;
use super::term::Term;

/// How many rows a term leads to; the fewest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    One,
    Few,
    /// A range of an index.
    Many,
}

/// Terms with an index of which each row that meets the condition meets at least one.
pub(super) struct Drive<'c, T> {
    reach: Reach,
    pub(super) terms: Vec<&'c T>,
}

/// `None` where any row may meet the condition: then all are read, in their order.
pub(super) fn drive<T: Term>(condition: &Condition<T>) -> Option<Drive<'_, T>> {
    match condition {
        Condition::All | Condition::None | Condition::Not(_) => None,
        Condition::Where(term) => term.reach().map(|reach| Drive { reach, terms: vec![term] }),
        Condition::And(parts) => {
            parts.iter().filter_map(drive).min_by_key(|drive| (drive.reach, drive.terms.len()))
        }
        Condition::Or(parts) => parts.iter().map(drive).reduce(either).flatten(),
    }
}

/// Whether a key leads to it: a row at most is found, and no other is read.
pub fn is_by_key<T: Term>(condition: &Condition<T>) -> bool {
    drive(condition).is_some_and(|drive| drive.reach == Reach::One && drive.terms.len() == 1)
}

fn either<'c, T>(one: Option<Drive<'c, T>>, other: Option<Drive<'c, T>>) -> Option<Drive<'c, T>> {
    let (mut one, other) = (one?, other?);
    one.reach = one.reach.max(other.reach);
    one.terms.extend(other.terms);
    Some(one)
}
