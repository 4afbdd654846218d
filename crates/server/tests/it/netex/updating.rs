use domain::{Goal, Role, UserState};
use exeunt::app::{NewUser, Start, UserRef};
use serde_json::{Value, json};

use super::{Netex, SYNCHRONOUS, is, refused, statuses};
use crate::fixture::{Company, PASSWORD};
use crate::home::both;

const USER: &str = "users/restuser.netex";
/// Contract section 3.1: as `deactivate` in its mode.
const DONE: &str = r#"{"location":null,"message":"","responsePlatforms":{"training":{"location":null,"message":null,"status":202},"social":{"location":null,"message":null,"status":202},"play":{"location":null,"message":null,"status":204},"management":{"location":null,"message":null,"status":204}},"status":204}"#;

#[test]
fn what_is_told_changes_and_the_rest_stays() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        let all = r#"{"name":"Rest","surname":"User","language":"en","timezone":"UTC","officePhone":"1",
            "image":{"base64Image":"AAAA","mimeType":"image/png"},"extendedFields":{"NIF":"1"},"extra":{"a":1},
            "roles":{"training":["trainer"]},"externalId":"hr-1"}"#;
        is(&netex.edit(USER, all).await, 200, DONE);
        let before = netex.get(USER).await.json();
        let partly = r#"{"user":{"surname":"Netex","email":"new@example.com","timezone":null,"officePhone":"",
            "image":null,"extendedFields":{"CIF":2},"extra":{},"roles":{"play":["author"]},"externalId":null}}"#;
        is(&netex.edit(USER, partly).await, 200, DONE);
        let mut expected = before.clone();
        for (field, value) in [
            ("surname", json!("Netex")),
            ("email", json!("new@example.com")),
            ("timezone", Value::Null),
            ("officePhone", Value::Null),
            ("image", Value::Null),
            ("extendedFields", json!({ "CIF": 2 })),
            ("extra", json!({})),
            ("externalId", Value::Null),
        ] {
            expected[field] = value;
        }
        expected["roles"]["play"] = json!(["author"]);
        assert_eq!(netex.get(USER).await.json(), expected);
        assert_eq!(netex.company.detail("restuser.netex").await.user.full_name, "Rest Netex");
    });
}

/// A client that sends back what it got changes nothing, and the log tells nothing.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_can_be_sent_back() {
    let netex = Netex::at(Company::new().await).await;
    netex.company.add(NewUser { role: Role::Operator, ..NewUser::named("second") }).await;
    for user in ["restuser.netex", "second", "auditor"] {
        let path = format!("users/{user}");
        let shown = netex.get(&path).await.body;
        let before = netex.company.log_head().await;
        is(&netex.edit(&path, &shown).await, 200, DONE);
        assert_eq!(netex.company.log_head().await, before, "{user}");
        assert_eq!(netex.get(&path).await.body, shown);
    }
    assert_eq!(netex.company.detail("second").await.user.role, Role::Operator, "shown as admin, and no more");
}

/// A name that was never told apart is, once a part of it is told.
#[tokio::test(flavor = "multi_thread")]
async fn names_stay_as_they_are_shown() {
    let netex = Netex::at(Company::new().await).await;
    let new = NewUser { full_name: "Ana García Pérez".to_owned(), ..NewUser::named("ana") };
    netex.company.add(new).await;
    netex.edit("users/ana", r#"{"name":"Ana María"}"#).await;
    let shown = netex.get("users/ana").await.json();
    assert_eq!((&shown["name"], &shown["surname"]), (&json!("Ana María"), &json!("García Pérez")));
    assert_eq!(netex.company.detail("ana").await.user.full_name, "Ana María García Pérez");
}

#[test]
fn a_user_is_renamed_but_not_to_somebody_else() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        netex.post("users", r#"{"username":"kjones","externalId":"hr-9"}"#).await;
        let guid = netex.guid("kjones").await;
        let rename = |to: &str| json!({ "username": to }).to_string();
        for (to, message) in [
            ("KJones", "a user named KJones exists"),
            ("hr-9", "the user name hr-9 is an id of user 5"),
            (guid.as_str(), &format!("the user name {guid} is an id of user 5")),
            ("", "username: must not be empty"),
        ] {
            refused(&netex.edit(USER, &rename(to)).await, 400, message);
        }
        is(&netex.edit(USER, &rename("Restuser.Netex")).await, 200, DONE);
        assert_eq!(netex.get(USER).await.status, 404, "names count to the letter here");
        is(&netex.edit("users/Restuser.Netex", &rename("new.name")).await, 200, DONE);
        assert_eq!(netex.get("users/new.name").await.status, 200);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_management_role_makes_and_unmakes_administrators() {
    let netex = Netex::at(Company::new().await).await;
    let role = async || netex.company.detail("restuser.netex").await.user.role;
    netex.edit(USER, r#"{"roles":{"management":["admin"]}}"#).await;
    assert_eq!(role().await, Role::Admin);
    netex.edit(USER, r#"{"roles":{"training":["admin"]}}"#).await;
    assert_eq!(role().await, Role::Admin, "nothing was told of it");
    netex.edit(USER, r#"{"roles":{"management":["groupadmin"]}}"#).await;
    assert_eq!(role().await, Role::None);
    let shown = netex.get(USER).await.json();
    assert_eq!(shown["roles"]["management"], json!(["groupadmin"]));
    let answer = netex.edit("users/admin", r#"{"roles":{"management":["user"]}}"#).await;
    refused(&answer, 409, "User admin is protected");
    assert_eq!(netex.company.detail("admin").await.user.role, Role::Admin);
}

/// Trap 6: the same code, with the same effects and answers.
#[test]
fn disabling_here_is_deactivating() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        let session = netex.company.session("restuser.netex").await;
        let token = netex.company.token("restuser.netex").await;
        let before = netex.company.log_head().await;
        is(&netex.edit(USER, r#"{"enabled":false,"location":"Vigo"}"#).await, 200, DONE);
        assert_eq!(netex.company.log_kinds(before).await, ["user.changed", "offboarding.accepted"]);
        assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Deactivated);
        for secret in [session, token] {
            assert!(netex.company.app.authenticate(&secret).await.is_err());
        }
        let attempt = netex.company.app.sign_in(Company::attempt("restuser.netex", PASSWORD)).await;
        assert!(matches!(attempt, Err(domain::Error::Deactivated { .. })), "{:?}", attempt.err());
        let _engine = netex.company.run_engine();
        // What is under way is joined, and waited for.
        let again = netex.put(USER, &[SYNCHRONOUS, super::JSON], r#"{"enabled":false}"#).await;
        assert_eq!(statuses(&again), ["training 200", "social 204", "play 204", "management 204"]);
        let back = netex.put(USER, &[SYNCHRONOUS, super::JSON], r#"{"enabled":true}"#).await;
        assert_eq!(statuses(&back), ["training 200", "social 204", "play 204", "management 204"]);
        assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Active);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn disabling_here_is_refused_as_deactivating_is() {
    let mut netex = Netex::at(Company::new().await).await;
    let held = NewUser { protected: true, ..NewUser::named("held") };
    netex.company.add(held).await;
    let before = netex.company.log_head().await;
    let body = r#"{"enabled":false,"email":"new@example.com"}"#;
    refused(&netex.edit("users/admin", body).await, 409, "You cannot deactivate your own account");
    refused(&netex.edit("users/held", body).await, 409, "User held is protected");
    assert_eq!(netex.company.detail("held").await.user.email, "", "nothing of it was done");
    netex.token = netex.company.session("operator").await;
    let only = r#"{"enabled":false}"#;
    refused(&netex.edit("users/admin", only).await, 409, "User admin is the last active administrator");
    assert_eq!(netex.company.log_kinds(before).await, ["session.started"]);
}

/// An operator may end access, also with a client that sends back the whole user; and edits nothing else.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_disables_and_edits_nothing_else() {
    let netex = Netex::new().await;
    let mut shown = netex.get(USER).await.json();
    shown["enabled"] = json!(false);
    is(&netex.edit(USER, &shown.to_string()).await, 200, DONE);
    assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Deactivated);
    shown["enabled"] = json!(true);
    shown["location"] = json!("Vigo");
    let forbidden = "The token's account lacks the management role admin";
    refused(&netex.edit(USER, &shown.to_string()).await, 403, forbidden);
    assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Deactivated);
}

/// Contract section 4, partial failure: the local part is done, and the answer says who failed.
#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_fails_is_told() {
    let training = r#"{"refuse":["restuser.netex"]}"#;
    let netex = Netex::over(Company::new().await, [training, "{}", "{}"]).await.by_admin().await;
    let _engine = netex.company.run_engine();
    for _ in 0..2 {
        // The second finds the user disabled here, and the platform still not.
        let answer = netex.put(USER, &[SYNCHRONOUS, super::JSON], r#"{"enabled":false}"#).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &json!(500)));
        assert_eq!(statuses(&answer), ["training 500", "social 204", "play 204", "management 204"]);
        let message = answer.json()["responsePlatforms"]["training"]["message"].clone();
        assert_eq!(message, "simulated platform training: account restuser.netex must not be touched");
    }
    assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Deactivated);
}

/// Who leaves for good is disabled already, and not brought back.
#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_is_not_enabled() {
    let netex = Netex::at(Company::new().await).await;
    let leave = Start::new(Goal::Leave, vec![UserRef::Name("restuser.netex".to_owned())]);
    let started =
        netex.company.app.start(&netex.company.console, leave).await.expect("a departure").remove(0);
    let answer = netex.edit(USER, r#"{"enabled":true}"#).await;
    let id = started.offboarding.id;
    refused(&answer, 409, &format!("User restuser.netex is leaving; cancel offboarding {id} first"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_changed() {
    let netex = Netex::at(Company::new().await).await;
    let before = netex.get(USER).await.body;
    for (body, message) in [
        (r#"{"password":"correct horse"}"#, "password: is set by changePassword"),
        (r#"{"id":"0"}"#, "id: is given by the server and never changes"),
        (r#"{"commonId":"0"}"#, "commonId: is given by the server and never changes"),
        (r#"{"authSource":"LDAP"}"#, "authSource: must be LOCAL: credentials are checked here"),
        ("", "body: is missing"),
        (" \r\n", "body: is missing"),
    ] {
        refused(&netex.put(USER, &[super::JSON], body).await, 400, message);
    }
    refused(&netex.edit("users/nobody", "{}").await, 404, "User not found: nobody");
    assert_eq!(netex.get(USER).await.body, before);
    is(&netex.edit(USER, "{}").await, 200, DONE);
}
