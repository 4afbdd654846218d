use domain::{Role, UserState};
use futures_util::future::join_all;

use super::client::{Client, JSON};
use crate::fixture::{Answer, Company};
use crate::home::both;

const DONE: &str = r#"{"errorMessage":"","errorCode":0}"#;
const BULK: &str = "V4/user/action/delete";
const OWNS: &str = "User jsmith owns 3 alerts. Name a new owner.";

fn failure(text: &str) -> String {
    format!(r#"{{"errorMessage":"{text}","errorCode":2}}"#)
}

impl Client {
    async fn bulk(&self, entries: &str) -> Answer {
        self.send("PUT", BULK, JSON, &format!(r#"{{"users":[{entries}]}}"#)).await
    }

    async fn is_removed(&self, user_name: &str) -> bool {
        self.company.detail(user_name).await.user.state == UserState::Removed
    }
}

async fn orphans(company: &Company) -> usize {
    let tenant = company.console.tenant;
    let assets = company.app.store.read(|tx| store::assets::list(tx, tenant, domain::AssetId(0), 99)).await;
    assets.expect("assets").iter().filter(|asset| asset.orphaned).count()
}

#[test]
fn every_name_for_the_new_owner_counts() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        for query in [
            "transferToUser=5",
            "skipOwnerShipTransfer=false&transferToUser=5&transfertoUserGroup=0",
            "newUserId=5&newUserGroupId=0",
            "NEWUSERID=5",
            // A new owner goes before the wish that there be none.
            "skipOwnerShipTransfer=true&transferToUser=5",
        ] {
            let before = client.owned_by("kjones").await;
            client.give_alerts("jsmith", 2).await;
            let leaver = client.company.detail("jsmith").await.user.id;
            client.json("DELETE", &format!("V4/user/{leaver}?{query}")).await.is_json(200, DONE);
            assert!(client.is_removed("jsmith").await, "{query}");
            assert_eq!(client.owned_by("kjones").await, before + 2, "{query}");
            client.company.user("jsmith", Role::None).await;
        }
        client.give_alerts("jsmith", 2).await;
        let path = "v4/User/byName(userName='jsmith')?transfertoUserGroup=4";
        client.json("DELETE", path).await.is_json(200, DONE);
        assert_eq!((client.owned_by("jsmith").await, orphans(&client.company).await), (0, 0));
    });
}

#[test]
fn skipping_leaves_orphans_with_the_tombstone() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        client.give_alerts("jsmith", 3).await;
        client.json("DELETE", "V4/user/4").await.is_json(400, &failure(OWNS));
        client.json("DELETE", "V4/user/4?skipOwnerShipTransfer=false").await.is_json(400, &failure(OWNS));
        assert!(!client.is_removed("jsmith").await);
        client.json("DELETE", "V4/user/4?skipOwnerShipTransfer=true").await.is_json(200, DONE);
        assert!(client.is_removed("jsmith").await);
        assert_eq!(orphans(&client.company).await, 3);
        client
            .json("DELETE", "V4/user/4?skipOwnerShipTransfer=true")
            .await
            .is_json(404, &failure("User 4 not found"));
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_have_their_status_and_change_nothing() {
    let client = Client::with_leaver().await;
    client.give_alerts("jsmith", 3).await;
    client.company.user("second", Role::Admin).await;
    client.company.user("gone", Role::None).await;
    client.company.user("cut", Role::None).await;
    client.json("DELETE", "V4/user/7").await.is_json(200, DONE);
    client.json("PUT", "User/8/Disable").await.succeeds("");
    let second = client.company.token("second").await;
    let before = client.company.log_head().await;
    let refusals = [
        (
            "4?transferToUser=5&transfertoUserGroup=4",
            400,
            "Name either a new user or a new user group, not both",
        ),
        ("4?transferToUser=99", 400, "New owner 99 not found"),
        ("4?transferToUser=7", 400, "New owner 7 not found"),
        ("4?transferToUser=8", 400, "New owner cut is not active"),
        ("4?transferToUser=4", 400, "New owner jsmith is the user who leaves"),
        ("4?transfertoUserGroup=99", 400, "New owner 99 not found"),
        ("4?transferToUser=5&newUserId=6", 400, "transferToUser: contradicts another parameter"),
        ("4?transferToUser=kjones", 400, "transferToUser: must be a number"),
        ("4?skipOwnerShipTransfer=perhaps", 400, "skipOwnerShipTransfer: must be true or false"),
        ("abc", 400, "userId: must be a number"),
        ("99?transferToUser=5", 404, "User 99 not found"),
        ("7", 404, "User 7 not found"),
        ("byName(userName='x')", 404, "User x not found"),
        // The install-time administrator can never be deleted, whoever asks.
        ("1?transferToUser=5", 400, "You cannot remove your own account"),
    ];
    for (path, status, text) in refusals {
        client.json("DELETE", &format!("V4/user/{path}")).await.is_json(status, &failure(text));
    }
    let headers = [("Authtoken", second.as_str()), JSON];
    let as_second = async |path: &str| {
        client.company.call("DELETE", &format!("/WebServerCore/V4/user/{path}"), &headers, "").await
    };
    as_second("6").await.is_json(409, &failure("You cannot remove your own account"));
    as_second("1").await.is_json(400, &failure("User admin is protected"));
    let denied = client.json_as("auditor", "DELETE", "V4/user/4?transferToUser=5", "").await;
    denied.is_json(403, r#"{"errorMessage":"You are not allowed to do this","errorCode":5}"#);
    let kinds = client.company.log_kinds(before).await;
    assert_eq!(kinds, ["token.created"], "the auditor's own token and nothing else");
    assert_eq!(client.owned_by("jsmith").await, 3);
}

#[test]
fn several_with_different_new_owners_go_together() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        for name in ["lwong", "mgarcia", "nrossi"] {
            client.company.user(name, Role::None).await;
            client.give_alerts(name, 1).await;
        }
        client.give_alerts("jsmith", 2).await;
        let answer = client
            .bulk(
                r#"{"user":{"id":4,"name":"jsmith"},"newUser":{"id":5,"name":"kjones"},"newUserGroup":{"id":0,"name":""},"skipOwnerTransfer":false},
                   {"user":{"id":0,"name":"LWong"},"newUser":{"id":0,"name":""},"newUserGroup":{"id":0,"name":"Ops"}},
                   {"user":{"name":"mgarcia"},"skipOwnerTransfer":true},
                   {"user":{"id":8},"newUser":{"name":"kjones"},"skipOwnerTransfer":true},"#,
            )
            .await;
        answer.is_json(200, DONE);
        for name in ["jsmith", "lwong", "mgarcia", "nrossi"] {
            assert!(client.is_removed(name).await, "{name}");
        }
        assert_eq!((client.owned_by("kjones").await, orphans(&client.company).await), (3, 1));
    });
}

#[test]
fn one_bad_entry_and_nobody_goes() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        client.company.user("lwong", Role::None).await;
        client.give_alerts("jsmith", 3).await;
        let before = client.company.log_head().await;
        let good = r#"{"user":{"id":6}}"#;
        for (entry, status, text) in [
            (r#"{"user":{"id":4}}"#, 400, OWNS),
            (r#"{"user":{"id":99}}"#, 404, "User 99 not found"),
            (r#"{"user":{"name":"nobody"}}"#, 404, "User nobody not found"),
            (r#"{"user":{"id":1}}"#, 400, "You cannot remove your own account"),
            (
                r#"{"user":{"id":4},"newUser":{"id":5},"newUserGroup":{"id":4}}"#,
                400,
                "Name either a new user or a new user group, not both",
            ),
            (r#"{"user":{"id":4},"newUser":{"id":6}}"#, 400, "New owner lwong is leaving"),
            (
                r#"{"user":{"id":6},"newUser":{"id":5}}"#,
                400,
                "users: name lwong twice, with different new owners",
            ),
            (r#"{"newUser":{"id":5}}"#, 400, "user: must be given in every entry"),
            (r#"{"user":{"id":"x"}}"#, 400, "id: must be a number"),
        ] {
            client.bulk(&format!("{good},{entry}")).await.is_json(status, &failure(text));
        }
        client.bulk("").await.is_json(400, &failure("users: must not be empty"));
        client.send("PUT", BULK, JSON, "").await.is_json(400, &failure("users: must not be empty"));
        let many = vec![good; 1_001].join(",");
        client.bulk(&many).await.is_json(400, &failure("users must not exceed 1000"));
        let broken = client.send("PUT", BULK, JSON, "{").await;
        assert_eq!((broken.status.as_u16(), broken.json()["errorCode"].as_i64()), (400, Some(2)));
        assert_eq!(client.company.log_head().await, before);
        assert!(!client.is_removed("lwong").await);
    });
}

#[test]
fn of_identical_deletes_at_once_exactly_one_succeeds() {
    both(|company| async {
        let client = Client::of(company).await.and_leaver().await;
        client.give_alerts("jsmith", 2).await;
        let calls = (0..4).map(|_| client.json("DELETE", "V4/user/4?transferToUser=5"));
        let bulk = (0..4).map(|_| client.bulk(r#"{"user":{"id":4},"newUser":{"id":5}}"#));
        let (calls, bulk) = futures_util::future::join(join_all(calls), join_all(bulk)).await;
        let mut told: Vec<_> = calls.iter().chain(&bulk).map(|answer| answer.status.as_u16()).collect();
        told.sort_unstable();
        assert_eq!(told, [200, 404, 404, 404, 404, 404, 404, 404]);
        assert_eq!(client.owned_by("kjones").await, 2);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn what_outlasts_the_call_says_how_far_it_is() {
    let client = Client::impatient().await;
    let lwong = client.company.user("lwong", Role::None).await;
    let mgarcia = client.company.user("mgarcia", Role::None).await;
    let jsmith = client.company.detail("jsmith").await.user.id;
    for leaver in [jsmith, lwong] {
        client.company.assets(leaver, "alert", 2_500).await;
    }
    let so_far = "Ownership of 0 of 2500 items is now with kjones. The rest follows by itself; jsmith is disabled now and is deleted when all of it is done.";
    let told = format!(r#"{{"errorMessage":"{so_far}","errorCode":0}}"#);
    client.json("DELETE", "V4/user/4?transferToUser=5").await.is_json(200, &told);
    let again = client.json("DELETE", "V4/user/4?transferToUser=5").await;
    assert_eq!(again.status, 409, "one who is leaving: {}", again.body);
    let entries =
        format!(r#"{{"user":{{"id":{lwong}}},"newUser":{{"id":5}}}},{{"user":{{"id":{mgarcia}}}}}"#);
    client.bulk(&entries).await.is_json(200, r#"{"errorMessage":"1 of 2 users are deleted. The rest follows by itself; they are disabled now and are deleted when all they own has its new owner.","errorCode":0}"#);
    client.company.engine.run_until_idle().await;
    assert!(client.is_removed("jsmith").await && client.is_removed("lwong").await);
    assert_eq!(client.owned_by("kjones").await, 5_000);
}
