//! What the connector makes of answers that are malformed, inconsistent or only half of one.

use connectors::conformance::{Backend, Message, NOTICE, again, order};
use connectors::{Failure, Order, Owned, Sight, check_settings, perform};
use domain::correlation::Theirs;
use domain::outcome::Fault;
use domain::{Action, Outcome, PlatformKind};
use serde_json::{Value, json};

use super::tenant::{Tenant, id};
use super::{BASE, connector, ok, said};

const SOMEBODY: &str = r#"[{"id":"ff01","username":"admin","enabled":true}]"#;

/// A tenant that answers `one` for user ff05, `list` for the list of users, and `change` for every change.
async fn tenant(one: Message, list: Message, change: Message) -> Backend {
    Backend::answering(move |request| match request.word(0) {
        "GET" if request.word(1) == format!("{BASE}/users/ff05") => one.clone(),
        "GET" => list.clone(),
        _ => change.clone(),
    })
    .await
}

async fn look(one: Message, list: Message) -> Result<Sight, Failure> {
    let backend = tenant(one, list, ok("")).await;
    connector(&backend.url(), &json!({})).observe(&order(Action::Disable, "ff05")).await
}

#[tokio::test]
async fn a_user_is_read_bare_listed_and_wrapped() {
    let user = r#"{"id":"ff05","username":"jsmith","enabled":false,"password":"$2a$10$hash"}"#;
    for body in [
        user.to_owned(),
        format!("[{user}]"),
        format!(r#"{{"location":null,"message":"","responsePlatforms":{{}},"status":200,"user":{user}}}"#),
        format!(r#"{{"status":"200","response":{{"users":[{user}]}}}}"#),
        user.replace("false", "\"false\""),
    ] {
        let expected = "account ff05 (jsmith) is disabled (enabled=false)";
        assert_eq!(look(ok(body), ok(SOMEBODY)).await, Ok(Sight::So { evidence: expected.to_owned() }));
    }
}

#[tokio::test]
async fn absent_is_who_is_missing_where_the_list_of_users_is() {
    let envelope = r#"{"location":null,"message":"User not found","responsePlatforms":{},"status":404}"#;
    for one in [said(404, envelope), ok(envelope), said(404, ""), said(404, "<html>404</html>")] {
        let absent = look(one.clone(), ok(SOMEBODY)).await;
        assert!(matches!(absent, Err(Failure::Absent(_))), "{one:?}: {absent:?}");
    }
}

#[tokio::test]
async fn nobody_is_absent_because_of_a_wrong_path_a_proxy_or_half_an_answer() {
    for list in [
        said(404, r#"{"timestamp":1,"status":404,"error":"Not Found","path":"/x/users"}"#),
        ok(r#"{"timestamp":1,"status":404,"error":"Not Found","path":"/x/users"}"#),
        said(404, "<html/>"),
        said(302, ""),
        said(502, ""),
        said(204, ""),
        ok("<html/>"),
        ok("{}"),
        ok("[]"),
        ok(r#"[{"id":"ff01"}]"#),
        ok(r#"[{"id":"ff05","username":"jsmith"}]"#),
    ] {
        let unknown = look(said(404, ""), list.clone()).await;
        assert!(!matches!(unknown, Ok(_) | Err(Failure::Absent(_))), "{list:?}: {unknown:?}");
    }
    for one in [
        ok(""),
        ok("{}"),
        ok("[]"),
        ok("<html/>"),
        said(204, ""),
        ok(r#"{"id":"ff06","username":"other","enabled":false}"#),
        ok(r#"{"id":"ff05","username":"jsmith"}"#),
        ok(r#"[{"id":"ff05","username":"a","enabled":false},{"id":"ff06","username":"b","enabled":false}]"#),
    ] {
        let unknown = look(one.clone(), ok(SOMEBODY)).await;
        assert!(matches!(unknown, Err(Failure::Unheard(_))), "{one:?}: {unknown:?}");
    }
}

#[tokio::test]
async fn a_wrong_prefix_proves_no_departure() {
    let backend = Tenant::staffed().serve().await;
    let connector = connector(&backend.url(), &json!({ "prefix": "/integration/ws/rest" }));
    let rules = connectors::rules(PlatformKind::Netex, "{}", &[]);
    let sought = Order {
        account: domain::platform::sought("00"),
        user: connectors::conformance::identity("user_00"),
        ..order(Action::Delete, "x")
    };
    for order in [sought, order(Action::Delete, &id(0))] {
        let outcome = perform(&*connector, &rules, &order).await.outcome;
        assert!(matches!(outcome, Outcome::Retry { fault: Fault::Platform, .. }), "{outcome:?}");
    }
}

#[tokio::test]
async fn a_platform_that_failed_is_asked_again_before_anything_counts_as_done() {
    let tenant = Tenant::staffed();
    let backend = tenant.serve().await;
    let connector = connector(&backend.url(), &json!({}));
    tenant.state().moods = vec![("training", 500)];
    let order = order(Action::Disable, &id(0));
    let outcome = perform(&*connector, &[], &order).await.outcome;
    let Outcome::Retry { reason, fault: Fault::Platform, .. } = outcome else { panic!("{outcome:?}") };
    assert_eq!(reason, "not done everywhere: training answered 500 (timeout)");
    let Ok(Sight::NotSo { evidence }) = connector.observe(&order).await else { panic!("it is not so") };
    assert!(
        evidence.ends_with("is disabled (enabled=false), but training answered 500 (timeout)"),
        "{evidence}"
    );
    let outcome = perform(&*connector, &[], &again(&order)).await.outcome;
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
}

#[tokio::test]
async fn what_is_queued_is_not_done_until_it_is_seen() {
    let tenant = Tenant::staffed();
    let backend = tenant.serve().await;
    let connector = connector(&backend.url(), &json!({}));
    tenant.state().moods = vec![("training", 202), ("social", 202)];
    let order = order(Action::Disable, &id(0));
    let outcome = perform(&*connector, &[], &order).await.outcome;
    let reason = "queued, not done: training answered 202, social answered 202".to_owned();
    assert_eq!(outcome, Outcome::Unknown { reason });
    let outcome = perform(&*connector, &[], &again(&order)).await.outcome;
    assert!(matches!(outcome, Outcome::AlreadyDone { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_deletion_that_a_platform_did_not_follow_is_a_persons() {
    let tenant = Tenant::staffed();
    let backend = tenant.serve().await;
    let connector = connector(&backend.url(), &json!({}));
    tenant.state().moods = vec![("training", 500)];
    let outcome = perform(&*connector, &[], &order(Action::Delete, &id(1))).await.outcome;
    let Outcome::Refused { reason } = outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("training answered 500 (timeout); a person must"), "{reason}");
}

#[tokio::test]
async fn whoever_is_deleted_is_deactivated_first_and_leaves_the_groups_if_asked() {
    for leave_groups in [false, true] {
        let tenant = Tenant::staffed();
        for group in ["g1", "g 2/x"] {
            let seats = [id(0), id(3)];
            tenant.state().members.insert(group, seats.clone().into());
            tenant.state().admins.insert(group, seats.into());
        }
        let backend = tenant.serve().await;
        let connector = connector(&backend.url(), &json!({ "leave_groups": leave_groups }));
        let outcome = perform(&*connector, &[], &order(Action::Delete, &id(0))).await.outcome;
        assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
        let state = tenant.state();
        assert_eq!(state.effects, [(Action::Disable, id(0)), (Action::Delete, id(0))]);
        for seats in state.members.values().chain(state.admins.values()) {
            assert_eq!(seats.contains(&id(0)), !leave_groups);
            assert!(seats.contains(&id(3)));
        }
    }
}

#[tokio::test]
async fn the_notice_is_sent_unless_it_is_not_wanted() {
    for (settings, expected) in [(json!({}), Some(NOTICE)), (json!({ "notice": false }), None)] {
        let tenant = Tenant::staffed();
        let backend = tenant.serve().await;
        let connector = connector(&backend.url(), &settings);
        let outcome = perform(&*connector, &[], &order(Action::Disable, &id(0))).await.outcome;
        assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
        assert_eq!(tenant.state().people[&id(0)].notice.as_deref(), expected);
    }
}

#[tokio::test]
async fn an_account_is_found_by_any_of_its_names_in_lists_of_any_size() {
    let tenant = Tenant::staffed();
    tenant.add(30, "rest user/netex.x%", "rest@example.com");
    tenant.add(31, "..", "dots@example.com");
    tenant.state().people.get_mut(&id(31)).expect("dots").external_id = Some("E-7".to_owned());
    let backend = tenant.serve().await;
    let connector = connector(&backend.url(), &json!({}));
    for (field, value, expected) in [
        (Theirs::UserName, "rest user/netex.x%", vec![id(30)]),
        (Theirs::UserName, "..", vec![id(31)]),
        (Theirs::UserName, "USER_07", vec![id(7)]),
        (Theirs::ExternalId, "E-7", vec![id(31)]),
        (Theirs::Email, "Rest@Example.com", vec![id(30)]),
        (Theirs::Email, "twin@example.com", vec![id(20), id(21)]),
        (Theirs::Id, &id(3), vec![id(3)]),
        (Theirs::UserName, "nobody", vec![]),
    ] {
        let found = connector.find(field, value).await.expect("accounts");
        let ids: Vec<String> = found.into_iter().map(|account| account.id).collect();
        assert_eq!(ids, expected, "{field} {value}");
    }
}

/// A server that shows the same page whatever it is asked for.
#[tokio::test]
async fn a_list_without_pages_ends() {
    let backend = Backend::answering(|_| ok(SOMEBODY)).await;
    let connector = connector(&backend.url(), &json!({}));
    let found = connector.find(Theirs::Email, "x@example.com").await.expect("accounts");
    assert!(found.is_empty(), "{found:?}");
    let page = connector.accounts(None).await.expect("a page");
    assert_eq!(page.accounts.len(), 1);
    let page = connector.accounts(page.next.as_deref()).await.expect("a page");
    assert_eq!((page.accounts.len(), page.next), (0, None));
}

#[tokio::test]
async fn groups_and_roles_are_what_a_person_must_hand_over() {
    let tenant = Tenant::staffed();
    tenant.state().members.insert("g1", [id(0)].into());
    let backend = tenant.serve().await;
    let connector = connector(&backend.url(), &json!({}));
    let owned = connector.inventory(&id(0)).await.expect("an inventory").expect("it tells");
    let roles = vec!["management: groupadmin".to_owned(), "training: trainer".to_owned()];
    let expected = [Owned::named("group", vec!["Group g1".to_owned()]), Owned::named("role", roles)];
    assert_eq!(owned, expected);
    let gone = connector.inventory(&id(99)).await;
    assert!(matches!(gone, Err(Failure::Absent(_))), "{gone:?}");
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_not_shown_again() {
    let backend = Backend::answering(|_| said(401, r#"{"status":401,"message":"unknown token"}"#)).await;
    let connector = connector(&backend.url(), &json!({}));
    for _ in 0..3 {
        let refused = connector.accounts(None).await.expect_err("no token");
        let Failure::Credentials(reason) = refused else { panic!("{refused:?}") };
        assert!(reason.contains("unknown token; a person must take a new token"), "{reason}");
    }
    assert_eq!(backend.asked().len(), 1);
}

#[test]
fn settings_are_held_to_their_limits() {
    let check = |settings: Value| {
        check_settings(PlatformKind::Netex, &settings.to_string()).map_err(|error| error.field)
    };
    let good = json!({ "url": "https://acme.learningcloud.me", "token": "file:token" });
    assert!(check(good.clone()).is_ok());
    for (field, value, blamed) in [
        ("url", json!("acme.learningcloud.me"), "url"),
        ("token", json!("5f0c"), "token"),
        ("prefix", json!("rest"), "prefix"),
        ("notice", json!("yes"), "notice"),
        ("message", json!("x"), "message"),
        ("connection", json!({ "ca": "x" }), "connection.ca"),
    ] {
        let mut settings = good.clone();
        settings[field] = value;
        assert_eq!(check(settings).err().as_deref(), Some(blamed), "{field}");
    }
}
