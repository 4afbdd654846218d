use super::{JSON, Netex, refused};
use crate::fixture::{Answer, Company, PASSWORD};

const DEACTIVATE: &str = "users/restuser.netex/deactivate";

impl Netex {
    /// The leaver tries to sign in where names and passwords are taken.
    async fn sign_in(&self, password: &str) -> Answer {
        let headers = [("username", "restuser.netex"), ("password", password)];
        self.company.call("POST", "/avxapi/login?gwsource=external", &headers, "{}").await
    }

    async fn notice(&self) -> Option<String> {
        self.company.detail("restuser.netex").await.user.notice
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_notice_is_shown_with_the_right_password_only_and_cleared_by_activate() {
    let netex = Netex::new().await;
    let text = "Your access has ended. Please contact the service desk.";
    netex.put(DEACTIVATE, &[JSON], &format!(r#"{{"message":"{text}"}}"#)).await;
    let right = netex.sign_in(PASSWORD).await;
    assert_eq!((right.status.as_u16(), right.json()["message"].as_str()), (401, Some(text)));
    let wrong = netex.sign_in("wrong").await;
    assert_eq!(wrong.json()["message"], "Login failed. Invalid credentials");
    assert!(!wrong.body.contains("service desk"));
    netex.put("users/restuser.netex/activate", &[], "").await;
    assert_eq!(netex.notice().await, None);
    assert_eq!(netex.sign_in(PASSWORD).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn deactivating_again_replaces_the_notice_if_one_is_given() {
    let netex = Netex::new().await;
    for (body, after) in [
        (r#"{"message":"first"}"#, "first"),
        (r#"{"message":"second"}"#, "second"),
        ("", "second"),
        ("{}", "second"),
        (r#"{"message":null}"#, "second"),
        (r#"{"message":""}"#, "second"),
        (r#"{"other":1,"message":"<b>third</b>\nline"}"#, "<b>third</b>\nline"),
    ] {
        let answer = netex.put(DEACTIVATE, &[JSON], body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &204.into()), "{body}");
        assert_eq!(netex.notice().await.as_deref(), Some(after), "{body}");
        netex.company.engine.run_until_idle().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_may_have_a_thousand_characters() {
    let netex = Netex::new().await;
    let longest = "é".repeat(1_000);
    let answer = netex.put(DEACTIVATE, &[JSON], &format!(r#"{{"message":"{longest}é"}}"#)).await;
    refused(&answer, 400, "message: must not exceed 1000 characters");
    assert_eq!(netex.company.detail("restuser.netex").await.user.state, domain::UserState::Active);
    let json = ("content-type", "Application/JSON; charset=utf-8");
    let answer = netex.put(DEACTIVATE, &[json], &format!(r#"{{"message":"{longest}"}}"#)).await;
    assert_eq!(answer.status, 200);
    assert_eq!(netex.notice().await, Some(longest));
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_no_notice_change_nothing() {
    let netex = Netex::new().await;
    let before = netex.company.log_head().await;
    for (content_type, body, message) in [
        ("text/plain", "{}", "Content-Type: must be application/json where there is a body"),
        ("application/json", "[]", "body: must be an object"),
        ("application/json", r#"{"message":1}"#, "message: must be a string"),
        ("application/json", r#"{"message":"a\u0000b"}"#, "message: must be plain text"),
        (
            "application/json",
            r#"{"message":"a","message":"b"}"#,
            "body: malformed JSON: `message` is given twice at line 1 column 29",
        ),
        ("application/json", "{", "body: malformed JSON: EOF while parsing an object at line 1 column 1"),
    ] {
        let answer = netex.put(DEACTIVATE, &[("Content-Type", content_type)], body).await;
        refused(&answer, 400, message);
    }
    let answer = netex.put(DEACTIVATE, &[], r#"{"message":"x"}"#).await;
    refused(&answer, 400, "Content-Type: must be application/json where there is a body");
    let long = " ".repeat(exeunt::faces::MAX_BODY_BYTES + 1);
    let answer = netex.put(DEACTIVATE, &[JSON], &long).await;
    refused(&answer, 400, "the body's size in bytes must not exceed 1048576");
    assert_eq!(netex.company.log_head().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_without_a_notice_reads_a_plain_sentence() {
    let netex = Netex { company: Company::new().await, leaver: domain::UserId(0), token: String::new() };
    let netex = Netex { token: netex.company.token("operator").await, ..netex };
    netex.company.user("restuser.netex", domain::Role::None).await;
    netex.put(DEACTIVATE, &[], "").await;
    assert_eq!(netex.sign_in(PASSWORD).await.json()["message"], "Your account is deactivated.");
}
