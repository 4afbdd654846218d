//! Answers in the shapes that the vendors' public documentation shows, quirk by quirk.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use connectors::conformance::{Backend, Message, again, opened, order};
use connectors::{Attempt, Connector, Failure, Presence, perform};
use domain::correlation::Theirs;
use domain::outcome::Fault;
use domain::{Action, Outcome, PlatformKind};
use serde_json::{Value, json};

const ERROR: &str = "urn:ietf:params:scim:api:messages:2.0:Error";

/// Method, path below the base and query of a request.
pub(crate) fn at(request: &Message) -> (String, String, BTreeMap<String, String>) {
    let url: url::Url = format!("http://x{}", request.word(1)).parse().expect("a URL");
    let path = url.path().trim_start_matches("/scim").to_owned();
    (request.word(0).to_owned(), path, url.query_pairs().into_owned().collect())
}

pub(crate) fn connected(backend: &Backend, more: &Value) -> Arc<dyn Connector> {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("token"), "a-token").expect("a secret");
    let mut settings = json!({
        "base_url": format!("{}/scim", backend.url()),
        "authentication": { "kind": "bearer", "token": "file:token" },
        "connection": { "timeout_ms": 900 },
    });
    for (name, value) in more.as_object().expect("an object") {
        settings[name] = value.clone();
    }
    opened(PlatformKind::Scim, &settings.to_string(), Some(folder.path())).expect("a connector")
}

pub(crate) fn user(number: usize, active: bool) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": number.to_string(),
        "userName": format!("user_{number}"),
        "emails": [{ "value": format!("user_{number}@example.com"), "type": "work", "primary": true }],
        "active": active,
    })
}

pub(crate) fn list(entries: Vec<Value>, total: Option<usize>) -> Value {
    let schemas = ["urn:ietf:params:scim:api:messages:2.0:ListResponse"];
    let mut list = json!({ "schemas": schemas, "startIndex": 1, "itemsPerPage": entries.len() });
    if let Some(total) = total {
        list["totalResults"] = total.into();
    }
    list["Resources"] = entries.into();
    list
}

fn says(status: u16, body: &Value) -> Message {
    Message::status(status, &[("content-type", "application/scim+json")], body.to_string())
}

fn error(status: u16, scim_type: &str, detail: &str) -> Message {
    let body =
        json!({ "schemas": [ERROR], "status": status.to_string(), "scimType": scim_type, "detail": detail });
    says(status, &body)
}

fn nothing() -> Message {
    Message::status(204, &[], Vec::new())
}

fn body(request: &Message) -> Value {
    serde_json::from_slice(&request.body).unwrap_or_default()
}

/// The methods of every request but looks, in their order.
fn changes(backend: &Backend) -> Vec<String> {
    let methods = backend.asked().into_iter().map(|request| request.word(0).to_owned());
    methods.filter(|method| method != "GET").collect()
}

async fn attempt(connector: &dyn Connector, action: Action) -> Outcome {
    perform(connector, &[], &order(action, "7")).await.outcome
}

/// A platform with user 7, whose `active` is what `change` makes of it.
async fn with_user_7(
    change: impl Fn(&str, &Value, &Message) -> Result<bool, Message> + Send + Sync + 'static,
    show: impl Fn(bool) -> Value + Send + Sync + 'static,
) -> Backend {
    let active = AtomicBool::new(true);
    Backend::answering(move |request| {
        let (method, place, _) = at(request);
        match (&*method, &*place) {
            ("GET", "/Users/7") => says(200, &show(active.load(Ordering::SeqCst))),
            ("GET", "/Users") => says(200, &list(vec![show(active.load(Ordering::SeqCst))], Some(1))),
            (_, "/Users/7") => match change(&method, &body(request), request) {
                Ok(now) => {
                    active.store(now, Ordering::SeqCst);
                    nothing()
                }
                Err(answer) => answer,
            },
            _ => Message::status(404, &[], "not here"),
        }
    })
    .await
}

#[tokio::test]
async fn no_discovery_and_a_patch_without_a_path() {
    // What GitHub documents is {"op": "replace", "value": {"active": false}}.
    let backend = with_user_7(
        |_, body, _| {
            let told = body["Operations"][0]["value"]["active"].as_bool();
            told.ok_or_else(|| error(400, "invalidPath", "path is not supported"))
        },
        |active| user(7, active),
    );
    let backend = backend.await;
    let connector = connected(&backend, &json!({}));
    let outcome = attempt(&*connector, Action::Disable).await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    assert_eq!(changes(&backend), ["PATCH", "PATCH"]);
    let outcome = attempt(&*connector, Action::Enable).await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    assert_eq!(changes(&backend).len(), 3, "the form that was understood comes first");
    assert!(connector.check().await.expect("an answer").server.contains("without a ServiceProviderConfig"));
}

#[tokio::test]
async fn no_patch_at_all() {
    for status in [404, 405, 501] {
        let backend = with_user_7(
            move |method, body, _| match method {
                "PUT" => {
                    assert_eq!(body["userName"], "user_7", "the whole entry is written");
                    assert_eq!((&body["meta"], &body["groups"]), (&Value::Null, &Value::Null));
                    Ok(body["active"].as_bool().expect("a truth"))
                }
                _ => Err(Message::status(status, &[], "no such method")),
            },
            |active| {
                let mut shown = user(7, active);
                shown["meta"] = json!({ "resourceType": "User" });
                shown["groups"] = json!([{ "value": "g" }]);
                shown
            },
        );
        let backend = backend.await;
        let connector = connected(&backend, &json!({}));
        let outcome = attempt(&*connector, Action::Disable).await;
        assert!(matches!(outcome, Outcome::Done { .. }), "{status}: {outcome:?}");
        assert_eq!(changes(&backend), ["PATCH", "PATCH", "PUT"]);
        let settled = connected(&backend, &json!({ "supports": { "patch": false } }));
        let outcome = attempt(&*settled, Action::Enable).await;
        assert!(matches!(outcome, Outcome::Done { .. }), "{status}: {outcome:?}");
        assert_eq!(changes(&backend)[3..], ["PUT"]);
    }
}

#[tokio::test]
async fn active_as_a_word() {
    // Entra's provisioning speaks of "True" and "False", and platforms made for it do as well.
    let backend = with_user_7(
        |_, body, _| match body["Operations"][0]["value"].as_str() {
            Some(word @ ("True" | "False")) => Ok(word == "True"),
            _ => Err(error(400, "invalidValue", "active must be \"True\" or \"False\"")),
        },
        |active| {
            let mut shown = user(7, active);
            shown["active"] = if active { "True" } else { "False" }.into();
            shown
        },
    );
    let backend = backend.await;
    let connector = connected(&backend, &json!({}));
    let outcome = attempt(&*connector, Action::Disable).await;
    let Outcome::Done { evidence } = &outcome else { panic!("{outcome:?}") };
    assert_eq!(evidence, "account 7 (user_7) is inactive: active is \"False\"");
    assert_eq!(changes(&backend), ["PATCH"]);
}

#[tokio::test]
async fn success_without_effect_is_not_believed() {
    // Every form is accepted, none does anything.
    let backend = with_user_7(|_, _, _| Ok(true), |active| user(7, active)).await;
    let connector = connected(&backend, &json!({}));
    let outcome = attempt(&*connector, Action::Disable).await;
    let Outcome::Unknown { reason } = &outcome else { panic!("{outcome:?}") };
    assert!(
        reason.starts_with("the platform reported success, but account 7 (user_7) is active"),
        "{reason}"
    );
    assert_eq!(changes(&backend), ["PATCH", "PATCH"]);
}

#[tokio::test]
async fn a_no_to_the_value_is_no_reason_to_write_the_whole_entry() {
    let backend = with_user_7(
        |_, _, _| Err(error(400, "mutability", "the last owner stays active")),
        |active| user(7, active),
    );
    let backend = backend.await;
    let outcome = attempt(&*connected(&backend, &json!({})), Action::Disable).await;
    let Outcome::Refused { reason } = &outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("the last owner stays active"), "{reason}");
    assert_eq!(changes(&backend), ["PATCH", "PATCH"]);
}

#[tokio::test]
async fn a_guid_is_found_with_its_dashes() {
    let guid = "0123456789abcdef0123456789abcdef";
    let backend = Backend::answering(|request| {
        let (_, place, query) = at(request);
        match (&*place, query.get("filter").map(String::as_str)) {
            ("/Users", Some("externalId eq \"01234567-89ab-cdef-0123-456789abcdef\"")) => {
                says(200, &list(vec![user(7, true)], Some(1)))
            }
            ("/Users", Some(_)) => says(200, &list(Vec::new(), Some(0))),
            _ => Message::status(404, &[], "not here"),
        }
    });
    let backend = backend.await;
    let found = connected(&backend, &json!({})).find(Theirs::ExternalId, guid).await.expect("an answer");
    assert_eq!(found.len(), 1, "{found:?}");
}

#[tokio::test]
async fn versions_are_told_to_whoever_asks_for_them() {
    // Nothing is changed but what was seen: 428 without If-Match, 412 with an old one.
    let version = AtomicUsize::new(1);
    let version = Arc::new(version);
    let shown = version.clone();
    let backend = with_user_7(
        move |_, body, request| {
            let current = format!("W/\"{}\"", version.load(Ordering::SeqCst));
            match request.header("if-match") {
                None => Err(Message::status(428, &[], "If-Match is required")),
                // Somebody else was faster, once.
                Some(_) if version.fetch_add(1, Ordering::SeqCst) == 1 => Err(error(412, "", "changed")),
                Some(told) if told == current => Ok(body["Operations"][0]["value"] == true),
                Some(_) => Err(error(412, "", "changed")),
            }
        },
        move |active| {
            let mut user = user(7, active);
            user["meta"] = json!({ "version": format!("W/\"{}\"", shown.load(Ordering::SeqCst)) });
            user
        },
    );
    let backend = backend.await;
    // The settings are wrong about it: the platform's 428 counts more.
    let connector = connected(&backend, &json!({ "supports": { "etag": false } }));
    let outcome = attempt(&*connector, Action::Disable).await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    assert_eq!(changes(&backend).len(), 3, "without, with an old one, with the current one");
}

#[tokio::test]
async fn a_version_that_is_always_old_asks_for_patience() {
    let backend = with_user_7(
        |_, _, _| Err(error(412, "", "changed")),
        |active| {
            let mut user = user(7, active);
            user["meta"] = json!({ "version": "1" });
            user
        },
    );
    let backend = backend.await;
    let connector = connected(&backend, &json!({}));
    let outcome = attempt(&*connector, Action::Disable).await;
    assert!(matches!(outcome, Outcome::Retry { fault: Fault::Busy, .. }), "{outcome:?}");
    assert_eq!(changes(&backend), ["PATCH", "PATCH"]);
    assert_eq!(backend.asked().last().and_then(|request| request.header("if-match")), Some("\"1\""));
}

#[tokio::test]
async fn a_delete_that_only_deactivates_is_not_called_a_delete() {
    // Slack documents DELETE as "Sets a Slack user to deactivated".
    let backend = with_user_7(|_, _, _| Ok(false), |active| user(7, active)).await;
    let connector = connected(&backend, &json!({}));
    let outcome = attempt(&*connector, Action::Delete).await;
    let Outcome::Unknown { reason } = &outcome else { panic!("{outcome:?}") };
    assert_eq!(reason, "the platform reported success, but account 7 (user_7): it exists");
    let outcome = attempt(&*connector, Action::Disable).await;
    assert!(matches!(outcome, Outcome::AlreadyDone { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_deactivation_that_removes_the_account_is_told_as_that() {
    // GitHub's organizations: "it removes the user from the organization, deletes the external identity".
    let there = AtomicBool::new(true);
    let backend = Backend::answering(move |request| {
        let (method, place, _) = at(request);
        let is_there = there.load(Ordering::SeqCst);
        match (&*method, &*place) {
            ("GET", "/Users") => says(200, &list(Vec::new(), Some(0))),
            (_, "/Users/7") if !is_there => error(404, "", "Resource 7 not found"),
            ("GET", "/Users/7") => says(200, &user(7, true)),
            ("PATCH", "/Users/7") => {
                there.store(false, Ordering::SeqCst);
                nothing()
            }
            _ => Message::status(404, &[], "not here"),
        }
    });
    let backend = backend.await;
    let connector = connected(&backend, &json!({}));
    let outcome = attempt(&*connector, Action::Disable).await;
    let Outcome::Done { evidence } = &outcome else { panic!("{outcome:?}") };
    assert!(evidence.starts_with("there is no account 7"), "{evidence}");
    let outcome = attempt(&*connector, Action::Enable).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "nobody is left to enable: {outcome:?}");
}

#[tokio::test]
async fn a_refusal_in_the_middle_of_the_forms_ends_them() {
    for (status, is_it) in [
        (403, (|outcome| matches!(outcome, Outcome::Refused { .. })) as fn(&Outcome) -> bool),
        (409, |outcome| matches!(outcome, Outcome::Refused { .. })),
        (500, |outcome| matches!(outcome, Outcome::Retry { fault: Fault::Platform, .. })),
        (429, |outcome| matches!(outcome, Outcome::Retry { fault: Fault::Busy, after_ms: Some(30_000), .. })),
        (503, |outcome| matches!(outcome, Outcome::Retry { fault: Fault::Busy, after_ms: Some(30_000), .. })),
    ] {
        let answer = move || Message::status(status, &[("retry-after", "30")], "no");
        let backend = with_user_7(move |_, _, _| Err(answer()), |active| user(7, active)).await;
        let outcome = attempt(&*connected(&backend, &json!({})), Action::Disable).await;
        assert!(is_it(&outcome), "{status}: {outcome:?}");
        assert_eq!(changes(&backend), ["PATCH"], "{status}");
    }
}

#[tokio::test]
async fn only_some_filters() {
    // GitHub and IAM Identity Center take userName and few others; the rest is 400.
    let backend = Backend::answering(|request| {
        let (_, place, query) = at(request);
        let first = !query.contains_key("startIndex");
        match (&*place, query.get("filter").map(String::as_str)) {
            ("/Users", Some("userName eq \"user_7\"")) => says(200, &list(vec![user(7, true)], Some(1))),
            ("/Users", Some(filter)) if filter.starts_with("userName eq ") => {
                says(200, &list(Vec::new(), Some(0)))
            }
            ("/Users", Some(_)) => error(400, "invalidFilter", "ValidationException"),
            ("/Users", None) if first => says(200, &list(vec![user(6, true), user(7, true)], Some(2))),
            ("/Users", None) => says(200, &list(Vec::new(), Some(2))),
            _ => Message::status(404, &[], "not here"),
        }
    });
    let backend = backend.await;
    let connector = connected(&backend, &json!({}));
    for (field, value) in [(Theirs::UserName, "user_7"), (Theirs::Email, "USER_7@example.com")] {
        let found = connector.find(field, value).await.expect("an answer");
        assert_eq!(found.len(), 1, "{field}: {found:?}");
        assert_eq!(found[0].id, "7");
    }
    assert_eq!(connector.find(Theirs::UserName, "user_8").await, Ok(Vec::new()));
    let filters =
        backend.asked().iter().filter_map(|request| at(request).2.remove("filter")).collect::<Vec<_>>();
    assert!(filters.contains(&"emails[value eq \"USER_7@example.com\"]".to_owned()), "{filters:?}");

    // Addresses as names, as many platforms have it, need no list.
    let settled = connected(&backend, &json!({ "find": { "email": "userName" } }));
    let found = settled.find(Theirs::Email, "user_7").await.expect("an answer");
    assert_eq!(found[0].email.as_deref(), Some("user_7"));
}

#[tokio::test]
async fn a_list_by_cursor_that_knows_no_index() {
    // IAM Identity Center: 100 at most, startIndex is ignored, `cursor` turns the pages.
    let backend = Backend::answering(|request| {
        let (_, place, query) = at(request);
        match (&*place, query.get("cursor").map(String::as_str)) {
            ("/Users", None) => {
                says(200, &list((1..=100).map(|number| user(number, true)).collect(), Some(100)))
            }
            ("/Users", Some(cursor)) => {
                let start: usize = if cursor.is_empty() { 1 } else { cursor.parse().expect("ours") };
                let mut page =
                    list((start..(start + 100).min(251)).map(|number| user(number, true)).collect(), None);
                if start + 100 < 251 {
                    page["nextCursor"] = (start + 100).to_string().into();
                }
                says(200, &page)
            }
            _ => Message::status(404, &[], "not here"),
        }
    });
    let backend = backend.await;
    let filterless = json!({ "supports": { "filter": false } });
    let misled = connected(&backend, &filterless).find(Theirs::UserName, "user_250").await;
    let Err(Failure::Refused(reason)) = misled else { panic!("{misled:?}") };
    assert!(reason.contains("does not go on from there"), "{reason}");
    let first = connected(&backend, &filterless).accounts(None).await.expect("a page");
    let second = connected(&backend, &filterless).accounts(first.next.as_deref()).await;
    assert!(matches!(second, Err(Failure::Refused(_))), "these are not all: {second:?}");
    let settled = connected(&backend, &json!({ "supports": { "filter": false, "cursor": true } }));
    let found = settled.find(Theirs::UserName, "user_250").await.expect("an answer");
    assert_eq!(found.len(), 1);
    assert_eq!(settled.find(Theirs::UserName, "nobody").await, Ok(Vec::new()));
}

#[tokio::test]
async fn groups_that_show_no_members() {
    // IAM Identity Center shows none, and has no filter by members alone.
    let backend = Backend::answering(|request| {
        let (method, place, query) = at(request);
        match (&*method, &*place, query.contains_key("filter")) {
            ("GET", "/Users/7", _) => says(200, &user(7, false)),
            (_, "/Groups", true) => error(400, "invalidFilter", "ValidationException"),
            (_, "/Groups", _) if query.contains_key("startIndex") => says(200, &list(Vec::new(), Some(1))),
            (_, "/Groups", _) => {
                says(200, &list(vec![json!({ "id": "g", "displayName": "Staff" })], Some(1)))
            }
            _ => Message::status(404, &[], "not here"),
        }
    });
    let backend = backend.await;
    let connector = connected(&backend, &json!({ "remove_from_groups": "on_disable" }));
    let outcome = attempt(&*connector, Action::Disable).await;
    let Outcome::Refused { reason } = &outcome else { panic!("{outcome:?}") };
    assert_eq!(reason, "the platform does not tell which groups account 7 is in");
    assert_eq!(connector.inventory("7").await, Ok(None));
    assert!(changes(&backend).is_empty());
}

#[tokio::test]
async fn a_group_is_not_written_without_the_members_it_hides() {
    let groups = Arc::new(Mutex::new(Vec::new()));
    let written = groups.clone();
    let backend = Backend::answering(move |request| {
        let (method, place, _) = at(request);
        match (&*method, &*place) {
            ("GET", "/Users/7") => {
                let mut shown = user(7, true);
                shown["groups"] = json!([
                    { "value": "hides", "display": "Hides" },
                    { "value": "shows", "display": "Shows" },
                    { "value": "nested", "type": "indirect" },
                ]);
                says(200, &shown)
            }
            ("GET", "/Groups/hides") => says(200, &json!({ "id": "hides", "displayName": "Hides" })),
            ("GET", "/Groups/shows") => {
                says(200, &json!({ "id": "shows", "members": [{ "value": "7" }, { "value": "8" }] }))
            }
            ("PUT", _) => {
                written.lock().expect("no panic").push((place, body(request)["members"].clone()));
                nothing()
            }
            ("DELETE", _) => nothing(),
            ("PATCH", _) => Message::status(501, &[], "no PATCH"),
            _ => Message::status(404, &[], "not here"),
        }
    });
    let backend = backend.await;
    let settings = json!({ "remove_from_groups": "before_delete", "supports": { "filter": false } });
    let connector = connected(&backend, &settings);
    let outcome = attempt(&*connector, Action::Delete).await;
    let Outcome::Refused { reason } = &outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("could not leave 1 of its groups; the first is Hides"), "{reason}");
    let expected = ("/Groups/shows".to_owned(), json!([{ "value": "8" }]));
    assert_eq!(*groups.lock().expect("no panic"), [expected]);
    assert!(!changes(&backend).contains(&"DELETE".to_owned()), "not before it has left");
}

type Says = Box<dyn Fn() -> Message + Send + Sync>;

#[tokio::test]
async fn a_404_is_what_the_platform_proves_it_to_be() {
    let html = || Message::status(404, &[("content-type", "text/html")], "<h1>Not Found</h1>");
    let scim = || error(404, "", "no user 7");
    let users = |shown: &'static [usize]| {
        move || says(200, &list(shown.iter().map(|number| user(*number, true)).collect(), Some(shown.len())))
    };
    let cases: [(&str, Says, Says, bool); 6] = [
        ("SCIM's 404, and a list", Box::new(scim), Box::new(users(&[1])), true),
        ("SCIM's 404, and no list", Box::new(scim), Box::new(html), false),
        (
            "SCIM's 404, and a list that fails",
            Box::new(scim),
            Box::new(|| Message::status(500, &[], "")),
            false,
        ),
        ("any 404, and a list without the account", Box::new(html), Box::new(users(&[])), true),
        ("any 404, and a list with the account", Box::new(html), Box::new(users(&[7])), false),
        ("any 404, and no list", Box::new(html), Box::new(html), false),
    ];
    for (what, one, all, absent) in cases {
        let backend = Backend::answering(move |request| match &*at(request).1 {
            "/Users/7" => one(),
            "/Users" => all(),
            _ => Message::status(404, &[], "not here"),
        });
        let backend = backend.await;
        let connector = connected(&backend, &json!({}));
        let Attempt { outcome, account } =
            perform(&*connector, &[], &again(&order(Action::Delete, "7"))).await;
        assert_eq!(outcome.succeeded(), absent, "{what}: {outcome:?}");
        assert_eq!(account == Presence::Nobody, absent, "{what}");
        assert!(changes(&backend).is_empty(), "{what}");
    }
}

#[tokio::test]
async fn an_answer_about_somebody_else_is_nonsense() {
    let backend = with_user_7(|_, _, _| Ok(false), |_| user(8, false)).await;
    let outcome = attempt(&*connected(&backend, &json!({})), Action::Disable).await;
    assert!(matches!(outcome, Outcome::Retry { fault: Fault::Platform, .. }), "{outcome:?}");
    assert!(outcome.text().contains("was answered with entry 8"), "{outcome:?}");
}
