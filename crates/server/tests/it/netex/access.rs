use domain::{Role, UserState};

use super::{JSON, Netex, refused};
use crate::fixture::{Company, PASSWORD, other_tenant};

const DEACTIVATE: &str = "users/restuser.netex/deactivate";

#[tokio::test(flavor = "multi_thread")]
async fn operators_and_administrators_may_others_may_not() {
    let mut netex = Netex::new().await;
    netex.company.user("second", Role::Operator).await;
    netex.company.user("nobody", Role::None).await;
    for (user, allowed) in [("admin", true), ("second", true), ("auditor", false), ("nobody", false)] {
        for secret in [netex.company.token(user).await, netex.company.session(user).await] {
            netex.token = secret;
            for call in ["deactivate", "activate"] {
                let answer = netex.put(&format!("users/restuser.netex/{call}"), &[], "").await;
                if allowed {
                    assert_eq!(answer.status, 200, "{user}");
                } else {
                    refused(&answer, 403, "The token's account lacks the management role admin");
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_tokens_of_the_leaver_are_dead_at_once_on_every_face() {
    let netex = Netex::new().await;
    let company = &netex.company;
    company.user("second", Role::Operator).await;
    company.user("victim", Role::None).await;
    let (session, token) = (company.session("second").await, company.token("second").await);
    netex.put("users/second/deactivate", &[], "").await;
    for secret in [&session, &token] {
        let target = "/integration/ws/management/rest/users/victim/deactivate";
        let answer = company.call("PUT", target, &[("X-Cloud-Auth-Token", secret)], "").await;
        refused(&answer, 401, "X-Cloud-Auth-Token is unknown");
        for header in ["sessionId", "Token"] {
            let target = "/acctmgmt-remove-user?gwsource=external";
            let body = r#"{"payload":{"userNames":["victim"]}}"#;
            let answer = company.call("POST", target, &[(header, secret), JSON], body).await;
            assert_eq!(answer.json()["appStatusCode"], "AVX_GW_012");
        }
    }
    assert_eq!(company.detail("victim").await.user.state, UserState::Active);
    netex.put("users/second/activate", &[], "").await;
    for secret in [&session, &token] {
        assert!(company.app.authenticate(secret).await.is_err(), "what was ended stays ended");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_reaches_its_own_tenant_only_whatever_the_host() {
    let mut netex = Netex::new().await;
    other_tenant(&netex.company, "other.example.com").await;
    let attempt = exeunt::app::SignIn {
        host: Some("other.example.com".to_owned()),
        ..Company::attempt("admin", PASSWORD)
    };
    let own = std::mem::replace(
        &mut netex.token,
        netex.company.app.sign_in(attempt).await.expect("the other administrator").secret,
    );
    for host in ["localhost", "other.example.com"] {
        let answer = netex.put(DEACTIVATE, &[("Host", host)], "").await;
        refused(&answer, 404, "User not found: restuser.netex");
    }
    assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Active);
    netex.token = own;
    assert_eq!(netex.put(DEACTIVATE, &[("Host", "other.example.com")], "").await.status, 200);
}

/// Everybody may read themselves, and nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn oneself_may_be_read() {
    let mut netex = Netex::new().await;
    netex.token = netex.company.session("restuser.netex").await;
    for call in ["", "/groups"] {
        assert_eq!(netex.get(&format!("users/restuser.netex{call}")).await.status, 200);
        let other = netex.get(&format!("users/auditor{call}")).await;
        refused(&other, 403, "The token's account lacks the management role admin");
    }
}
