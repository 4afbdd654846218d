//! Searches by conditions answer what a plain reading of the rows answers, whole and in pages, on both databases.

mod directory;
mod limits;
mod questions;
mod reading;

use std::fmt::Debug;

use domain::TenantId;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use store::search::{self, At, Condition, Page};

use crate::fixture::{Base, each};
use directory::Directory;
use reading::Reading;

/// Random directories, each with a tenant of its own, and random questions about the users and groups of each.
const DIRECTORIES: i64 = 12;
const QUESTIONS: usize = 25;

#[test]
fn searches_answer_what_a_plain_reading_answers() {
    each(|base| async move {
        let mut runner = TestRunner::deterministic();
        for tenant in (1..=DIRECTORIES).map(TenantId) {
            let directory = drawn(&mut runner, &directory::any_directory());
            directory.store(&base, tenant).await;
            for _ in 0..QUESTIONS {
                let of_users = drawn(&mut runner, &questions::about(questions::any_user_term()));
                agrees(&base, tenant, &directory, &of_users, &mut runner).await;
                let of_groups = drawn(&mut runner, &questions::about(questions::any_group_term()));
                agrees(&base, tenant, &directory, &of_groups, &mut runner).await;
            }
        }
    });
}

fn drawn<S: Strategy>(runner: &mut TestRunner, strategy: &S) -> S::Value {
    strategy.new_tree(runner).expect("a value").current()
}

/// All orders, up and down, at once and in pages of both kinds.
async fn agrees<T: Reading + Debug>(
    base: &Base,
    tenant: TenantId,
    directory: &Directory,
    condition: &Condition<T>,
    runner: &mut TestRunner,
) where
    T::Row: Clone + PartialEq + Debug,
    T::Order: Debug,
{
    let rows: Vec<T::Row> =
        T::rows(directory).into_iter().filter(|row| reading::meets(condition, row, directory)).collect();
    let count = base.read(|tx| search::count(tx, tenant, condition)).await.expect("counts");
    assert_eq!(usize::try_from(count), Ok(rows.len()), "{condition:?}");
    for (by, descending) in T::ORDERS.iter().flat_map(|by| [(*by, false), (*by, true)]) {
        let mut expected = rows.clone();
        expected.sort_by(|one, other| T::compare(by, one, other));
        if descending {
            expected.reverse();
        }
        let limit = drawn(runner, &(1_i64..6));
        let whole = Page { by, descending, at: At::Offset(0), limit: 1_000 };
        let found = base.read(|tx| search::find(tx, tenant, condition, &whole)).await.expect("finds");
        assert_eq!(found, expected, "{by:?} {descending} {condition:?}");
        for by_key in [false, true] {
            let paged = in_pages(base, tenant, condition, Page { limit, ..whole.clone() }, by_key).await;
            assert_eq!(paged, expected, "{by:?} {descending} {limit} {by_key} {condition:?}");
        }
    }
}

/// What all pages hold, one after the other.
async fn in_pages<T: Reading>(
    base: &Base,
    tenant: TenantId,
    condition: &Condition<T>,
    mut page: Page<T::Order>,
    by_key: bool,
) -> Vec<T::Row> {
    let mut all = Vec::new();
    loop {
        let found = base.read(|tx| search::find(tx, tenant, condition, &page)).await.expect("finds");
        assert!(i64::try_from(found.len()).is_ok_and(|rows| rows <= page.limit));
        let Some(last) = found.last() else { return all };
        page.at = if by_key { At::After(T::key(page.by, last)) } else { At::Offset(0) };
        all.extend(found);
        if !by_key {
            page.at = At::Offset(i64::try_from(all.len()).expect("a number"));
        }
    }
}
