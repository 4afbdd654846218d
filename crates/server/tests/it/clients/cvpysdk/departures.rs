use domain::{Goal, UserState};
use exeunt::app::{Start, UserRef};
use serde_json::json;

use super::{V4, each_generation, each_generation_as_admin};
use crate::clients::cvpysdk::sdk::Sdk;
use crate::home::both;
use crate::served::Served;

async fn is_signed_in(served: &Served, session: &str) -> bool {
    let headers = [("Authtoken", session)];
    let answer = served.company.call("POST", "/webconsole/api/WhoAmI", &headers, "").await;
    answer.status.as_u16() == 200
}

/// As somebody else would, behind the client's back.
pub(super) async fn deactivate(served: &Served, user_name: &str) {
    let start = Start::new(Goal::Deactivate, vec![UserRef::Name(user_name.to_owned())]);
    served.company.app.start(&served.company.console, start).await.expect("accepted");
}

#[test]
fn disable_and_enable() {
    each_generation_as_admin(|mut sdk, served| async move {
        let company = &served.company;
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
fn delete_with_a_new_user_or_a_new_group() {
    each_generation_as_admin(|mut sdk, served| async move {
        let company = &served.company;
        sdk.does("delete", &json!({"user": "jsmith", "new_user": "kjones"}));
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Removed);
        assert_eq!(company.detail("kjones").await.holdings.total(), 3);
        assert_eq!(served.logged().await, ["offboarding.accepted remove jsmith kjones"]);
        sdk.does("delete", &json!({"user": "mlopez", "new_usergroup": "Ops"}));
        assert_eq!(company.detail("mlopez").await.user.state, UserState::Removed);
        assert_eq!(company.detail("mlopez").await.holdings.total(), 0);
        assert_eq!(served.logged().await, ["offboarding.accepted remove mlopez Ops"]);
        for gone in ["jsmith", "mlopez"] {
            assert_eq!(sdk.does("has_user", &json!({"user": gone})), false, "the list was read again");
        }
        sdk.does("delete", &json!({"user": r"company\achen", "new_user": "kjones"}));
        assert_eq!(company.detail("company/achen").await.user.state, UserState::Removed);
    });
}

#[test]
fn the_newest_way_to_delete() {
    both(|company| async move {
        let served = Served::company(company).await;
        let mut sdk = Sdk::of_admin(V4, &served).await;
        sdk.does("v4_delete", &json!({"user": "jsmith", "new_user": "kjones"}));
        sdk.does("v4_delete", &json!({"user": "mlopez", "new_usergroup": "Ops"}));
        let expected =
            ["offboarding.accepted remove jsmith kjones", "offboarding.accepted remove mlopez Ops"];
        assert_eq!(served.logged().await, expected);
        deactivate(&served, "operator").await;
        let refused = sdk.fails("v4_delete", &json!({"user": "kjones", "new_user": "operator"}));
        assert!(refused.contains("New owner operator is not active"), "{refused}");
        assert_eq!(served.company.detail("kjones").await.user.state, UserState::Active);
    });
}

#[test]
fn refusals_are_shown() {
    each_generation(|generation, served| async move {
        let company = &served.company;
        let (mut admin, mut auditor) = (Sdk::of(generation, &served), Sdk::of(generation, &served));
        admin.log_in("admin");
        auditor.log_in("auditor");
        admin.does("users", &json!({}));
        deactivate(&served, "kjones").await;
        served.logged().await;
        let to_kjones = |user: &str| json!({"user": user, "new_user": "kjones"});
        let refused = admin.fails("delete", &to_kjones("admin"));
        assert!(refused.contains("You cannot remove your own account"), "{refused}");
        let refused = admin.fails("delete", &to_kjones("jsmith"));
        assert!(refused.contains("New owner kjones is not active"), "{refused}");
        let refused = auditor.fails("delete", &to_kjones("jsmith"));
        assert!(refused.contains("not allowed"), "{refused}");
        let refused = auditor.fails("set_enabled", &json!({"user": "jsmith", "enabled": false}));
        assert!(refused.contains("not allowed"), "{refused}");
        assert_eq!(served.logged().await, [""; 0], "nothing was changed");
        assert_eq!(company.detail("jsmith").await.user.state, UserState::Active);
    });
}

#[test]
fn names_of_every_kind() {
    each_generation_as_admin(|mut sdk, served| async move {
        let longest = "n".repeat(255);
        for name in ["José Núñez", "o'brien", "tim  baker", "a.b-c_d@example.com", "ŁUKASZ/Ω", &longest]
        {
            served.company.person(name).await;
            sdk.does("users", &json!({}));
            assert_eq!(sdk.does("set_enabled", &json!({"user": name, "enabled": false})), false, "{name}");
            sdk.does("delete", &json!({"user": name, "new_user": "kjones"}));
            assert_eq!(served.company.detail(name).await.user.state, UserState::Removed, "{name}");
        }
    });
}
