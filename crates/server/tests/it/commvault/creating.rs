use domain::{Role, UserId};
use exeunt::app::{UserDetail, UserRef};

use super::client::{Client, JSON, ROOT, XML};
use crate::fixture::{Answer, Company};
use crate::home::both;

/// Base64 of `new password`.
const SECRET: &str = "bmV3IHBhc3N3b3Jk";

async fn v2(client: &Client, body: &str) -> Answer {
    client.send("POST", "User", JSON, body).await
}

async fn v4(client: &Client, body: &str) -> Answer {
    client.send("POST", "V4/user", JSON, body).await
}

async fn user(client: &Client, id: i64) -> UserDetail {
    let user = UserRef::Id(UserId(id));
    client.company.app.user(&client.company.console, &user).await.expect("the user")
}

fn told(detail: &UserDetail) -> String {
    let groups: Vec<&str> = detail.groups.iter().map(|group| group.name.as_str()).collect();
    let user = &detail.user;
    [&user.user_name, &user.email, &user.full_name, &user.description, &groups.join(",")]
        .map(String::as_str)
        .join("|")
}

/// The request of cvpysdk up to 11.40, and what it asks for next.
#[test]
fn cvpysdks_add() {
    both(|company| async move {
        let client = Client::of(company).await.and_leaver().await;
        let answer = v2(&client, &format!(r#"{{"users":[{{"password":"{SECRET}","email":"n@x.org","UPN":"n@x.org","fullName":"New One","systemGeneratePassword":false,"userEntity":{{"userName":"new"}},"securityAssociations":{{}},"associatedUserGroups":[{{"userGroupName":"ops"}}]}}]}}"#)).await;
        answer.is_json(200, r#"{"response":[{"errorString":"Successful","errorMessage":"","errorCode":0,"warningMessage":"","entity":{"userId":6,"userName":"new"}}]}"#);
        assert_eq!(told(&user(&client, 6).await), "new|n@x.org|New One||Ops");
        client.company.app.sign_in(Company::attempt("new", "new password")).await.expect("a session");
        let without = r#"{"users":[{"email":"d@x.org","UPN":"d@x.org","fullName":null,"systemGeneratePassword":false,"userEntity":{"userName":"company\\domain.user"},"securityAssociations":{},"associatedUserGroups":[{}]}]}"#;
        v2(&client, without).await.is_json(200, r#"{"response":[{"errorString":"Successful","errorMessage":"","errorCode":0,"warningMessage":"company\\domain.user has no password and cannot sign in before one is set.","entity":{"userId":7,"userName":"company\\domain.user"}}]}"#);
        assert_eq!(told(&user(&client, 7).await), "company\\domain.user|d@x.org|||");
    });
}

/// Child elements, unset fields as empty ones; it compares the word of the success and reads the reason at the root.
#[tokio::test(flavor = "multi_thread")]
async fn terraforms_create() {
    let client = Client::with_leaver().await;
    let body = format!(
        "<AppCreateUserRequest><users><userEntity><userName>tf</userName></userEntity><enableUser></enableUser><agePasswordDays></agePasswordDays><email>tf@x.org</email><password>{SECRET}</password><fullName>T F</fullName><description></description></users></AppCreateUserRequest>"
    );
    let ask = async |company_id: &str| {
        let headers = [
            ("AuthToken", client.token.as_str()),
            XML,
            ("Content-Type", "application/xml"),
            ("operatorCompanyId", company_id),
        ];
        client.company.call("POST", &format!("{ROOT}/user"), &headers, &body).await
    };
    let text = "operatorCompanyId: must be 0: sign in to the other company to create users there";
    ask("7").await.is_xml(&format!(r#"<App_CreateUserResponse errorMessage="{text}"><response errorCode="2" errorString="{text}" errorMessage="{text}" warningMessage=""/></App_CreateUserResponse>"#));
    ask("0").await.is_xml(r#"<App_CreateUserResponse><response errorCode="0" errorString="Successful" errorMessage="" warningMessage=""><entity userId="6" userName="tf"/></response></App_CreateUserResponse>"#);
    assert_eq!(told(&user(&client, 6).await), "tf|tf@x.org|T F||");
    let text = "a user named tf exists";
    ask("0").await.is_xml(&format!(r#"<App_CreateUserResponse errorMessage="{text}"><response errorCode="2" errorString="{text}" errorMessage="{text}" warningMessage=""/></App_CreateUserResponse>"#));
}

#[test]
fn several_users_all_or_none() {
    both(|company| async move {
        let client = Client::of(company).await.and_leaver().await;
        let body = format!(
            r#"{{"users":[{{"password":"{SECRET}","email":"a@x.org","userPrincipalName":"a@x.org","fullName":"A","useSystemGeneratePassword":false,"name":"a","userGroups":[{{"name":"Ops"}},{{"id":3}}]}},{{"email":"b@x.org","plan":{{"id":3,"name":"Gold"}},"inviteUser":false,"company":{{"id":0,"name":"Commcell"}}}}]}}"#
        );
        let answer = v4(&client, &body).await;
        let (a, b) = (user(&client, 6).await, user(&client, 7).await);
        answer.is_json(
            200,
            &format!(
                r#"{{"users":[{{"id":6,"GUID":"{}","name":"a"}},{{"id":7,"GUID":"{}","name":"b@x.org"}}]}}"#,
                a.user.guid, b.user.guid
            ),
        );
        assert_eq!(
            (told(&a).as_str(), told(&b).as_str()),
            ("a|a@x.org|A||View All,Ops", "b@x.org|b@x.org|||")
        );
        assert_eq!((a.user.role, b.user.role), (Role::None, Role::None));
        let before = client.company.log_head().await;
        for (body, status, text) in [
            (r#"{"users":[{"name":"c"},{"name":"A"}]}"#, 409, "a user named A exists"),
            (r#"{"users":[{"name":"c"},{"name":"C"}]}"#, 409, "a user named C exists"),
            (
                r#"{"users":[{"name":"c"},{"name":"d","inviteUser":true}]}"#,
                400,
                "inviteUser: must not be true: no invitation is sent",
            ),
            (
                r#"{"users":[{"name":"c"},{"name":"d","userGroups":[{"name":"ghosts"}]}]}"#,
                400,
                "userGroups: Group ghosts not found",
            ),
            (
                r#"{"users":[{"name":"c"},{"name":"engine"}]}"#,
                400,
                "userName: is reserved: the log would take it for something else",
            ),
            (
                r#"{"users":[{"name":"c"},{"name":"d","company":{"id":3}}]}"#,
                400,
                "company: must be yours: sign in to the other one to create users there",
            ),
            (
                r#"{"users":[{"name":"c"},{"name":"d","password":"c2hvcnQ="}]}"#,
                400,
                "password: must have at least 8 characters",
            ),
            ("{}", 400, "users: must be given"),
        ] {
            v4(&client, body).await.is_json(status, &format!(r#"{{"errorMessage":"{text}","errorCode":2}}"#));
        }
        let many: Vec<String> = (0..101).map(|n| format!(r#"{{"name":"n{n}"}}"#)).collect();
        let answer = v4(&client, &format!(r#"{{"users":[{}]}}"#, many.join(","))).await;
        answer.is_json(400, r#"{"errorMessage":"new users must not exceed 100","errorCode":2}"#);
        assert_eq!(client.company.log_head().await, before);
        assert_eq!(
            v4(&client, r#"{"users":[{"name":"c"}]}"#).await.json()["users"][0]["id"],
            8,
            "no number was used up"
        );
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn only_administrators_create() {
    let client = Client::with_leaver().await;
    let tokens = [
        client.company.token("operator").await,
        client.company.token("auditor").await,
        client.company.token("kjones").await,
    ];
    let before = client.company.log_head().await;
    for token in &tokens {
        let headers = [("Authtoken", token.as_str()), JSON];
        let body = r#"{"users":[{"name":"x","userEntity":{"userName":"x"}}]}"#;
        let answer = client.company.call("POST", &format!("{ROOT}/V4/user"), &headers, body).await;
        answer.is_json(403, r#"{"errorMessage":"You are not allowed to do this","errorCode":5}"#);
        let answer = client.company.call("POST", &format!("{ROOT}/User"), &headers, body).await.json();
        assert_eq!(answer["response"][0]["errorCode"], 5);
    }
    assert_eq!(client.company.log_head().await, before);
}
