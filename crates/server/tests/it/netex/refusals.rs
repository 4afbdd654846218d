use std::collections::BTreeSet;

use domain::{Goal, Role, UserState};
use exeunt::app::{NewUser, Start, UserRef};
use exeunt::faces::netex::endpoints;

use super::{Netex, refused};
use crate::fixture::Company;

/// Contract section 3.7.
#[tokio::test(flavor = "multi_thread")]
async fn unknown_and_removed_users_are_not_found() {
    let netex = Netex::new().await;
    let answer = netex.put("users/oliver.twist/deactivate", &[], "").await;
    super::is(
        &answer,
        404,
        r#"{"location":null,"message":"User not found: oliver.twist","responsePlatforms":{},"status":404}"#,
    );
    netex.company.user("gone", Role::None).await;
    let gone = vec![UserRef::Name("gone".to_owned())];
    netex.company.app.start(&netex.company.console, Start::new(Goal::Remove, gone)).await.unwrap();
    for call in ["activate", "deactivate"] {
        refused(&netex.put(&format!("users/gone/{call}"), &[], "").await, 404, "User not found: gone");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_requests() {
    let netex = Netex::new().await;
    for value in ["maybe", "", "sync", "synchronous, asynchronous"] {
        let headers = [("X-Cloud-Synchronization", value)];
        let answer = netex.put("users/restuser.netex/deactivate", &headers, "").await;
        refused(&answer, 400, "X-Cloud-Synchronization: must be synchronous or asynchronous");
    }
    let answer = netex.put("users/a%ZZ/deactivate", &[], "").await;
    refused(&answer, 400, "path: holds a broken percent sequence");
    let answer = netex.put("users/a%FF/deactivate", &[], "").await;
    refused(&answer, 400, "path: is not UTF-8 after percent-decoding");
    assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_and_bad_tokens() {
    let netex = Netex::new().await;
    let target = "/integration/ws/management/rest/users/restuser.netex/deactivate";
    let answer = netex.company.call("PUT", target, &[], "").await;
    refused(&answer, 401, "X-Cloud-Auth-Token is missing");
    for token in ["ext_0123", "5f0c", "wörter"] {
        let answer = netex.company.call("PUT", target, &[("X-Cloud-Auth-Token", token)], "").await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (401, &401.into()), "{token}");
    }
    assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn other_methods_and_other_paths() {
    let netex = Netex::new().await;
    let headers = [("X-Cloud-Auth-Token", netex.token.as_str())];
    for path in endpoints().map(|(_, path)| path).collect::<BTreeSet<_>>() {
        let served = endpoints().filter(|(_, served)| *served == path);
        let served: BTreeSet<&str> = served.map(|(method, _)| method.as_str()).collect();
        let target = format!("/integration/ws/management/rest/{}", path.replace("{}", "restuser.netex"));
        let others = ["GET", "POST", "PUT", "DELETE", "PATCH", "put"];
        for method in others.into_iter().filter(|method| !served.contains(method)) {
            let answer = netex.company.call(method, &target, &headers, "").await;
            refused(&answer, 405, "Method not allowed");
            let told: BTreeSet<&str> = answer.header("allow").expect("methods").split(", ").collect();
            assert_eq!(told, served, "{method} {path}");
        }
    }
    for path in ["/integration/ws/management/rest/nothing", "/integration/ws/social/rest/users/x/activate"] {
        let answer = netex.company.call("PUT", path, &headers, "").await;
        refused(&answer, 404, &format!("Service not found: {path}"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn business_refusals_change_nothing() {
    let netex = Netex::new().await;
    let company = &netex.company;
    let held = NewUser { protected: true, ..Company::new_user("held", Role::None) };
    company.add(held).await;
    let before = company.log_head().await;
    for (user, message) in [
        ("operator", "You cannot deactivate your own account"),
        ("admin", "User admin is the last active administrator"),
        ("held", "User held is protected"),
    ] {
        let answer = netex.put(&format!("users/{user}/deactivate"), &[], "").await;
        refused(&answer, 409, message);
        assert_eq!(company.detail(user).await.user.state, UserState::Active);
    }
    assert_eq!(company.log_head().await, before);
}

/// Whoever leaves for good is not brought back by `activate`.
#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_is_not_activated() {
    let netex = Netex::new().await;
    let leave = Start::new(Goal::Leave, vec![UserRef::Name("restuser.netex".to_owned())]);
    let started = netex.company.app.start(&netex.company.console, leave).await.unwrap().remove(0);
    let id = started.offboarding.id;
    let answer = netex.put("users/restuser.netex/activate", &[], "").await;
    refused(&answer, 409, &format!("User restuser.netex is leaving; cancel offboarding {id} first"));
    let answer = netex.put("users/restuser.netex/deactivate", &[], "").await;
    assert_eq!(answer.status, 200, "what is cut already may be cut again");
}
