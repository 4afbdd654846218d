//! What the connector makes of answers that are malformed, inconsistent or only half of one.

use connectors::conformance::{Backend, Message, order};
use connectors::{Failure, Owned, Sight, perform};
use domain::correlation::Theirs;
use domain::{Action, Outcome};
use serde_json::{Value, json};

use super::gateway::Gateway;
use super::{connector, failed, logged_in, ok, said};

/// An AppViewX that lets us in, shows our own account, and answers `search` and `change` as given.
async fn gateway(search: Message, change: Message) -> Backend {
    Backend::answering(move |request| {
        let (path, body) = (request.word(1), String::from_utf8_lossy(&request.body));
        match path.split('?').next().unwrap_or_default() {
            "/avxapi/login" => logged_in(),
            "/avxapi/user-search" if body.contains("svc_exeunt") => {
                ok(&json!([{ "loginName": "svc_exeunt", "userGroups": [] }]))
            }
            "/avxapi/user-search" => search.clone(),
            _ => change.clone(),
        }
    })
    .await
}

async fn look(search: Message, action: Action) -> Result<Sight, Failure> {
    let backend = gateway(search, ok(&Value::Null)).await;
    let connector = connector(&backend.url(), &json!({ "disable": "unassign_groups" }));
    connector.observe(&order(action, "user_01")).await
}

async fn remove(change: Message) -> Result<(), Failure> {
    let backend = gateway(ok(&json!([])), change).await;
    connector(&backend.url(), &json!({})).apply(&order(Action::Delete, "user_01")).await
}

#[tokio::test]
async fn a_user_is_read_in_every_shape_and_only_by_its_exact_name() {
    let others = json!([{ "loginName": "user_011" }, { "loginName": "user_01", "userGroups": [] }]);
    for response in [
        others.clone(),
        json!({ "objects": others, "totalRecords": 2 }),
        json!({ "users": others, "totalRecords": "2" }),
        json!({ "data": [{ "userName": "user_01", "userGroups": [] }] }),
    ] {
        let expected = "account user_01 is in no user group, and so without rights";
        let sight = look(ok(&response), Action::Disable).await;
        assert_eq!(sight, Ok(Sight::So { evidence: expected.to_owned() }), "{response}");
    }
    let assigned = json!([{ "loginName": "user_01", "userGroups": [{ "userGroupName": "PKI" }, "ADC"] }]);
    let evidence = "account user_01 is in 2 user groups".to_owned();
    assert_eq!(look(ok(&assigned), Action::Disable).await, Ok(Sight::NotSo { evidence }));
    for response in
        [json!([{ "loginName": "user_01" }]), json!([{ "loginName": "user_01", "userGroups": "PKI" }])]
    {
        let untold = look(ok(&response), Action::Disable).await;
        assert!(matches!(untold, Err(Failure::Unheard(_))), "{untold:?}");
    }
    let another = look(ok(&json!([{ "loginName": "USER_01" }])), Action::Delete).await;
    assert!(matches!(another, Err(Failure::Refused(_))), "{another:?}");
}

#[tokio::test]
async fn absent_is_whom_the_search_does_not_show() {
    for search in [
        failed(404, Some("DG_009"), "No matching records found."),
        ok(&json!([])),
        ok(&json!({ "objects": [], "totalRecords": 0 })),
        ok(&json!([{ "loginName": "user_011" }])),
    ] {
        let absent = look(search.clone(), Action::Delete).await;
        assert!(matches!(absent, Err(Failure::Absent(_))), "{search:?}: {absent:?}");
    }
}

#[tokio::test]
async fn nobody_is_absent_because_of_a_wrong_path_a_proxy_or_half_an_answer() {
    for search in [
        said(404, "<html>Not Found</html>"),
        said(404, ""),
        failed(404, None, "no such endpoint"),
        failed(404, Some("ACCT_RO_001"), "no such role"),
        said(502, ""),
        said(302, ""),
        said(204, ""),
        said(200, ""),
        said(200, "{}"),
        said(200, "[]"),
        said(200, "<html/>"),
        ok(&Value::Null),
        ok(&json!("nothing")),
        ok(&json!([{ "email": "x@example.com" }])),
        ok(&json!({ "objects": [], "totalRecords": 3 })),
        failed(403, Some("AVX_GW_005"), "User does not have access to the targeted API"),
    ] {
        let unknown = look(search.clone(), Action::Delete).await;
        assert!(!matches!(unknown, Ok(_) | Err(Failure::Absent(_))), "{search:?}: {unknown:?}");
    }
}

/// A search that never finds anybody, not even us.
#[tokio::test]
async fn a_search_that_does_not_show_us_shows_no_departure() {
    let backend = Backend::answering(|request| {
        let nothing = failed(404, Some("DG_009"), "No matching records found.");
        if request.word(1).contains("login") { logged_in() } else { nothing }
    });
    let backend = backend.await;
    let connector = connector(&backend.url(), &json!({}));
    let unknown = connector.observe(&order(Action::Delete, "user_01")).await;
    assert!(matches!(unknown, Err(Failure::Broken(_))), "{unknown:?}");
    let found = connector.find(Theirs::UserName, "user_01").await;
    assert!(matches!(found, Err(Failure::Broken(_))), "{found:?}");
}

#[tokio::test]
async fn a_removal_is_done_only_if_the_answer_says_so() {
    assert_eq!(remove(ok(&json!({ "result": "Success", "isOperationSuccess": true }))).await, Ok(()));
    assert_eq!(
        remove(said(200, r#"{"response":{"isOperationSuccess":"true"},"appStatusCode":"SUCCESS"}"#)).await,
        Ok(())
    );
    for change in [
        ok(&json!({ "result": "Success", "isOperationSuccess": false })),
        ok(&json!({ "result": "Success" })),
        ok(&json!("Success")),
        ok(&Value::Null),
        said(200, "{}"),
        said(200, ""),
        said(204, ""),
        said(200, "<html/>"),
    ] {
        let unheard = remove(change.clone()).await;
        assert!(matches!(unheard, Err(Failure::Unheard(_))), "{change:?}: {unheard:?}");
    }
    let gone = remove(failed(404, Some("ACCT_US_001"), "User Not Found.")).await;
    assert!(matches!(gone, Err(Failure::Absent(_))), "{gone:?}");
    let elsewhere = remove(said(404, "<html/>")).await;
    assert!(matches!(elsewhere, Err(Failure::Broken(_))), "{elsewhere:?}");
    for change in [
        failed(409, Some("ACCT_US_902"), "protected"),
        failed(403, Some("AVX_GW_005"), "no access"),
        failed(400, Some("ACCT_US_015"), "missing"),
        failed(200, Some("ACCT_US_902"), "protected"),
    ] {
        let refused = remove(change.clone()).await;
        assert!(matches!(refused, Err(Failure::Refused(_))), "{change:?}: {refused:?}");
    }
}

#[tokio::test]
async fn the_account_owner_stays_until_a_person_has_handed_over() {
    let gateway = Gateway::staffed();
    gateway.state().owner = Some("user_01");
    let backend = gateway.serve().await;
    let connector = connector(&backend.url(), &json!({}));
    let outcome = perform(&*connector, &[], &order(Action::Delete, "user_01")).await.outcome;
    let Outcome::Refused { reason } = outcome else { panic!("{outcome:?}") };
    assert!(reason.ends_with("409: ACCT_US_902 The account owner cannot be removed."), "{reason}");
}

#[tokio::test]
async fn our_own_account_is_not_touched() {
    let gateway = Gateway::staffed();
    let backend = gateway.serve().await;
    let connector = connector(&backend.url(), &json!({ "disable": "unassign_groups" }));
    for action in [Action::Delete, Action::Disable] {
        let outcome = perform(&*connector, &[], &order(action, "svc_exeunt")).await.outcome;
        assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    }
    assert!(gateway.state().effects.is_empty());
}

#[tokio::test]
async fn what_a_person_must_do_is_refused() {
    let backend = Gateway::staffed().serve().await;
    let connector = connector(&backend.url(), &json!({}));
    for action in [Action::Disable, Action::Enable, Action::EndSessions, Action::Transfer, Action::Release] {
        let outcome = perform(&*connector, &[], &order(action, "user_01")).await.outcome;
        assert!(
            matches!(&outcome, Outcome::Refused { reason } if reason.contains("a person must")),
            "{outcome:?}"
        );
    }
    let by_address = connector.find(Theirs::Email, "user_01@example.com").await;
    assert!(matches!(by_address, Err(Failure::Refused(_))), "{by_address:?}");
}

#[tokio::test]
async fn an_account_is_shown_with_its_groups_and_found_without_its_case() {
    let backend = Gateway::staffed().serve().await;
    let connector = connector(&backend.url(), &json!({}));
    let owned = connector.inventory("user_01").await.expect("an inventory");
    assert_eq!(owned, Some(vec![Owned::named("user group", vec!["ADC".to_owned(), "PKI".to_owned()])]));
    for (value, expected) in [("USER_01", &["user_01"][..]), ("twin", &["Twin", "twin"]), ("user", &[])] {
        let found = connector.find(Theirs::UserName, value).await.expect("accounts");
        let ids: Vec<&str> = found.iter().map(|account| account.id.as_str()).collect();
        assert_eq!(ids, expected, "{value}");
    }
}
