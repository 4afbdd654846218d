//! The contract's numbered client traps, by their numbers. Those of one operation alone are with it:
//! 9 and 14 with the updates, 11 with the clients that fall into it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Role, UserState};
use serde_json::{Value, json};

use super::client::{Client, JSON, ROOT};
use crate::fixture::{Answer, PASSWORD};

const DEVICE: &str = "pc.example.com";

async fn login(client: &Client, password: &str) -> Answer {
    let password = STANDARD.encode(password);
    let body = format!(
        r#"{{"mode":4,"username":"operator","password":"{password}","deviceId":"{DEVICE}","clientType":30}}"#
    );
    client.company.call("POST", &format!("{ROOT}/Login"), &[JSON], &body).await
}

async fn with_token(client: &Client, method: &str, path: &str, token: &str) -> Answer {
    client.company.call(method, &format!("{ROOT}/{path}"), &[("Authtoken", token), JSON], "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_1_response_is_an_array() {
    let client = Client::with_leaver().await;
    for (method, path) in [
        ("PUT", "User/4/Disable"),
        ("PUT", "User/4/Enable"),
        ("PUT", "User/99/Enable"),
        ("DELETE", "User/99"),
        ("DELETE", "User/4"),
    ] {
        let answer = client.json(method, path).await.json();
        assert_eq!(answer["response"].as_array().map(Vec::len), Some(1), "{method} {path}: {answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_2_no_write_is_answered_with_nothing() {
    let client = Client::with_leaver().await;
    let locked = r#"{"lockedAccounts":[{"user":{"userId":4}}]}"#;
    let leavers = r#"{"users":[{"user":{"id":5}}]}"#;
    for (method, path, body) in [
        ("PUT", "User/4/Disable", ""),
        ("PUT", "User/4/Enable", ""),
        ("POST", "User/Offboard", r#"{"userId":4}"#),
        ("POST", "User/Unlock", locked),
        ("DELETE", "V4/user/4", ""),
        ("PUT", "V4/user/action/delete", leavers),
    ] {
        let answer = client.send(method, path, JSON, body).await;
        let told = answer.json();
        assert!(
            answer.status == 200 && told.as_object().is_some_and(|told| !told.is_empty()),
            "{path}: {told}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_3_a_refused_login_is_200_without_token_and_user_name() {
    let client = Client::new().await;
    let refused = login(&client, "wrong password").await;
    assert_eq!((refused.status.as_u16(), refused.header("content-type")), (200, Some("application/json")));
    let refused = refused.json();
    assert!(refused.get("token").is_none() && refused.get("userName").is_none(), "{refused}");
    assert_eq!(refused["errList"][0]["errLogMessage"], "User name or password is wrong.");
    let granted = login(&client, PASSWORD).await.json();
    assert!(granted["token"].is_string() && granted["userName"].is_string(), "{granted}");
}

/// Shown to whoever sits before cvpysdk only if the status is 200.
#[tokio::test(flavor = "multi_thread")]
async fn trap_4_v2_tells_its_reasons_at_200() {
    let client = Client::with_leaver().await;
    client.give_alerts("jsmith", 1).await;
    let flat = ["User/99", "User/99/Security", "UserGroup/99/Security", "Session?userId=99"];
    for path in flat {
        let answer = client.json("GET", path).await;
        let text = answer.json()["errorMessage"].as_str().expect("a text").to_owned();
        assert!(answer.status == 200 && text.ends_with("99 not found"), "{path}: {text}");
    }
    let refused = client.json("DELETE", "User/4").await;
    assert_eq!(refused.told(), (2, "User jsmith owns 1 alert. Name a new owner.".to_owned()));
    let done = client.json("DELETE", "User/4?newUserId=5&newUserGroupId=0").await;
    assert_eq!(done.told(), (0, "Ownership of 1 item is now with kjones.".to_owned()), "a text, and success");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_5_all_three_texts_and_a_code_that_is_a_number() {
    let client = Client::with_leaver().await;
    for (method, path) in
        [("PUT", "User/4/Disable"), ("PUT", "User/99/Disable"), ("DELETE", "User/99"), ("DELETE", "User/4")]
    {
        let response = client.json(method, path).await.json()["response"][0].take();
        assert!(response["errorCode"].is_i64(), "{method} {path}: {response}");
        for text in ["errorString", "errorMessage", "warningMessage"] {
            assert!(response[text].is_string(), "{method} {path}: {response}");
        }
    }
}

/// Terraform and PowerShell see the status and nothing else; at 404 a resource is forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn trap_6_the_status_of_v4_says_it_all() {
    let client = Client::with_leaver().await;
    client.give_alerts("jsmith", 1).await;
    let status = async |method: &str, path: &str| client.json(method, path).await.status.as_u16();
    assert_eq!(status("GET", "V4/user/4").await, 200);
    assert_eq!(status("DELETE", "V4/user/4").await, 400, "owns something");
    assert_eq!(status("GET", "V4/user/4").await, 200, "still there");
    let path = "V4/user/4?skipOwnerShipTransfer=false&transferToUser=5&transfertoUserGroup=0";
    assert_eq!(status("DELETE", path).await, 200);
    assert_eq!(status("GET", "V4/user/4").await, 404, "gone");
    assert_eq!(status("DELETE", path).await, 404);
    assert_eq!(status("GET", "V4/UserGroup/99").await, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_7_terraform_names_no_new_owner() {
    let client = Client::with_leaver().await;
    client.company.user("lwong", Role::None).await;
    client.give_alerts("lwong", 1).await;
    // v1 sends an empty Accept and reads XML; v2 reads the status.
    let headers = [("Authtoken", client.token.as_str()), ("Accept", "")];
    let delete =
        async |path: &str| client.company.call("DELETE", &format!("{ROOT}/{path}"), &headers, "").await;
    assert!(delete("user/4").await.body.contains(r#"errorCode="0" errorString="Successful""#));
    assert_eq!(delete("V4/user/5").await.status, 200);
    assert!(delete("user/6").await.body.contains(r#"errorCode="2""#));
    assert_eq!(delete("V4/user/6").await.status, 400);
    assert_eq!(client.company.detail("lwong").await.user.state, UserState::Active);
}

/// MCP repeats what fails otherwise, cvpysdk what was 401: so that comes before any work, and work may be repeated.
#[tokio::test(flavor = "multi_thread")]
async fn trap_8_a_bad_token_comes_first_and_repetitions_do_no_harm() {
    let client = Client::with_leaver().await;
    let before = client.company.log_head().await;
    for (method, path, body) in [
        ("PUT", "User/4/Disable", ""),
        ("DELETE", "V4/user/4", ""),
        ("DELETE", "V4/user/%zz", ""),
        ("PUT", "V4/user/action/delete", "{"),
        ("POST", "User/Unlock", "{"),
        ("GET", "Session?userId=x", ""),
        ("GET", "CommServ", ""),
    ] {
        let headers = [("Authtoken", "QSDK 0123"), JSON];
        let answer = client.company.call(method, &format!("{ROOT}/{path}"), &headers, body).await;
        answer.is_json(401, r#"{"errorMessage":"Access denied","errorCode":5}"#);
    }
    assert_eq!(client.company.log_head().await, before);
    for (method, path, body) in [
        ("PUT", "User/4/Disable", ""),
        ("PUT", "User/4/Enable", ""),
        ("POST", "User/Offboard", r#"{"userId":4}"#),
        ("POST", "User/Unlock", r#"{"lockedAccounts":[{"user":{"userId":4}}]}"#),
    ] {
        let first = client.send(method, path, JSON, body).await.body;
        assert_eq!(client.send(method, path, JSON, body).await.body, first, "{method} {path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_10_names_in_lower_case_and_the_reads_that_follow() {
    let client = Client::new().await;
    client.company.user("Company\\JSmith", Role::None).await;
    let listed = client.json("GET", "v4/user?additionalProperties=true").await.json();
    let users = listed["users"].as_array().expect("the key is there");
    assert_eq!(listed["numberOfUsers"], json!(users.len()));
    // As cvpysdk keeps them: by lower-cased name, and from then on by id.
    let name = users[3]["name"].as_str().expect("a name").to_lowercase();
    let id = &users[3]["id"];
    assert_eq!(client.json("GET", &format!("v4/user/{id}")).await.json()["name"], "Company\\JSmith");
    let security = client.json("GET", &format!("User/{id}/Security")).await;
    security.is_json(200, r#"{"associations":[]}"#);
    let status = format!("Security/TwoFactorAuth/Status?username={name}");
    assert_eq!(client.json("GET", &status).await.json()["error"]["errorCode"], 0);
    let path = format!("User/byName(userName='{}')/Security", name.replace('\\', "%5C"));
    client.json("GET", &path).await.is_json(200, r#"{"associations":[]}"#);
    // Nobody is there: the key is all the same.
    client.json("GET", "v4/user?userGroupId=3").await.is_json(200, r#"{"numberOfUsers":0,"users":[]}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_12_what_clients_ask_at_their_start_has_every_key() {
    let client = Client::new().await;
    let cell = client.json("GET", "CommServ").await;
    assert_eq!((cell.status.as_u16(), cell.header("content-type")), (200, Some("application/json")));
    let cell = cell.json();
    for key in [
        "/hostName",
        "/csVersionInfo",
        "/releaseName",
        "/timeZone",
        "/csTimeZone/TimeZoneName",
        "/commcell/commCellName",
        "/commcell/csGUID",
    ] {
        assert!(
            cell.pointer(key).is_some_and(|value| value.as_str().is_some_and(|text| !text.is_empty())),
            "{key}"
        );
    }
    for key in ["/currentSPVersion", "/commcell/commCellId"] {
        assert!(cell.pointer(key).is_some_and(Value::is_i64), "{key}");
    }
    let status = client.json("GET", "Security/TwoFactorAuth/Status?username=admin").await;
    assert_eq!(status.status, 200, "a 404 would break reading and disabling users");
    assert_eq!(status.json()["twoFactorInfo"]["isTwoFactorAuthenticationEnabled"], false);
}

/// Splunk SOAR needs a Content-Type with `json` in it; it and XSOAR look for the email address or the UPN.
#[tokio::test(flavor = "multi_thread")]
async fn trap_13_users_are_found_by_their_address() {
    let client = Client::with_leaver().await;
    let listed = client.json("GET", "User?level=10").await;
    assert!(listed.header("content-type").is_some_and(|form| form.contains("json")));
    let listed = listed.json();
    let found = |key: &str| {
        let users = listed["users"].as_array().expect("users").iter();
        let found: Vec<_> = users.filter(|user| user[key] == "jsmith@example.com").collect();
        assert_eq!(found.len(), 1, "{key}");
        found[0]["userEntity"]["userId"].as_i64()
    };
    assert_eq!((found("email"), found("UPN")), (Some(4), Some(4)));
}

/// Answered 401 like everything else, it makes cvpysdk renew, and log out with the new token.
#[tokio::test(flavor = "multi_thread")]
async fn trap_15_an_idle_session_is_renewed_to_be_logged_out() {
    let client = Client::new().await;
    let old = login(&client, PASSWORD).await.json()["token"].as_str().expect("a token").to_owned();
    client.company.clock.advance(30 * 60_000);
    assert_eq!(with_token(&client, "POST", "Logout", &old).await.status, 401);
    let body = format!(r#"{{"sessionId":"{old}","deviceId":"{DEVICE}"}}"#);
    let headers = [("Authtoken", old.as_str()), JSON];
    let renewed =
        client.company.call("POST", &format!("{ROOT}/RenewLoginToken"), &headers, &body).await.json();
    let new = renewed["token"].as_str().expect("a token");
    let out = with_token(&client, "POST", "Logout", new).await;
    assert_eq!((out.status.as_u16(), out.body.as_str()), (200, "User logged out"));
    // After that nothing is renewed any more: the client is told once, and stops.
    let body = format!(r#"{{"sessionId":"{new}","deviceId":"{DEVICE}"}}"#);
    let refused = client.company.call("POST", &format!("{ROOT}/RenewLoginToken"), &[JSON], &body).await;
    refused.is_json(200, r#"{"error":{"errLogMessage":"Session expired","errorCode":2}}"#);
}
