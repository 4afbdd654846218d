use domain::{Role, UserState};

use super::{JSON, Netex, SYNCHRONOUS, is, statuses};
use crate::fixture::Company;

/// Contract section 3.2, the vendor's samples.
const SYNCHRONOUS_SAMPLE: &str = r#"{"location":null,"message":"","responsePlatforms":{"training":{"location":null,"message":null,"status":200},"social":{"location":null,"message":null,"status":204},"play":{"location":null,"message":null,"status":204},"management":{"location":null,"message":null,"status":204}},"status":204}"#;
const ASYNCHRONOUS_SAMPLE: &str = r#"{"location":null,"message":"","responsePlatforms":{"training":{"location":null,"message":null,"status":202},"social":{"location":null,"message":null,"status":202},"play":{"location":null,"message":null,"status":204},"management":{"location":null,"message":null,"status":204}},"status":204}"#;

const USER: &str = "users/restuser.netex";

#[tokio::test(flavor = "multi_thread")]
async fn the_synchronous_samples() {
    let netex = Netex::new().await;
    let _engine = netex.company.run_engine();
    let body = r#"{"message":"Your access has ended. Please contact the service desk."}"#;
    let answer = netex.put(&format!("{USER}/deactivate"), &[SYNCHRONOUS, JSON], body).await;
    is(&answer, 200, SYNCHRONOUS_SAMPLE);
    assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Deactivated);
    let answer = netex.put(&format!("{USER}/activate"), &[SYNCHRONOUS], "").await;
    is(&answer, 200, SYNCHRONOUS_SAMPLE);
    assert_eq!(netex.company.detail("restuser.netex").await.user.state, UserState::Active);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_asynchronous_samples() {
    let netex = Netex::new().await;
    for headers in [&[][..], &[("X-Cloud-Synchronization", "asynchronous")]] {
        let answer = netex.put(&format!("{USER}/deactivate"), headers, "").await;
        is(&answer, 200, ASYNCHRONOUS_SAMPLE);
        let answer = netex.put(&format!("{USER}/activate"), headers, "").await;
        is(&answer, 200, ASYNCHRONOUS_SAMPLE);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn synchronization_is_compared_in_any_case() {
    let netex = Netex::new().await;
    let _engine = netex.company.run_engine();
    for (value, sample) in [("SYNCHRONOUS", SYNCHRONOUS_SAMPLE), ("Asynchronous", ASYNCHRONOUS_SAMPLE)] {
        let headers = [("X-CLOUD-SYNCHRONIZATION", value)];
        is(&netex.put(&format!("{USER}/deactivate"), &headers, "").await, 200, sample);
    }
}

/// The vendor's platforms are told of whether or not the user has an account there.
#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_accounts_gets_the_samples() {
    let netex = Netex::new().await;
    netex.company.platform("backup", "{}").await;
    netex.company.person("oliver.twist").await;
    let path = "users/oliver.twist/deactivate";
    is(&netex.put(path, &[], "").await, 200, ASYNCHRONOUS_SAMPLE);
    is(&netex.put(path, &[SYNCHRONOUS], "").await, 200, SYNCHRONOUS_SAMPLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_without_platforms_answers_with_the_default_set() {
    let company = Company::new().await;
    company.user("restuser.netex", Role::None).await;
    let netex = Netex { token: company.token("operator").await, leaver: domain::UserId(0), company };
    for call in ["deactivate", "deactivate", "activate", "activate"] {
        let path = format!("{USER}/{call}");
        is(&netex.put(&path, &[SYNCHRONOUS], "").await, 200, SYNCHRONOUS_SAMPLE);
        is(&netex.put(&path, &[], "").await, 200, ASYNCHRONOUS_SAMPLE);
    }
}

/// Other platforms follow by name where the user has an account, and say 202 where something is queued.
#[tokio::test(flavor = "multi_thread")]
async fn platforms_of_other_names_stand_between_the_vendors_and_management() {
    let netex = Netex::new().await;
    for name in ["management", "ldap", "backup", "elsewhere"] {
        let platform = netex.company.platform(name, "{}").await;
        if name != "elsewhere" {
            netex.company.account(netex.leaver, platform, "r.user").await;
        }
    }
    let answer = netex.put(&format!("{USER}/deactivate"), &[], "").await;
    assert_eq!(answer.json()["status"], 204);
    assert_eq!(
        statuses(&answer),
        [
            "training 202",
            "social 202",
            "play 204",
            "backup 202",
            "ldap 202",
            "management (remote) 202",
            "management 204"
        ]
    );
    let _engine = netex.company.run_engine();
    let answer = netex.put(&format!("{USER}/deactivate"), &[SYNCHRONOUS], "").await;
    assert_eq!(
        statuses(&answer),
        [
            "training 200",
            "social 204",
            "play 204",
            "backup 204",
            "ldap 204",
            "management (remote) 204",
            "management 204"
        ]
    );
}

/// Trap 3: one answer, whatever is accepted.
#[tokio::test(flavor = "multi_thread")]
async fn accept_has_no_effect() {
    let netex = Netex::new().await;
    for accept in [
        "application/json",
        "*/*",
        "",
        "text/html",
        "application/vnd.netex.nlc-api",
        "application/vnd.netex.nlc-api.v1.0.1+json",
        "application/vnd.netex.nlc-api.v9+xml",
    ] {
        let answer = netex.put(&format!("{USER}/deactivate"), &[("Accept", accept)], "").await;
        is(&answer, 200, ASYNCHRONOUS_SAMPLE);
    }
}

/// Trap 4: no body, with and without what may come beside it.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_is_optional() {
    let netex = Netex::new().await;
    for headers in [&[("Content-Length", "0")], &[JSON], &[("Content-Type", "text/plain")]] {
        let answer = netex.put(&format!("{USER}/deactivate"), headers, "").await;
        is(&answer, 200, ASYNCHRONOUS_SAMPLE);
    }
    for headers in [&[][..], &[JSON], &[("Content-Type", "text/plain")]] {
        let answer = netex.put(&format!("{USER}/deactivate"), headers, " \t\r\n").await;
        is(&answer, 200, ASYNCHRONOUS_SAMPLE);
    }
    let answer = netex.put(&format!("{USER}/activate"), &[], "a body is ignored").await;
    is(&answer, 200, ASYNCHRONOUS_SAMPLE);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_alias_of_the_base_path() {
    let netex = Netex::new().await;
    let target = "/integration/zuul/management/rest/users/restuser.netex/deactivate";
    let headers = [("X-Cloud-Auth-Token", netex.token.as_str())];
    is(&netex.company.call("PUT", target, &headers, "").await, 200, ASYNCHRONOUS_SAMPLE);
}

/// Trap 5, and the order of section 1: id, external id, user name; exact and case-sensitive.
#[tokio::test(flavor = "multi_thread")]
async fn users_are_found_by_every_identifier_in_order() {
    let netex = Netex::new().await;
    let company = &netex.company;
    let external = |user_name: &str, external_id: &str| exeunt::app::NewUser {
        external_id: Some(external_id.to_owned()),
        ..Company::new_user(user_name, Role::None)
    };
    company.add(external("a/b", "E.1")).await;
    // No call lets an external id be another's name; a store may hold it all the same.
    let zoe = company.add(external("Zoë Ünal", "E.2")).await;
    let tenant = company.console.tenant;
    let take_the_name = move |tx: &mut store::Tx<'_>| {
        let found = store::users::by_id(tx, tenant, zoe)?.expect("a user");
        let external_id = Some("restuser.netex".to_owned());
        store::users::update(tx, tenant, &domain::User { external_id, ..found })
    };
    company.app.store.write(take_the_name).await.expect("taken");
    let guid = company.detail("a/b").await.user.guid;
    for (raw, hit) in [
        (guid.as_str(), "a/b"),
        ("E.1", "a/b"),
        ("a%2Fb", "a/b"),
        ("Zo%C3%AB%20%C3%9Cnal", "Zoë Ünal"),
        // An external id goes before a user name.
        ("restuser.netex", "Zoë Ünal"),
    ] {
        let answer = netex.put(&format!("users/{raw}/deactivate"), &[], "").await;
        assert_eq!(answer.status, 200, "{raw}");
        assert_eq!(company.detail(hit).await.user.state, UserState::Deactivated, "{raw}");
        netex.put(&format!("users/{raw}/activate"), &[], "").await;
        assert_eq!(company.detail(hit).await.user.state, UserState::Active, "{raw}");
    }
    assert_eq!(company.detail("restuser.netex").await.user.state, UserState::Active);
    for raw in ["A%2Fb", "a%5Cb", "e.1", &guid.to_uppercase(), "a%252Fb", "a%00b"] {
        let answer = netex.put(&format!("users/{raw}/deactivate"), &[], "").await;
        assert_eq!(answer.status, 404, "{raw}");
    }
}
