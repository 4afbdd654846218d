use domain::{Goal, Role};
use exeunt::app::{GroupRef, HeirRef, Seat, SeatChange, Start, UserRef};

use super::{call, is, refused};
use crate::fixture::{Answer, Company};
use crate::home::both;

const ADDED: &str = r#"{"response":"Usergroup added successfully","message":"Usergroup added successfully","appStatusCode":null,"tags":null,"headers":null}"#;
const REMOVED: &str = r#"{"response":"UserGroup deleted successfully.","message":"UserGroup deleted successfully.","appStatusCode":null,"tags":null,"headers":null}"#;
const NO_NAME: &str = "Mandatory field 'userGroupName' is missing or empty.";

async fn add(company: &Company, session: &str, body: &str) -> Answer {
    call(company, session, "POST", "usergroup?gwsource=external", body).await
}

async fn remove(company: &Company, session: &str, query: &str) -> Answer {
    call(company, session, "DELETE", &format!("userGroup?{query}"), "").await
}

/// The vendor's sample target, its `;` and its space included.
const SAMPLE: &str = "userGroupName=%20group_1;gwsource=external";

#[test]
fn a_group_comes_and_goes() {
    both(|company| async move {
        let session = company.session("admin").await;
        for body in [
            r#"{"payload":{"name":"group_1","description":"Adding user group"}}"#,
            r#"{"payload":{"userGroupName":"group_1"}}"#,
        ] {
            is(&add(&company, &session, body).await, 201, ADDED);
            refused(&add(&company, &session, body).await, 409, "RBAC_US_023", "Usergroup already exists.");
            company.group_named("group_1").await;
            is(&remove(&company, &session, SAMPLE).await, 200, REMOVED);
            let again = remove(&company, &session, SAMPLE).await;
            refused(&again, 404, "ACCT_USERGROUP_030", "UserGroup doesnot exist.");
        }
        let kinds = company.log_kinds(0).await;
        let groups: Vec<_> = kinds.iter().filter(|kind| kind.starts_with("group.")).collect();
        assert_eq!(groups, ["group.created", "group.removed", "group.created", "group.removed"]);
    });
}

#[test]
fn of_concurrent_identical_removals_exactly_one_wins() {
    both(|company| async move {
        company.group("group_1").await;
        let session = company.session("admin").await;
        let answers =
            futures_util::future::join_all((0..8).map(|_| remove(&company, &session, SAMPLE))).await;
        let mut statuses: Vec<u16> = answers.iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404, 404, 404, 404, 404, 404, 404]);
    });
}

#[test]
fn what_is_in_use_stays() {
    both(in_use);
}

async fn in_use(company: Company) {
    let session = company.session("admin").await;
    let leaver = company.person("leaver").await;
    for name in ["held", "heir", "administered"] {
        company.group(name).await;
    }
    let member = vec![UserRef::Name("auditor".to_owned())];
    for (name, seat) in [("held", Seat::Member), ("administered", Seat::Admin)] {
        let (group, who) = (GroupRef::Name(name.to_owned()), vec![UserRef::Name("admin".to_owned())]);
        let who = if seat == Seat::Member { member.clone() } else { who };
        let seated = company.app.change_seats(&company.console, &group, seat, SeatChange::Add, who).await;
        assert_eq!(seated.expect("a seat").len(), 1);
    }
    let has_users = "Usergroup(s) which have active user(s) cannot be deleted";
    for _ in 0..2 {
        let answer = remove(&company, &session, "userGroupName=held&gwsource=web").await;
        refused(&answer, 400, "RBAC_US_019", has_users);
        // Whoever is deactivated may return.
        company.app.start(&company.console, Start::new(Goal::Deactivate, member.clone())).await.expect("cut");
    }
    company.asset(leaver, "certificate", "www").await;
    let heir = HeirRef::Group(GroupRef::Name("heir".to_owned()));
    let removal = Start { heir, ..Start::new(Goal::Remove, vec![UserRef::Id(leaver)]) };
    company.app.start(&company.console, removal).await.expect("removed");
    let answer = remove(&company, &session, "userGroupName=heir&gwsource=web").await;
    refused(&answer, 409, "ACCT_US_903", "Group heir owns assets, or has inherited some.");
    for built_in in ["master", "View+All"] {
        let answer = remove(&company, &session, &format!("userGroupName={built_in}&gwsource=web")).await;
        refused(&answer, 405, "RBAC_US_015", "Admin usergroup cannot be deleted");
        assert_eq!(answer.header("allow"), Some("POST"));
    }
    is(&remove(&company, &session, "userGroupName=administered&gwsource=web").await, 200, REMOVED);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_that_are_missing_or_wrong() {
    let company = Company::new().await;
    let session = company.session("admin").await;
    let before = company.log_head().await;
    for body in ["", "{}", r#"{"payload":{}}"#, r#"{"payload":{"name":"","userGroupName":" "}}"#] {
        refused(&add(&company, &session, body).await, 400, "ACCT_USERGROUP_001", NO_NAME);
    }
    for query in ["gwsource=web", "userGroupName=;gwsource=web", "userGroupName=%20&gwsource=web"] {
        refused(&remove(&company, &session, query).await, 400, "ACCT_USERGROUP_001", NO_NAME);
    }
    for (body, why) in [
        (r#"{"payload":{"name":1}}"#, "name: must be a string"),
        (r#"{"payload":{"name":" a"}}"#, "name: must not begin or end with a space"),
        (r#"{"payload":{"name":"a","description":[]}}"#, "description: must be a string"),
    ] {
        refused(&add(&company, &session, body).await, 400, "INVALID_REQUEST", why);
    }
    for (query, status) in
        [("userGroupName=%zz", 400), ("userGroupName=%FF", 400), ("userGroupName=%00", 404)]
    {
        let answer = remove(&company, &session, &format!("{query}&gwsource=web")).await;
        assert_eq!(answer.status, status, "{query}");
    }
    assert_eq!(company.log_head().await, before);
    company.user("nobody", Role::None).await;
}
