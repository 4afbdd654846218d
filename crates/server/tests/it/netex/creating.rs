use domain::{Role, UserState};
use serde_json::{Value, json};

use super::{Netex, SYNCHRONOUS, is, refused, statuses};
use crate::fixture::{Company, PASSWORD};
use crate::home::both;

const EVERYTHING: &str = r#"{
    "username":"ana.garcia","password":"correct horse","name":"Ana María","surname":"García","language":"es",
    "timezone":"Europe/Madrid","email":"ana@example.com","officePhone":"+34 1","mobilePhone":"+34 2",
    "interests":"chess","aboutMe":"Hello.\nTwo lines.","location":"A Coruña","authSource":"LOCAL",
    "externalId":"HR/17","enabled":true,"image":{"url":"https://example.com/ana.png"},
    "roles":{"management":["groupadmin"],"training":["trainer","admin"],"talent":["employee"]},
    "extendedFields":{"NIF":null,"SEXO":"M","levels":[1,2]},"extra":{"a":{"b":1}},"unknown":"ignored"}"#;

#[test]
fn everything_that_is_told_is_given_back() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        let answer = netex.post("users", EVERYTHING).await;
        let guid = netex.guid("ana.garcia").await;
        let location = format!("/integration/ws/management/rest/users/{guid}");
        assert_eq!(answer.header("location"), Some(location.as_str()));
        is(
            &answer,
            200,
            &format!(
                r#"{{"location":"{location}","message":"","responsePlatforms":{{"training":{{"location":null,"message":null,"status":202}},"social":{{"location":null,"message":null,"status":202}},"play":{{"location":null,"message":null,"status":204}},"management":{{"location":"{location}","message":null,"status":204}}}},"status":204}}"#
            ),
        );
        let user = netex.get("users/HR%2F17").await;
        let mut expected: Value = serde_json::from_str(EVERYTHING).expect("JSON");
        let fields = expected.as_object_mut().expect("an object");
        fields.remove("password");
        fields.remove("unknown");
        fields.insert("id".to_owned(), json!(guid));
        fields.insert("commonId".to_owned(), json!(guid));
        // Of sections that nothing was told of, everybody is a user.
        expected["roles"] = json!({
            "management": ["groupadmin"], "training": ["trainer", "admin"], "social": ["user"], "play": ["user"],
            "talent": ["employee"],
        });
        assert_eq!(user.json(), expected);
        assert!(!user.body.contains("password") && !user.body.contains("argon2"), "{}", user.body);
        assert_eq!(netex.company.detail("ana.garcia").await.user.full_name, "Ana María García");
        netex.company.app.sign_in(Company::attempt("ana.garcia", PASSWORD)).await.expect("the password");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_is_enough_and_either_form_will_do() {
    let netex = Netex::at(Company::new().await).await;
    for (body, user_name) in [
        (r#"{"username":"bare"}"#, "bare"),
        (r#"{"user":{"username":"wrapped","enabled":null,"image":null,"roles":null}}"#, "wrapped"),
        (r#"{"username":"company\\jsmith","name":"","surname":null,"password":null}"#, "company\\jsmith"),
        ("{\"username\":\"Zo\u{eb} \u{dc}nal\"}", "Zoë Ünal"),
    ] {
        let answer = netex.send("POST", "users", &[SYNCHRONOUS, super::JSON], body).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &json!(204)), "{}", answer.body);
        assert_eq!(statuses(&answer), ["training 200", "social 204", "play 204", "management 204"]);
        let user = netex.company.detail(user_name).await.user;
        assert_eq!(
            (user.user_name.as_str(), user.state, user.role),
            (user_name, UserState::Active, Role::None)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_begins_disabled_cannot_sign_in() {
    let netex = Netex::at(Company::new().await).await;
    let head = netex.company.log_head().await;
    netex.post("users", r#"{"username":"later","password":"correct horse","enabled":false}"#).await;
    assert_eq!(netex.get("users/later").await.json()["enabled"], false);
    let attempt = netex.company.app.sign_in(Company::attempt("later", PASSWORD)).await;
    assert!(matches!(attempt, Err(domain::Error::Deactivated { .. })), "{:?}", attempt.err());
    assert_eq!(netex.company.log_kinds(head).await, ["user.created"]);
    netex.edit("users/later/activate", "").await;
    netex.company.app.sign_in(Company::attempt("later", PASSWORD)).await.expect("a session");
}

/// The vendor's management role `admin` is Exeunt's administrator.
#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_is_made_by_the_management_role() {
    let netex = Netex::at(Company::new().await).await;
    netex.post("users", r#"{"username":"boss","roles":{"management":["user","admin"]}}"#).await;
    assert_eq!(netex.company.detail("boss").await.user.role, Role::Admin);
    let shown = netex.get("users/boss").await.json();
    assert_eq!(shown["roles"]["management"], json!(["user", "admin"]));
}

#[test]
fn a_user_who_cannot_be_made_is_a_bad_request_and_nothing_is_made() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        netex.post("users", r#"{"username":"kjones","externalId":"hr-9"}"#).await;
        let guid = netex.guid("kjones").await;
        let before = netex.company.log_head().await;
        let taken = |text: &str| format!(r#"{{"username":"{text}"}}"#);
        for (body, message) in [
            (String::new(), "body: is missing".to_owned()),
            ("{}".to_owned(), "username: is missing".to_owned()),
            (taken(""), "username: is missing".to_owned()),
            (r#"{"username":null}"#.to_owned(), "username: is missing".to_owned()),
            (r#"{"username":7}"#.to_owned(), "username: must be a string".to_owned()),
            (taken(" x"), "username: must not begin or end with a space".to_owned()),
            (taken("console"), "username: is reserved: the log would take it for something else".to_owned()),
            (taken("KJONES"), "a user named KJONES exists".to_owned()),
            (taken("hr-9"), "the user name hr-9 is an id of user 5".to_owned()),
            (taken(&guid), format!("the user name {guid} is an id of user 5")),
            (
                r#"{"username":"x","externalId":"kjones"}"#.to_owned(),
                "the external id kjones is an id of user 5".to_owned(),
            ),
            (
                r#"{"username":"x","externalId":"hr-9"}"#.to_owned(),
                "a user with the external id hr-9 exists".to_owned(),
            ),
            (
                format!(r#"{{"username":"x","id":"{guid}"}}"#),
                "id: is given by the server and never changes".to_owned(),
            ),
            (
                r#"{"username":"x","password":"short"}"#.to_owned(),
                "password: must have at least 8 characters".to_owned(),
            ),
        ] {
            let answer = netex.send("POST", "users", &[super::JSON], &body).await;
            refused(&answer, 400, &message);
        }
        assert_eq!(netex.company.log_head().await, before);
        assert_eq!(netex.get("users").await.json().as_array().map(Vec::len), Some(5));
    });
}
