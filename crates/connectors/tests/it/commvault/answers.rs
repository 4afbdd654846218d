//! What the connector makes of answers that are malformed, inconsistent or only half of one.

use connectors::conformance::{Backend, Message, order};
use connectors::{Failure, Heir, Order, Owned, Sight};
use domain::correlation::Theirs;
use domain::{Action, Outcome};

use super::cell::{Cell, ROOT};
use super::{asked, connector, ok, said};

const LIST: &str = r#"{"users":[{"userEntity":{"userId":1,"userName":"admin"},"enableUser":true}]}"#;
const ENABLED: &str = r#"{"users":[{"userEntity":{"userId":5,"userName":"jsmith"},"enableUser":true}]}"#;

/// A CommCell that lets us in, and answers `one` for user 5, `list` for all users, and `change` for every change.
async fn cell(one: Message, list: Message, change: Message) -> Backend {
    Backend::answering(move |request| match (request.word(0), request.word(1)) {
        (_, "/api/Login") => ok(r#"{"userName":"svc","token":"QSDK 1"}"#),
        ("GET", "/api/User/5") => one.clone(),
        ("GET", _) => list.clone(),
        _ => change.clone(),
    })
    .await
}

async fn look(one: Message, list: Message) -> Result<Sight, Failure> {
    let backend = cell(one, list, ok("")).await;
    connector(&format!("{}/api", backend.url())).observe(&order(Action::Disable, "5")).await
}

async fn disable(change: Message) -> Result<(), Failure> {
    let backend = cell(ok(ENABLED), ok(LIST), change).await;
    connector(&format!("{}/api", backend.url())).apply(&order(Action::Disable, "5")).await
}

#[tokio::test]
async fn a_user_is_read_in_every_spelling() {
    for body in [
        r#"{"users":[{"userEntity":{"userId":5,"userName":"jsmith"},"enableUser":false}]}"#,
        r#"{"users":{"userEntity":{"userId":"5","userName":"jsmith"},"enableUser":"0"}}"#,
        r#"{"processinginstructioninfo":{},"users":[{"userId":5,"userName":"jsmith","enableUser":0}]}"#,
        r#"<App_GetUserPropertiesResponse><users email="" enableUser="false"><userEntity userId="5" userName="jsmith"/></users></App_GetUserPropertiesResponse>"#,
    ] {
        let sight = look(ok(body), ok(LIST)).await;
        let expected =
            "account 5 (jsmith) is disabled (enableUser=false); open sessions may go on until they end";
        assert_eq!(sight, Ok(Sight::So { evidence: expected.to_owned() }), "{body}");
    }
}

#[tokio::test]
async fn absent_is_who_neither_is_shown_nor_listed() {
    let missing = r#"{"errorCode":2,"errorMessage":"User 5 not found"}"#;
    for one in [ok(missing), said(404, missing), said(404, ""), ok(r#"{"users":[]}"#)] {
        let absent = look(one.clone(), ok(LIST)).await;
        assert!(matches!(absent, Err(Failure::Absent(_))), "{one:?}: {absent:?}");
    }
}

#[tokio::test]
async fn nobody_is_absent_because_of_a_wrong_path_a_proxy_or_half_an_answer() {
    let missing = ok(r#"{"errorCode":2,"errorMessage":"User 5 not found"}"#);
    for list in [
        said(404, "<html>404 Not Found</html>"),
        said(404, r#"{"errorMessage":"not found","errorCode":2}"#),
        said(502, "Bad Gateway"),
        said(302, "Moved"),
        said(204, ""),
        ok("<html>Sign in</html>"),
        ok("{}"),
        ok(r#"{"users":[]}"#),
        ok(r#"{"users":null}"#),
        ok("<App_GetUserPropertiesResponse><users/></App_GetUserPropertiesResponse>"),
        ok(r#"{"users":[],"totalRecords":0}"#),
        ok(r#"{"users":"none"}"#),
        ok(r#"{"users":[{"email":"x"}]}"#),
        ok(r#"{"errorCode":2,"errorMessage":"database is down"}"#),
        ok(r#"{"users":[{"userEntity":{"userId":1,"userName":"admin"}}],"totalRecords":2}"#),
        ok(ENABLED),
    ] {
        for one in [missing.clone(), said(404, "<html>404 Not Found</html>")] {
            let unknown = look(one, list.clone()).await;
            assert!(
                matches!(unknown, Err(Failure::Broken(_) | Failure::Unheard(_) | Failure::Refused(_))),
                "{list:?}: {unknown:?}"
            );
        }
    }
    for one in [
        ok(""),
        ok("{}"),
        said(204, ""),
        ok("<html/>"),
        ok(r#"{"users":[{"userEntity":{"userId":5}}]}"#),
        said(403, ""),
    ] {
        let unknown = look(one.clone(), ok(ENABLED)).await;
        assert!(!matches!(unknown, Ok(_) | Err(Failure::Absent(_))), "{one:?}: {unknown:?}");
    }
}

#[tokio::test]
async fn nobody_is_missing_from_a_list_that_shows_nobody() {
    for list in [r#"{"users":[]}"#, r#"{"users":null}"#, r#"{"users":[],"totalRecords":0}"#] {
        let backend = cell(ok(ENABLED), ok(list), ok("")).await;
        let found = connector(&format!("{}/api", backend.url())).find(Theirs::UserName, "jsmith").await;
        assert!(matches!(found, Err(Failure::Broken(_))), "{list}: {found:?}");
    }
}

#[tokio::test]
async fn an_account_whose_state_is_not_told_is_in_no_state() {
    let told = look(ok(r#"{"users":[{"userEntity":{"userId":5,"userName":"jsmith"}}]}"#), ok(LIST)).await;
    assert!(matches!(told, Err(Failure::Unheard(_))), "{told:?}");
}

#[tokio::test]
async fn a_change_is_done_only_with_the_code_0() {
    for change in [
        ok(r#"{"response":[{"errorCode":0,"errorString":"any words"}]}"#),
        ok(r#"{"response":{"errorCode":"0"}}"#),
        ok(
            r#"<App_UpdateUserPropertiesResponse><response errorCode="0"/></App_UpdateUserPropertiesResponse>"#,
        ),
    ] {
        assert_eq!(disable(change).await, Ok(()));
    }
    for change in [
        ok(r#"{"response":[{"errorCode":2,"errorString":"No"}]}"#),
        ok(r#"{"errorCode":"5","errorMessage":"Access denied"}"#),
        said(403, "no"),
        said(400, r#"{"errorMessage":"No","errorCode":2}"#),
        said(302, ""),
    ] {
        let refused = disable(change.clone()).await;
        assert!(matches!(refused, Err(Failure::Refused(_))), "{change:?}: {refused:?}");
    }
    for change in [ok(""), ok("{}"), said(204, ""), ok("OK"), ok("<html/>"), ok(r#"{"response":[{}]}"#)] {
        let unheard = disable(change.clone()).await;
        assert!(matches!(unheard, Err(Failure::Unheard(_))), "{change:?}: {unheard:?}");
    }
    for change in [said(500, r#"{"errorMessage":"No","errorCode":1}"#), said(404, "no")] {
        let broken = disable(change.clone()).await;
        assert!(matches!(broken, Err(Failure::Broken(_))), "{change:?}: {broken:?}");
    }
}

/// What a step on a whole CommCell came to.
async fn perform(cell: &Cell, order: Order) -> (Outcome, Vec<String>) {
    let backend = cell.serve().await;
    let connector = connector(&format!("{}{ROOT}", backend.url()));
    let attempt = connectors::perform(&*connector, &[], &order).await;
    (attempt.outcome, asked(&backend, ROOT))
}

fn delete(heir: Option<Heir>) -> Order {
    Order { heir, ..order(Action::Delete, "10") }
}

fn group(name: &str) -> Heir {
    Heir::Group { name: name.to_owned() }
}

fn user(account: &str) -> Heir {
    let user = connectors::conformance::identity("kjones");
    Heir::User { user, account: Some(account.to_owned()) }
}

#[tokio::test]
async fn a_user_is_deleted_with_exactly_one_new_owner() {
    for (heir, query) in
        [(user("20"), "newUserId=20&newUserGroupId=0"), (group("ops"), "newUserId=0&newUserGroupId=22")]
    {
        let cell = Cell::staffed();
        let (outcome, asked) = perform(&cell, delete(Some(heir))).await;
        assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
        assert_eq!(cell.state().owners, [query]);
        assert!(asked.contains(&format!("DELETE /User/10?{query}")), "{asked:?}");
        assert!(outcome.text().contains("account 10 does not exist"), "{outcome:?}");
    }
}

#[tokio::test]
async fn without_an_owner_who_can_take_over_nobody_is_deleted() {
    let cell = Cell::staffed();
    cell.state().people.get_mut(&20).expect("kjones").enabled = false;
    for (heir, words) in [
        (None, "nobody is named who takes over"),
        (Some(user("10")), "the successor is the leaver"),
        (Some(user("20")), "is disabled"),
        (Some(user("99")), "the successor is not there"),
        (Some(user("kjones")), "is no id of a user"),
        (Some(group("Nobody")), "0 groups there are called Nobody"),
        (Some(group("Both")), "2 groups there are called Both"),
        (Some(group("Old")), "is disabled"),
    ] {
        let (outcome, asked) = perform(&cell, delete(heir)).await;
        let Outcome::Refused { reason } = outcome else { panic!("{words}: {outcome:?}") };
        assert!(reason.contains(words), "{reason}");
        assert!(!asked.iter().any(|line| line.starts_with("DELETE")), "{asked:?}");
    }
}

#[tokio::test]
async fn workloads_are_released_by_name_else_by_id() {
    let backend = Backend::answering(|request| {
        match (request.word(0), request.word(1), String::from_utf8_lossy(&request.body).as_ref()) {
            (_, "/api/Login", _) => ok(r#"{"userName":"svc","token":"QSDK 1"}"#),
            ("GET", ..) => ok(ENABLED),
            (.., r#"{"userName":"jsmith"}"#) => ok(r#"{"errorMessage":"userId is required","errorCode":2}"#),
            (.., r#"{"userId":5}"#) => {
                ok(r#"{"errorMessage":"Successfully offboarded user 5","errorCode":0}"#)
            }
            other => panic!("{other:?}"),
        }
    });
    let backend = backend.await;
    let connector = connector(&format!("{}/api", backend.url()));
    let order = order(Action::Release, "5");
    let first = connectors::perform(&*connector, &[], &order).await.outcome;
    let words =
        "workloads of account 5 (jsmith) are released, says the CommCell: Successfully offboarded user 5";
    assert_eq!(first, Outcome::Done { evidence: words.to_owned() });
    // Another departure of the same user is another release.
    let another = Order { idempotency_key: "another".to_owned(), ..order };
    let again = connectors::perform(&*connector, &[], &another).await.outcome;
    assert!(matches!(again, Outcome::Done { .. }), "{again:?}");
}

#[tokio::test]
async fn our_own_account_is_not_touched() {
    let cell = Cell::staffed();
    cell.add(9, "SVC_exeunt");
    for action in [Action::Disable, Action::Release, Action::Delete] {
        let (outcome, _) = perform(&cell, Order { heir: Some(user("20")), ..order(action, "9") }).await;
        assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
    }
    assert!(cell.state().effects.is_empty());
}

#[tokio::test]
async fn what_a_person_must_do_is_refused() {
    for action in [Action::EndSessions, Action::Transfer] {
        let (outcome, _) = perform(&Cell::staffed(), order(action, "10")).await;
        assert!(
            matches!(&outcome, Outcome::Refused { reason } if reason.contains("a person must")),
            "{outcome:?}"
        );
    }
}

#[tokio::test]
async fn a_list_that_comes_in_pages_is_read_to_its_end() {
    let backend = Backend::answering(|request| {
        let user = |id: usize| format!(r#"{{"userEntity":{{"userId":{id},"userName":"u{id}"}}}}"#);
        let page = |from: usize| (from..(from + 2).min(5)).map(user).collect::<Vec<_>>().join(",");
        if request.word(1) == "/api/Login" {
            return ok(r#"{"userName":"svc","token":"QSDK 1"}"#);
        }
        let from = request.header("offset").and_then(|from| from.parse().ok()).unwrap_or(0);
        ok(format!(r#"{{"users":[{}],"totalRecords":"5"}}"#, page(from)))
    });
    let backend = backend.await;
    let connector = connector(&format!("{}/api", backend.url()));
    let found = connector.find(Theirs::UserName, "U4").await.expect("users");
    assert_eq!(found.iter().map(|account| account.id.as_str()).collect::<Vec<_>>(), ["4"]);
    assert_eq!(asked(&backend, "/api/").len(), 3);
}

#[tokio::test]
async fn an_account_is_shown_with_its_roles_and_found_by_any_of_its_names() {
    let cell = Cell::staffed();
    cell.add(40, r"acme\jsmith");
    let backend = cell.serve().await;
    let connector = connector(&format!("{}{ROOT}", backend.url()));
    let owned = connector.inventory("10").await.expect("an inventory").expect("it tells");
    let names = vec!["lap7".to_owned(), "lap8".to_owned()];
    assert_eq!(owned, [Owned { kind: "role Laptop Owner".to_owned(), count: 2, names }]);
    for (field, value, expected) in [
        (Theirs::UserName, "ACME/JSmith", &["40"][..]),
        (Theirs::UserName, "jsmith", &[]),
        (Theirs::Email, "KJones@example.com", &["20"]),
        (Theirs::Email, "twin@example.com", &["30", "31"]),
        (Theirs::Id, "20", &["20"]),
    ] {
        let found = connector.find(field, value).await.expect("accounts");
        let ids: Vec<&str> = found.iter().map(|account| account.id.as_str()).collect();
        assert_eq!(ids, expected, "{field} {value}");
    }
    let checked = connector.check().await.expect("it is well");
    assert_eq!(
        (checked.server.as_str(), checked.signed_in_as.as_str()),
        ("Commvault 11 SP36.1 on cs", "svc_exeunt")
    );
    assert_eq!(checked.permissions, ["may read the users: 12"]);
}
