use serde_json::{Value, json};

use super::{MANAGEMENT_ONLY, Netex, SYNCHRONOUS, is, refused};
use crate::fixture::{Answer, Company};
use crate::home::both;

const ADD: &str = "groups/Ops/users.add";
const REMOVE: &str = "groups/Ops/users.remove";
/// Contract section 3.1: `training` by the mode, and nothing of the other platforms.
const ADMINS_LATER: &str = r#"{"location":null,"message":"","responsePlatforms":{"training":{"location":null,"message":null,"status":202},"management":{"location":null,"message":null,"status":204}},"status":204}"#;
const ADMINS_NOW: &str = r#"{"location":null,"message":"","responsePlatforms":{"training":{"location":null,"message":null,"status":200},"management":{"location":null,"message":null,"status":204}},"status":204}"#;

impl Netex {
    /// With a group and somebody more.
    async fn with_group(company: Company) -> Self {
        let netex = Self::at(company).await;
        netex.company.group("Ops").await;
        netex.company.person("oliver.twist").await;
        netex
    }

    async fn in_ops(&self, user_name: &str) -> bool {
        let groups = self.company.detail(user_name).await.groups;
        groups.iter().any(|group| group.name == "Ops")
    }

    async fn admins(&self) -> Vec<String> {
        let admins = self.get("groups/Ops/admins").await.json();
        let admins = admins.as_array().expect("a bare array").iter();
        admins.map(|user| user["username"].as_str().expect("a name").to_owned()).collect()
    }

    async fn promote(&self, user: &str) -> Answer {
        self.edit(&format!("users/{user}"), r#"{"roles":{"management":["groupadmin"]}}"#).await
    }
}

fn ids(field: &str, users: &[&str]) -> String {
    json!({ field: users }).to_string()
}

#[test]
fn users_come_and_go_by_id_and_by_name() {
    both(|company| async move {
        let netex = Netex::with_group(company).await;
        let guid = netex.guid("oliver.twist").await;
        let both = ids("userIds", &["restuser.netex", &guid]);
        let before = netex.company.log_head().await;
        for _ in 0..2 {
            is(&netex.post(ADD, &both).await, 200, MANAGEMENT_ONLY);
        }
        assert!(netex.in_ops("restuser.netex").await && netex.in_ops("oliver.twist").await);
        let group = netex.company.group_named("Ops").await.guid;
        let by_id = format!("groups/{group}/users.remove");
        for _ in 0..2 {
            is(&netex.post(&by_id, &ids("usernames", &["oliver.twist"])).await, 200, MANAGEMENT_ONLY);
        }
        assert!(netex.in_ops("restuser.netex").await && !netex.in_ops("oliver.twist").await);
        assert_eq!(
            netex.company.log_kinds(before).await,
            ["group.changed", "group.changed"],
            "repeats change nothing"
        );
        let mixed = format!(r#"{{"userIds":["restuser.netex"],"usernames":["{guid}"],"more":1}}"#);
        let answer = netex.send("POST", REMOVE, &[SYNCHRONOUS, super::JSON], &mixed).await;
        is(&answer, 200, MANAGEMENT_ONLY);
        assert!(!netex.in_ops("restuser.netex").await);
    });
}

/// Trap 8: 400 and 404 with their usual meaning; all of them or none.
#[tokio::test(flavor = "multi_thread")]
async fn wrong_lists_change_nothing() {
    let netex = Netex::with_group(Company::new().await).await;
    netex.company.person("gone").await;
    netex.delete("users/gone", &[]).await;
    let before = netex.company.log_head().await;
    let many: Vec<String> = (0..501).map(|n| format!("person.{n}")).collect();
    let many = json!({ "userIds": many }).to_string();
    for (path, body, status, message) in [
        (ADD, ids("userIds", &["restuser.netex", "nobody"]), 404, "User not found: nobody"),
        (ADD, ids("userIds", &["restuser.netex", "gone"]), 404, "User not found: gone"),
        (ADD, ids("userIds", &["Restuser.netex"]), 404, "User not found: Restuser.netex"),
        ("groups/Nowhere/users.add", ids("userIds", &["restuser.netex"]), 404, "Group not found: Nowhere"),
        ("groups/ops/users.add", ids("userIds", &["restuser.netex"]), 404, "Group not found: ops"),
        (ADD, String::new(), 400, "body: is missing"),
        (ADD, "{}".to_owned(), 400, "userIds: must name at least one user"),
        (ADD, ids("userIds", &[]), 400, "userIds: must name at least one user"),
        (ADD, ids("adminIds", &["restuser.netex"]), 400, "userIds: must name at least one user"),
        (ADD, r#"{"userIds":"restuser.netex"}"#.to_owned(), 400, "userIds: must be a list of strings"),
        (ADD, r#"{"userIds":[7]}"#.to_owned(), 400, "userIds: must be a list of strings"),
        (REMOVE, r#"{"usernames":{}}"#.to_owned(), 400, "usernames: must be a list of strings"),
        (ADD, many, 400, "userIds must not exceed 500"),
        ("groups/Ops/admins.add", "{}".to_owned(), 400, "adminIds: must name at least one user"),
    ] {
        refused(&netex.post(path, &body).await, status, message);
    }
    let headers = [("X-Cloud-Synchronization", "never"), super::JSON];
    let answer = netex.send("POST", ADD, &headers, &ids("userIds", &["oliver.twist"])).await;
    refused(&answer, 400, "X-Cloud-Synchronization: must be synchronous or asynchronous");
    assert_eq!(netex.company.log_head().await, before);
    assert!(!netex.in_ops("restuser.netex").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_hundred_users_at_once() {
    let netex = Netex::with_group(Company::new().await).await;
    let names: Vec<String> = (0..500).map(|n| format!("person.{n}")).collect();
    for names in names.chunks(100) {
        let new = names.iter().map(exeunt::app::NewUser::named).collect();
        netex.company.app.create_users(&netex.company.console, new).await.expect("people");
    }
    let body = json!({ "usernames": names }).to_string();
    is(&netex.post(ADD, &body).await, 200, MANAGEMENT_ONLY);
    assert!(netex.in_ops("person.0").await && netex.in_ops("person.499").await);
}

/// Contract section 3.6: who is unknown, or no group administrator, is passed over in silence.
#[test]
fn administrators_come_and_go() {
    both(|company| async move {
        let netex = Netex::with_group(company).await;
        netex.promote("restuser.netex").await;
        let guid = netex.guid("operator").await;
        let body = ids("adminIds", &["restuser.netex", "oliver.twist", "nobody", &guid]);
        is(&netex.post("groups/Ops/admins.add", &body).await, 200, ADMINS_LATER);
        assert_eq!(netex.admins().await, ["operator", "restuser.netex"]);
        let answer = netex.send("POST", "groups/Ops/admins.remove", &[SYNCHRONOUS, super::JSON], &body).await;
        is(&answer, 200, ADMINS_NOW);
        is(&netex.get("groups/Ops/admins").await, 200, "[]");
        assert!(!netex.in_ops("restuser.netex").await, "who administers a group is no member of it");
    });
}

/// The administrators of a group are users as everywhere, in pages, and without the hash of the vendor's sample.
#[test]
fn administrators_are_shown_as_users() {
    both(|company| async move {
        let netex = Netex::with_group(company).await;
        netex.promote("restuser.netex").await;
        let body = ids("adminIds", &["admin", "operator", "restuser.netex"]);
        netex.post("groups/Ops/admins.add", &body).await;
        let whole = netex.get("groups/Ops/admins").await;
        assert!(!whole.body.contains("password"), "{}", whole.body);
        let admins: Vec<Value> = whole.json().as_array().expect("a bare array").clone();
        assert_eq!(admins[2], netex.get("users/restuser.netex").await.json());
        let page = netex.get("groups/Ops/admins?startIndex=1&count=1").await.json();
        assert_eq!(page, json!([admins[1]]));
        is(&netex.get("groups/Ops/admins?startIndex=3").await, 200, "[]");
    });
}
