//! Lists: to their end on the real servers, and what is made of those that mislead.

use std::collections::BTreeSet;

use connectors::conformance::{Backend, Message};
use connectors::{Connector, Failure};
use domain::correlation::Theirs;
use serde_json::{Value, json};

use super::servers::{Provider, Which, unique};
use super::vendors::{at, connected, list, user};

async fn ids(connector: &dyn Connector) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    for _ in 0..50 {
        let page = connector.accounts(cursor.as_deref()).await.expect("a page");
        ids.extend(page.accounts.into_iter().map(|account| account.id));
        cursor = page.next;
        if cursor.is_none() {
            return ids;
        }
    }
    panic!("it does not end: {ids:?}");
}

#[tokio::test]
async fn every_account_is_listed_once() {
    for which in [Which::Scim2, Which::Bare, Which::Cursors, Which::Django] {
        let provider = Provider::new(which);
        let mut expected = BTreeSet::new();
        for _ in 0..17 {
            expected.insert(provider.user(&unique("bjensen"), "bjensen@example.com").await);
        }
        for page_size in [1, 5, 17, 500] {
            let connector = provider.connector(&json!({ "page_size": page_size }));
            let listed = ids(&*connector).await;
            assert_eq!(listed.len(), 17, "{which:?} by {page_size}: {listed:?}");
            assert_eq!(listed.into_iter().collect::<BTreeSet<_>>(), expected, "{which:?} by {page_size}");
        }
    }
}

#[tokio::test]
async fn a_foreign_cursor_is_refused() {
    let provider = Provider::new(Which::Scim2);
    let page = provider.connector(&json!({})).accounts(Some("7")).await;
    assert!(matches!(page, Err(Failure::Refused(_))), "{page:?}");
}

/// What is shown from the index that is asked for.
type Shown = fn(usize) -> Value;

/// A platform without filters.
async fn misleading(page: Shown) -> (Backend, std::sync::Arc<dyn Connector>) {
    let backend = Backend::answering(move |request: &Message| {
        let (_, place, query) = at(request);
        match &*place {
            "/Users" => {
                let start = query.get("startIndex").map_or(1, |start| start.parse().expect("a number"));
                Message::status(200, &[], page(start).to_string())
            }
            _ => Message::status(404, &[], "nothing here"),
        }
    });
    let backend = backend.await;
    let connector = connected(&backend, &json!({ "supports": { "filter": false } }));
    (backend, connector)
}

fn users(range: std::ops::Range<usize>, total: Option<usize>) -> Value {
    list(range.map(|number| user(number, true)).collect(), total)
}

#[tokio::test]
async fn lists_that_end_as_they_may_are_read_to_their_end() {
    let cases: [(&str, Shown); 5] = [
        ("a page shorter than asked for", |start| users(start..(start + 2).min(8), Some(7))),
        ("no total", |start| users(start..(start + 3).min(8), None)),
        ("a total that is the page's length", |start| {
            let end = (start + 3).min(8);
            users(start..end, Some(end.saturating_sub(start)))
        }),
        ("no entries left out where there are none", |start| {
            if start > 7 {
                json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"] })
            } else {
                users(start..8, Some(7))
            }
        }),
        ("pages that overlap", |start| users(start.saturating_sub(1).max(1)..(start + 3).min(8), Some(7))),
    ];
    for (what, page) in cases {
        let (_backend, connector) = misleading(page).await;
        let found = connector.find(Theirs::UserName, "user_7").await.expect(what);
        assert_eq!(found.len(), 1, "{what}: {found:?}");
        assert_eq!(connector.find(Theirs::UserName, "nobody").await, Ok(Vec::new()), "{what}");
        let listed: BTreeSet<_> = ids(&*connector).await.into_iter().collect();
        assert_eq!(listed.len(), 7, "{what}: {listed:?}");
    }
}

#[tokio::test]
async fn lists_that_do_not_show_everybody_prove_nothing() {
    let cases: [(&str, Shown); 6] = [
        ("the first page for ever", |_| users(1..101, Some(100))),
        ("fewer than it tells of", |start| users(start..(start + 3).min(8), Some(30))),
        ("no list at all", |_| json!({})),
        ("a page of a person", |_| user(1, true)),
        ("an entry without an id", |_| list(vec![json!({ "userName": "user_1" })], Some(1))),
        ("an endless list", |start| users(start..start + 100, None)),
    ];
    for (what, page) in cases {
        let (_backend, connector) = misleading(page).await;
        for (field, value) in [(Theirs::UserName, "nobody"), (Theirs::Id, "9999999")] {
            let found = connector.find(field, value).await;
            let proves_nothing =
                matches!(found, Err(Failure::Refused(_) | Failure::Unheard(_) | Failure::Broken(_)));
            assert!(proves_nothing, "{what}, {field}: {found:?}");
        }
    }
}
