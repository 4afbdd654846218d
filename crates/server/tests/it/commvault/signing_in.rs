use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::{Goal, Role};
use exeunt::app::{Start, UserRef};

use super::client::{Client, DECLARATION, JSON, ROOT, XML};
use crate::fixture::{Answer, Company, PASSWORD, other_tenant};

const WRONG: &str = r#"{"errList":[{"errLogMessage":"User name or password is wrong.","errorCode":2}],"isAccountLocked":false,"remainingLockTime":0}"#;

fn encoded(password: &str) -> String {
    STANDARD.encode(password)
}

async fn login(company: &Company, accept: (&str, &str), body: &str) -> Answer {
    company.call("POST", &format!("{ROOT}/Login"), &[accept], body).await
}

async fn login_as(company: &Company, user_name: &str, password: &str) -> Answer {
    let body = format!(r#"{{"username":"{user_name}","password":"{}"}}"#, encoded(password));
    login(company, JSON, &body).await
}

async fn with_token(company: &Company, method: &str, path: &str, token: &str) -> Answer {
    company.call(method, &format!("{ROOT}/{path}"), &[("Authtoken", token), JSON], "").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_probe_needs_no_token() {
    let company = Company::new().await;
    for root in ["/commandcenter/api/", "/webconsole/api", "/SearchSvc/CVWebService.svc/", "/webservercore"] {
        let answer = company.call("GET", root, &[], "").await;
        assert_eq!(answer.status, 200, "{root}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_client_gets_in_with_its_own_body() {
    let company = Company::new().await;
    let password = encoded(PASSWORD);
    let bodies = [
        format!(
            r#"{{"mode":4,"username":"admin","password":"{password}","deviceId":"host.example.com","clientType":30}}"#
        ),
        format!(r#"{{"mode":4,"username":"ADMIN","password":"{password}"}}"#),
        format!(r#"{{"password":"{password}","username":"admin",}}"#),
        format!(r#"{{"mode":5,"username":"admin","password":"{password}","timeout":5}}"#),
        format!(
            r#"<DM2ContentIndexing_CheckCredentialReq username="admin" password="{password}" timeOut="10000"/>"#
        ),
        format!(
            r#"{{"DM2ContentIndexing_CheckCredentialReq":{{"@mode":"Webconsole","@username":"admin","@password":"{password}"}}}}"#
        ),
    ];
    for body in bodies {
        let answer = login(&company, JSON, &body).await.json();
        assert_eq!(answer["userName"], "admin", "{body}: {answer}");
        let token = answer["token"].as_str().expect("a token").to_owned();
        assert!(token.starts_with("QSDK "), "{token}");
        let bare = token.trim_start_matches("QSDK ");
        for shown in [token.clone(), format!("SAML {bare}"), format!("Bearer {bare}"), bare.to_owned()] {
            let who = with_token(&company, "POST", "WhoAmI", &shown).await;
            who.is_json(200, r#"{"user":{"userName":"admin","userId":1},"errorCode":0}"#);
        }
        let bearer = format!("Bearer {bare}");
        let headers = [("Authorization", bearer.as_str()), XML];
        let who = company.call("POST", &format!("{ROOT}/WhoAmI"), &headers, "").await;
        who.is_xml(r#"<CvEntities_ProcessingInstructionInfo><user userName="admin" userId="1"/></CvEntities_ProcessingInstructionInfo>"#);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answer_of_login_in_both_forms() {
    let company = Company::new().await;
    let operator = company.detail("operator").await.user;
    let answer = login_as(&company, "operator", PASSWORD).await;
    let token = answer.json()["token"].as_str().expect("a token").to_owned();
    assert_eq!(token.len(), "QSDK ".len() + 64);
    let organization =
        r#"{"GUID":"00000000000000000000000000000001","providerId":0,"providerDomainName":"Commcell"}"#;
    let guid = &operator.guid;
    answer.is_json(200, &format!(
        r#"{{"userName":"operator","token":"{token}","aliasName":"2","userGUID":"{guid}","smtpAddress":"operator@example.com","loginAttempts":0,"remainingLockTime":0,"providerType":1,"ccn":0,"capability":0,"forcePasswordChange":false,"isAccountLocked":false,"ownerOrganization":{organization},"providerOrganization":{organization},"additionalResp":{{"nameValues":[]}},"errList":[]}}"#
    ));
    let body = format!(
        r#"<DM2ContentIndexing_CheckCredentialReq username="operator" password="{}"/>"#,
        encoded(PASSWORD)
    );
    let answer = login(&company, ("Accept", ""), &body).await;
    let head =
        format!(r#"{DECLARATION}<DM2ContentIndexing_CheckCredentialResp userName="operator" token="QSDK "#);
    assert!(answer.body.starts_with(&head), "{}", answer.body);
    let tail = r#"<ownerOrganization GUID="00000000000000000000000000000001" providerId="0" providerDomainName="Commcell"/><providerOrganization GUID="00000000000000000000000000000001" providerId="0" providerDomainName="Commcell"/></DM2ContentIndexing_CheckCredentialResp>"#;
    assert!(answer.body.contains(tail), "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_looks_alike_and_has_status_200() {
    let company = Company::new().await;
    for (name, password) in [("admin", "wrong password"), ("nobody", PASSWORD), ("admin", "")] {
        login_as(&company, name, password).await.is_json(200, WRONG);
    }
    // Not Base64, and no name at all.
    login(&company, JSON, r#"{"username":"auditor","password":"correct horse"}"#).await.is_json(200, WRONG);
    login(&company, JSON, "").await.is_json(200, WRONG);
    let xml = login(&company, XML, r#"<x username="nobody" password="eA=="/>"#).await;
    xml.is_xml(r#"<DM2ContentIndexing_CheckCredentialResp isAccountLocked="false" remainingLockTime="0"><errList errLogMessage="User name or password is wrong." errorCode="2"/></DM2ContentIndexing_CheckCredentialResp>"#);
    let broken = login(&company, JSON, "{").await.json();
    assert_eq!(broken["errList"][0]["errorCode"], 2);
    assert_eq!(broken.get("token"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_failures_lock() {
    let company = Company::new().await;
    for _ in 0..5 {
        login_as(&company, "auditor", "wrong password").await.is_json(200, WRONG);
    }
    let text = "Locked after too many failed logins. Try again in 30 seconds.";
    let locked = format!(
        r#"{{"errList":[{{"errLogMessage":"{text}","errorCode":2}}],"isAccountLocked":true,"remainingLockTime":30}}"#
    );
    login_as(&company, "auditor", PASSWORD).await.is_json(200, &locked);
    company.clock.advance(30_000);
    assert_eq!(login_as(&company, "auditor", PASSWORD).await.json()["userName"], "auditor");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_reads_the_notice_and_others_do_not() {
    let company = Company::new().await;
    let start = Start {
        message: Some("Thank you. Call HR: 555-0100".to_owned()),
        ..Start::new(Goal::Deactivate, vec![UserRef::Name("auditor".to_owned())])
    };
    company.app.start(&company.console, start).await.expect("accepted");
    login_as(&company, "auditor", PASSWORD).await.is_json(
        200,
        r#"{"errList":[{"errLogMessage":"Thank you. Call HR: 555-0100","errorCode":2}],"isAccountLocked":false,"remainingLockTime":0}"#,
    );
    login_as(&company, "auditor", "wrong password").await.is_json(200, WRONG);
}

#[tokio::test(flavor = "multi_thread")]
async fn logout_ends_the_session_and_answers_plain_text() {
    let company = Company::new().await;
    let before = company.log_head().await;
    let token = login_as(&company, "operator", PASSWORD).await.json()["token"].as_str().unwrap().to_owned();
    let answer = company
        .call(
            "POST",
            &format!("{ROOT}/Logout"),
            &[("Authtoken", &token), ("Accept", "application/json"), ("Content-type", "application/xml")],
            "",
        )
        .await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, Some("text/plain")));
    assert_eq!(answer.body, "User logged out");
    let again = with_token(&company, "POST", "Logout", &token).await;
    again.is_json(401, r#"{"errorMessage":"Access denied","errorCode":5}"#);
    insta::assert_snapshot!(company.log_kinds(before).await.join("\n"), @r"
    session.started
    session.ended
    ");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_named_token_logs_out_without_ending() {
    let client = Client::new().await;
    for _ in 0..2 {
        let answer = client.json("POST", "Logout").await;
        assert_eq!((answer.status.as_u16(), answer.body.as_str()), (200, "User logged out"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_token_is_401_in_json_whatever_is_asked() {
    let client = Client::new().await;
    let before = client.company.log_head().await;
    let denied = r#"{"errorMessage":"Access denied","errorCode":5}"#;
    let targets = [
        ("POST", "WhoAmI"),
        ("POST", "Logout"),
        ("GET", "User"),
        ("GET", "User/99"),
        ("GET", "UserGroup"),
        ("PUT", "User/2/Disable"),
        ("DELETE", "User/2"),
        ("DELETE", "User/nonsense"),
        ("DELETE", "User/byName(userName='%zz')"),
        ("POST", "User/Offboard"),
        ("GET", "No/Such/Thing"),
    ];
    for (method, path) in targets {
        let target = format!("{ROOT}/{path}");
        for headers in [&[XML][..], &[("Authtoken", "QSDK 0123"), XML], &[("Authtoken", ""), JSON]] {
            let answer = client.company.call(method, &target, headers, "{").await;
            answer.is_json(401, denied);
        }
    }
    assert_eq!(client.company.log_head().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_idles_out_and_a_client_may_shorten_that() {
    let company = Company::new().await;
    let login_for = async |timeout: &str| {
        let body = format!(r#"{{"username":"admin","password":"{}"{timeout}}}"#, encoded(PASSWORD));
        login(&company, JSON, &body).await.json()["token"].as_str().expect("a token").to_owned()
    };
    let (usual, short) = (login_for("").await, login_for(r#","timeout":5"#).await);
    let (long, none) = (login_for(r#","timeout":600"#).await, login_for(r#","timeout":0"#).await);
    company.clock.advance(5 * 60_000);
    let status = async |token: &str| with_token(&company, "POST", "WhoAmI", token).await.status.as_u16();
    assert_eq!((status(&usual).await, status(&short).await), (200, 401));
    company.clock.advance(25 * 60_000);
    assert_eq!((status(&usual).await, status(&long).await, status(&none).await), (200, 401, 401));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_host_names_the_tenant() {
    let company = Company::new().await;
    other_tenant(&company, "other.example.com").await;
    company.user("jsmith", Role::None).await;
    let body = |name: &str| format!(r#"{{"username":"{name}","password":"{}"}}"#, encoded(PASSWORD));
    let other = ("Host", "other.example.com:8080");
    let target = format!("{ROOT}/Login");
    let answer = company.call("POST", &target, &[JSON, other], &body("jsmith")).await;
    answer.is_json(200, WRONG);
    let answer = company.call("POST", &target, &[JSON, other], &body("admin")).await.json();
    let token = answer["token"].as_str().expect("a token");
    // From here on the token decides, not the host.
    let missing = r#"{"errorCode":2,"errorMessage":"User 4 not found"}"#;
    with_token(&company, "GET", "User/4", token).await.is_json(200, missing);
    let list = with_token(&company, "GET", "User", token).await.json();
    assert_eq!(list["users"].as_array().map(Vec::len), Some(1), "{list}");
}
