use domain::{Asset, AssetId, AssetKind, Owner, UserId};

use super::client::Client;
use crate::home::both;

/// `jsmith` (4) has a role on `lap7`, the group `Ops` (4) one on `vm 8`, and both own something without a role.
async fn with_roles(client: &Client) {
    let ops = client.company.group_named("Ops").await.id;
    let (user, group) = (Owner::User(UserId(4)), Owner::Group(ops));
    let rows = [
        (7, "subclient", "lap7", user, Some("Laptop Owner")),
        (8, "vm_client", "vm 8", group, Some("VM End User")),
        (9, "alert", "mine", user, None),
        (10, "alert", "ours", group, None),
    ];
    let tenant = client.company.console.tenant;
    let insert = move |tx: &mut store::Tx<'_>| {
        rows.into_iter().try_for_each(|(id, kind, name, owner, role)| {
            let asset = Asset {
                id: AssetId(id),
                kind: AssetKind::new(kind).expect("a kind"),
                name: name.to_owned(),
                owner: Some(owner),
                owner_role: role.map(str::to_owned),
                orphaned: false,
                external_id: None,
            };
            store::assets::insert(tx, tenant, &asset)
        })
    };
    client.company.app.store.write(insert).await.expect("assets");
}

const OF_JSMITH: &str = r#"{"associations":[{"entities":{"entity":[{"_type_":3,"clientId":7,"clientName":"lap7"}]},"properties":{"role":{"roleId":0,"roleName":"Laptop Owner"}}}]}"#;
const OF_OPS: &str = r#"{"associations":[{"entities":{"entity":[{"_type_":3,"clientId":8,"clientName":"vm 8"}]},"properties":{"role":{"roleId":0,"roleName":"VM End User"}}}]}"#;

#[test]
fn roles_of_users_and_groups() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        with_roles(&client).await;
        for path in ["User/4/Security", "user/byname(username='JSmith')/security"] {
            client.json("GET", path).await.is_json(200, OF_JSMITH);
        }
        for path in ["UserGroup/4/Security", "usergroup/byName(userGroupName='ops')/security"] {
            client.json("GET", path).await.is_json(200, OF_OPS);
        }
        for path in ["User/5/Security", "UserGroup/1/Security"] {
            client.json("GET", path).await.is_json(200, r#"{"associations":[]}"#);
            client.xml("GET", path).await.is_xml("<App_SecurityAssociations/>");
        }
        client.xml("GET", "User/4/Security").await.is_xml(r#"<App_SecurityAssociations><associations><entities><entity _type_="3" clientId="7" clientName="lap7"/></entities><properties><role roleId="0" roleName="Laptop Owner"/></properties></associations></App_SecurityAssociations>"#);
        let group = client.json("GET", "UserGroup/4").await.json();
        assert_eq!(group["userGroups"][0]["securityAssociations"].to_string(), OF_OPS);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_look_and_who_is_not_there() {
    let client = Client::with_leaver().await;
    with_roles(&client).await;
    client.json_as("jsmith", "GET", "User/4/Security", "").await.is_json(200, OF_JSMITH);
    let denied = r#"{"errorCode":5,"errorMessage":"You are not allowed to do this"}"#;
    client.json_as("kjones", "GET", "User/4/Security", "").await.is_json(200, denied);
    let answer =
        client.company.call("GET", "/webconsole/api/UserGroup/4/Security", &[("Authtoken", "x")], "").await;
    answer.is_json(401, r#"{"errorMessage":"Access denied","errorCode":5}"#);
    for (path, text) in [
        ("User/99/Security", "User 99 not found"),
        ("User/byName(userName='x')/Security", "User x not found"),
        ("UserGroup/99/Security", "Group 99 not found"),
    ] {
        let answer = client.json("GET", path).await;
        answer.is_json(200, &format!(r#"{{"errorCode":2,"errorMessage":"{text}"}}"#));
        let answer = client.xml("GET", path).await;
        answer.is_xml(&format!(r#"<App_SecurityAssociations errorCode="2" errorMessage="{text}"/>"#));
    }
}
