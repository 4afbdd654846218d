//! What a description leads to on the wire, and what is made of the answers.

use std::sync::{Arc, Mutex};

use connectors::conformance::{Backend, Message, Trickster, Trouble, again, identity, order};
use connectors::{Connector, Failure, Heir, Order, Sight, perform};
use domain::correlation::Theirs;
use domain::{Action, Outcome};
use serde_json::{Value, json};

use super::wiki;

const HEIR: &str = "300";

async fn attempt(connector: &Arc<dyn Connector>, order: &Order) -> Outcome {
    perform(&**connector, &[], order).await.outcome
}

/// A backend that gives this answer to everything but to looks at accounts.
async fn answering(status: u16, body: Value) -> Backend {
    Backend::answering(move |request| {
        let json = [("content-type", "application/json")];
        if request.word(1) == "/api/users/7" && request.word(0) == "GET" {
            let account = json!({ "id": 7, "login": "jsmith", "state": "active" });
            return Message::status(200, &json, account.to_string());
        }
        Message::status(status, &json, body.to_string())
    })
    .await
}

fn transfer(heir: Heir) -> Order {
    Order { heir: Some(heir), ..order(Action::Transfer, "101") }
}

fn user_heir(account: Option<&str>) -> Heir {
    Heir::User { user: identity("kjones"), account: account.map(ToOwned::to_owned) }
}

#[tokio::test]
async fn evidence_says_who_and_what_was_seen() {
    let (backend, _) = wiki::wiki().await;
    let connector = wiki::open(&wiki::description(&backend.url()));
    let cases = [
        (Action::Disable, r#"account 101 (user_01): /state is "blocked""#),
        (Action::EndSessions, "account 101 (user_01): GET /api/users/101/sessions: /sessions is empty"),
        (Action::Transfer, "account 101 (user_01): GET /api/pages: /pages is empty"),
        (Action::Release, "account 101 (user_01): GET /api/users/101/runners: /runners is empty"),
        (Action::Delete, "no such account: GET /api/users/101 was answered 404"),
    ];
    for (action, expected) in cases {
        let order = Order { heir: Some(user_heir(Some(HEIR))), ..order(action, "101") };
        let evidence = expected.to_owned();
        assert_eq!(attempt(&connector, &order).await, Outcome::Done { evidence }, "{action}");
    }
    let asked = backend.asked();
    let handover = asked.iter().find(|asked| asked.word(1).ends_with("/handover")).expect("a handover");
    assert_eq!(handover.header("idempotency-key"), Some("key-of-transfer-101"));
    assert_eq!(handover.body, br#"{"to":300}"#);
    let state = asked.iter().find(|asked| asked.word(1).ends_with("/state")).expect("a change of state");
    let sent: Value = serde_json::from_slice(&state.body).expect("JSON");
    assert_eq!(sent, json!({ "state": "blocked", "reason": "Your manager is informed" }));
}

#[tokio::test]
async fn a_404_is_no_absent_account_unless_it_says_so() {
    let backend = Backend::answering(|_| Message::status(404, &[], r#"{"error":"no_route"}"#)).await;
    let connector = wiki::open(&wiki::description(&backend.url()));
    for action in [Action::Disable, Action::Delete, Action::EndSessions] {
        let outcome = attempt(&connector, &order(action, "7")).await;
        let Outcome::Refused { reason } = outcome else { panic!("{outcome:?}") };
        let expected = r#"GET /api/users/7 was answered 404: {"error":"no_route"}; that is not described as an absent account"#;
        assert_eq!(reason, expected);
    }
    let found = connector.find(Theirs::UserName, "jsmith").await;
    assert!(matches!(found, Err(Failure::Refused(_))), "{found:?}");
}

#[tokio::test]
async fn a_list_that_does_not_follow_the_filter_proves_no_absence() {
    let everybody = json!({ "users": [
        { "id": 1, "login": "admin", "mail": "admin@example.com", "state": "active" },
        { "id": 2, "login": "user_1", "mail": "user_1@example.com", "state": "active" },
    ] });
    let backend = answering(200, everybody).await;
    let connector = wiki::open(&wiki::description(&backend.url()));
    let found = connector.find(Theirs::UserName, "jsmith").await;
    assert!(matches!(&found, Err(Failure::Refused(text)) if text.contains("shows 2 accounts")), "{found:?}");
    // Whoever only resembles the leaver is an answer to what was asked.
    let similar = connector.find(Theirs::UserName, "USER").await.expect("an answer");
    assert_eq!(similar.len(), 2);
}

#[tokio::test]
async fn a_wrong_password_is_shown_once_however_many_ask_at_once() {
    let backend = Backend::answering(|_| Message::status(401, &[], "who are you")).await;
    let mut settings = wiki::description(&backend.url());
    settings["authentication"] = json!({ "kind": "basic", "user_name": "exeunt", "password": "file:client" });
    let connector = wiki::open(&settings);
    let order = order(Action::Disable, "7");
    let asked = tokio::join!(connector.observe(&order), connector.observe(&order), connector.check());
    assert!(matches!(asked.0, Err(Failure::Credentials(_))), "{asked:?}");
    assert!(matches!(asked.1, Err(Failure::Credentials(_))), "{asked:?}");
    assert!(matches!(asked.2, Err(Failure::Credentials(_))), "{asked:?}");
    assert_eq!(backend.asked().len(), 1);
}

#[tokio::test]
async fn a_place_that_nobody_gave_out_breaks_nothing() {
    let backend = answering(200, json!({ "users": [] })).await;
    let connector = wiki::open(&wiki::description(&backend.url()));
    let far = connector.accounts(Some("4294967295.0.18446744073709551615")).await;
    assert!(matches!(&far, Ok(page) if page.next.is_none()), "{far:?}");
}

#[tokio::test]
async fn an_answer_about_somebody_else_proves_nothing() {
    let backend = answering(200, json!({})).await;
    let connector = wiki::open(&wiki::description(&backend.url()));
    let looked = connector.observe(&order(Action::Disable, "8")).await;
    assert!(matches!(&looked, Err(Failure::Unheard(text)) if text.contains("without id")), "{looked:?}");
    let mut settings = wiki::description(&backend.url());
    settings["look"]["request"]["path"] = json!("/users/7");
    let looked = wiki::open(&settings).observe(&order(Action::Disable, "8")).await;
    let expected = "GET /api/users/7 was answered with account 7 instead of 8";
    assert_eq!(looked, Err(Failure::Unheard(expected.to_owned())));
}

#[tokio::test]
async fn a_witness_must_be_heard_before_an_absence_counts() {
    for (status, absent) in [(200, true), (404, false), (500, false)] {
        let backend = Backend::answering(move |request| {
            let status = if request.word(1) == "/api/me" { status } else { 404 };
            Message::status(status, &[], "{}")
        });
        let backend = backend.await;
        let mut settings = wiki::description(&backend.url());
        settings["look"]["request"]["absent"] = json!({ "statuses": [404], "witness": { "path": "/me" } });
        let looked = wiki::open(&settings).observe(&order(Action::Delete, "7")).await;
        assert_eq!(matches!(looked, Err(Failure::Absent(_))), absent, "{looked:?}");
    }
}

#[tokio::test]
async fn a_success_that_is_none_is_refused_and_one_that_is_not_described_is_unknown() {
    let backend = answering(200, json!({ "ok": false, "error": "not_allowed" })).await;
    let mut settings = wiki::description(&backend.url());
    settings["disable"][0]["request"]["when"] = json!([{ "at": "/ok", "equals": true }]);
    let outcome = attempt(&wiki::open(&settings), &order(Action::Disable, "7")).await;
    let reason = "PUT /api/users/7/state was answered 200, but /ok is false".to_owned();
    assert_eq!(outcome, Outcome::Refused { reason });
    settings["disable"][0]["request"]["accepted"] = json!([204]);
    let outcome = attempt(&wiki::open(&settings), &order(Action::Disable, "7")).await;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    let outcome =
        attempt(&wiki::open(&wiki::description(&backend.url())), &order(Action::Disable, "7")).await;
    let reason = r#"the platform reported success, but account 7 (jsmith): /state is "active""#.to_owned();
    assert_eq!(outcome, Outcome::Unknown { reason });
}

#[tokio::test]
async fn a_platform_that_repeats_a_secret_does_not_have_it_told() {
    let words = format!("{} key-of-disable-7 Your manager is informed", wiki::TOKEN);
    let backend = answering(422, json!({ "error": words })).await;
    let outcome =
        attempt(&wiki::open(&wiki::description(&backend.url())), &order(Action::Disable, "7")).await;
    let reason = r#"PUT /api/users/7/state was answered 422: {"error":"… … …"}"#.to_owned();
    assert_eq!(outcome, Outcome::Refused { reason });
}

#[tokio::test]
async fn each_part_looks_first() {
    let (backend, _) = wiki::wiki().await;
    let is_change = |method: &str, _: &str, _: &[u8]| method != "GET";
    let trickster = Trickster::before(backend.address(), Trouble::AnswerLost, is_change).await;
    let mut settings = wiki::description(&trickster.url());
    let runners = settings["release"][0].take();
    settings["release"] = json!([]);
    settings["disable"].as_array_mut().expect("parts").insert(0, runners);
    let connector = wiki::open(&settings);
    let order = order(Action::Disable, "101");
    let outcome = attempt(&connector, &order).await;
    assert!(matches!(outcome, Outcome::Unknown { .. }), "{outcome:?}");
    let evidence =
        "account 101 (user_01): GET /api/users/101/runners: /runners is empty; /state is \"blocked\"";
    let outcome = attempt(&connector, &again(&order)).await;
    assert_eq!(outcome, Outcome::Done { evidence: evidence.to_owned() });
    let changes = trickster.changes();
    let paths: Vec<_> = changes.iter().map(|change| &*change.path).collect();
    assert_eq!(paths, ["/api/users/101/runners", "/api/users/101/state"], "each once");
}

#[tokio::test]
async fn whoever_cannot_inherit_is_refused_before_anything_is_sent() {
    let (backend, _) = wiki::wiki().await;
    let mut settings = wiki::description(&backend.url());
    let connector = wiki::open(&settings);
    let group = Heir::Group { name: "Editors".to_owned() };
    for heir in [group.clone(), user_heir(None), user_heir(Some("not-a-number"))] {
        let outcome = attempt(&connector, &transfer(heir)).await;
        assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    }
    settings["transfer"][0]["request"]["body"] = json!({ "to_group": "{heir_group}" });
    let connector = wiki::open(&settings);
    let outcome = attempt(&connector, &transfer(user_heir(Some(HEIR)))).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    assert!(backend.asked().iter().all(|asked| asked.word(0) == "GET"));
    attempt(&connector, &transfer(group)).await;
    let asked = backend.asked();
    let sent = asked.iter().find(|asked| asked.word(0) == "POST").expect("a handover");
    assert_eq!(sent.body, br#"{"to_group":"Editors"}"#);
}

#[tokio::test]
async fn a_token_that_is_not_taken_any_more_is_renewed_once() {
    let (backend, platform) = wiki::wiki().await;
    let connector = wiki::open(&wiki::with_oauth(&backend.url()));
    let logins = || backend.asked().iter().filter(|asked| asked.word(1) == "/oauth/token").count();
    assert_eq!(logins(), 0, "nobody logs in before there is something to ask");
    let (one, two) = tokio::join!(connector.check(), connector.check());
    assert_eq!((one.is_ok(), two.is_ok(), logins()), (true, true, 1));
    platform.lock().expect("no panic").taken = None;
    assert!(connector.check().await.is_ok());
    assert_eq!(logins(), 2);
}

#[tokio::test]
async fn a_refused_login_is_not_repeated() {
    let backend = Backend::answering(|_| Message::status(400, &[], r#"{"error":"invalid_client"}"#)).await;
    let connector = wiki::open(&wiki::with_oauth(&backend.url()));
    for _ in 0..3 {
        let checked = connector.check().await;
        assert!(matches!(checked, Err(Failure::Credentials(_))), "{checked:?}");
    }
    assert_eq!(backend.asked().len(), 1);
    let refusing = Backend::answering(|_| Message::status(401, &[], "")).await;
    let connector = wiki::open(&wiki::description(&refusing.url()));
    for _ in 0..3 {
        assert!(matches!(connector.check().await, Err(Failure::Credentials(_))));
    }
    assert_eq!(refusing.asked().len(), 1);
}

#[tokio::test]
async fn a_login_that_was_not_heard_leaves_nothing_unknown() {
    let backend = Backend::answering(|request| {
        let is_login = request.word(1) == "/oauth/token";
        Message::status(200, &[], if is_login { "<html>" } else { r#"{"id":7,"state":"active"}"# })
    });
    let backend = backend.await;
    let failure = wiki::open(&wiki::with_oauth(&backend.url())).apply(&order(Action::Disable, "7")).await;
    assert!(matches!(failure, Err(Failure::Unreached(_))), "{failure:?}");
}

#[tokio::test]
async fn a_look_may_be_a_list() {
    let (backend, _) = wiki::wiki().await;
    let mut settings = wiki::description(&backend.url());
    settings["look"] = json!({
        "request": { "path": "/users", "query": { "login": "user_01" } }, "list": "/users", "unlisted_is_absent": true,
    });
    let connector = wiki::open(&settings);
    let looked = connector.observe(&order(Action::Disable, "101")).await;
    assert!(matches!(looked, Ok(Sight::NotSo { .. })), "{looked:?}");
    let looked = connector.observe(&order(Action::Disable, "102")).await;
    assert!(matches!(looked, Err(Failure::Absent(_))), "{looked:?}");
    settings["look"]["unlisted_is_absent"] = json!(false);
    let looked = wiki::open(&settings).observe(&order(Action::Disable, "102")).await;
    assert!(matches!(looked, Err(Failure::Refused(_))), "{looked:?}");
}

#[tokio::test]
async fn each_of_several_is_dealt_with() {
    let tokens = Arc::new(Mutex::new(vec![11, 12, 13]));
    let left = tokens.clone();
    let backend = Backend::answering(move |request| {
        let mut left = left.lock().expect("no panic");
        let id = request.word(1).strip_prefix("/api/tokens/").and_then(|id| id.parse::<u64>().ok());
        let answer = match (request.word(0), request.word(1), id) {
            ("GET", "/api/users/7", _) => json!({ "id": 7, "login": "jsmith", "state": "active" }),
            ("GET", "/api/tokens?user=7", _) => left.iter().map(|id| json!({ "id": id })).collect(),
            // The second one fails at first.
            ("DELETE", _, Some(12)) if *left == [12, 13] => {
                left.swap(0, 1);
                return Message::status(500, &[], "");
            }
            ("DELETE", _, Some(id)) => {
                left.retain(|known| *known != id);
                json!({})
            }
            _ => return Message::status(404, &[], r#"{"error":"no_route"}"#),
        };
        Message::status(200, &[], answer.to_string())
    });
    let backend = backend.await;
    let mut settings = wiki::description(&backend.url());
    let of_user = json!({ "path": "/tokens", "query": { "user": "{account}" } });
    settings["end_sessions"] = json!([{
        "each": { "request": of_user, "list": "", "id": "/id" },
        "request": { "method": "DELETE", "path": "/tokens/{each}", "accepted": [200, 404] },
        "seen": { "request": of_user, "when": [{ "at": "", "empty": true }] },
    }]);
    let connector = wiki::open(&settings);
    let order = order(Action::EndSessions, "7");
    let outcome = attempt(&connector, &order).await;
    assert!(matches!(outcome, Outcome::Retry { .. }), "{outcome:?}");
    assert_eq!(*tokens.lock().expect("no panic"), [13, 12]);
    let evidence = "account 7 (jsmith): GET /api/tokens: the answer is empty".to_owned();
    assert_eq!(attempt(&connector, &again(&order)).await, Outcome::Done { evidence });
}
