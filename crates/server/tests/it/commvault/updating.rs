use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use domain::{Role, UserState};
use exeunt::app::UserDetail;

use super::client::{Client, JSON, ROOT, XML};
use crate::fixture::{Answer, Company, PASSWORD};
use crate::home::both;

const DONE: &str = r#"{"errorMessage":"","errorCode":0}"#;

async fn v2(client: &Client, body: &str) -> Answer {
    client.send("POST", "User/4?Level=50", JSON, body).await
}

async fn v4(client: &Client, body: &str) -> Answer {
    client.send("PUT", "V4/user/4", JSON, body).await
}

async fn jsmith(client: &Client) -> UserDetail {
    let user = exeunt::app::UserRef::Id(domain::UserId(4));
    client.company.app.user(&client.company.console, &user).await.expect("the user")
}

#[test]
fn texts_are_changed_in_both_generations() {
    both(|company| async move {
        let client = Client::of(company).await.and_leaver().await;
        let told = async || {
            let user = jsmith(&client).await.user;
            [user.user_name, user.email, user.full_name, user.description].join("|")
        };
        v4(&client, r#"{"newName":"JSMITH","fullName":"John","email":"j@x.org","description":"d","userPrincipalName":"j@x.org","plan":{"id":2}}"#).await.is_json(200, DONE);
        assert_eq!(told().await, "jsmith|j@x.org|John|d", "the same name is no rename");
        v2(&client, r#"{"users":[{"userEntity":{"userName":"jsmith"},"fullName":"J. Smith","email":"","description":null,"enableUser":""}]}"#).await.succeeds("");
        assert_eq!(told().await, "jsmith|j@x.org|J. Smith|d", "what is empty is not given");
        v4(&client, r#"{"newName":"jdoe"}"#).await.is_json(200, DONE);
        let answer = v2(&client, r#"{"users":[{"userEntity":{"userName":"company\\jdoe"}}]}"#).await;
        answer.is_json(200, r#"{"response":[{"errorString":"","errorMessage":"","errorCode":0,"warningMessage":"","entity":{"userId":4,"userName":"company\\jdoe"}}]}"#);
        assert_eq!(told().await, "company\\jdoe|j@x.org|J. Smith|d");
    });
}

/// cvpysdk up to 11.40 by v2, 11.44 by v4 with the lower-cased name, Terraform's second generation by v4.
#[test]
fn disabling_and_enabling_by_a_change() {
    both(|company| async move {
        let client = Client::of(company).await.and_leaver().await;
        let platform = client.company.platform("training", "{}").await;
        client.company.account(domain::UserId(4), platform, "j.smith").await;
        let operator = client.company.token("operator").await;
        let headers = [("Authtoken", operator.as_str()), JSON];
        let ask = async |method: &str, path: &str, body: &str| {
            client.company.call(method, &format!("{ROOT}/{path}"), &headers, body).await
        };
        let session = client.company.session("jsmith").await;
        let answer = ask("POST", "User/4?Level=50", r#"{"users":[{"enableUser":false}]}"#).await.json();
        assert_eq!(answer["response"][0]["warningMessage"], "Still under way on training.");
        assert_eq!(jsmith(&client).await.user.state, UserState::Deactivated);
        assert!(client.company.app.authenticate(&session).await.is_err(), "sessions end at once");
        for _ in 0..2 {
            ask("PUT", "v4/user/4", r#"{"newName":"jsmith","enabled":false}"#).await.is_json(200, DONE);
        }
        ask("PUT", "V4/user/4", r#"{"enabled":true}"#).await.is_json(200, DONE);
        assert_eq!(jsmith(&client).await.user.state, UserState::Active);
        ask("PUT", "V4/user/4", r#"{"enabled":"false"}"#).await.is_json(200, DONE);
        ask("POST", "User/4", r#"<r><users enableUser="1"/></r>"#).await.succeeds("");
        assert_eq!(jsmith(&client).await.user.state, UserState::Active);
        client.company.engine.run_until_idle().await;
    });
}

/// As Terraform's first generation sends it, with every unset field as an empty attribute.
#[tokio::test(flavor = "multi_thread")]
async fn terraforms_update() {
    let client = Client::with_leaver().await;
    let sent = |email: &str, full: &str, new: &str| {
        format!(
            r#"<AppUpdateUserPropertiesRequest><users associatedUserGroupsOperationType="" email="{email}" systemGeneratePassword="" associatedExternalUserGroupsOperationType="" fullName="{full}" enableUser=""><userEntity _type_="" newName="{new}" userGUID="" userName="jsmith" userId="4"></userEntity></users></AppUpdateUserPropertiesRequest>"#
        )
    };
    let headers = [
        ("AuthToken", client.token.as_str()),
        XML,
        ("Content-Type", "application/xml"),
        ("operatorCompanyId", "0"),
    ];
    let update =
        async |body: String| client.company.call("POST", &format!("{ROOT}/user/4"), &headers, &body).await;
    update(sent("new@x.org", "John Smith", "John Smith")).await.is_xml(r#"<App_UpdateUserPropertiesResponse><response errorCode="0" errorString="" errorMessage="" warningMessage=""><entity userId="4" userName="jsmith"/></response></App_UpdateUserPropertiesResponse>"#);
    let user = jsmith(&client).await.user;
    let told = (user.user_name.as_str(), user.email.as_str(), user.full_name.as_str(), user.state);
    assert_eq!(told, ("jsmith", "new@x.org", "John Smith", UserState::Active), "not renamed, not disabled");
    for _ in 0..2 {
        let answer = update(sent("new@x.org", "John Smith", "jdoe")).await;
        assert!(
            answer.body.contains(r#"errorCode="0""#) && answer.body.contains(r#"userName="jdoe""#),
            "{}",
            answer.body
        );
    }
    let answer = update(sent("new@x.org", "John Smith", "kjones")).await;
    assert!(answer.body.contains("userName: is not the name of user 4"), "{}", answer.body);
    assert_eq!(jsmith(&client).await.user.user_name, "jdoe");
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_by_word_and_by_number() {
    let client = Client::with_leaver().await;
    client.company.group("R&D").await;
    let groups = async || {
        let groups = jsmith(&client).await.groups;
        groups.into_iter().map(|group| group.name).collect::<Vec<_>>().join(",")
    };
    for (body, expected) in [
        (r#"{"newName":"jsmith","userGroupOperation":2,"userGroups":[{"name":"ops"}]}"#, "Ops"),
        (
            r#"{"userGroupOperation":"ADD","userGroups":[{"id":0,"name":"R&D"},{"id":4,"name":""}]}"#,
            "Ops,R&D",
        ),
        (r#"{"userGroupOperation":3,"userGroups":[{"name":"Ops"}]}"#, "R&D"),
        (r#"{"userGroupOperation":0,"userGroups":[{"name":"Ops"}]}"#, "R&D"),
        (r#"{"userGroupOperation":"OVERWRITE","userGroups":[{"id":3,"name":"x"}]}"#, "View All"),
        (r#"{"userGroups":[{"name":"Ops"}]}"#, "View All,Ops"),
        (r#"{"userGroupOperation":1,"userGroups":[]}"#, ""),
    ] {
        v4(&client, body).await.is_json(200, DONE);
        assert_eq!(groups().await, expected, "{body}");
    }
    for (operation, name, expected) in [(2, "Ops", "Ops"), (1, "R&D", "R&D"), (3, "r&d", "")] {
        let body = format!(
            r#"{{"users":[{{"userEntity":{{"userName":"jsmith"}},"associatedUserGroupsOperationType":{operation},"associatedUserGroups":[{{"userGroupName":"{name}"}}]}}]}}"#
        );
        v2(&client, &body).await.succeeds("");
        assert_eq!(groups().await, expected, "{body}");
    }
    let before = client.company.log_head().await;
    let unknown = r#"{"fullName":"No","userGroups":[{"name":"Ops"},{"name":"ghosts"}]}"#;
    v4(&client, unknown)
        .await
        .is_json(400, r#"{"errorMessage":"userGroups: Group ghosts not found","errorCode":2}"#);
    v2(&client, r#"{"users":[{"associatedUserGroups":[{"userGroupId":99}]}]}"#)
        .await
        .fails("Group 99 not found");
    assert_eq!((groups().await.as_str(), client.company.log_head().await), ("", before));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_with_the_askers_own_as_a_proof() {
    let client = Client::with_leaver().await;
    let session = client.company.session("jsmith").await;
    let (new, proof) = (BASE64_STANDARD.encode("new password"), BASE64_STANDARD.encode(PASSWORD));
    let wrong = BASE64_STANDARD.encode("wrong horse");
    let body = |proof: &str| {
        format!(r#"{{"newName":"jsmith","newPassword":"{new}","validationPassword":"{proof}"}}"#)
    };
    let text = "validationPassword: is not your password";
    v4(&client, &body(&wrong)).await.is_json(400, &format!(r#"{{"errorMessage":"{text}","errorCode":2}}"#));
    let in_v2 = |proof: &str| {
        format!(
            r#"{{"users":[{{"userEntity":{{"userName":"jsmith"}},"password":"{new}","validationParameters":{{"password":"{proof}","passwordOperationType":2}}}}]}}"#
        )
    };
    v2(&client, &in_v2(&wrong)).await.fails(text);
    client.company.session("jsmith").await;
    v4(&client, &body(&proof)).await.is_json(200, DONE);
    assert!(client.company.app.authenticate(&session).await.is_err(), "sessions end with the old password");
    assert!(client.company.app.sign_in(Company::attempt("jsmith", PASSWORD)).await.is_err());
    client.company.app.sign_in(Company::attempt("jsmith", "new password")).await.expect("a session");
    v2(&client, &in_v2(&proof)).await.succeeds("");
    for _ in 0..5 {
        v4(&client, &body(&wrong)).await;
    }
    let answer = v4(&client, &body(&proof)).await;
    assert!(answer.status == 400 && answer.body.contains("Locked after too many"), "{}", answer.body);
}

/// Whoever may do nothing else may change the own password, signed in and not by a token.
#[tokio::test(flavor = "multi_thread")]
async fn ones_own_password() {
    let client = Client::with_leaver().await;
    let (session, token) = (client.company.session("jsmith").await, client.company.token("jsmith").await);
    let (new, proof) = (BASE64_STANDARD.encode("new password"), BASE64_STANDARD.encode(PASSWORD));
    let body = format!(r#"{{"newPassword":"{new}","validationPassword":"{proof}"}}"#);
    let ask = async |secret: &str, user: i64, body: &str| {
        let headers = [("Authtoken", secret), JSON];
        client.company.call("PUT", &format!("{ROOT}/V4/user/{user}"), &headers, body).await.status.as_u16()
    };
    assert_eq!(ask(&token, 4, &body).await, 403);
    assert_eq!(ask(&session, 5, &body).await, 403);
    let also = format!(r#"{{"fullName":"Boss",{}"#, &body[1..]);
    assert_eq!(ask(&session, 4, &also).await, 403);
    assert_eq!(ask(&session, 4, r#"{"enabled":true}"#).await, 403);
    assert_eq!(ask(&session, 4, &body).await, 200);
    client.company.app.sign_in(Company::attempt("jsmith", "new password")).await.expect("a session");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_decide_and_nothing_is_changed_by_a_refusal() {
    let client = Client::with_leaver().await;
    let tokens = [client.company.token("operator").await, client.company.token("auditor").await];
    let before = client.company.log_head().await;
    for token in &tokens {
        let headers = [("Authtoken", token.as_str()), JSON];
        for body in [
            r#"{"fullName":"x"}"#,
            r#"{"newName":"x","enabled":false}"#,
            r#"{"userGroups":[{"id":4}]}"#,
            r#"{"newPassword":"bmV3IHBhc3N3b3Jk"}"#,
        ] {
            let answer = client.company.call("PUT", &format!("{ROOT}/V4/user/4"), &headers, body).await;
            answer.is_json(403, r#"{"errorMessage":"You are not allowed to do this","errorCode":5}"#);
        }
        let body = r#"{"users":[{"fullName":"x"}]}"#;
        let answer = client.company.call("POST", &format!("{ROOT}/User/4"), &headers, body).await.json();
        assert_eq!(answer["response"][0]["errorCode"], 5);
    }
    for (path, body, status, text) in [
        ("V4/user/99", "{}", 404, "User 99 not found"),
        ("V4/user/4", "{", 400, "body: "),
        ("V4/user/4", r#"{"newName":"KJones"}"#, 409, "a user named KJones exists"),
        ("V4/user/4", r#"{"newName":" x"}"#, 400, "userName: must not begin or end with a space"),
        ("V4/user/4", r#"{"newPassword":"c2hvcnQ="}"#, 400, "password: must have at least 8 characters"),
        (
            "V4/user/4",
            r#"{"userPrincipalName":"other@x.org"}"#,
            400,
            "userPrincipalName: must be the email address",
        ),
        (
            "V4/user/1",
            r#"{"newName":"admin","enabled":false}"#,
            400,
            "You cannot deactivate your own account",
        ),
    ] {
        let answer = client.send("PUT", path, JSON, body).await;
        let told = answer.json()["errorMessage"].as_str().expect("a text").to_owned();
        assert!(answer.status == status && told.starts_with(text), "{path} {body}: {}", answer.body);
    }
    v2(&client, r#"{"users":[{"userEntity":{"userName":"kjones"}}]}"#)
        .await
        .fails("a user named kjones exists");
    v2(&client, "{}").await.fails("users: must be given");
    client.send("POST", "User/99", JSON, "{}").await.fails("User 99 not found");
    client
        .send("POST", "User/1", JSON, r#"{"users":[{"enableUser":false}]}"#)
        .await
        .fails("You cannot deactivate your own account");
    assert_eq!(client.company.log_head().await, before);
    assert_eq!(jsmith(&client).await.user.role, Role::None);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenants_users_are_unknown() {
    let client = Client::with_leaver().await.stranger().await;
    v4(&client, r#"{"fullName":"x"}"#)
        .await
        .is_json(404, r#"{"errorMessage":"User 4 not found","errorCode":2}"#);
    v2(&client, r#"{"users":[{"fullName":"x"}]}"#).await.fails("User 4 not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_logged() {
    let client = Client::with_leaver().await;
    let before = client.company.log_head().await;
    v4(&client, r#"{"newName":"jsmith"}"#).await.is_json(200, DONE);
    v4(&client, r#"{"newName":"jdoe","enabled":false,"userGroups":[{"id":4}]}"#).await.is_json(200, DONE);
    v4(&client, r#"{"newPassword":"bmV3IHBhc3N3b3Jk"}"#).await.is_json(200, DONE);
    assert_eq!(
        client.company.log_kinds(before).await,
        ["user.changed", "offboarding.accepted", "user.password_changed"]
    );
}
