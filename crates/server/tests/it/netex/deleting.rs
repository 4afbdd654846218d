use domain::{Owner, UserState};
use exeunt::app::{GroupRef, Seat, UserRef};
use serde_json::json;

use super::{Netex, SYNCHRONOUS, is, refused, statuses};
use crate::fixture::Company;
use crate::home::{Home, both};

const USER: &str = "users/restuser.netex";
/// Contract section 3.5: no `play`.
const SYNCHRONOUS_SAMPLE: &str = r#"{"location":null,"message":"","responsePlatforms":{"training":{"location":null,"message":null,"status":200},"social":{"location":null,"message":null,"status":204},"management":{"location":null,"message":null,"status":204}},"status":204}"#;
const ASYNCHRONOUS_SAMPLE: &str = r#"{"location":null,"message":"","responsePlatforms":{"training":{"location":null,"message":null,"status":202},"social":{"location":null,"message":null,"status":202},"management":{"location":null,"message":null,"status":204}},"status":204}"#;

impl Netex {
    async fn state(&self) -> UserState {
        let user = UserRef::Id(self.leaver);
        self.company.app.user(&self.company.console, &user).await.expect("the user").user.state
    }
}

#[test]
fn the_samples_and_what_is_gone() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        let (guid, session) =
            (netex.guid("restuser.netex").await, netex.company.session("restuser.netex").await);
        is(&netex.delete(USER, &[]).await, 200, ASYNCHRONOUS_SAMPLE);
        assert_eq!(netex.state().await, UserState::Removed);
        assert!(netex.company.app.authenticate(&session).await.is_err());
        netex.company.engine.run_until_idle().await;
        // Contract section 6: a second deletion is not found, by whatever identifier.
        for name in ["restuser.netex", guid.as_str()] {
            for headers in [&[][..], &[SYNCHRONOUS]] {
                let answer = netex.delete(&format!("users/{name}"), headers).await;
                refused(&answer, 404, &format!("User not found: {}", "restuser.netex"));
            }
        }
        netex.company.person("oliver.twist").await;
        let _engine = netex.company.run_engine();
        is(&netex.delete("users/oliver.twist", &[SYNCHRONOUS]).await, 200, SYNCHRONOUS_SAMPLE);
    });
}

/// There is no transfer in this API (contract section 6).
#[test]
fn what_the_leaver_owns_stays_with_the_tombstone() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        let alert = netex.company.asset(netex.leaver, "alert", "nightly").await;
        let workload = netex.company.asset(netex.leaver, "vm_client", "vm").await;
        let _engine = netex.company.run_engine();
        is(&netex.delete(USER, &[SYNCHRONOUS]).await, 200, SYNCHRONOUS_SAMPLE);
        let tenant = netex.company.console.tenant;
        for id in [alert, workload] {
            let read = |tx: &mut store::Tx<'_>| store::assets::by_id(tx, tenant, id);
            let asset = netex.company.app.store.read(read).await.expect("a store").expect("an asset");
            assert_eq!((asset.owner, asset.orphaned), (Some(Owner::User(netex.leaver)), true));
        }
    });
}

#[test]
fn memberships_and_seats_go() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        netex.company.group("Ops").await;
        netex.edit(USER, r#"{"roles":{"management":["groupadmin"]}}"#).await;
        netex.post("groups/Ops/users.add", r#"{"userIds":["restuser.netex"]}"#).await;
        netex.post("groups/Ops/admins.add", r#"{"adminIds":["restuser.netex"]}"#).await;
        let seats = async |seat| {
            let ops = GroupRef::Name("Ops".to_owned());
            netex
                .company
                .app
                .seats_from(&netex.company.console, &ops, seat, 0, 10)
                .await
                .expect("seats")
                .rows
                .len()
        };
        assert_eq!((seats(Seat::Member).await, seats(Seat::Admin).await), (1, 1));
        netex.delete(USER, &[]).await;
        assert_eq!((seats(Seat::Member).await, seats(Seat::Admin).await), (0, 0));
        is(&netex.get("groups/Ops/admins").await, 200, "[]");
    });
}

/// More than one transaction takes at once: the answer waits for our own part in either mode.
#[tokio::test(flavor = "multi_thread")]
async fn a_leaver_with_very_much_is_gone_before_the_answer() {
    let netex = Netex::at(Company::new().await).await;
    netex.company.assets(netex.leaver, "alert", 2_500).await;
    let _engine = netex.company.run_engine();
    is(&netex.delete(USER, &[]).await, 200, ASYNCHRONOUS_SAMPLE);
    assert_eq!(netex.state().await, UserState::Removed);
}

/// Without an engine our own part cannot be finished: the access is cut, and the answer says 202 or 500.
#[tokio::test(flavor = "multi_thread")]
async fn our_own_part_that_is_not_done_is_told() {
    for (headers, http, management) in [(&[][..], 200, 202), (&[SYNCHRONOUS], 500, 500)] {
        let company = Company::waiting(Home::sqlite(), 300).await;
        let netex = Netex::at(company).await;
        netex.company.assets(netex.leaver, "alert", 2_500).await;
        let answer = netex.delete(USER, headers).await;
        let told = answer.json()["responsePlatforms"]["management"]["status"].clone();
        assert_eq!((answer.status.as_u16(), told), (http, json!(management)), "{}", answer.body);
        assert_eq!(netex.state().await, UserState::Deactivated);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_be_deleted() {
    let netex = Netex::at(Company::new().await).await;
    let held = exeunt::app::NewUser { protected: true, ..exeunt::app::NewUser::named("held") };
    netex.company.add(held).await;
    let before = netex.company.log_head().await;
    for (user, status, message) in [
        ("admin", 409, "You cannot remove your own account"),
        ("held", 409, "User held is protected"),
        ("nobody", 404, "User not found: nobody"),
    ] {
        refused(&netex.delete(&format!("users/{user}"), &[]).await, status, message);
    }
    let wrong = netex.delete(USER, &[("X-Cloud-Synchronization", "now")]).await;
    refused(&wrong, 400, "X-Cloud-Synchronization: must be synchronous or asynchronous");
    assert_eq!(netex.company.log_head().await, before);
    let last = Netex { token: netex.company.session("operator").await, ..netex };
    refused(&last.delete("users/admin", &[]).await, 409, "User admin is the last active administrator");
}

/// Contract section 6: a tenant's policy.
#[test]
fn deletion_may_need_deactivation_first() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        let policy = domain::Policy { require_deactivated_before_remove: true, ..domain::Policy::default() };
        netex.company.app.set_policy(&netex.company.console, policy).await.expect("a policy");
        refused(
            &netex.delete(USER, &[]).await,
            409,
            "User restuser.netex must be deactivated before removal",
        );
        assert_eq!(netex.state().await, UserState::Active);
        netex.put(&format!("{USER}/deactivate"), &[], "").await;
        is(&netex.delete(USER, &[]).await, 200, ASYNCHRONOUS_SAMPLE);
    });
}

/// Contract section 4, partial failure: here the user is gone, and the answer says who failed, `play` too.
#[tokio::test(flavor = "multi_thread")]
async fn platforms_that_fail_are_told() {
    let refuse = r#"{"refuse":["restuser.netex"]}"#;
    for (settings, expected) in [
        ([refuse, "{}", "{}"], &["training 500", "social 204", "management 204"][..]),
        (["{}", refuse, "{}"], &["training 200", "social 500", "management 204"]),
        (["{}", "{}", refuse], &["training 200", "social 204", "play 500", "management 204"]),
    ] {
        let netex = Netex::over(Company::new().await, settings).await;
        let _engine = netex.company.run_engine();
        let answer = netex.delete(USER, &[SYNCHRONOUS]).await;
        assert_eq!((answer.status.as_u16(), &answer.json()["status"]), (200, &json!(500)));
        assert_eq!(statuses(&answer), expected);
        assert_eq!(netex.state().await, UserState::Removed);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_platform_that_does_not_answer_in_time_is_told() {
    let company = Company::waiting(Home::sqlite(), 400).await;
    let netex = Netex::over(company, [r#"{"hang":true}"#, "{}", "{}"]).await;
    let _engine = netex.company.run_engine();
    let answer = netex.delete(USER, &[SYNCHRONOUS]).await;
    let sample = SYNCHRONOUS_SAMPLE.replace(
        r#""training":{"location":null,"message":null,"status":200}"#,
        r#""training":{"location":null,"message":"timeout","status":500}"#,
    );
    let (body, _) = sample.rsplit_once("204").expect("an outer status");
    is(&answer, 200, &format!("{body}500}}"));
}

/// Many clients delete the same user at once: one wins, the others do not find it.
#[test]
fn of_many_deletions_at_once_one_wins() {
    both(|company| async move {
        let netex = Netex::at(company).await;
        let call = || netex.delete(USER, &[]);
        let (a, b, c, d) = tokio::join!(call(), call(), call(), call());
        let mut statuses: Vec<u16> = [a, b, c, d].iter().map(|answer| answer.status.as_u16()).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 404, 404, 404]);
    });
}
