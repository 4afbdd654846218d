use domain::{Role, UserId};
use exeunt::app::{GroupRef, Seat, SeatChange, UserRef};

use super::client::{Client, JSON, ROOT};
use crate::fixture::{Answer, Company};
use crate::home::both;

const DENIED: &str = r#"{"errorMessage":"You are not allowed to do this","errorCode":5}"#;

/// The names of the users that were listed.
#[track_caller]
fn names(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status, 200, "{}", answer.body);
    let answer = answer.json();
    let users = answer["users"].as_array().expect("users");
    assert_eq!(answer["numberOfUsers"], users.len(), "the total");
    users.iter().map(|user| user["name"].as_str().expect("a name").to_owned()).collect()
}

async fn join(company: &Company, user: i64, group: domain::GroupId) {
    let (group, users) = (GroupRef::Id(group), vec![UserRef::Id(UserId(user))]);
    let seats = company.app.change_seats(&company.console, &group, Seat::Member, SeatChange::Add, users);
    seats.await.expect("a member");
}

#[test]
fn users_and_one_user() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        let ops = client.company.group_named("Ops").await.id;
        join(&client.company, 4, ops).await;
        let guid = client.company.detail("jsmith").await.user.guid;
        let identity = format!(
            r#""id":4,"name":"jsmith","GUID":"{guid}","email":"jsmith@example.com","fullName":"Full jsmith","userPrincipalName":"jsmith@example.com","enabled":true,"lockInfo":{{"isLocked":false,"startTime":0,"endTime":0}}"#
        );
        let one = format!(
            r#"{{{identity},"description":"","serviceType":"COMMSERVE","lastLoggedIn":0,"authenticationMethod":"Commcell","company":{{"id":0,"name":"Commcell"}},"associatedUserGroups":[{{"id":4,"name":"Ops"}}]}}"#
        );
        for path in ["V4/user/4", "v4/User/4", "V4/user/byName(userName='JSMITH')"] {
            client.json("GET", path).await.is_json(200, &one);
        }
        client.xml("GET", "V4/user/4").await.is_json(200, &one);
        let host = [("Authtoken", client.token.as_str()), ("Host", "cs:8080")];
        let listed = client.company.call("GET", &format!("{ROOT}/v4/user"), &host, "").await;
        assert_eq!(names(&listed), ["admin", "operator", "auditor", "jsmith", "kjones"]);
        let summary = format!(
            r#"{{{identity},"numberOfLaptops":0,"company":{{"id":0,"name":"Commcell"}},"commcell":{{"name":"cs"}}}}"#
        );
        assert!(listed.body.contains(&summary), "{}", listed.body);
    });
}

#[test]
fn a_list_can_be_narrowed() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        let ops = client.company.group_named("Ops").await.id;
        for user in [4, 2] {
            join(&client.company, user, ops).await;
        }
        client.company.asset(UserId(4), "laptop", "lap7").await;
        client.company.asset(UserId(5), "alert", "one").await;
        for (query, expected) in [
            ("userGroupId=4", &["operator", "jsmith"][..]),
            ("UserGroupID=4&laptopUsers=true", &["operator", "jsmith"]),
            ("additionalProperties=true&groupContext=4", &["operator", "jsmith"]),
            ("userGroupId=3", &[]),
            ("userGroupId=0&laptopUsers=false", &["admin", "operator", "auditor", "jsmith", "kjones"]),
        ] {
            assert_eq!(names(&client.json("GET", &format!("V4/user?{query}")).await), expected, "{query}");
        }
        let headers = [("Authtoken", client.token.as_str()), JSON, ("mode", "EdgeMode")];
        let target = format!("{ROOT}/V4/user?laptopUsers=true");
        let laptops = client.company.call("GET", &target, &headers, "").await;
        assert_eq!(names(&laptops), ["jsmith"]);
        assert_eq!(laptops.json()["users"][0]["numberOfLaptops"], 1);
        let missing = client.json("GET", "V4/user?userGroupId=99").await;
        missing.is_json(404, r#"{"errorMessage":"Group 99 not found","errorCode":2}"#);
        let unclear = client.json("GET", "V4/user?userGroupId=Ops").await;
        unclear.is_json(400, r#"{"errorMessage":"userGroupId: must be a number","errorCode":2}"#);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn paging_and_malformed_queries_get_the_whole_list() {
    let client = Client::with_leaver().await;
    let headers = [
        ("Authtoken", client.token.as_str()),
        JSON,
        ("pagingInfo", "0,2"),
        ("limit", "2"),
        ("offset", "1"),
        ("operatorCompanyId", "0"),
    ];
    for query in [
        "",
        "?additionalProperties=true",
        "?additionalProperties=true?start=0&limit=50&sort=..&fl=..&search=..",
        "?limit=%zz&&&=x",
    ] {
        let target = format!("/commandcenter/api/v4/user{query}");
        assert_eq!(names(&client.company.call("GET", &target, &headers, "").await).len(), 5, "{query}");
    }
}

#[test]
fn a_lock_is_told_and_passes() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        for _ in 0..5 {
            let wrong = Company::attempt("JSmith", "wrong password");
            client.company.app.sign_in(wrong).await.expect_err("refused");
        }
        let now_s = crate::fixture::NOW_MS / 1000;
        let locked = format!(r#"{{"endTime":{},"isLocked":true,"startTime":{now_s}}}"#, now_s + 30);
        let told = async |path: &str, at: &str| {
            let answer = client.json("GET", path).await.json();
            let mut lock = answer.pointer(at).expect("a lock").clone();
            lock.sort_all_objects();
            lock.to_string()
        };
        assert_eq!(told("V4/user/4", "/lockInfo").await, locked);
        assert_eq!(told("V4/user", "/users/3/lockInfo").await, locked);
        let open = r#"{"endTime":0,"isLocked":false,"startTime":0}"#;
        assert_eq!(told("V4/user", "/users/4/lockInfo").await, open);
        client.company.clock.advance(30_000);
        assert_eq!(told("V4/user/4", "/lockInfo").await, open);
    });
}

#[test]
fn groups_and_one_group() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        let ops = client.company.group_named("Ops").await;
        for user in [5, 4] {
            join(&client.company, user, ops.id).await;
        }
        let guid = &ops.guid;
        let element = |id: &str| {
            format!(
                r#"{{"id":{id},"name":"Ops","GUID":"{guid}","serviceType":"COMMSERVE","description":"","enabled":true,"allowMultipleCompanyMembers":false,"company":{{"id":0,"name":"Commcell"}},"commcell":{{"name":"default"}},"users":[{{"id":4,"name":"jsmith"}},{{"id":5,"name":"kjones"}}]"#
            )
        };
        for path in ["V4/UserGroup", "v4/usergroup?includeSystemCreated=true&level=10"] {
            let listed = client.json("GET", path).await;
            assert!(listed.body.contains(&format!("{}}}", element("4"))), "{}", listed.body);
            let listed = listed.json();
            let groups = listed["userGroups"].as_array().expect("groups").iter();
            let groups: Vec<_> =
                groups.map(|group| (group["id"].as_i64(), group["users"][0]["id"].as_i64())).collect();
            assert_eq!(groups, [(Some(1), Some(1)), (Some(3), None), (Some(4), Some(4))], "{path}");
        }
        let one = format!(r#"{},"associatedEntities":[]}}"#, element(r#""4""#));
        for path in ["V4/UserGroup/4", "v4/usergroup/4?additionalproperties=true"] {
            client.json("GET", path).await.is_json(200, &one);
        }
        let older = client.json("GET", "UserGroup/4").await.json();
        let member = serde_json::json!({ "userId": 4, "userName": "jsmith" });
        assert_eq!(older["userGroups"][0]["users"][0], member);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_says_what_is_wrong() {
    let client = Client::with_leaver().await;
    client.json("DELETE", "User/4").await.succeeds("Success");
    let mut stale = client.company.token("kjones").await;
    client.json("PUT", "User/5/Disable").await.succeeds("");
    stale.insert_str(0, "QSDK ");
    for (path, status, body) in [
        ("V4/user/4", 404, r#"{"errorMessage":"User 4 not found","errorCode":2}"#),
        (
            "V4/user/byName(userName='jsmith')",
            404,
            r#"{"errorMessage":"User jsmith not found","errorCode":2}"#,
        ),
        ("V4/user/abc", 400, r#"{"errorMessage":"userId: must be a number","errorCode":2}"#),
        ("V4/user/%zz", 400, r#"{"errorMessage":"path: holds a broken percent sequence","errorCode":2}"#),
        ("V4/UserGroup/99", 404, r#"{"errorMessage":"Group 99 not found","errorCode":2}"#),
        ("V4/UserGroup/Ops", 400, r#"{"errorMessage":"userGroupId: must be a number","errorCode":2}"#),
        (
            "V4/Nothing",
            404,
            r#"{"errorMessage":"Exeunt does not serve GET /webconsole/api/V4/Nothing","errorCode":2}"#,
        ),
    ] {
        client.json("GET", path).await.is_json(status, body);
        let headers = [("Authtoken", stale.as_str()), JSON];
        let answer = client.company.call("GET", &format!("{ROOT}/{path}"), &headers, "").await;
        answer.is_json(401, r#"{"errorMessage":"Access denied","errorCode":5}"#);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_role_one_sees_only_oneself() {
    let client = Client::with_leaver().await;
    let token = client.company.token("jsmith").await;
    let get = async |path: &str| {
        let headers = [("Authtoken", token.as_str()), JSON];
        client.company.call("GET", &format!("{ROOT}/{path}"), &headers, "").await
    };
    assert_eq!(get("V4/user/4").await.json()["name"], "jsmith");
    for path in
        ["V4/user", "V4/user/5", "V4/user/99", "V4/user?userGroupId=4", "V4/UserGroup", "V4/UserGroup/4"]
    {
        get(path).await.is_json(403, DENIED);
    }
    client.company.user("reader", Role::Auditor).await;
    assert_eq!(names(&client.json_as("reader", "GET", "V4/user", "").await).len(), 6);
}
