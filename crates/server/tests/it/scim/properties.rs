use std::collections::BTreeSet;

use ::scim::schema::USER;
use ::scim::{Document, Filter, Patch, resource};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use super::{CORE, ENTERPRISE, PATCH, Provider};
use crate::fixture::Company;
use crate::home::both;

/// Changes to one user, one after the other.
const CHANGES: usize = 120;
const FILTERS: usize = 250;
const PEOPLE: usize = 25;

fn word() -> impl Strategy<Value = &'static str> {
    select(vec!["a", "B", "Ann", "ann lee", "é", "x/y", "x\\y", "a@x", "T"])
}

fn item() -> impl Strategy<Value = Value> {
    (word(), select(vec!["work", "home", "other"]))
        .prop_map(|(value, kind)| json!({"value": value, "type": kind}))
}

fn body(user_name: String) -> impl Strategy<Value = Value> {
    let some = || prop::option::of(word());
    let emails = prop::collection::vec(item(), 0..3);
    let phones = prop::collection::vec(item(), 0..3);
    let texts = (some(), some(), some(), some(), some());
    (texts, emails, phones, any::<Option<bool>>(), any::<bool>()).prop_map(
        move |((title, display, given, family, department), mut emails, phones, active, primary)| {
            if let Some(last) = emails.last_mut().filter(|_| primary) {
                last["primary"] = true.into();
            }
            json!({
                "schemas": [CORE], "userName": user_name, "title": title, "displayName": display,
                "name": {"givenName": given, "familyName": family}, "emails": emails, "phoneNumbers": phones,
                "active": active, ENTERPRISE: {"department": department},
            })
        },
    )
}

fn operation() -> impl Strategy<Value = Value> {
    let single = vec![
        "title",
        "displayName",
        "nickName",
        "name.givenName",
        "name.familyName",
        "emails[type eq \"work\"].value",
        "phoneNumbers[type eq \"other\"].value",
        "preferredLanguage",
    ];
    let op = || select(vec!["add", "replace", "Replace"]);
    prop_oneof![
        (op(), select(single), word())
            .prop_map(|(op, path, value)| json!({"op": op, "path": path, "value": value})),
        (op(), select(vec!["emails", "phoneNumbers", "roles"]), prop::collection::vec(item(), 1..3))
            .prop_map(|(op, path, value)| json!({"op": op, "path": path, "value": value})),
        (op(), any::<bool>()).prop_map(|(op, active)| json!({"op": op, "path": "active", "value": active})),
        (op(), word(), word())
            .prop_map(|(op, a, b)| json!({"op": op, "value": {"title": a, "name.givenName": b}})),
        (op(), word()).prop_map(
            |(op, value)| json!({"op": op, "path": format!("{ENTERPRISE}:department"), "value": value})
        ),
        select(vec![
            "title",
            "displayName",
            "name",
            "emails",
            "emails[type eq \"work\"]",
            "phoneNumbers",
            ENTERPRISE
        ])
        .prop_map(|path| json!({"op": "remove", "path": path})),
    ]
}

fn drawn<T>(runner: &mut TestRunner, strategy: &impl Strategy<Value = T>) -> T {
    strategy.new_tree(runner).expect("a value").current()
}

/// What a client may write of a resource.
fn written(resource: &Value) -> Document {
    resource::read(&USER, resource).expect("valid")
}

#[test]
fn any_changes_leave_a_valid_user_that_is_read_as_it_was_written() {
    both(change_at_random);
}

async fn change_at_random(company: Company) {
    let provider = Provider::at(company).await;
    let path = format!("/Users/{}", provider.user("ann").await);
    let mut runner = TestRunner::deterministic();
    let (bodies, patches) = (body("ann".to_owned()), prop::collection::vec(operation(), 1..4));
    let mut done = 0;
    for turn in 0..CHANGES {
        let before = provider.get(&path).await.json();
        let (told, expected, answer) = if turn % 3 == 0 {
            let body = drawn(&mut runner, &bodies);
            let mut expected = written(&body);
            expected.entry("active").or_insert(before["active"].clone());
            let answer = provider.put(&path, &body).await;
            (body, Ok(expected), answer)
        } else {
            let operations = Value::Array(drawn(&mut runner, &patches));
            let mut expected = written(&before);
            let message =
                Patch::parse(&json!({"schemas": [PATCH], "Operations": operations})).expect("a patch");
            let applied = message.apply(&USER, &mut expected);
            let applied = applied.and_then(|()| resource::check(&USER, &expected)).map(|()| expected);
            let answer = provider.patch(&path, operations.clone()).await;
            (operations, applied, answer)
        };
        let after = provider.get(&path).await;
        match expected {
            Ok(mut expected) => {
                assert_eq!(answer.status, 200, "{told}: {}", answer.body);
                assert_eq!(answer.body, after.body, "{told}");
                resource::set_schemas(&USER, &mut expected);
                expected.entry("active").or_insert(before["active"].clone());
                assert_eq!(
                    Value::Object(written(&after.json())),
                    Value::Object(expected),
                    "{told} to {before}"
                );
                done += 1;
            }
            Err(error) => {
                assert_eq!(answer.status, 400, "{told}: {}", answer.body);
                assert_eq!(answer.json()["scimType"], error.scim_type.as_str(), "{told}");
                assert_eq!(after.json(), before, "{told}");
            }
        }
        let again = provider.put(&path, &after.json()).await;
        assert_eq!(again.header("etag"), after.header("etag"), "{}", again.body);
    }
    assert!(done * 3 > CHANGES * 2, "{done} of {CHANGES}");
}

fn comparison() -> impl Strategy<Value = String> {
    let text = select(vec![
        "userName",
        "displayName",
        "title",
        "externalId",
        "name.givenName",
        "emails",
        "emails.value",
        "emails.type",
        "phoneNumbers.value",
        "id",
        "groups",
        "members.value",
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    ]);
    let operator = select(vec!["eq", "eq", "eq", "ne", "co", "sw", "ew", "gt", "ge", "lt", "le"]);
    let value = prop_oneof![
        word().prop_map(str::to_owned),
        select(vec!["u1", "U12", "x3", "work", ""]).prop_map(str::to_owned)
    ];
    let present = vec![
        "title",
        "displayName",
        "emails",
        "externalId",
        "active",
        "groups",
        "members",
        "userName",
        "name",
    ];
    prop_oneof![
        6 => (text, operator, value).prop_map(|(path, operator, value)| format!("{path} {operator} {}", json!(value))),
        1 => (select(vec!["eq", "ne"]), any::<bool>()).prop_map(|(operator, value)| format!("active {operator} {value}")),
        1 => select(present).prop_map(|path| format!("{path} pr")),
        1 => (select(vec!["emails", "phoneNumbers"]), word(), select(vec!["eq", "ne", "co"]), any::<bool>()).prop_map(
            |(path, value, operator, not)| {
                let inner = format!("type eq \"work\" and value {operator} {}", json!(value));
                if not { format!("{path}[not ({inner})]") } else { format!("{path}[{inner}]") }
            }
        ),
        1 => (select(vec!["gt", "ge", "lt", "le", "eq"]), select(vec!["meta.created", "meta.lastModified"]), 0..40_u8)
            .prop_map(|(operator, path, seconds)| format!("{path} {operator} \"2026-11-22T00:00:{seconds:02}Z\"")),
    ]
}

fn filter() -> impl Strategy<Value = String> {
    comparison().prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}) and ({other})")),
            (inner.clone(), inner.clone()).prop_map(|(one, other)| format!("({one}) or ({other})")),
            inner.prop_map(|inner| format!("not ({inner})")),
        ]
    })
}

#[test]
fn filters_find_what_they_match() {
    both(ask_the_oracle);
}

async fn ask_the_oracle(company: Company) {
    let provider = Provider::at(company).await;
    let mut runner = TestRunner::deterministic();
    for n in 0..PEOPLE {
        let name = if n % 6 == 0 { format!("u{n}/x") } else { format!("U{n}") };
        let mut body = drawn(&mut runner, &body(name));
        if n % 2 == 0 {
            body["externalId"] = format!("x{n}").into();
        }
        provider.made("/Users", &body).await;
        provider.company.clock.advance(1_000);
    }
    provider.group("Ops", &[]).await;
    let all = provider.get("/Users?count=500").await.json();
    let all: Vec<Document> = all["Resources"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|user| user.as_object().expect("an object").clone())
        .collect();
    let (filters, mut found) = (filter(), 0);
    for _ in 0..FILTERS {
        let text = drawn(&mut runner, &filters);
        let filter = Filter::parse(&text).expect("a filter");
        let matching = all.iter().filter(|user| filter.matches(&USER, user));
        let expected: BTreeSet<&str> = matching.map(|user| user["id"].as_str().expect("an id")).collect();
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": text, "count": 500});
        let answer = provider.post("/Users/.search", &body).await;
        if let Err(error) = filter.check(&USER) {
            assert_eq!(answer.json()["scimType"], error.scim_type.as_str(), "{text}");
            continue;
        }
        assert_eq!(answer.status, 200, "{text}: {}", answer.body);
        let answer = answer.json();
        let resources = answer["Resources"].as_array().expect("a list");
        let given: BTreeSet<&str> =
            resources.iter().map(|user| user["id"].as_str().expect("an id")).collect();
        assert_eq!(given, expected, "{text}");
        assert_eq!(answer["totalResults"], expected.len(), "{text}");
        found += usize::from(!expected.is_empty() && expected.len() < all.len());
    }
    assert!(found * 3 > FILTERS, "{found} of {FILTERS} tell users apart");
}
