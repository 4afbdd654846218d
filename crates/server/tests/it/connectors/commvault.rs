//! The `commvault` connector and the Commvault face.

use std::sync::Arc;

use async_trait::async_trait;
use connectors::conformance::{Stage, Trickster, Trouble, conforms, identity, order};
use connectors::{Attempt, Connector, Heir, Order, Presence, rules};
use domain::correlation::Rule;
use domain::outcome::Fault;
use domain::{Action, Identity, Outcome, PlatformKind, UserState};
use serde_json::json;

use super::second::{SIGN_IN, Second, attempt, attempt_as, connector, signing_in, user_name};
use crate::fixture::PASSWORD;

const KIND: PlatformKind = PlatformKind::Commvault;

conforms!(suite, CommCell);

fn cell(second: &Second) -> Arc<dyn Connector> {
    signing_in(KIND, &second.url())
}

async fn delete(second: &Second, user_name: &str, heir: Option<Heir>) -> Attempt {
    let account = second.detail(user_name).await.user.id.to_string();
    let order = Order { heir, ..order(Action::Delete, &account) };
    attempt_as(KIND, &*cell(second), &order).await
}

#[tokio::test]
async fn disable_and_enable() {
    let second = Second::staffed().await;
    let cell = cell(&second);
    let done = attempt(KIND, &*cell, Action::Disable, "USER_01").await;
    let id = second.detail("user_01").await.user.id;
    let evidence = format!(
        "account {id} (user_01) is disabled (enableUser=false); open sessions may go on until they end"
    );
    assert_eq!(
        done,
        Attempt { outcome: Outcome::Done { evidence }, account: Presence::Found(id.to_string()) }
    );
    assert_eq!(second.state("user_01").await, UserState::Deactivated);
    assert_eq!(second.departures().await, ["deactivate user_01"]);
    let repeated = attempt(KIND, &*cell, Action::Disable, "user_01").await;
    assert!(matches!(repeated.outcome, Outcome::AlreadyDone { .. }), "{repeated:?}");
    assert_eq!(second.departures().await, [""; 0]);
    let restored = attempt(KIND, &*cell, Action::Enable, "user_01").await;
    assert!(matches!(restored.outcome, Outcome::Done { .. }), "{restored:?}");
    assert_eq!(second.state("user_01").await, UserState::Active);
}

#[tokio::test]
async fn release_ends_the_workloads_and_nothing_else() {
    let second = Second::staffed().await;
    let cell = cell(&second);
    let done = attempt(KIND, &*cell, Action::Release, "user_02").await;
    let id = second.detail("user_02").await.user.id;
    let expected = format!(
        "workloads of account {id} (user_02) are released, says the CommCell: Successfully offboarded user {id}"
    );
    assert_eq!(done.outcome, Outcome::Done { evidence: expected });
    assert_eq!((second.owns("user_02").await, second.state("user_02").await), (1, UserState::Active));
    let repeated = attempt(KIND, &*cell, Action::Release, "user_02").await;
    assert!(matches!(repeated.outcome, Outcome::AlreadyDone { .. }), "{repeated:?}");
}

#[tokio::test]
async fn delete_hands_over_to_a_user_and_to_a_group() {
    let second = Second::staffed().await;
    let kjones = Heir::User { user: identity("kjones"), account: None };
    let done = delete(&second, "user_03", Some(kjones)).await;
    assert!(matches!(done.outcome, Outcome::Done { .. }), "{done:?}");
    assert_eq!(second.state("user_03").await, UserState::Removed);
    assert_eq!(second.owns("kjones").await, 3);
    let group = Heir::Group { name: "OPS".to_owned() };
    let done = delete(&second, "user_04", Some(group.clone())).await;
    assert!(matches!(done.outcome, Outcome::Done { .. }), "{done:?}");
    assert_eq!(second.owns("user_04").await, 0);
    let logged = second.departures().await;
    assert_eq!(logged, ["remove user_03 kjones", "remove user_04 Ops"]);
    let repeated = attempt(KIND, &*cell(&second), Action::Delete, "user_04").await;
    assert!(matches!(repeated.outcome, Outcome::AlreadyDone { .. }), "{repeated:?}");
    assert_eq!(repeated.account, Presence::Nobody);
}

#[tokio::test]
async fn nobody_is_deleted_without_somebody_who_takes_over() {
    let second = Second::staffed().await;
    second.asked();
    for heir in [None, Some(Heir::Group { name: "Nobody".to_owned() })] {
        let refused = delete(&second, "user_05", heir).await;
        assert!(matches!(refused.outcome, Outcome::Refused { .. }), "{refused:?}");
    }
    assert_eq!((second.state("user_05").await, second.owns("user_05").await), (UserState::Active, 3));
    assert!(!second.asked().iter().any(|line| line.contains("DELETE")));
}

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let second = Second::staffed().await;
    let settings = json!({ "url": second.url(), "user_name": SIGN_IN, "password": "file:secret" });
    let cell = connector(KIND, settings, "wrong");
    for _ in 0..3 {
        let blocked = attempt(KIND, &*cell, Action::Disable, "user_01").await;
        let Outcome::Retry { fault: Fault::Credentials, .. } = blocked.outcome else { panic!("{blocked:?}") };
    }
    let logins = second.asked().iter().filter(|line| line.ends_with("/Login")).count();
    assert_eq!(logins, 1);
    let repaired = attempt(KIND, &*signing_in(KIND, &second.url()), Action::Disable, "user_01").await;
    assert!(matches!(repaired.outcome, Outcome::Done { .. }), "{repaired:?}");
}

#[tokio::test]
async fn a_session_that_idled_out_is_renewed_and_one_that_is_too_old_is_replaced() {
    let second = Second::staffed().await;
    let cell = cell(&second);
    for (minutes, expected) in [(0, "Login"), (31, "RenewLoginToken"), (25 * 60, "Login")] {
        second.pass_minutes(minutes);
        second.asked();
        let user = if minutes == 0 { "user_01" } else { "user_02" };
        attempt(KIND, &*cell, Action::Disable, user).await;
        let asked = second.asked();
        assert!(asked.contains(&format!("200 POST /commandcenter/api/{expected}")), "{minutes}: {asked:?}");
    }
    assert_eq!(second.state("user_02").await, UserState::Deactivated);
}

#[tokio::test]
async fn a_token_serves_until_it_ends() {
    let second = Second::staffed().await;
    let token = second.token("operator").await;
    let settings = json!({ "url": second.url(), "token": "file:secret" });
    let cell = connector(KIND, settings, &token);
    let done = attempt(KIND, &*cell, Action::Disable, "user_01").await;
    assert!(matches!(done.outcome, Outcome::Done { .. }), "{done:?}");
    attempt(KIND, &*signing_in(KIND, &second.url()), Action::Disable, "operator").await;
    let blocked = attempt(KIND, &*cell, Action::Disable, "user_02").await;
    let Outcome::Retry { fault: Fault::Credentials, .. } = blocked.outcome else { panic!("{blocked:?}") };
}

#[tokio::test]
async fn two_who_fit_are_touched_by_nobody() {
    let second = Second::staffed().await;
    let twins = attempt(KIND, &*cell(&second), Action::Disable, "twin").await;
    let Outcome::Refused { reason } = twins.outcome else { panic!("{twins:?}") };
    assert!(reason.starts_with("2 accounts fit, nothing was touched"), "{reason}");
    assert_eq!(second.state("twin_a").await, UserState::Active);
}

#[tokio::test]
async fn a_root_that_is_none_proves_nothing() {
    let second = Second::staffed().await;
    let settings = json!({
        "url": format!("{}/cc/api", second.url()), "user_name": SIGN_IN, "password": "file:secret",
    });
    let lost = attempt(KIND, &*connector(KIND, settings, PASSWORD), Action::Delete, "user_01").await;
    let Outcome::Retry { fault: Fault::Platform, .. } = lost.outcome else { panic!("{lost:?}") };
}

#[tokio::test]
async fn a_check_tells_who_and_what() {
    let second = Second::staffed().await;
    let checked = cell(&second).check().await.expect("it is well");
    assert_eq!(checked.signed_in_as, SIGN_IN);
    assert!(checked.server.starts_with("Commvault 11 SP"), "{checked:?}");
    assert_eq!(checked.permissions, ["may read the users: 15"]);
}

struct CommCell {
    second: Second,
    _front: Trickster,
    connector: Arc<dyn Connector>,
    ids: Vec<i64>,
}

#[async_trait]
impl Stage for CommCell {
    async fn set(trouble: Trouble) -> Option<Self> {
        let second = Second::staffed().await;
        let is_change = |method: &str, path: &str, _: &[u8]| {
            matches!(method, "PUT" | "DELETE") || path.ends_with("/Offboard")
        };
        let front = Trickster::before(second.address(), trouble, is_change).await;
        let connector = signing_in(KIND, &format!("{}/webconsole/api", front.url()));
        let mut ids = Vec::new();
        for number in 0..8 {
            ids.push(second.detail(&user_name(number)).await.user.id.0);
        }
        Some(Self { second, _front: front, connector, ids })
    }

    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    fn account(&self, number: usize) -> String {
        self.ids[number].to_string()
    }

    async fn absent_account(&self) -> String {
        "4711".to_owned()
    }

    /// A repeated release is accepted each time, and finds nothing left to do.
    async fn effects(&self, order: &Order) -> Option<usize> {
        let number = self.ids.iter().position(|id| order.account == id.to_string());
        let user = number.map_or_else(|| order.user.user_name.clone(), user_name);
        let accepted = self.second.accepted(order.action, &user).await;
        Some(if order.action == Action::Release { accepted.min(1) } else { accepted })
    }

    fn secrets(&self) -> Vec<String> {
        vec![PASSWORD.to_owned(), "QSDK".to_owned()]
    }

    fn shows(&self, action: Action) -> bool {
        action != Action::Release
    }

    fn rules(&self) -> Vec<Rule> {
        rules(KIND, "{}", &[])
    }

    fn person(&self, number: usize) -> Identity {
        identity(&user_name(number))
    }

    async fn twins(&self) -> Option<Identity> {
        Some(identity("twin"))
    }
}
