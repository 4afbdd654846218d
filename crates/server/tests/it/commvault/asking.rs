use domain::Role;

use super::client::{Client, JSON, ROOT};
use crate::home::both;

fn not_found(name: &str) -> String {
    format!(r#"{{"errorCode":2,"errorMessage":"User {name} not found"}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_says_what_it_is() {
    let client = Client::with_leaver().await;
    let cell = |host: &str| {
        format!(
            r#"{{"hostName":"{host}","currentSPVersion":36,"csVersionInfo":"11 SP36.1","releaseName":"11","timeZone":"0:0:(UTC) Coordinated Universal Time","csTimeZone":{{"TimeZoneName":"UTC"}},"commcell":{{"commCellName":"{host}","commCellId":2,"csGUID":"00000000000000000000000000000001"}}}}"#
        )
    };
    let token = client.company.token("jsmith").await;
    for (host, shown) in [
        ("cs.example.com", "cs.example.com"),
        ("cs.example.com:8080", "cs.example.com"),
        ("[::1]:8080", "[::1]"),
        ("", "default"),
    ] {
        let headers = [("Authtoken", token.as_str()), ("Accept", "application/xml"), ("Host", host)];
        let answer = client.company.call("GET", &format!("{ROOT}/commserv"), &headers, "").await;
        answer.is_json(200, &cell(shown));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_has_a_second_factor_but_only_who_is_there_has_none() {
    let client = Client::with_leaver().await;
    let none = r#"{"error":{"errorCode":0},"twoFactorInfo":{"isTwoFactorAuthenticationEnabled":false}}"#;
    for query in ["username=jsmith", "userName=JSMITH", "username=admin&x=%zz"] {
        let path = format!("Security/TwoFactorAuth/Status?{query}");
        client.json("GET", &path).await.is_json(200, none);
        client.xml("GET", &path).await.is_json(200, none);
    }
    let path = "Security/TwoFactorAuth/Status";
    client.json("GET", &format!("{path}?username=x")).await.is_json(200, &not_found("x"));
    let unsaid = r#"{"errorCode":2,"errorMessage":"username: must be given"}"#;
    client.json("GET", path).await.is_json(200, unsaid);
    client.json("GET", &format!("{path}?username=")).await.is_json(200, unsaid);
    let own = client.json_as("jsmith", "GET", &format!("{path}?username=jsmith"), "").await;
    own.is_json(200, none);
    let other = client.json_as("kjones", "GET", &format!("{path}?username=jsmith"), "").await;
    other.is_json(200, r#"{"errorCode":5,"errorMessage":"You are not allowed to do this"}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_one_is_in_the_newer_form() {
    let client = Client::new().await;
    let who = r#"{"user":{"userName":"admin","userId":1},"errorCode":0}"#;
    client.json("GET", "v2/whoami").await.is_json(200, who);
    client.json("GET", "V2/WhoAmI").await.is_json(200, who);
}

#[test]
fn everyone_in_one_list() {
    both(|company| async {
        let client = Client::of(company).await;
        client.company.user("jsmith", Role::None).await;
        client.json("GET", "UsersAndGroups").await.is_json(
            200,
            r#"{"userGroups":[{"fullName":"","description":"Built in","email":"","associatedUserOrUserGroup":{"userGroupName":"master","userGroupId":1,"_type_":15}},{"fullName":"","description":"Built in","email":"","associatedUserOrUserGroup":{"userGroupName":"View All","userGroupId":3,"_type_":15}}],"users":[{"fullName":"Administrator","description":"Built in","email":"","associatedUserOrUserGroup":{"userId":1,"_type_":13,"userName":"admin"}},{"fullName":"Full operator","description":"","email":"operator@example.com","associatedUserOrUserGroup":{"userId":2,"_type_":13,"userName":"operator"}},{"fullName":"Full auditor","description":"","email":"auditor@example.com","associatedUserOrUserGroup":{"userId":3,"_type_":13,"userName":"auditor"}},{"fullName":"Full jsmith","description":"","email":"jsmith@example.com","associatedUserOrUserGroup":{"userId":4,"_type_":13,"userName":"jsmith"}}]}"#,
        );
        let denied = r#"{"errorCode":5,"errorMessage":"You are not allowed to do this"}"#;
        client.json_as("jsmith", "GET", "UsersAndGroups", "").await.is_json(200, denied);
        let headers = [("Authtoken", client.token.as_str()), JSON, ("mode", "EdgeMode")];
        let answer = client.company.call("GET", "/WebServerCore/usersandgroups", &headers, "").await;
        assert_eq!(answer.status, 200);
    });
}
