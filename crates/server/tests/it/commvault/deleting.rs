use domain::{Role, UserId, UserState};
use futures_util::future::join_all;

use super::client::{Client, JSON, ROOT};
use crate::home::both;

#[tokio::test(flavor = "multi_thread")]
async fn by_id_with_a_new_owner_in_both_forms() {
    let client = Client::with_leaver().await;
    client.give_alerts("jsmith", 3).await;
    client.json("DELETE", "User/4?newUserId=5&newUserGroupId=0").await.is_json(
        200,
        r#"{"response":[{"errorString":"Ownership of 3 items is now with kjones.","errorMessage":"","errorCode":0,"warningMessage":"","entity":{"userId":4,"userName":"jsmith"}}]}"#,
    );
    assert_eq!(client.owned_by("kjones").await, 3);
    client.xml("DELETE", "User/5?newUserId=0&newUserGroupId=4").await.is_xml(
        r#"<App_DeleteUserResponse><response errorCode="0" errorString="Ownership of 3 items is now with Ops." errorMessage="" warningMessage=""><entity userId="5" userName="kjones"/></response></App_DeleteUserResponse>"#,
    );
    assert_eq!(client.company.detail("kjones").await.user.state, UserState::Removed);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_owned_needs_no_new_owner() {
    let client = Client::with_leaver().await;
    client.json("DELETE", "User/4").await.is_json(
        200,
        r#"{"response":[{"errorString":"Success","errorMessage":"","errorCode":0,"warningMessage":"","entity":{"userId":4,"userName":"jsmith"}}]}"#,
    );
    client.xml("DELETE", "User/5?newUserId=0&newUserGroupId=0").await.is_xml(
        r#"<App_DeleteUserResponse><response errorCode="0" errorString="Successful" errorMessage="" warningMessage=""><entity userId="5" userName="kjones"/></response></App_DeleteUserResponse>"#,
    );
}

/// The samples of the vendor's documentation, as they stand.
#[tokio::test(flavor = "multi_thread")]
async fn the_documented_requests() {
    let client = Client::with_leaver().await;
    let mut last = client.company.group_named("Ops").await.id;
    while last.0 < 22 {
        last = client.company.group(&format!("group {}", last.0 + 1)).await;
    }
    client.give_alerts("operator", 1).await;
    client.give_alerts("jsmith", 2).await;
    client.xml("DELETE", "User/2?newUserGroupId=22&newUserId=0").await.is_xml(
        r#"<App_DeleteUserResponse><response errorCode="0" errorString="Ownership of 1 item is now with group 22." errorMessage="" warningMessage=""><entity userId="2" userName="operator"/></response></App_DeleteUserResponse>"#,
    );
    let path = "User/byName(userName='jsmith')?newUserId=byName(userName='kjones')&newUserGroupId=byName(userGroupName='')";
    client.xml("DELETE", path).await.is_xml(
        r#"<App_DeleteUserResponse><response errorCode="0" errorString="Ownership of 2 items is now with kjones." errorMessage="" warningMessage=""><entity userId="4" userName="jsmith"/></response></App_DeleteUserResponse>"#,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mixture_of_names_and_ids() {
    let mixtures = [
        ("4", "newUserId=5", "kjones"),
        ("4", "newUserId=byName(userName='KJONES')&newUserGroupId=0", "kjones"),
        ("4", "newUserId=&newUserGroupId=byName(userGroupName='ops')", "Ops"),
        ("4", "newUserId=byName(userName='')&newUserGroupId=4", "Ops"),
        ("4", "newUserId=byName(userGroupName='Ops')", "Ops"),
        ("byName(userName='jsmith')", "newUserGroupId=4&newUserId=0", "Ops"),
        ("byName(userName='jsmith')", "NEWUSERID=5", "kjones"),
        ("BYNAME(USERNAME='jsmith')", "newUserId=byName%28userName%3D%27kjones%27%29", "kjones"),
        ("4", "transferToUser=5&transfertoUserGroup=0", "kjones"),
    ];
    let client = Client::with_leaver().await;
    let mut leaver = UserId(4);
    for (path, query, owner) in mixtures {
        client.give_alerts("jsmith", 2).await;
        let before = client.owned_by("kjones").await;
        let path = path.replace('4', &leaver.to_string());
        let answer = client.json("DELETE", &format!("User/{path}?{query}")).await;
        answer.succeeds(&format!("Ownership of 2 items is now with {owner}."));
        assert_eq!(client.company.detail("jsmith").await.user.state, UserState::Removed, "{path}?{query}");
        let inherited = if owner == "kjones" { 2 } else { 0 };
        assert_eq!(client.owned_by("kjones").await, before + inherited, "{path}?{query}");
        leaver = client.company.user("jsmith", Role::None).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn policy_names_the_new_owner_where_the_client_does_not() {
    let client = Client::with_leaver().await;
    client.give_alerts("jsmith", 1).await;
    let ops = client.company.group_named("Ops").await.id;
    let policy = domain::Policy { heir: domain::policy::Heir::Group(ops), ..domain::Policy::default() };
    client.company.app.set_policy(&client.company.console, policy).await.expect("a policy");
    client.json("DELETE", "User/4").await.succeeds("Ownership of 1 item is now with Ops.");
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_change_and_write_nothing() {
    let client = Client::with_leaver().await;
    client.give_alerts("jsmith", 3).await;
    let jsmith = client.company.detail("jsmith").await.user.id;
    client.company.asset(jsmith, "schedule_policy", "weekly").await;
    client.company.user("gone", Role::None).await;
    client.company.user("cut", Role::None).await;
    client.json("DELETE", "User/6").await.succeeds("Success");
    client.json("PUT", "User/7/Disable").await.succeeds("");
    let before = client.company.log_head().await;
    let owns = "User jsmith owns 3 alerts, 1 schedule policy. Name a new owner.";
    let refusals = [
        ("User/4", owns),
        ("User/4?newUserId=0&newUserGroupId=0", owns),
        ("User/4?newUserId=5&newUserGroupId=4", "Name either a new user or a new user group, not both"),
        ("User/4?newUserId=99", "New owner 99 not found"),
        ("User/4?newUserGroupId=byName(userGroupName='No%20One')", "New owner No One not found"),
        ("User/4?newUserId=6", "New owner 6 not found"),
        ("User/4?newUserId=7", "New owner cut is not active"),
        ("User/4?newUserId=4", "New owner jsmith is the user who leaves"),
        ("User/1?newUserId=5", "You cannot remove your own account"),
        ("User/99?newUserId=5", "User 99 not found"),
        ("User/byName(userName='x')", "User x not found"),
        ("User/jsmith", "userId: must be a number"),
        ("User/4?newUserId=kjones", "newUserId: must be a number"),
        ("User/4?newUserId=5&newUserId=6", "newUserId: is given twice"),
        ("User/4?newUserGroupId=byName(userName='kjones')", "newUserGroupId: must name a user group"),
    ];
    for (path, text) in refusals {
        client.json("DELETE", path).await.fails(text);
    }
    assert_eq!(client.company.log_head().await, before);
    assert_eq!(client.company.detail("jsmith").await.user.state, UserState::Active);
    assert_eq!(client.owned_by("jsmith").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_in_both_forms() {
    let client = Client::with_leaver().await;
    client.give_alerts("jsmith", 3).await;
    let jsmith = client.company.detail("jsmith").await.user.id;
    client.company.asset(jsmith, "schedule_policy", "weekly").await;
    let text = "User jsmith owns 3 alerts, 1 schedule policy. Name a new owner.";
    client.json("DELETE", "User/4").await.is_json(200, &format!(
        r#"{{"response":[{{"errorString":"{text}","errorMessage":"{text}","errorCode":2,"warningMessage":"","entity":{{"userId":4,"userName":"jsmith"}}}}]}}"#
    ));
    client.xml("DELETE", "User/4").await.is_xml(&format!(
        r#"<App_DeleteUserResponse><response errorCode="2" errorString="{text}" errorMessage="{text}" warningMessage=""><entity userId="4" userName="jsmith"/></response></App_DeleteUserResponse>"#
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administrator_and_the_last_one_stay() {
    let client = Client::new().await;
    let answer = client.json_as("operator", "DELETE", "User/1", "").await;
    answer.fails("User admin is the last active administrator");
    client.company.user("second", Role::Admin).await;
    let answer = client.json_as("second", "DELETE", "User/1", "").await;
    answer.fails("User admin is protected");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_delete_finds_nobody() {
    let client = Client::with_leaver().await;
    client.json("DELETE", "User/4").await.succeeds("Success");
    client.json("DELETE", "User/4").await.fails("User 4 not found");
    client.json("DELETE", "User/byName(userName='JSMITH')").await.fails("User JSMITH not found");
    client.json("PUT", "User/4/Enable").await.fails("User 4 not found");
}

#[test]
fn of_identical_deletes_at_once_exactly_one_succeeds() {
    both(|company| async { identical_deletes(&Client::of(company).await.and_leaver().await).await });
}

async fn identical_deletes(client: &Client) {
    client.give_alerts("jsmith", 2).await;
    let calls = (0..8).map(|_| client.json("DELETE", "User/4?newUserId=5"));
    let told: Vec<_> = join_all(calls).await.iter().map(crate::fixture::Answer::told).collect();
    let (won, lost): (Vec<_>, Vec<_>) = told.into_iter().partition(|(code, _)| *code == 0);
    assert_eq!(won, [(0, "Ownership of 2 items is now with kjones.".to_owned())]);
    assert!(lost.iter().all(|(code, text)| *code == 2 && text.ends_with(" not found")), "{lost:?}");
    assert_eq!(client.owned_by("kjones").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_operators_delete() {
    let client = Client::with_leaver().await;
    let tokens = [client.company.token("kjones").await, client.company.token("auditor").await];
    let before = client.company.log_head().await;
    for (token, entity) in tokens.iter().zip(["", r#","entity":{"userId":4,"userName":"jsmith"}"#]) {
        let text = "You are not allowed to do this";
        let headers = [("Authtoken", token.as_str()), JSON];
        let answer = client.company.call("DELETE", &format!("{ROOT}/User/4"), &headers, "").await;
        answer.is_json(200, &format!(
            r#"{{"response":[{{"errorString":"{text}","errorMessage":"{text}","errorCode":5,"warningMessage":""{entity}}}]}}"#
        ));
    }
    assert_eq!(client.company.log_head().await, before);
    client.json_as("operator", "DELETE", "User/4", "").await.succeeds("Success");
}

/// More than one transaction moves: the call waits for the engine, which goes on in the background.
#[tokio::test(flavor = "multi_thread")]
async fn a_large_transfer_is_waited_for() {
    let client = Client::with_leaver().await;
    own_many(&client, 2_500).await;
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let engine = tokio::spawn(std::sync::Arc::clone(&client.company.engine).run(stopped));
    let answer = client.json("DELETE", "User/4?newUserId=5").await;
    answer.succeeds("Ownership of 2500 items is now with kjones.");
    assert_eq!(client.company.detail("jsmith").await.user.state, UserState::Removed);
    stop.send(true).expect("a running engine");
    engine.await.expect("a stopped engine");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_outlasts_the_call_is_said() {
    let client = Client::impatient().await;
    own_many(&client, 2_500).await;
    let answer = client.json("DELETE", "User/4?newUserId=5").await;
    answer.succeeds("Ownership of 0 of 2500 items is now with kjones. The rest follows by itself; jsmith is disabled now and is deleted when all of it is done.");
    assert_eq!(client.company.detail("jsmith").await.user.state, UserState::Deactivated);
    let (code, text) = client.json("DELETE", "User/4?newUserId=5").await.told();
    assert!(code == 2 && text.starts_with("User jsmith is leaving; cancel offboarding "), "{text}");
    client.company.engine.run_until_idle().await;
    assert_eq!(client.company.detail("jsmith").await.user.state, UserState::Removed);
    assert_eq!(client.owned_by("kjones").await, 2_500);
}

/// The new owner is cut while the transfer is under way: the client must not believe that all went well.
#[tokio::test(flavor = "multi_thread")]
async fn a_transfer_that_stops_is_a_failure() {
    let client = Client::with_leaver().await;
    own_many(&client, 2_500).await;
    let deleting = client.json("DELETE", "User/4?newUserId=5");
    let meanwhile = async {
        while client.company.detail("jsmith").await.user.state == UserState::Active {
            tokio::task::yield_now().await;
        }
        client.json("PUT", "User/5/Disable").await.succeeds("");
        client.company.engine.run_until_idle().await;
    };
    let (answer, ()) = tokio::join!(deleting, meanwhile);
    answer.fails("User jsmith is disabled, but not deleted: New owner kjones is not active");
    assert_eq!(client.company.detail("jsmith").await.user.state, UserState::Deactivated);
}

async fn own_many(client: &Client, count: i64) {
    let tenant = client.company.console.tenant;
    let user = client.company.detail("jsmith").await.user.id;
    let insert = move |tx: &mut store::Tx<'_>| {
        for id in 1..=count {
            let asset = domain::Asset {
                id: domain::AssetId(id),
                kind: domain::AssetKind::new("alert").expect("a kind"),
                name: format!("alert {id}"),
                owner: Some(domain::Owner::User(user)),
                owner_role: None,
                orphaned: false,
                external_id: None,
            };
            store::assets::insert(tx, tenant, &asset)?;
        }
        Ok::<_, store::Error>(())
    };
    client.company.app.store.write(insert).await.expect("assets");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_other_platforms_owe_is_a_warning() {
    let client = Client::with_leaver().await;
    let platform = client.company.platform("training", "{}").await;
    client.company.account(UserId(4), platform, "j.smith").await;
    client.json("DELETE", "User/4").await.is_json(
        200,
        r#"{"response":[{"errorString":"Success","errorMessage":"","errorCode":0,"warningMessage":"Still under way on training.","entity":{"userId":4,"userName":"jsmith"}}]}"#,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_logged() {
    let client = Client::with_leaver().await;
    client.give_alerts("jsmith", 2).await;
    let before = client.company.log_head().await;
    client.json("DELETE", "User/4?newUserId=5").await.succeeds("Ownership of 2 items is now with kjones.");
    insta::assert_snapshot!(client.logged(before).await, @"offboarding.accepted: remove jsmith for kjones, completed: disable done, end_sessions done, transfer done, delete done");
}
