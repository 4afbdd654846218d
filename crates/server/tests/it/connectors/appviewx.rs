//! The `appviewx` connector and the AppViewX face.

use std::sync::Arc;

use async_trait::async_trait;
use connectors::conformance::{Stage, Trickster, Trouble, conforms, identity};
use connectors::{Attempt, Connector, Order, Owned, Presence, rules};
use domain::correlation::Rule;
use domain::outcome::Fault;
use domain::{Action, Identity, Outcome, PlatformKind, UserState};
use exeunt::app::UserRef;
use serde_json::json;

use super::second::{SIGN_IN, Second, attempt, connector, signing_in, user_name};
use crate::fixture::PASSWORD;

const KIND: PlatformKind = PlatformKind::Appviewx;

conforms!(removing, Certificates<false>);
conforms!(unassigning_groups, Certificates<true>);

fn unassigning(url: &str) -> Arc<dyn Connector> {
    let settings = json!({
        "url": url, "user_name": SIGN_IN, "password": "file:secret", "disable": "unassign_groups",
    });
    connector(KIND, settings, PASSWORD)
}

#[tokio::test]
async fn a_user_is_removed() {
    let second = Second::staffed().await;
    let avx = signing_in(KIND, &second.url());
    let done = attempt(KIND, &*avx, Action::Delete, "USER_01").await;
    let evidence = "account user_01 does not exist: the search shows nobody of that name".to_owned();
    let account = Presence::Found("user_01".to_owned());
    assert_eq!(done, Attempt { outcome: Outcome::Done { evidence }, account });
    assert_eq!(second.state("user_01").await, UserState::Removed);
    assert_eq!(second.departures().await, ["remove user_01 orphaned"]);
    let repeated = attempt(KIND, &*avx, Action::Delete, "user_01").await;
    assert!(matches!(repeated.outcome, Outcome::AlreadyDone { .. }), "{repeated:?}");
    assert_eq!((repeated.account, second.departures().await), (Presence::Nobody, Vec::new()));
}

#[tokio::test]
async fn groups_are_unassigned_where_that_is_the_off_switch() {
    let second = Second::staffed().await;
    let avx = unassigning(&second.url());
    let owned = avx.inventory("user_01").await.expect("an inventory");
    assert_eq!(owned, Some(vec![Owned::named("user group", vec!["Ops".to_owned()])]));
    let done = attempt(KIND, &*avx, Action::Disable, "user_01").await;
    let evidence = "account user_01 is in no user group, and so without rights".to_owned();
    assert_eq!(done.outcome, Outcome::Done { evidence });
    assert!(second.detail("user_01").await.groups.is_empty());
    assert_eq!(second.detail("user_02").await.groups.len(), 1);
    let repeated = attempt(KIND, &*avx, Action::Disable, "user_01").await;
    assert!(matches!(repeated.outcome, Outcome::AlreadyDone { .. }), "{repeated:?}");
}

#[tokio::test]
async fn ourselves_we_do_not_remove() {
    let second = Second::staffed().await;
    let refused = attempt(KIND, &*signing_in(KIND, &second.url()), Action::Delete, SIGN_IN).await;
    let Outcome::Refused { reason } = refused.outcome else { panic!("{refused:?}") };
    assert!(reason.starts_with("svc_exeunt is the account that Exeunt signs in with"), "{reason}");
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let second = Second::staffed().await;
    let settings = json!({ "url": second.url(), "user_name": SIGN_IN, "password": "file:secret" });
    let avx = connector(KIND, settings, "wrong");
    for _ in 0..3 {
        let blocked = attempt(KIND, &*avx, Action::Delete, "user_01").await;
        let Outcome::Retry { fault: Fault::Credentials, .. } = blocked.outcome else { panic!("{blocked:?}") };
    }
    assert_eq!(second.asked(), ["401 POST /avxapi/login"]);
}

#[tokio::test]
async fn a_session_that_idled_out_is_followed_by_another() {
    let second = Second::staffed().await;
    let avx = signing_in(KIND, &second.url());
    avx.check().await.expect("signed in");
    second.pass_minutes(16);
    second.asked();
    let done = attempt(KIND, &*avx, Action::Delete, "user_01").await;
    assert!(matches!(done.outcome, Outcome::Done { .. }), "{done:?}");
    let asked = second.asked();
    assert_eq!(
        asked[..3],
        ["401 POST /avxapi/user-search", "200 POST /avxapi/login", "200 POST /avxapi/user-search"]
    );
    assert_eq!(asked.iter().filter(|line| line.ends_with("/login")).count(), 1);
}

#[tokio::test]
async fn an_oauth_client_is_given_another_token_when_its_own_expires() {
    let second = Second::staffed().await;
    let client = second.tells(|served| async move {
        let user = UserRef::Name(SIGN_IN.to_owned());
        served.company.app.create_client(&served.company.console, &user).await.expect("a client")
    });
    let (client, secret) = client.await;
    let settings = json!({
        "url": second.url(), "client_id": client.id, "client_secret": "file:secret", "witness": SIGN_IN,
    });
    let avx = connector(KIND, settings, &secret);
    avx.check().await.expect("signed in");
    second.pass_minutes(31);
    second.asked();
    let done = attempt(KIND, &*avx, Action::Delete, "user_01").await;
    assert!(matches!(done.outcome, Outcome::Done { .. }), "{done:?}");
    let tokens = second.asked().iter().filter(|line| line.ends_with("/acctmgmt-get-service-token")).count();
    assert_eq!(tokens, 1);
}

#[tokio::test]
async fn both_forms_of_address_lead_there_and_others_prove_nothing() {
    let second = Second::staffed().await;
    for prefix in ["", "/avxapi", "/elsewhere"] {
        let settings = json!({
            "url": second.url(), "prefix": prefix, "user_name": SIGN_IN, "password": "file:secret",
        });
        connector(KIND, settings, PASSWORD).check().await.expect("signed in");
    }
    let settings = json!({
        "url": format!("{}/deeper", second.url()), "user_name": SIGN_IN, "password": "file:secret",
    });
    let lost = attempt(KIND, &*connector(KIND, settings, PASSWORD), Action::Delete, "user_01").await;
    let Outcome::Retry { fault: Fault::Platform, .. } = lost.outcome else { panic!("{lost:?}") };
}

struct Certificates<const UNASSIGN: bool> {
    second: Second,
    front: Trickster,
    connector: Arc<dyn Connector>,
}

#[async_trait]
impl<const UNASSIGN: bool> Stage for Certificates<UNASSIGN> {
    async fn set(trouble: Trouble) -> Option<Self> {
        let second = Second::staffed().await;
        let is_change = |_: &str, path: &str, _: &[u8]| {
            path.contains("acctmgmt-remove-user") || path.contains("user-updateUsergroups")
        };
        let front = Trickster::before(second.address(), trouble, is_change).await;
        let connector = if UNASSIGN { unassigning(&front.url()) } else { signing_in(KIND, &front.url()) };
        Some(Self { second, front, connector })
    }

    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    fn account(&self, number: usize) -> String {
        user_name(number)
    }

    async fn absent_account(&self) -> String {
        "departed".to_owned()
    }

    /// A change of groups is no departure: there the requests that got through are counted.
    async fn effects(&self, order: &Order) -> Option<usize> {
        if order.action == Action::Disable {
            let changes = self.front.changes();
            return Some(
                changes.iter().filter(|change| change.path.contains("user-updateUsergroups")).count(),
            );
        }
        let sought = domain::platform::is_sought(&order.account);
        let user = if sought { &order.user.user_name } else { &order.account };
        Some(self.second.accepted(order.action, user).await)
    }

    fn secrets(&self) -> Vec<String> {
        vec![PASSWORD.to_owned()]
    }

    fn rules(&self) -> Vec<Rule> {
        rules(KIND, "{}", &[])
    }

    fn person(&self, number: usize) -> Identity {
        identity(&user_name(number))
    }
}
