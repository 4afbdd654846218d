//! Contract section 5, trap by trap. What a trap means in full is tested with its call; here each is named.

use domain::UserState;
use serde_json::Value;

use super::{JSON, Netex, SYNCHRONOUS, refused, statuses};
use crate::fixture::{Answer, Company};

const USER: &str = "users/restuser.netex";

/// Every call that answers with an envelope, in an order in which all of them succeed.
const WRITES: [(&str, &str, &str); 11] = [
    ("POST", "users", r#"{"username":"new"}"#),
    ("PUT", "users/new", r#"{"name":"New"}"#),
    ("PUT", "users/new/deactivate", ""),
    ("PUT", "users/new/activate", ""),
    ("PUT", "users/new/changePassword", r#"{"newPassword":"another horse"}"#),
    ("POST", "groups/Ops/users.add", r#"{"userIds":["new"]}"#),
    ("POST", "groups/Ops/users.remove", r#"{"userIds":["new"]}"#),
    ("POST", "groups/Ops/admins.add", r#"{"adminIds":["operator"]}"#),
    ("POST", "groups/Ops/admins.remove", r#"{"adminIds":["operator"]}"#),
    ("PUT", "users/new", r#"{"enabled":false}"#),
    ("DELETE", "users/new", ""),
];

impl Netex {
    async fn writes(&self, mode: (&str, &str)) -> Vec<(&'static str, Answer)> {
        let mut answers = Vec::new();
        for (method, path, body) in WRITES {
            answers.push((path, self.send(method, path, &[mode, JSON], body).await));
        }
        answers
    }
}

async fn netex() -> Netex {
    let netex = Netex::at(Company::new().await).await;
    netex.company.group("Ops").await;
    netex
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_1_http_200_with_a_body_whose_status_is_204() {
    let netex = netex().await;
    let _engine = netex.company.run_engine();
    for (path, answer) in netex.writes(SYNCHRONOUS).await {
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        assert_eq!(answer.json()["status"], 204, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_2_only_training_and_social_tell_the_modes_apart() {
    let netex = netex().await;
    let _engine = netex.company.run_engine();
    let now = netex.put(&format!("{USER}/deactivate"), &[SYNCHRONOUS], "").await.json();
    let mut later = netex.put(&format!("{USER}/deactivate"), &[], "").await.json();
    for (name, done, queued) in [("training", 200, 202), ("social", 204, 202)] {
        let status = &mut later["responsePlatforms"][name]["status"];
        assert_eq!(*status, queued, "{name}");
        *status = done.into();
    }
    assert_eq!(now, later, "and nothing else differs");
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_3_any_accept_gets_the_same_json() {
    let netex = netex().await;
    let plain = netex.get(USER).await.body;
    for accept in [
        "application/json",
        "*/*",
        "",
        "text/html;q=0.1",
        "application/vnd.netex.nlc-api",
        "application/vnd.netex.nlc-api.v1.0.0",
        "application/vnd.netex.nlc-api.v1.0.1+json",
        "application/vnd.netex.nlc-api.v2+xml",
        "application/vnd.netex.nlc-api+plain",
        "no media type at all",
    ] {
        let answer = netex.send("GET", USER, &[("Accept", accept)], "").await;
        super::is(&answer, 200, &plain);
        let missing = netex.send("GET", "users/nobody", &[("Accept", accept)], "").await;
        refused(&missing, 404, "User not found: nobody");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_4_no_body_and_no_content_type() {
    let netex = netex().await;
    for headers in [&[][..], &[("Content-Length", "0")], &[JSON], &[("Content-Type", "text/plain")]] {
        let answer = netex.put(&format!("{USER}/deactivate"), headers, "").await;
        assert_eq!(answer.json()["status"], 204, "{headers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_5_dots_are_no_extension_and_an_encoded_slash_is_no_separator() {
    let netex = netex().await;
    for (name, raw) in [("a.json", "a.json"), ("a.b.c", "a.b.c"), ("x/deactivate", "x%2Fdeactivate")] {
        netex.company.person(name).await;
        let answer = netex.put(&format!("users/{raw}/deactivate"), &[], "").await;
        assert_eq!(answer.status, 200, "{name}");
        assert_eq!(netex.company.detail(name).await.user.state, UserState::Deactivated, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_6_enabled_false_deactivates() {
    let netex = netex().await;
    let session = netex.company.session("restuser.netex").await;
    let update = netex.edit(USER, r#"{"enabled":false}"#).await;
    assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Deactivated);
    assert!(netex.company.app.authenticate(&session).await.is_err());
    let deactivate = netex.put(&format!("{USER}/deactivate"), &[], "").await;
    assert_eq!(update.body, deactivate.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_7_an_empty_text_outside_and_null_inside() {
    let netex = netex().await;
    for (path, answer) in netex.writes(("X-Cloud-Synchronization", "asynchronous")).await {
        let answer = answer.json();
        assert_eq!(answer["message"], "", "{path}");
        for (name, entry) in answer["responsePlatforms"].as_object().expect("platforms") {
            assert_eq!(entry["message"], Value::Null, "{path}: {name}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_8_400_and_404_of_group_calls_mean_what_they_say() {
    let netex = netex().await;
    for call in ["users.add", "users.remove"] {
        let known = r#"{"userIds":["restuser.netex"]}"#;
        refused(&netex.post(&format!("groups/None/{call}"), known).await, 404, "Group not found: None");
        let wrong = netex.post(&format!("groups/Ops/{call}"), r#"{"userIds":1}"#).await;
        refused(&wrong, 400, "userIds: must be a list of strings");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_9_the_204_of_administrators_is_in_the_body() {
    let netex = netex().await;
    for call in ["admins.add", "admins.remove"] {
        let answer = netex.post(&format!("groups/Ops/{call}"), r#"{"adminIds":["operator"]}"#).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &204.into()), "{call}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn trap_10_keys_and_platforms_in_the_order_of_the_samples() {
    let netex = netex().await;
    let answer = netex.put(&format!("{USER}/deactivate"), &[], "").await;
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().expect("an object").keys().cloned().collect() };
    let json = answer.json();
    assert_eq!(keys(&json), ["location", "message", "responsePlatforms", "status"]);
    assert_eq!(keys(&json["responsePlatforms"]["social"]), ["location", "message", "status"]);
    assert_eq!(statuses(&answer), ["training 202", "social 202", "play 204", "management 204"]);
    let refused = netex.get("users/nobody").await.json();
    assert_eq!(keys(&refused), ["location", "message", "responsePlatforms", "status"]);
}
