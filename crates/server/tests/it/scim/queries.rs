use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{CORE, Provider, refused};
use crate::fixture::Company;
use crate::home::both;

fn names(list: &Value) -> Vec<String> {
    let resources = list["Resources"].as_array().expect("a list").iter();
    resources.map(|user| user["userName"].as_str().expect("a name").to_owned()).collect()
}

impl Provider {
    async fn list(&self, query: &str) -> Value {
        let answer = self.get(&format!("/Users?{query}")).await;
        assert_eq!(answer.status, 200, "{query}: {}", answer.body);
        answer.json()
    }

    /// `u00` to `u24`, with titles of which some are missing.
    async fn crowd(&self) {
        for n in 0..25 {
            let mut body =
                json!({"schemas": [CORE], "userName": format!("u{n:02}"), "externalId": format!("x{n}")});
            if n % 5 != 0 {
                body["title"] = format!("T{}", n % 3).into();
            }
            self.made("/Users", &body).await;
        }
    }
}

#[test]
fn pages_by_index_and_by_cursor_have_everybody_once() {
    both(walk_pages);
}

async fn walk_pages(company: Company) {
    let provider = Provider::at(company).await;
    provider.crowd().await;
    let mut expected: Vec<String> = (0..25).map(|n| format!("u{n:02}")).collect();
    for descending in [false, true] {
        for sort in
            ["", "&sortBy=userName", "&sortBy=externalId", "&sortBy=title", "&sortBy=meta.lastModified"]
        {
            for filter in [
                "userName%20sw%20%22u%22",
                "userName%20co%20%22u%22%20and%20not%20(title%20eq%20%22none%22)%20and%20externalId%20pr",
            ] {
                let order = if descending { "descending" } else { "ascending" };
                let query = format!("filter={filter}{sort}&sortOrder={order}&attributes=userName");
                let all = provider.list(&query).await;
                assert_eq!(all["totalResults"], 25, "{query}");
                let all = names(&all);
                let mut paged = Vec::new();
                for start in (1..=25).step_by(7) {
                    let page = provider.list(&format!("{query}&startIndex={start}&count=7")).await;
                    assert_eq!((&page["totalResults"], &page["startIndex"]), (&json!(25), &json!(start)));
                    paged.extend(names(&page));
                }
                assert_eq!(paged, all, "{query}");
                let (mut cursored, mut cursor, mut count) = (Vec::new(), String::new(), 4);
                loop {
                    let page = provider.list(&format!("{query}&cursor={cursor}&count={count}")).await;
                    assert_eq!(page["totalResults"], 25);
                    cursored.extend(names(&page));
                    count += 2;
                    match page.get("nextCursor").and_then(Value::as_str) {
                        Some(next) => next.clone_into(&mut cursor),
                        None => break,
                    }
                }
                assert_eq!(cursored, all, "{query}");
                if sort == "&sortBy=userName" {
                    assert_eq!(all, expected, "{query}");
                }
                assert_eq!(all.into_iter().collect::<BTreeSet<_>>().len(), 25, "{query}");
            }
        }
        expected.reverse();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn parameters_mean_what_the_rfc_says() {
    let provider = Provider::new().await;
    provider.crowd().await;
    let none = provider.list("count=0").await;
    assert_eq!((&none["itemsPerPage"], &none["Resources"]), (&json!(0), &json!([])));
    assert!(none["totalResults"].as_u64() > Some(25));
    assert_eq!(provider.list("count=-3").await["itemsPerPage"], 0);
    assert_eq!(provider.list("startIndex=-3&count=1").await["startIndex"], 1);
    assert_eq!(provider.list("startIndex=1000").await["Resources"], json!([]));
    let search = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "filter": "userName sw \"u0\"", "sortBy": "userName", "sortOrder": "descending", "count": 2, "attributes": ["userName"]});
    let found = provider.post("/Users/.search", &search).await.json();
    assert_eq!(
        (&found["totalResults"], names(&found)),
        (&json!(10), vec!["u09".to_owned(), "u08".to_owned()])
    );
    let first = provider.list("cursor=&count=2&filter=userName%20sw%20%22u%22").await;
    let cursor = first["nextCursor"].as_str().expect("more").to_owned();
    for (query, scim_type) in [
        (format!("cursor={cursor}&filter=userName%20sw%20%22v%22"), "invalidCursor"),
        (format!("cursor={cursor}&filter=userName%20sw%20%22u%22&sortBy=userName"), "invalidCursor"),
        ("cursor=abc".to_owned(), "invalidCursor"),
        ("cursor=&count=many".to_owned(), "invalidCount"),
        ("filter=userName%20is%20%22u%22".to_owned(), "invalidFilter"),
        ("filter=password%20sw%20%22u%22".to_owned(), "invalidFilter"),
        ("sortBy=nothing".to_owned(), "invalidPath"),
    ] {
        refused(&provider.get(&format!("/Users?{query}")).await, 400, Some(scim_type), "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_lists_users_and_then_groups() {
    let provider = Provider::new().await;
    let ann = provider.user("ann").await;
    provider.group("Ops", &[&ann]).await;
    let all = provider.get("/").await.json();
    let kinds = |list: &Value| -> Vec<String> {
        let resources = list["Resources"].as_array().expect("a list").iter();
        resources.map(|one| one["meta"]["resourceType"].as_str().expect("a type").to_owned()).collect()
    };
    let total = all["totalResults"].as_u64().expect("a number");
    assert_eq!(kinds(&all).len() as u64, total);
    let mut paged = Vec::new();
    for start in 1..=total {
        paged.extend(kinds(&provider.get(&format!("?startIndex={start}&count=1")).await.json()));
    }
    assert_eq!(paged, kinds(&all));
    let (mut cursored, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = provider.get(&format!("/?cursor={cursor}&count=2")).await.json();
        cursored.extend(kinds(&page));
        match page.get("nextCursor").and_then(Value::as_str) {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    assert_eq!(cursored, kinds(&all));
    for (filter, expected) in [
        ("displayName eq \"Ops\" or userName eq \"ann\"", vec!["User", "Group"]),
        ("meta.resourceType eq \"Group\" and displayName eq \"Ops\"", vec!["Group"]),
        ("members pr and displayName eq \"Ops\"", vec!["Group"]),
    ] {
        let body =
            json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": filter});
        assert_eq!(kinds(&provider.post("/.search", &body).await.json()), expected, "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn brackets_around_meta_lose_nobody() {
    let provider = Provider::new().await;
    provider.user("ann").await;
    for (filter, finds) in [
        ("userName eq \"ann\" and meta[resourceType eq \"User\"]", 1),
        ("userName eq \"ann\" and meta[resourceType ne \"User\"]", 0),
        ("userName eq \"ann\" and meta[resourceType eq \"Group\"]", 0),
        ("userName eq \"ann\" and meta[created pr and resourceType sw \"Us\"]", 1),
    ] {
        let found = provider.post("/Users/.search", &json!({"filter": filter})).await;
        assert_eq!(found.json()["totalResults"], finds, "{filter}: {}", found.body);
    }
}
