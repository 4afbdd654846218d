//! cvpysdk as it comes from PyPI, in both generations. What the client believes is held against what is so.

use domain::UserState;
use serde_json::{Value, json};

use super::sdk::{Sdk, V2, V4};
use super::served::Served;
use crate::fixture::PASSWORD;
use crate::home::both;

/// Both generations, each with a company of its own, on both databases.
fn each_generation<F, Fut>(test: F)
where
    F: Fn(&'static str, Served) -> Fut + Copy + Send + 'static,
    Fut: Future<Output = ()>,
{
    for generation in [V4, V2] {
        both(move |company| async move { test(generation, Served::company(company).await).await });
    }
}

async fn is_signed_in(served: &Served, session: &str) -> bool {
    let headers = [("Authtoken", session)];
    let answer = served.company.call("POST", "/webconsole/api/WhoAmI", &headers, "").await;
    answer.status.as_u16() == 200
}

#[test]
fn it_lists_and_reads_what_is_there() {
    each_generation(|generation, served| async move {
        let mut sdk = Sdk::of(generation, &served);
        sdk.log_in("admin");
        let users = sdk.does("users", &json!({}));
        let names = ["admin", "operator", "auditor", "jsmith", "kjones", "mlopez", r"company\achen"];
        assert_eq!(users.as_object().expect("users").len(), names.len(), "{users}");
        for name in names {
            let id = served.company.detail(name).await.user.id.to_string();
            assert_eq!(users[name].to_string().trim_matches('"'), id, "{name}: {users}");
            assert_eq!(sdk.does("has_user", &json!({"user": name})), true);
        }
        assert_eq!(sdk.does("has_user", &json!({"user": "nobody"})), false);
        let jsmith = served.company.detail("jsmith").await.user;
        let told = sdk.does("user", &json!({"user": "JSmith"}));
        let expected = json!({
            "id": jsmith.id.0, "name": "jsmith", "full_name": "Full jsmith", "email": "jsmith@example.com",
            "description": "", "guid": jsmith.guid, "enabled": true, "company": "Commcell", "groups": [],
            "security": {},
        });
        assert_eq!(told, expected);
        let ops = served.company.group_named("Ops").await.id;
        let groups = sdk.does("groups", &json!({}));
        assert_eq!(groups["ops"].to_string().trim_matches('"'), ops.to_string(), "{groups}");
        assert_eq!(sdk.does("has_group", &json!({"group": "OPS"})), true);
        assert_eq!(sdk.does("has_group", &json!({"group": "nobody"})), false);
        let told = sdk.does("group", &json!({"group": "Ops"}));
        assert_eq!((&told["id"], &told["name"]), (&json!(ops.0), &json!("ops")), "{told}");
        assert_eq!((&told["enabled"], &told["users"]), (&json!(true), &json!([])), "{told}");
    });
}

#[test]
fn it_disables_and_enables() {
    each_generation(|generation, served| async move {
        let company = &served.company;
        let mut sdk = Sdk::of(generation, &served);
        sdk.log_in("admin");
        let session = company.session("jsmith").await;
        served.logged().await;
        assert_eq!(sdk.does("set_enabled", &json!({"user": "jsmith", "enabled": false})), false);
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Deactivated);
        assert!(!is_signed_in(&served, &session).await, "the session ended");
        assert_eq!(served.logged().await, ["offboarding.accepted deactivate jsmith"]);
        // Once more is no failure, and changes nothing.
        assert_eq!(sdk.does("set_enabled", &json!({"user": "jsmith", "enabled": false})), false);
        assert_eq!(served.logged().await, [""; 0]);
        assert_eq!(sdk.does("set_enabled", &json!({"user": "jsmith", "enabled": true})), true);
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Active);
        assert_eq!(served.logged().await, ["offboarding.accepted restore jsmith"]);
        assert!(!is_signed_in(&served, &session).await, "and stays so");
    });
}

#[test]
fn it_deletes_with_a_new_user_or_a_new_group() {
    each_generation(|generation, served| async move {
        let company = &served.company;
        let mut sdk = Sdk::of(generation, &served);
        sdk.log_in("admin");
        served.logged().await;
        sdk.does("delete", &json!({"user": "jsmith", "new_user": "kjones"}));
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Removed);
        assert_eq!(company.detail("kjones").await.holdings.total(), 3);
        assert_eq!(served.logged().await, ["offboarding.accepted remove jsmith kjones"]);
        sdk.does("delete", &json!({"user": "mlopez", "new_usergroup": "Ops"}));
        assert_eq!(company.detail("mlopez").await.user.state, UserState::Removed);
        assert_eq!(served.logged().await, ["offboarding.accepted remove mlopez Ops"]);
        for gone in ["jsmith", "mlopez"] {
            assert_eq!(sdk.does("has_user", &json!({"user": gone})), false, "the list was read again");
        }
        sdk.does("delete", &json!({"user": r"company\achen", "new_user": "kjones"}));
        assert_eq!(company.detail("company/achen").await.user.state, UserState::Removed);
    });
}

#[test]
fn it_shows_why_the_server_refuses() {
    each_generation(|generation, served| async move {
        let company = &served.company;
        let (mut admin, mut auditor) = (Sdk::of(generation, &served), Sdk::of(generation, &served));
        admin.log_in("admin");
        auditor.log_in("auditor");
        admin.does("users", &json!({}));
        served.logged().await;
        let to_kjones = |user: &str| json!({"user": user, "new_user": "kjones"});
        let refused = admin.fails("delete", &to_kjones("admin"));
        assert!(refused.contains("You cannot remove your own account"), "{refused}");
        let refused = auditor.fails("delete", &to_kjones("jsmith"));
        assert!(refused.contains("operator"), "{refused}");
        let refused = auditor.fails("set_enabled", &json!({"user": "jsmith", "enabled": false}));
        assert!(refused.contains("operator"), "{refused}");
        // Disabled meanwhile, behind the client's back: its own list is no proof.
        let start = exeunt::app::Start::new(
            domain::Goal::Deactivate,
            vec![exeunt::app::UserRef::Name("kjones".to_owned())],
        );
        company.app.start(&company.console, start).await.expect("accepted");
        served.logged().await;
        let refused = admin.fails("delete", &to_kjones("jsmith"));
        assert!(refused.contains("New owner kjones is not active"), "{refused}");
        assert_eq!(served.logged().await, [""; 0], "nothing was changed");
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Active);
    });
}

#[test]
fn a_refused_sign_in_says_why() {
    each_generation(|generation, served| async move {
        let mut sdk = Sdk::of(generation, &served);
        let host = served.address.to_string();
        let wrong = json!({"host": host, "user": "jsmith", "password": "wrong"});
        for _ in 0..5 {
            let refused = sdk.fails("log_in", &wrong);
            assert!(
                refused.contains("User name or password is wrong."),
                "{generation}: {refused} {:?}",
                served.asked()
            );
        }
        let right = json!({"host": host, "user": "jsmith", "password": PASSWORD});
        let refused = sdk.fails("log_in", &right);
        assert!(refused.to_lowercase().contains("locked"), "{refused}");
        let logged = served.logged().await;
        assert!(logged.len() == 5 && logged.iter().all(|kind| kind == "session.refused"), "{logged:?}");
    });
}

#[test]
fn an_expired_session_is_renewed_behind_the_scenes() {
    each_generation(|generation, served| async move {
        let mut sdk = Sdk::of(generation, &served);
        sdk.log_in("admin");
        sdk.does("users", &json!({}));
        served.asked();
        served.company.clock.advance(31 * 60 * 1_000);
        sdk.does("users", &json!({}));
        let asked = served.asked();
        let statuses: Vec<&str> =
            asked.iter().map(|call| call.split_once(' ').expect("a status").0).collect();
        assert_eq!(statuses, ["401", "200", "200"], "{asked:?}");
        assert!(asked[1].ends_with("/RenewLoginToken"), "{asked:?}");
        // The new one lives as long as any.
        served.company.clock.advance(29 * 60 * 1_000);
        sdk.does("users", &json!({}));
        assert_eq!(served.asked().len(), 1);
    });
}

#[test]
fn a_session_that_was_ended_is_never_renewed() {
    each_generation(|generation, served| async move {
        let company = &served.company;
        let mut sdk = Sdk::of(generation, &served);
        sdk.log_in("auditor");
        let start = exeunt::app::Start::new(
            domain::Goal::Deactivate,
            vec![exeunt::app::UserRef::Name("auditor".to_owned())],
        );
        company.app.start(&company.console, start).await.expect("accepted");
        served.asked();
        let refused = sdk.fails("users", &json!({}));
        assert!(refused.contains("Session expired"), "{refused}");
        let asked = served.asked();
        assert_eq!(asked.len(), 2, "asked for a renewal once, and gave up: {asked:?}");
    });
}

#[test]
fn signing_out_ends_the_session() {
    each_generation(|generation, served| async move {
        let mut sdk = Sdk::of(generation, &served);
        sdk.log_in("admin");
        served.logged().await;
        assert_eq!(sdk.does("log_out", &json!({})), "User logged out");
        assert_eq!(served.logged().await, ["session.ended"]);
    });
}

/// The contract's table says which client sends what; this is what they sent.
#[test]
fn what_goes_over_the_wire() {
    each_generation(|generation, served| async move {
        let mut sdk = Sdk::of(generation, &served);
        sdk.log_in("admin");
        let steps = [
            ("log in", json!(null)),
            ("users", json!({})),
            ("user", json!({"user": "jsmith"})),
            ("set_enabled", json!({"user": "jsmith", "enabled": false})),
            ("groups", json!({})),
            ("group", json!({"group": "Ops"})),
            ("delete", json!({"user": "jsmith", "new_user": "kjones"})),
            ("delete", json!({"user": "mlopez", "new_usergroup": "Ops"})),
            ("log_out", json!({})),
        ];
        let mut told = String::new();
        for (name, arguments) in steps {
            if arguments != Value::Null {
                sdk.does(name, &arguments);
            }
            told += &format!("{name}\n    {}\n", served.asked().join("\n    "));
        }
        insta::assert_snapshot!(generation, told);
    });
}
