use domain::UserState;

use super::client::{Client, ROOT};
use crate::fixture::PASSWORD;

#[tokio::test(flavor = "multi_thread")]
async fn the_answers_in_both_forms() {
    let client = Client::with_leaver().await;
    let json = r#"{"response":[{"errorString":"","errorMessage":"","errorCode":0,"warningMessage":"","entity":{"userId":4,"userName":"jsmith"}}]}"#;
    let xml = r#"<App_UpdateUserPropertiesResponse><response errorCode="0" errorString="" errorMessage="" warningMessage=""><entity userId="4" userName="jsmith"/></response></App_UpdateUserPropertiesResponse>"#;
    for path in ["User/4/Disable", "user/4/disable", "User/byName(userName='jsmith')/Enable", "User/4/Enable"]
    {
        client.json("PUT", path).await.is_json(200, json);
        client.xml("PUT", path).await.is_xml(xml);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_user_is_out_at_once_and_comes_back_without_sessions() {
    let client = Client::with_leaver().await;
    let (session, token) = (client.company.session("jsmith").await, client.company.token("jsmith").await);
    let status = async |secret: &str| {
        let headers = [("Authtoken", secret)];
        client.company.call("POST", &format!("{ROOT}/WhoAmI"), &headers, "").await.status.as_u16()
    };
    assert_eq!((status(&session).await, status(&token).await), (200, 200));
    client.json("PUT", "User/4/Disable").await.succeeds("");
    assert_eq!((status(&session).await, status(&token).await), (401, 401));
    assert!(client.company.app.sign_in(crate::fixture::Company::attempt("jsmith", PASSWORD)).await.is_err());
    client.json("PUT", "User/4/Enable").await.succeeds("");
    assert_eq!((status(&session).await, status(&token).await), (401, 401), "login returns, sessions do not");
    assert_eq!(status(&client.company.session("jsmith").await).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_name_the_user_and_write_nothing() {
    let client = Client::with_leaver().await;
    let operator = client.company.token("operator").await;
    let before = client.company.log_head().await;
    client.json("PUT", "User/99/Disable").await.is_json(200, r#"{"response":[{"errorString":"User 99 not found","errorMessage":"User 99 not found","errorCode":2,"warningMessage":""}]}"#);
    client.xml("PUT", "User/99/Disable").await.is_xml(r#"<App_UpdateUserPropertiesResponse><response errorCode="2" errorString="User 99 not found" errorMessage="User 99 not found" warningMessage=""/></App_UpdateUserPropertiesResponse>"#);
    client.json("PUT", "User/1/Disable").await.fails("You cannot deactivate your own account");
    let headers = [("Authtoken", operator.as_str()), ("Accept", "application/json")];
    let answer = client.company.call("PUT", &format!("{ROOT}/User/1/Disable"), &headers, "").await;
    answer.fails("User admin is the last active administrator");
    client.json("PUT", "User/nonsense/Disable").await.fails("userId: must be a number");
    client.json("PUT", "User/0/Enable").await.fails("userId: must not be 0");
    assert_eq!(client.company.log_head().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administrator_is_always_enabled() {
    let client = Client::new().await;
    client.company.user("second", domain::Role::Admin).await;
    let answer = client.json_as("second", "PUT", "User/1/Disable", "").await;
    answer.fails("User admin is protected");
    client.json("PUT", "User/1/Enable").await.succeeds("");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_platforms_owe_is_a_warning() {
    let client = Client::with_leaver().await;
    let user = client.company.detail("jsmith").await.user.id;
    for name in ["training", "social"] {
        let platform = client.company.platform(name, "{}").await;
        client.company.account(user, platform, "j.smith").await;
    }
    let answer = client.json("PUT", "User/4/Disable").await.json();
    assert_eq!(answer["response"][0]["warningMessage"], "Still under way on social, training.");
    assert_eq!(answer["response"][0]["errorCode"], 0);
    client.company.engine.run_until_idle().await;
    let again = client.json("PUT", "User/4/Disable").await;
    client.company.engine.run_until_idle().await;
    again.succeeds("");
    assert_eq!(client.company.detail("jsmith").await.user.state, UserState::Deactivated);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_logged() {
    let client = Client::with_leaver().await;
    let before = client.company.log_head().await;
    client.json("PUT", "User/4/Disable").await.succeeds("");
    client.json("PUT", "User/4/Disable").await.succeeds("");
    client.json("PUT", "User/4/Enable").await.succeeds("");
    insta::assert_snapshot!(client.logged(before).await, @r"
    offboarding.accepted: deactivate jsmith for -, completed: disable done, end_sessions done
    offboarding.accepted: deactivate jsmith for -, completed: disable done, end_sessions done
    offboarding.accepted: restore jsmith for -, completed: enable done
    ");
}
