use domain::{Asset, AssetId, AssetKind, GroupId, Owner, UserId};
use exeunt::app::{GroupRef, NewUser};

use super::client::{Client, JSON};
use crate::fixture::other_tenant;

/// John Smith (user 4) of the group `Ops`, with a role on a laptop.
async fn company_of_the_contract() -> (Client, String) {
    let client = Client::new().await;
    let ops = client.company.group("Ops").await;
    assert_eq!(ops, GroupId(4));
    let new = NewUser {
        email: "jsmith@example.com".to_owned(),
        full_name: "John Smith".to_owned(),
        groups: vec![GroupRef::Id(ops)],
        ..NewUser::named("jsmith")
    };
    let user = client.company.app.create_user(&client.company.console, new).await.expect("a user");
    let (id, tenant) = (user.id, client.company.console.tenant);
    let signed_in = move |tx: &mut store::Tx<'_>| {
        store::users::signed_in(tx, tenant, id, 1_760_000_000_999)?;
        let laptop = Asset {
            id: AssetId(7),
            kind: AssetKind::new("subclient").expect("a kind"),
            name: "lap7".to_owned(),
            owner: Some(Owner::User(id)),
            owner_role: Some("Laptop Owner".to_owned()),
            orphaned: false,
            external_id: None,
        };
        store::assets::insert(tx, tenant, &laptop)
    };
    client.company.app.store.write(signed_in).await.expect("written");
    (client, user.guid)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_user_is_shown_whole() {
    let (client, guid) = company_of_the_contract().await;
    let whole = format!(
        r#"{{"users":[{{"userEntity":{{"_type_":13,"userId":4,"userName":"jsmith","userGUID":"{guid}"}},"email":"jsmith@example.com","UPN":"jsmith@example.com","fullName":"John Smith","description":"","enableUser":true,"lastLogIntime":1760000000,"loggedInMode":1,"idleTime":0,"agePasswordDays":0,"numDevices":0,"enforceFSQuota":false,"quotaLimitInGB":0,"inheritGroupQuotaSettings":true,"enforceEdgeDriveQuota":false,"edgeDriveQuotaLimitInGB":0,"inheritGroupEdgeDriveQuotaSettings":true,"apiQuota":{{"APILimit":0,"APItimeFrame":0}},"LinkedCommvaultUser":{{}},"associatedUserGroups":[{{"userGroupId":4,"userGroupName":"Ops"}}],"associatedExternalUserGroups":[],"securityAssociations":{{"associations":[{{"entities":{{"entity":[{{"_type_":3,"clientId":7,"clientName":"lap7"}}]}},"properties":{{"role":{{"roleId":0,"roleName":"Laptop Owner"}}}}}}]}}}}]}}"#
    );
    for path in
        ["User/4", "user/4?Level=50", "User/byName(userName='JSmith')", "User?fq=name:eq:jsmith&level=50"]
    {
        client.json("GET", path).await.is_json(200, &whole);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn levels_show_less() {
    let (client, guid) = company_of_the_contract().await;
    let entity =
        format!(r#""userEntity":{{"_type_":13,"userId":4,"userName":"jsmith","userGUID":"{guid}"}}"#);
    let address = r#""email":"jsmith@example.com","UPN":"jsmith@example.com","fullName":"John Smith""#;
    let least = format!(r#"{{"users":[{{{entity},{address},"enableUser":true}}]}}"#);
    client.json("GET", "User/4?level=1").await.is_json(200, &least);
    client.xml("GET", "User/4?level=10").await.is_xml(&format!(
        r#"<App_GetUserPropertiesResponse><users email="jsmith@example.com" UPN="jsmith@example.com" fullName="John Smith" description="" enableUser="true" lastLogIntime="1760000000" loggedInMode="1" idleTime="0" agePasswordDays="0" numDevices="0"><userEntity _type_="13" userId="4" userName="jsmith" userGUID="{guid}"/></users></App_GetUserPropertiesResponse>"#
    ));
    let listed = client.json("GET", "User").await.json();
    assert_eq!(listed["users"][3]["description"], "");
    assert_eq!(listed["users"][3].get("associatedUserGroups"), None, "level 10 is enough for a list");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_shows_everybody_present() {
    let client = Client::with_leaver().await;
    client.json("PUT", "User/4/Disable").await.succeeds("");
    client.json("DELETE", "User/5").await.succeeds("Success");
    let listed = client.json("GET", "User?level=1").await.json();
    let users: Vec<_> = listed["users"]
        .as_array()
        .expect("users")
        .iter()
        .map(|user| (user["userEntity"]["userName"].as_str().unwrap(), user["enableUser"].as_bool().unwrap()))
        .collect();
    assert_eq!(users, [("admin", true), ("operator", true), ("auditor", true), ("jsmith", false)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_complete() {
    let client = Client::new().await;
    let tenant = client.company.console.tenant;
    let mut sample = client.company.detail("auditor").await.user;
    let insert = move |tx: &mut store::Tx<'_>| {
        for id in 100..1_200 {
            sample.id = UserId(id);
            sample.guid = format!("{id:032x}");
            sample.user_name = format!("user {id}");
            store::users::insert(tx, tenant, &sample, None)?;
        }
        Ok::<_, store::Error>(())
    };
    client.company.app.store.write(insert).await.expect("users");
    let listed = client.json("GET", "User?level=1").await.json();
    let ids: Vec<_> = listed["users"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["userEntity"]["userId"].as_i64().unwrap())
        .collect();
    assert_eq!(ids, (1..=3).chain(100..1_200).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_is_not_there_is_not_found() {
    let client = Client::with_leaver().await;
    client.json("DELETE", "User/4").await.succeeds("Success");
    for (asked, shown) in
        [("99", "99"), ("4", "4"), ("byName(userName='jsmith')", "jsmith"), ("byName(userName='x')", "x")]
    {
        let text = format!("User {shown} not found");
        let answer = client.json("GET", &format!("User/{asked}")).await;
        answer.is_json(200, &format!(r#"{{"errorCode":2,"errorMessage":"{text}"}}"#));
        let answer = client.xml("GET", &format!("User/{asked}")).await;
        answer.is_xml(&format!(r#"<App_GetUserPropertiesResponse errorCode="2" errorMessage="{text}"/>"#));
    }
    for name in ["jsmith", "x"] {
        client.json("GET", &format!("User?fq=name:eq:{name}")).await.is_json(200, r#"{"users":[]}"#);
    }
    client.xml("GET", "User?fq=name:eq:x").await.is_xml("<App_GetUserPropertiesResponse/>");
    let unclear = client.json("GET", "User?fq=email:eq:x").await;
    unclear.is_json(200, r#"{"errorCode":2,"errorMessage":"fq: must have the form name:eq:NAME"}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_in_both_forms() {
    let client = Client::new().await;
    client.company.group("Ops").await;
    let one = r#"{"userGroups":[{"userGroupEntity":{"_type_":15,"userGroupId":4,"userGroupName":"Ops"},"description":"","email":"","enabled":true,"securityAssociations":{"associations":[]}}]}"#;
    for path in ["UserGroup/4", "UserGroup/byName(userGroupName='ops')", "usergroup?fq=name:eq:Ops"] {
        client.json("GET", path).await.is_json(200, one);
    }
    client.xml("GET", "UserGroup/4").await.is_xml(r#"<App_GetUserGroupPropertiesResponse><userGroups description="" email="" enabled="true"><userGroupEntity _type_="15" userGroupId="4" userGroupName="Ops"/></userGroups></App_GetUserGroupPropertiesResponse>"#);
    for path in [
        "UserGroup",
        "UserGroup?includeSystemCreated=true&level=10",
        "UserGroup?includeSystemCreated=%25s?&fl=x",
    ] {
        let listed = client.json("GET", path).await.json();
        let names: Vec<_> = listed["userGroups"]
            .as_array()
            .unwrap()
            .iter()
            .map(|group| {
                let entity = &group["userGroupEntity"];
                (entity["userGroupId"].as_i64().unwrap(), entity["userGroupName"].as_str().unwrap())
            })
            .collect();
        assert_eq!(names, [(1, "master"), (3, "View All"), (4, "Ops")], "{path}");
    }
    client.json("GET", "UserGroup?fq=name:eq:x").await.is_json(200, r#"{"userGroups":[]}"#);
    let missing = client.json("GET", "UserGroup/99").await;
    missing.is_json(200, r#"{"errorCode":2,"errorMessage":"Group 99 not found"}"#);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_role_one_sees_only_oneself() {
    let client = Client::with_leaver().await;
    let own = client.json_as("jsmith", "GET", "User/4?level=1", "").await.json();
    assert_eq!(own["users"][0]["userEntity"]["userName"], "jsmith");
    let denied = r#"{"errorCode":5,"errorMessage":"You are not allowed to do this"}"#;
    let token = client.company.token("kjones").await;
    for path in ["User", "User/4", "User/99", "User?fq=name:eq:jsmith", "UserGroup", "UserGroup/1"] {
        let headers = [("Authtoken", token.as_str()), JSON];
        let answer = client.company.call("GET", &format!("/WebServerCore/{path}"), &headers, "").await;
        answer.is_json(200, denied);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_queries_are_read_as_far_as_they_go() {
    let client = Client::new().await;
    for path in [
        "User?additionalProperties=true?start=0&limit=50&sort=..&fl=..&search=..",
        "User?level=%zz",
        "User?level=&&&=x",
        "User?LEVEL=10&unknown='%",
    ] {
        let listed = client.json("GET", path).await.json();
        assert_eq!(listed["users"].as_array().map(Vec::len), Some(3), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_do_not_see_each_other() {
    let client = Client::with_leaver().await;
    let other = other_tenant(&client.company, "other.example.com").await;
    let rows = client
        .company
        .app
        .store
        .read(|tx| store::users::list(tx, other, UserId(0), 10, true))
        .await
        .expect("users");
    assert_eq!(rows.len(), 1);
    let listed = client.json("GET", "User?level=1").await.json();
    assert_eq!(listed["users"].as_array().map(Vec::len), Some(5));
}
