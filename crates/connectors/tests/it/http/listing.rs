//! Lists: of accounts, and of what an account owns.

use connectors::conformance::{Backend, Message};
use connectors::{Connector, Failure, Owned};
use serde_json::{Value, json};

use super::wiki;

async fn ids(connector: &dyn Connector) -> Result<Vec<String>, Failure> {
    let (mut ids, mut cursor) = (Vec::new(), None);
    loop {
        let page = connector.accounts(cursor.as_deref()).await?;
        assert!(page.accounts.len() <= 500, "{}", page.accounts.len());
        ids.extend(page.accounts.into_iter().map(|account| account.id));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(ids);
        }
    }
}

fn with_paging(backend: &Backend, paging: Value) -> Value {
    let mut settings = wiki::description(&backend.url());
    settings["accounts"]["paging"] = paging;
    settings["account"]["user_name"] = json!("/id");
    settings
}

fn users(ids: impl IntoIterator<Item = usize>) -> Value {
    ids.into_iter().map(|id| json!({ "id": id })).collect()
}

#[tokio::test]
async fn what_an_account_owns_is_counted_over_all_pages() {
    let (backend, _) = wiki::wiki().await;
    let connector = wiki::open(&wiki::description(&backend.url()));
    let names = (1..=5).map(|number| format!("Page {number} of user_01")).collect();
    let pages = Owned { kind: "page".to_owned(), count: 7, names };
    assert_eq!(connector.inventory("101").await, Ok(Some(vec![pages])));
    assert_eq!(connector.inventory("999").await, Ok(Some(Vec::new())));
    let mut settings = wiki::description(&backend.url());
    settings["owned"] = json!([]);
    assert_eq!(wiki::open(&settings).inventory("101").await, Ok(None), "it does not tell");
}

#[tokio::test]
async fn a_list_that_never_ends_is_not_followed_for_ever() {
    let backend = Backend::answering(|_| Message::status(200, &[], r#"{"pages":[{"title":"again"}]}"#)).await;
    let connector = wiki::open(&wiki::description(&backend.url()));
    let counted = connector.inventory("7").await;
    assert_eq!(counted, Err(Failure::Refused("page: more than 50 pages of them".to_owned())));
    assert_eq!(backend.asked().len(), 50);
}

#[tokio::test]
async fn more_accounts_than_a_page_holds_come_in_several() {
    let backend =
        Backend::answering(|_| Message::status(200, &[], json!({ "users": users(0..1_201) }).to_string()));
    let backend = backend.await;
    let mut settings = with_paging(&backend, json!({ "by": "link" }));
    settings["accounts"].as_object_mut().expect("a table").remove("paging");
    let ids = ids(&*wiki::open(&settings)).await.expect("accounts");
    assert_eq!((ids.len(), &*ids[0], &*ids[1_200]), (1_201, "0", "1200"));
}

#[tokio::test]
async fn a_cursor_is_followed_to_its_end() {
    let backend = Backend::answering(|request| {
        let (ids, next) = match request.word(1) {
            "/api/users" => (0..2, json!("a+b/c=")),
            "/api/users?after=a%2Bb%2Fc%3D" => (2..4, json!("")),
            other => panic!("{other}"),
        };
        Message::status(200, &[], json!({ "users": users(ids), "meta": { "next": next } }).to_string())
    });
    let backend = backend.await;
    let paging = json!({ "by": "cursor", "parameter": "after", "next": "/meta/next" });
    let ids = ids(&*wiki::open(&with_paging(&backend, paging))).await.expect("accounts");
    assert_eq!(ids, ["0", "1", "2", "3"]);
}

#[tokio::test]
async fn a_link_is_followed_as_long_as_it_stays_at_home() {
    let backend = Backend::answering(|request| {
        let (ids, link) = match request.word(1) {
            "/api/users" => {
                (0..2, r#"</api/users?page=1>; rel="prev first", </api/users?page=2>; rel="next""#)
            }
            "/api/users?page=2" => (2..4, r#"<http://evil.example.com/api/users?page=3>; rel="next""#),
            other => panic!("{other}"),
        };
        Message::status(200, &[("link", link)], json!({ "users": users(ids) }).to_string())
    });
    let backend = backend.await;
    let connector = wiki::open(&with_paging(&backend, json!({ "by": "link" })));
    let first = connector.accounts(None).await.expect("a page");
    let refused = connector.accounts(first.next.as_deref()).await;
    let expected = "the next page is elsewhere, at evil.example.com: it is not asked for";
    assert_eq!(refused, Err(Failure::Refused(expected.to_owned())));
    let forged = connector.accounts(Some("1.0.http://evil.example.com/api/users")).await;
    assert_eq!(forged, Err(Failure::Refused(expected.to_owned())));
    assert!(connector.accounts(Some("nonsense")).await.is_err());
}
