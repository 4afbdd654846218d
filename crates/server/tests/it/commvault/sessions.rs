use domain::Role;
use serde_json::json;

use super::client::{Client, JSON, ROOT};
use crate::fixture::{Company, NOW_MS, PASSWORD};
use crate::home::both;

const DENIED: &str = r#"{"errorCode":5,"errorMessage":"You are not allowed to do this"}"#;

fn failure(text: &str) -> String {
    format!(r#"{{"errorCode":2,"errorMessage":"{text}"}}"#)
}

#[test]
fn the_sessions_of_a_user() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        let device = exeunt::app::SignIn {
            face: "commvault",
            device: Some("pc.example.com".to_owned()),
            ..Company::attempt("jsmith", PASSWORD)
        };
        client.company.app.sign_in(device).await.expect("a session");
        client.company.clock.advance(30 * 60_000);
        let secret = client.company.session("jsmith").await;
        client.company.session("kjones").await;
        let now_s = NOW_MS / 1000;
        let later_s = now_s + 1_800;
        let user = r#""user":{"userId":4,"userName":"jsmith"}"#;
        let alive = format!(
            r#"{{{user},"deviceId":"","api":"rest","loginTime":{later_s},"lastActivityTime":{later_s},"isActive":true}}"#
        );
        let idle = format!(
            r#"{{{user},"deviceId":"pc.example.com","api":"commvault","loginTime":{now_s},"lastActivityTime":{now_s},"isActive":false}}"#
        );
        let all = format!(r#"{{"sessions":[{alive},{idle}]}}"#);
        client.json("GET", "Session?userId=4").await.is_json(200, &all);
        client.xml("GET", "session?USERID=4").await.is_json(200, &all);
        let headers = [("Authtoken", client.token.as_str()), JSON, ("ONLY-ACTIVE-SESSIONS", "True")];
        let active = client.company.call("GET", &format!("{ROOT}/Session?userId=4"), &headers, "").await;
        active.is_json(200, &format!(r#"{{"sessions":[{alive}]}}"#));
        client.json("GET", "Session?userId=3").await.is_json(200, r#"{"sessions":[]}"#);
        let headers = [("Authtoken", secret.as_str()), JSON];
        let own = client.company.call("GET", &format!("{ROOT}/Session?userId=4"), &headers, "").await;
        assert_eq!(own.json()["sessions"].as_array().map(Vec::len), Some(2), "{}", own.body);
        let others = client.company.call("GET", &format!("{ROOT}/Session?userId=5"), &headers, "").await;
        others.is_json(200, DENIED);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn whose_sessions_must_be_said() {
    let client = Client::with_leaver().await;
    client.json("DELETE", "User/4").await.succeeds("Success");
    for (path, text) in [
        ("Session", "userId: must be given"),
        ("Session?userId=", "userId: must be given"),
        ("Session?userId=0", "userId: must be given"),
        ("Session?userId=jsmith", "userId: must be a number"),
        ("Session?userId=99", "User 99 not found"),
        ("Session?userId=4", "User 4 not found"),
    ] {
        client.json("GET", path).await.is_json(200, &failure(text));
    }
}

async fn lock(company: &Company, user_name: &str) {
    for _ in 0..5 {
        company.app.sign_in(Company::attempt(user_name, "wrong password")).await.expect_err("refused");
    }
    company.app.sign_in(Company::attempt(user_name, PASSWORD)).await.expect_err("locked");
}

#[test]
fn unlocked_users_sign_in_again() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        for name in ["jsmith", "KJones"] {
            lock(&client.company, name).await;
        }
        let older = client.json("GET", "User/4").await.json();
        let now_s = NOW_MS / 1000;
        let told =
            ["isAccountLocked", "lockStartTime", "lockEndTime"].map(|key| older["users"][0][key].clone());
        assert_eq!(told, [json!(true), json!(now_s), json!(now_s + 30)]);
        let before = client.company.log_head().await;
        let body = r#"{"lockedAccounts":[{"user":{"userName":"jsmith","userId":4}},{"user":{"userName":"nobody","userId":0}},{"user":{"userName":"kjones"}},{"user":{"userId":2}}]}"#;
        client.send("POST", "User/Unlock", JSON, body).await.is_json(
            200,
            r#"{"lockedAccounts":[{"status":"Success","statusCode":0},{"status":"User nobody not found","statusCode":2},{"status":"Success","statusCode":0},{"status":"Success","statusCode":0}]}"#,
        );
        assert_eq!(
            client.company.log_kinds(before).await,
            ["user.unlocked", "user.unlocked"],
            "who was locked"
        );
        for name in ["jsmith", "kjones"] {
            client.company.session(name).await;
        }
        assert_eq!(client.json("GET", "User/4").await.json()["users"][0].get("isAccountLocked"), None);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_administrator_unlocks() {
    let client = Client::with_leaver().await;
    client.company.user("gone", Role::None).await;
    client.json("DELETE", "User/6").await.succeeds("Success");
    lock(&client.company, "jsmith").await;
    let body = r#"{"lockedAccounts":[{"user":{"userId":4}}]}"#;
    client.json_as("operator", "POST", "User/Unlock", body).await.is_json(200, DENIED);
    let removed =
        client.send("POST", "user/unlock", JSON, r#"{"lockedAccounts":[{"user":{"userId":6}}]}"#).await;
    removed.is_json(200, r#"{"lockedAccounts":[{"status":"User 6 not found","statusCode":2}]}"#);
    for (body, text) in [
        ("", "lockedAccounts: must be given"),
        (r#"{"lockedAccounts":[{"user":{}}]}"#, "user: must be given, by userId or userName"),
    ] {
        client.send("POST", "User/Unlock", JSON, body).await.is_json(200, &failure(text));
    }
    let many = format!(r#"{{"lockedAccounts":[{}]}}"#, vec![r#"{"user":{"userId":4}}"#; 1_001].join(","));
    client
        .send("POST", "User/Unlock", JSON, &many)
        .await
        .is_json(200, &failure("users must not exceed 1000"));
    client.company.app.sign_in(Company::attempt("jsmith", PASSWORD)).await.expect_err("still locked");
}
