use domain::policy::Heir;
use domain::{Asset, AssetId, AssetKind, GroupId, Owner, Policy, UserId};
use exeunt::app::{GroupRef, HeirRef, Start, UserRef};

use super::client::{Client, JSON, ROOT};
use crate::fixture::{Answer, Company};
use crate::home::both;

const DONE: &str = r#"{"errorMessage":"","errorCode":0}"#;

/// With `R&D` (5) beside `Ops` (4), whose members are `jsmith` and `kjones` and who owns `assets` alerts.
async fn of_ops(company: Company, assets: i64) -> Client {
    let client = Client::of(company).await.and_leaver().await;
    client.company.group("R&D").await;
    let tenant = client.company.console.tenant;
    let fill = move |tx: &mut store::Tx<'_>| {
        for user in [4, 5] {
            store::members::add(tx, tenant, GroupId(4), UserId(user), store::members::Seat::Member)?;
        }
        let kind = AssetKind::new("alert").expect("a kind");
        let asset = |id| Asset {
            id: AssetId(id),
            kind: kind.clone(),
            name: format!("alert {id}"),
            owner: Some(Owner::Group(GroupId(4))),
            owner_role: None,
            orphaned: false,
            external_id: None,
        };
        (1..=assets).try_for_each(|id| store::assets::insert(tx, tenant, &asset(id)))
    };
    client.company.app.store.write(fill).await.expect("assets");
    client
}

/// How many assets the group has, of the first 500.
async fn owned_by_group(client: &Client, id: i64) -> usize {
    let page = client.company.app.assets(&client.company.console, AssetId(0), 500).await.expect("assets");
    page.rows.iter().filter(|asset| asset.owner == Some(Owner::Group(GroupId(id)))).count()
}

async fn has_group(client: &Client, name: &str) -> bool {
    let group = GroupRef::Name(name.to_owned());
    client.company.app.group(&client.company.console, &group).await.is_ok()
}

impl Client {
    async fn v4(&self, method: &str, path: &str, body: &str) -> Answer {
        self.send(method, path, JSON, body).await
    }
}

#[test]
fn what_it_owns_goes_to_the_new_owner_and_members_leave() {
    both(|company| async move {
        let client = of_ops(company, 3).await;
        let before = client.company.log_head().await;
        let answer = client.json("DELETE", "UserGroup/4?newUserId=0&newUserGroupId=5").await;
        answer.is_json(200, r#"{"response":[{"errorString":"Ownership of 3 items is now with R&D.","errorMessage":"","errorCode":0,"warningMessage":"","entity":{"userGroupId":4,"userGroupName":"Ops"}}]}"#);
        assert_eq!(owned_by_group(&client, 5).await, 3);
        assert!(client.company.detail("jsmith").await.groups.is_empty());
        client.json("DELETE", "UserGroup/4?newUserId=0&newUserGroupId=5").await.fails("Group 4 not found");
        let answer = client.xml("DELETE", "UserGroup/byName(userGroupName='r%26d')?newUserId=byName(userName='kjones')&newUserGroupId=0").await;
        answer.is_xml(r#"<App_DeleteUserGroupResponse><response errorCode="0" errorString="Ownership of 3 items is now with kjones." errorMessage="" warningMessage=""><entity userGroupId="5" userGroupName="R&amp;D"/></response></App_DeleteUserGroupResponse>"#);
        assert_eq!(client.owned_by("kjones").await, 3);
        assert_eq!(client.company.log_kinds(before).await, ["group.removed", "group.removed"]);
    });
}

#[test]
fn more_than_one_transaction_holds_goes_in_chunks() {
    both(|company| async move {
        let client = of_ops(company, 2_000).await;
        let before = client.company.log_head().await;
        let answer = client.json("DELETE", "UserGroup/4?newUserId=5").await;
        answer.succeeds("Ownership of 2000 items is now with kjones.");
        assert_eq!(client.owned_by("kjones").await, 2_000);
        assert_eq!(
            client.company.log_kinds(before).await,
            ["group.emptied", "group.emptied", "group.removed"]
        );
        assert!(!has_group(&client, "Ops").await);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_generation_alone_and_in_bulk() {
    let client = of_ops(Company::new().await, 2).await;
    client
        .v4("DELETE", "V4/UserGroup/4", "")
        .await
        .is_json(400, r#"{"errorMessage":"Group Ops owns assets. Name a new owner.","errorCode":2}"#);
    client
        .v4("DELETE", "V4/UserGroup/4?skipOwnerShipTransfer=true", "")
        .await
        .is_json(400, r#"{"errorMessage":"Group Ops owns assets. Name a new owner.","errorCode":2}"#);
    client
        .v4("DELETE", "V4/UserGroup/4?skipOwnerShipTransfer=false&transferToUser=5&transfertoUserGroup=0", "")
        .await
        .is_json(200, DONE);
    assert_eq!(client.owned_by("kjones").await, 2);
    client
        .v4("DELETE", "V4/UserGroup/4", "")
        .await
        .is_json(404, r#"{"errorMessage":"Group 4 not found","errorCode":2}"#);
    client.company.group("X").await;
    let bulk = "V4/UserGroup/action/delete";
    for (body, status, text) in [
        ("{}", 400, "userGroups: must not be empty"),
        (r#"{"userGroups":[{"userGroup":{"id":5}},{"userGroup":{"id":99}}]}"#, 404, "Group 99 not found"),
        (
            r#"{"userGroups":[{"userGroup":{"id":5}},{"userGroup":{"name":"r&d"}}]}"#,
            400,
            "userGroups: names R&D twice",
        ),
        (
            r#"{"userGroups":[{"userGroup":{"id":5},"newUserGroup":{"name":"x"}},{"userGroup":{"name":"X"}}]}"#,
            400,
            "newUserGroup: X is to go as well",
        ),
        (
            r#"{"userGroups":[{"userGroup":{"id":5}},{"userGroup":{"id":1}}]}"#,
            409,
            "Group master is built in",
        ),
    ] {
        client
            .v4("PUT", bulk, body)
            .await
            .is_json(status, &format!(r#"{{"errorMessage":"{text}","errorCode":2}}"#));
    }
    assert!(has_group(&client, "R&D").await, "all are looked at before the first goes");
    let body = r#"{"userGroups":[{"userGroup":{"id":5,"name":""},"newUser":{"id":5},"skipOwnerTransfer":true},{"userGroup":{"name":"X"},"skipOwnerTransfer":false}]}"#;
    client.v4("PUT", bulk, body).await.is_json(200, DONE);
    assert!(!has_group(&client, "R&D").await && !has_group(&client, "X").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_go_stays() {
    let client = of_ops(Company::new().await, 1).await;
    client.json("PUT", "User/4/Disable").await.succeeds("");
    let before = client.company.log_head().await;
    for (path, text) in [
        ("UserGroup/4", "Group Ops owns assets. Name a new owner."),
        ("UserGroup/4?newUserId=5&newUserGroupId=5", "Name either a new user or a new user group, not both"),
        ("UserGroup/4?newUserId=99", "New owner 99 not found"),
        ("UserGroup/4?newUserGroupId=99", "New owner 99 not found"),
        ("UserGroup/4?newUserGroupId=4", "newUserGroup: Ops is to go as well"),
        ("UserGroup/4?newUserId=4", "New owner jsmith is not active"),
        ("UserGroup/1?newUserId=5", "Group master is built in"),
        ("UserGroup/0", "userGroupId: must not be 0"),
    ] {
        client.json("DELETE", path).await.fails(text);
    }
    assert_eq!(client.company.log_head().await, before);
    for caller in ["operator", "kjones"] {
        let answer = client.json_as(caller, "DELETE", "UserGroup/4?newUserId=5", "").await.json();
        assert_eq!(answer["response"][0]["errorCode"], 5, "{caller}");
    }
    let stranger = client.stranger().await;
    stranger.json("DELETE", "UserGroup/4?newUserId=1").await.fails("Group 4 not found");
    assert_eq!(owned_by_group(&stranger, 4).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_that_inherits_stays() {
    let client = of_ops(Company::new().await, 0).await;
    let policy = Policy { heir: Heir::Group(GroupId(5)), ..Policy::default() };
    client.company.app.set_policy(&client.company.console, policy).await.expect("a policy");
    let text = "inherits by policy, or has inherited in a departure that is on record";
    client.json("DELETE", "UserGroup/5").await.fails(&format!("Group R&D {text}"));
    client.give_alerts("jsmith", 1).await;
    let heir = HeirRef::Group(GroupRef::Id(GroupId(4)));
    let start = Start { heir, ..Start::new(domain::Goal::Remove, vec![UserRef::Id(UserId(4))]) };
    client.company.app.start(&client.company.console, start).await.expect("a removal");
    client.json("DELETE", "UserGroup/4?newUserId=5").await.fails(&format!("Group Ops {text}"));
    assert!(
        client
            .company
            .call("GET", &format!("{ROOT}/UserGroup/4"), &[("Authtoken", &client.token), JSON], "")
            .await
            .body
            .contains("Ops")
    );
}
