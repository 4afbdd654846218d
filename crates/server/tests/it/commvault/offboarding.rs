use domain::{Role, UserState};

use super::client::{Client, JSON, ROOT, XML};
use crate::fixture::Answer;

async fn offboard(client: &Client, body: &str) -> Answer {
    client.send("POST", "User/Offboard", JSON, body).await
}

/// With a subclient, a VM client and an alert for `jsmith`.
async fn company() -> Client {
    let client = Client::with_leaver().await;
    let user = client.company.detail("jsmith").await.user.id;
    for (kind, name) in [("subclient", "lap7"), ("vm_client", "vm3"), ("alert", "nightly")] {
        client.company.asset(user, kind, name).await;
    }
    client
}

#[tokio::test(flavor = "multi_thread")]
async fn by_id_and_by_name_in_both_forms() {
    let client = company().await;
    let done = r#"{"errorMessage":"Successfully offboarded user 4","errorCode":0}"#;
    for body in [
        "{\n  \"userId\":4\n}",
        "{\n  \"userName\": \"jsmith\",\n}",
        r#"{"userName":"JSMITH"}"#,
        r#"{"userId":"4","userName":""}"#,
        r#"{"userId":4,"userName":"jsmith"}"#,
        r#"{"userId":0,"userName":"jsmith"}"#,
        r#"<Api_OffboardUserReq userId="4"/>"#,
        "<Api_OffboardUserReq><userName>jsmith</userName></Api_OffboardUserReq>",
    ] {
        offboard(&client, body).await.is_json(200, done);
    }
    let answer = client.send("POST", "user/offboard", XML, r#"{"userId":4}"#).await;
    answer.is_xml(r#"<Api_OffboardUserResp errorMessage="Successfully offboarded user 4" errorCode="0"/>"#);
}

/// The samples of the vendor's documentation, as they stand: JSON sent as XML, and a company's user.
#[tokio::test(flavor = "multi_thread")]
async fn the_documented_requests() {
    let client = Client::with_leaver().await;
    client.company.user("tapicompany/tapicompany", Role::None).await;
    let headers = |content_type| [("Authtoken", client.token.as_str()), JSON, ("Content-type", content_type)];
    let target = format!("{ROOT}/User/Offboard");
    let answer =
        client.company.call("POST", &target, &headers("application/xml"), "{\n  \"userId\":5\n}").await;
    answer.is_json(200, r#"{"errorMessage":"Successfully offboarded user 5","errorCode":0}"#);
    let body = "{\n\"userName\": \"tapicompany/tapicompany\"\n}";
    for root in ["/commandcenter/api", "/SearchSvc/CVWebService.svc"] {
        let target = format!("{root}/User/Offboard");
        let answer = client.company.call("POST", &target, &headers("application/json"), body).await;
        answer.is_json(200, r#"{"errorMessage":"Successfully offboarded user 6","errorCode":0}"#);
    }
    let answer = offboard(&client, r#"{"userName":"TapiCompany\\tapicompany"}"#).await;
    answer.is_json(200, r#"{"errorMessage":"Successfully offboarded user 6","errorCode":0}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn workloads_go_and_all_else_stays() {
    let client = company().await;
    assert_eq!(client.owned_by("jsmith").await, 3);
    assert_eq!(offboard(&client, r#"{"userId":4}"#).await.json()["errorCode"], 0);
    let detail = client.company.detail("jsmith").await;
    assert_eq!((detail.holdings.to_string().as_str(), detail.user.state), ("1 alert", UserState::Active));
    client.company.session("jsmith").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_in_both_forms() {
    let client = company().await;
    let before = client.company.log_head().await;
    for (body, text) in [
        (r#"{"userName":"x"}"#, "User x not found"),
        (r#"{"userId":99}"#, "User 99 not found"),
        (r#"{"userId":4,"userName":"kjones"}"#, "userName: is not the name of user 4"),
        ("", "userName: must be given, or userId"),
        ("{}", "userName: must be given, or userId"),
        (r#"{"userName":"","userId":0}"#, "userName: must be given, or userId"),
        (r#"{"userId":"x"}"#, "userId: must be a number"),
        ("userName=jsmith", "body: is neither JSON nor XML"),
    ] {
        let answer = offboard(&client, body).await;
        answer.is_json(200, &format!(r#"{{"errorMessage":"{text}","errorCode":2}}"#));
        let answer = client.send("POST", "User/Offboard", XML, body).await;
        answer.is_xml(&format!(r#"<Api_OffboardUserResp errorMessage="{text}" errorCode="2"/>"#));
    }
    assert_eq!(client.company.log_head().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_operators_offboard() {
    let client = company().await;
    for caller in ["auditor", "kjones"] {
        let answer = client.json_as(caller, "POST", "User/Offboard", r#"{"userId":4}"#).await;
        answer.is_json(200, r#"{"errorMessage":"You are not allowed to do this","errorCode":5}"#);
    }
    assert_eq!(client.owned_by("jsmith").await, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_logged() {
    let client = company().await;
    let before = client.company.log_head().await;
    for _ in 0..2 {
        assert_eq!(offboard(&client, r#"{"userId":4}"#).await.json()["errorCode"], 0);
    }
    insta::assert_snapshot!(client.logged(before).await, @r"
    offboarding.accepted: release jsmith for -, completed: release done
    offboarding.accepted: release jsmith for -, completed: release done
    ");
}
