//! Users by the beginning of their names: the same rows in the same order on both databases, and by an index.

use domain::{NameKey, TenantId, UserId};
use store::users::{self, Search};

use crate::fixture::{Base, each, on_postgres, on_sqlite};
use crate::sample::{T, user};

/// What stands between them is ordered by its bytes here, and otherwise in every language.
const NAMES: [&str; 12] = [
    "Amy",
    "amy-2",
    "AMY.B",
    "amy/smith",
    "amy\\z",
    "amyb",
    "amy_b",
    "amyé",
    "amy日",
    "amy\u{10ffff}",
    "an",
    "Bob",
];

async fn with_names(base: &Base) {
    base.company(T, 0).await;
    base.write(|tx| {
        for (id, name) in (1..).zip(NAMES) {
            let mut named = user(id);
            name.clone_into(&mut named.user_name);
            users::insert(tx, T, &named, (id % 2 == 0).then_some("hash"))?;
        }
        Ok(())
    })
    .await
    .expect("inserts");
}

fn search(prefix: &str, descending: bool, limit: i64, offset: i64) -> Search {
    Search { names: NameKey::beginning_with(prefix), descending, limit, offset }
}

async fn found(base: &Base, tenant: TenantId, search: Search) -> Vec<i64> {
    let found = base.read(|tx| users::search(tx, tenant, &search)).await.expect("reads");
    found.into_iter().map(|(user, _)| user.id.0).collect()
}

/// The ids of all that begin with `amy`.
fn expected() -> Vec<i64> {
    let mut named: Vec<(NameKey, i64)> = NAMES.iter().map(|name| NameKey::new(name)).zip(1..).collect();
    named.retain(|(key, _)| key.as_str().starts_with("amy"));
    named.sort();
    named.into_iter().map(|(_, id)| id).collect()
}

#[test]
fn pages_go_up_and_down_in_the_order_of_bytes() {
    each(|base| async move {
        with_names(&base).await;
        let mut expected = expected();
        assert_eq!(expected.len(), 10);
        assert_eq!(found(&base, T, search("AMY", false, 20, 0)).await, expected);
        assert_eq!(found(&base, T, search("amy", false, 3, 2)).await, expected[2..5]);
        expected.reverse();
        assert_eq!(found(&base, T, search("amy", true, 20, 0)).await, expected);
        assert_eq!(found(&base, T, search("amy", true, 4, 8)).await, expected[8..]);
        assert_eq!(found(&base, T, search("AMY\\", false, 20, 0)).await, [4, 5]);
        assert_eq!(found(&base, T, search("amy\u{10ffff}", false, 20, 0)).await, [10]);
        assert_eq!(found(&base, T, search("", false, 20, 0)).await.len(), 12);
        for prefix in ["amy%", "_", "c"] {
            assert!(found(&base, T, search(prefix, false, 20, 0)).await.is_empty(), "{prefix}");
        }
        assert!(found(&base, TenantId(99), search("amy", false, 20, 0)).await.is_empty());
    });
}

#[test]
fn tombstones_are_left_out_and_the_count_is_bounded() {
    each(|base| async move {
        with_names(&base).await;
        base.write(|tx| users::remove(tx, T, UserId(1), 9)).await.expect("removes");
        assert!(!found(&base, T, search("amy", false, 20, 0)).await.contains(&1));
        let names = NameKey::beginning_with("amy");
        let counts = base
            .read(|tx| Ok([users::count_found(tx, T, &names, 100)?, users::count_found(tx, T, &names, 5)?]));
        assert_eq!(counts.await.expect("counts"), [9, 5]);
        let with_password = base.read(|tx| users::search(tx, T, &search("an", false, 20, 0))).await;
        let flags: Vec<bool> = with_password.expect("reads").into_iter().map(|(_, flag)| flag).collect();
        assert_eq!(flags, [false]);
    });
}

fn searches() -> Vec<&'static str> {
    let found: Vec<_> =
        store::statements().into_iter().filter(|sql| sql.contains("name_key >= $2")).collect();
    assert_eq!(found.len(), 3, "up, down and the count");
    found
}

#[test]
fn sqlite_walks_the_index_of_names() {
    on_sqlite(|base| async move {
        for sql in searches() {
            let plan = base.plan(sql).join("; ");
            assert!(plan.contains("INDEX users_name (tenant_id=? AND name_key>? AND name_key<?)"), "{plan}");
            assert!(!plan.contains("TEMP B-TREE"), "{plan}");
        }
    });
}

#[test]
fn postgres_walks_the_index_of_names() {
    on_postgres(|base| async move {
        base.company(T, 3_000).await;
        base.raw("ANALYZE users").expect("figures");
        for sql in searches() {
            let page = if sql.contains("OFFSET") { "10, 0" } else { "10" };
            let plan = base.plan_for(sql, &format!("1, 'user1', 'user2', {page}")).join("; ");
            assert!(plan.contains("using users_name on users"), "{plan}");
            assert!(plan.contains("(name_key >= $2) AND (name_key < $3)"), "{plan}");
            assert!(!plan.contains("Sort"), "{plan}");
        }
    });
}
