use std::collections::BTreeMap;

use domain::{Goal, Policy, Role, UserState};
use exeunt::app::{NewUser, Start, UserRef};

use super::{REMOVED, is, payload, refused, refused_for, remove};
use crate::fixture::Company;
use crate::home::{Home, both};

const NO_NAMES: &str = "Mandatory Field 'userNames' is missing or empty";

async fn company() -> (Company, String) {
    let company = Company::new().await;
    let session = with_users(&company).await;
    (company, session)
}

/// Adds `user_01` and `user_02`, and opens an operator's session.
async fn with_users(company: &Company) -> String {
    for user_name in ["user_01", "user_02"] {
        company.user(user_name, Role::None).await;
    }
    company.session("operator").await
}

async fn states(company: &Company, user_names: &[&str]) -> Vec<UserState> {
    let mut states = Vec::new();
    for user_name in user_names {
        states.push(company.detail(user_name).await.user.state);
    }
    states
}

/// Contract section 3.2. A second removal is 404.
#[tokio::test(flavor = "multi_thread")]
async fn the_sample_and_its_repetition() {
    let (company, session) = company().await;
    let body = r#"{"payload":{"userNames":["user_01","user_02"]}}"#;
    is(&remove(&company, &session, body).await, 200, REMOVED);
    assert_eq!(states(&company, &["user_01", "user_02"]).await, [UserState::Removed; 2]);
    let again = remove(&company, &session, body).await;
    refused_for(&again, 404, "ACCT_US_001", "User Not Found.", &["user_01", "user_02"]);
}

#[test]
fn one_unknown_name_and_nobody_is_removed() {
    both(one_unknown_name);
}

async fn one_unknown_name(company: Company) {
    let session = with_users(&company).await;
    let before = company.log_head().await;
    let answer = remove(&company, &session, &payload(&["user_01", "user_03", "USER_02"])).await;
    refused_for(&answer, 404, "ACCT_US_001", "User Not Found.", &["user_03", "USER_02"]);
    for stranger in ["nul\0", " user_01", "user_01 ", "1"] {
        let answer = remove(&company, &session, &payload(&["user_01", stranger])).await;
        assert_eq!(answer.json()["tags"]["userNames"], serde_json::json!([stranger]));
    }
    assert_eq!(company.log_head().await, before);
    assert_eq!(states(&company, &["user_01", "user_02"]).await, [UserState::Active; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_name_goes_before_every_refusal() {
    let (company, session) = company().await;
    let answer = remove(&company, &session, &payload(&["operator", "admin", "user_03"])).await;
    refused_for(&answer, 404, "ACCT_US_001", "User Not Found.", &["user_03"]);
}

/// Contract section 3.2, the third example and the codes of refusals.
#[tokio::test(flavor = "multi_thread")]
async fn refusals_by_the_lowest_code() {
    let (company, session) = company().await;
    company.add(NewUser { protected: true, ..Company::new_user("held", Role::None) }).await;
    let own = company.session("admin").await;
    is(
        &remove(&company, &own, &payload(&["admin"])).await,
        409,
        r#"{"response":null,"message":"You cannot remove your own account.","appStatusCode":"ACCT_US_900","tags":{"userNames":["admin"]},"headers":null}"#,
    );
    let (yourself, last, held) = (
        ("ACCT_US_900", "You cannot remove your own account."),
        ("ACCT_US_901", "The last administrator cannot be removed."),
        ("ACCT_US_902", "A protected user cannot be removed."),
    );
    for (names, refused, (code, message)) in [
        (&["user_01", "operator"][..], &["operator"][..], yourself),
        (&["user_01", "admin"], &["admin"], last),
        (&["user_01", "held", "user_02"], &["held"], held),
        (&["held", "user_01", "admin"], &["held", "admin"], last),
        (&["held", "admin", "operator"], &["held", "admin", "operator"], yourself),
    ] {
        let answer = remove(&company, &session, &payload(names)).await;
        refused_for(&answer, 409, code, message, refused);
    }
    assert_eq!(states(&company, &["user_01", "user_02"]).await, [UserState::Active; 2]);
    company.user("second", Role::Admin).await;
    let answer = remove(&company, &session, &payload(&["second"])).await;
    is(&answer, 200, REMOVED);
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_and_open_departures_stand_in_the_way() {
    let (company, session) = company().await;
    let leave = Start {
        start_ms: Some(company.clock.now_ms() + 60_000),
        ..Start::new(Goal::Leave, vec![UserRef::Name("user_01".to_owned())])
    };
    let leave = company.app.start(&company.console, leave).await.expect("planned").remove(0);
    let id = leave.offboarding.id;
    let answer = remove(&company, &session, &payload(&["user_01"])).await;
    let message = format!("User user_01 is leaving; cancel offboarding {id} first.");
    refused_for(&answer, 409, "ACCT_US_903", &message, &["user_01"]);
    let policy = Policy { require_deactivated_before_remove: true, ..Policy::default() };
    company.app.set_policy(&company.console, policy).await.expect("a policy");
    let answer = remove(&company, &session, &payload(&["user_02"])).await;
    refused_for(
        &answer,
        409,
        "ACCT_US_903",
        "User user_02 must be deactivated before removal.",
        &["user_02"],
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn payloads_that_name_nobody() {
    let (company, session) = company().await;
    for body in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"userNames":["user_01"]}"#,
        r#"{"payload":null}"#,
        r#"{"payload":"user_01"}"#,
        r#"{"payload":[["user_01"]]}"#,
        r#"{"payload":{}}"#,
        r#"{"payload":{"usernames":["user_01"]}}"#,
        r#"{"payload":{"userNames":[]}}"#,
        r#"{"payload":{"userNames":"user_01"}}"#,
        r#"{"payload":{"userNames":["user_01",""]}}"#,
        r#"{"payload":{"userNames":["user_01",1]}}"#,
        r#"{"payload":{"userNames":["user_01",null]}}"#,
    ] {
        refused(&remove(&company, &session, body).await, 400, "ACCT_US_015", NO_NAMES);
    }
    assert_eq!(states(&company, &["user_01"]).await, [UserState::Active]);
}

#[tokio::test(flavor = "multi_thread")]
async fn payloads_that_cannot_be_read() {
    let (company, session) = company().await;
    let deep = "[".repeat(10_000);
    for body in [
        "{",
        "payload",
        r#"{"payload":{"userNames":["user_01",]}}"#,
        r#"{"payload":{"userNames":["user_01"],"userNames":["user_02"]}}"#,
        r#"{"payload":{"userNames":["user_01"]}} {}"#,
        &deep,
    ] {
        let answer = remove(&company, &session, body).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["appStatusCode"]),
            (400, &"avx-common-028".into())
        );
        assert!(answer.json()["message"].as_str().unwrap().starts_with("body: malformed JSON"));
    }
    let long = format!("{}{}", payload(&["user_01"]), " ".repeat(exeunt::faces::MAX_BODY_BYTES));
    let answer = remove(&company, &session, &long).await;
    refused(&answer, 400, "INVALID_REQUEST", "the body's size in bytes must not exceed 1048576");
    assert_eq!(states(&company, &["user_01", "user_02"]).await, [UserState::Active; 2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_names_and_not_one_more() {
    let (company, session) = company().await;
    let mut names: Vec<String> = (0..999).map(|n| format!("leaver {n}")).collect();
    for name in &names {
        company.person(name).await;
    }
    names.push("user_01".to_owned());
    names.push("user_02".to_owned());
    let all: Vec<&str> = names.iter().map(String::as_str).collect();
    let answer = remove(&company, &session, &payload(&all)).await;
    refused(&answer, 400, "INVALID_REQUEST", "users must not exceed 1000");
    assert_eq!(states(&company, &["leaver 0", "user_02"]).await, [UserState::Active; 2]);
    // Duplicates collapse before they are counted.
    let twice = [&all[..1_000], &all[..1_000]].concat();
    is(&remove(&company, &session, &payload(&twice)).await, 200, REMOVED);
    for name in &all[..1_000] {
        assert_eq!(company.detail(name).await.user.state, UserState::Removed, "{name}");
    }
    assert_eq!(states(&company, &["user_02"]).await, [UserState::Active]);
}

#[test]
fn of_concurrent_identical_removals_exactly_one_wins() {
    both(identical_removals);
}

async fn identical_removals(company: Company) {
    let session = with_users(&company).await;
    let body = payload(&["user_01", "user_02"]);
    let answers = futures_util::future::join_all((0..16).map(|_| remove(&company, &session, &body))).await;
    let mut counts: BTreeMap<(u16, String), usize> = BTreeMap::new();
    for answer in answers {
        *counts.entry((answer.status.as_u16(), answer.json()["appStatusCode"].to_string())).or_default() += 1;
    }
    let expected = BTreeMap::from([((200, "null".to_owned()), 1), ((404, "\"ACCT_US_001\"".to_owned()), 15)]);
    assert_eq!(counts, expected);
}

/// Contract section 6: what a removed user owned stays with the tombstone, flagged.
#[tokio::test(flavor = "multi_thread")]
async fn assets_are_orphaned_and_other_platforms_follow() {
    let (company, session) = company().await;
    let leaver = company.detail("user_01").await.user.id;
    company.asset(leaver, "certificate", "www").await;
    let platform = company.platform("training", "{}").await;
    company.account(leaver, platform, "user_01").await;
    let before = company.log_head().await;
    is(&remove(&company, &session, &payload(&["user_01"])).await, 200, REMOVED);
    let owner = UserRef::Id(leaver);
    let assets = company.app.assets_of(&company.console, &owner, 10).await.expect("assets").rows;
    assert!(assets.iter().all(|asset| asset.orphaned) && assets.len() == 1, "{assets:?}");
    company.engine.run_until_idle().await;
    let kinds = company.log_kinds(before).await;
    assert_eq!(kinds.first().map(String::as_str), Some("offboarding.accepted"));
    assert_eq!(kinds.last().map(String::as_str), Some("offboarding.completed"));
}

/// More assets than one transaction takes: access ends at once, and success is claimed only when it is there.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_removal_is_answered_when_it_is_done_or_says_that_it_is_not() {
    let company = Company::waiting(Home::sqlite(), 300).await;
    for name in ["rich", "richer"] {
        let leaver = company.user(name, Role::None).await;
        company.assets(leaver, "certificate", 1_001).await;
    }
    let session = company.session("operator").await;
    is(
        &remove(&company, &session, &payload(&["rich"])).await,
        202,
        r#"{"response":{"result":"In Progress","isOperationSuccess":false},"message":"Access has ended; the removal is not finished.","appStatusCode":null,"tags":{"userNames":["rich"]},"headers":null}"#,
    );
    assert_eq!(company.detail("rich").await.user.state, UserState::Deactivated);
    let _engine = company.run_engine();
    is(&remove(&company, &session, &payload(&["richer"])).await, 200, REMOVED);
    assert_eq!(company.detail("richer").await.user.state, UserState::Removed);
}
