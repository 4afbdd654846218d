use serde_json::json;

use super::sdk::Sdk;
use super::{V4, each_generation, each_generation_as_admin};
use crate::fixture::{Company, PASSWORD};
use crate::home::run;
use crate::served::Served;

async fn groups_of(served: &Served, user: &str) -> Vec<String> {
    served.company.detail(user).await.groups.into_iter().map(|group| group.name).collect()
}

#[test]
fn a_user_is_added() {
    each_generation_as_admin(|mut sdk, served| async move {
        let new = json!({
            "user": "Tim.Baker", "email": "tim@example.com", "full_name": "Tim Baker", "password": "open sesame",
            "local_usergroups": ["Ops"],
        });
        assert_eq!(sdk.does("add", &new), "tim.baker");
        let added = served.company.detail("tim.baker").await.user;
        assert_eq!((added.email.as_str(), added.full_name.as_str()), ("tim@example.com", "Tim Baker"));
        assert_eq!(groups_of(&served, "tim.baker").await, ["Ops"]);
        let attempt = Company::attempt("tim.baker", "open sesame");
        served.company.app.sign_in(attempt).await.expect("the password is right");
        // The client looks first; the server is asked by one whose list is old.
        let refused = sdk.fails("add", &new);
        assert!(refused.contains("tim.baker") || refused.contains("Tim.Baker"), "{refused}");
    });
}

#[test]
fn a_user_is_added_by_the_newest_call() {
    run(async {
        let served = Served::company(Company::new().await).await;
        let mut sdk = Sdk::of_admin(V4, &served).await;
        let new = json!({
            "user": "tim", "email": "tim@example.com", "full_name": "Tim Baker", "password": "open sesame",
            "local_usergroups": ["Ops"],
        });
        assert_eq!(sdk.does("v4_add", &new), "tim");
        assert_eq!(groups_of(&served, "tim").await, ["Ops"]);
        served
            .company
            .app
            .sign_in(Company::attempt("tim", "open sesame"))
            .await
            .expect("the password is right");
    });
}

#[test]
fn a_user_is_changed() {
    each_generation_as_admin(|mut sdk, served| async move {
        let company = &served.company;
        let id = company.detail("kjones").await.user.id;
        sdk.does("set_email", &json!({"user": "kjones", "email": "kay@example.com"}));
        sdk.does("set_description", &json!({"user": "kjones", "description": "Night shift"}));
        let changed = company.detail("kjones").await.user;
        assert_eq!(
            (changed.email.as_str(), changed.description.as_str()),
            ("kay@example.com", "Night shift")
        );
        assert_eq!(changed.user_name, "kjones", "sent back in lower case, and no rename");
        // The older one then asks whether the old name has two factors, and takes "not found" for a failure.
        let _ = sdk.call("rename", &json!({"user": "kjones", "name": "kay.miller"}));
        assert_eq!(company.detail("kay.miller").await.user.id, id);
    });
}

#[test]
fn groups_of_a_user_are_changed() {
    each_generation_as_admin(|mut sdk, served| async move {
        served.company.group("Night").await;
        let changes = [
            ("add", vec!["Night"], vec!["Night", "Ops"]),
            ("remove", vec!["Ops"], vec!["Night"]),
            ("overwrite", vec!["Ops"], vec!["Ops"]),
        ];
        for (how, named, expected) in changes {
            sdk.does("change_groups", &json!({"user": "jsmith", "how": how, "groups": named}));
            let mut found = groups_of(&served, "jsmith").await;
            found.sort();
            assert_eq!(found, expected, "{how}");
        }
    });
}

#[test]
fn a_password_is_changed_by_whoever_knows_their_own() {
    each_generation_as_admin(|mut sdk, served| async move {
        let change = |own: &str| json!({"user": "jsmith", "new": "open sesame", "own": own});
        let refused = sdk.fails("change_password", &change("not mine"));
        assert!(refused.contains("assword"), "{refused}");
        served.company.app.sign_in(Company::attempt("jsmith", PASSWORD)).await.expect("still the old one");
        sdk.does("change_password", &change(PASSWORD));
        served.company.app.sign_in(Company::attempt("jsmith", "open sesame")).await.expect("the new one");
    });
}

#[test]
fn a_locked_user_is_unlocked() {
    each_generation(|generation, served| async move {
        let mut sdk = Sdk::of(generation, &served);
        sdk.log_in("admin");
        for _ in 0..5 {
            let refused = served.company.app.sign_in(Company::attempt("jsmith", "wrong")).await;
            assert!(refused.is_err());
        }
        assert!(served.company.app.sign_in(Company::attempt("jsmith", PASSWORD)).await.is_err(), "locked");
        assert_eq!(sdk.does("lock", &json!({"user": "jsmith"}))["isAccountLocked"], true);
        sdk.does("unlock", &json!({"user": "jsmith"}));
        assert_eq!(sdk.does("lock", &json!({"user": "jsmith"}))["isAccountLocked"], false);
        served.company.app.sign_in(Company::attempt("jsmith", PASSWORD)).await.expect("unlocked");
    });
}
