//! The `netex` connector and the Netex face.

use std::sync::Arc;

use async_trait::async_trait;
use connectors::conformance::{NOTICE, Stage, Trickster, Trouble, conforms, identity, order};
use connectors::{Attempt, Connector, Order, Owned, Presence, rules};
use domain::correlation::Rule;
use domain::outcome::Fault;
use domain::{Action, Identity, Outcome, PlatformKind, UserState};
use serde_json::json;

use super::second::{SIGN_IN, Second, attempt, attempt_as, connector, user_name};

const KIND: PlatformKind = PlatformKind::Netex;

conforms!(suite, Academy);

async fn academy(second: &Second) -> Arc<dyn Connector> {
    let token = second.token(SIGN_IN).await;
    connector(KIND, json!({ "url": second.url(), "token": "file:secret", "leave_groups": true }), &token)
}

#[tokio::test]
async fn deactivate_and_activate() {
    let second = Second::staffed().await;
    let academy = academy(&second).await;
    let done = attempt(KIND, &*academy, Action::Disable, "USER_01").await;
    let detail = second.detail("user_01").await;
    let id = detail.user.guid;
    let evidence = format!("account {id} (user_01) is disabled (enabled=false)");
    assert_eq!(done, Attempt { outcome: Outcome::Done { evidence }, account: Presence::Found(id) });
    assert_eq!((detail.user.state, detail.user.notice.as_deref()), (UserState::Deactivated, Some(NOTICE)));
    assert_eq!(second.departures().await, ["deactivate user_01"]);
    let repeated = attempt(KIND, &*academy, Action::Disable, "user_01").await;
    assert!(matches!(repeated.outcome, Outcome::AlreadyDone { .. }), "{repeated:?}");
    assert_eq!(second.departures().await, [""; 0]);
    let restored = attempt(KIND, &*academy, Action::Enable, "user_01").await;
    assert!(matches!(restored.outcome, Outcome::Done { .. }), "{restored:?}");
    assert_eq!(second.state("user_01").await, UserState::Active);
}

#[tokio::test]
async fn whoever_is_deleted_is_deactivated_first_and_leaves_the_groups() {
    let second = Second::staffed().await;
    let academy = academy(&second).await;
    let guid = second.detail("user_02").await.user.guid;
    let owned = academy.inventory(&guid).await.expect("an inventory");
    assert_eq!(owned, Some(vec![Owned::named("group", vec!["Ops".to_owned()])]));
    second.asked();
    let done = attempt(KIND, &*academy, Action::Delete, "user_02").await;
    assert!(matches!(done.outcome, Outcome::Done { .. }), "{done:?}");
    assert_eq!(second.state("user_02").await, UserState::Removed);
    assert_eq!(second.departures().await, ["deactivate user_02", "remove user_02 orphaned"]);
    let asked = second.asked();
    let left = |call: &str| asked.iter().any(|line| line.starts_with("200 POST") && line.ends_with(call));
    assert!(left("/admins.remove") && left("/users.remove"), "{asked:?}");
    let repeated = attempt(KIND, &*academy, Action::Delete, "user_02").await;
    assert!(matches!(repeated.outcome, Outcome::AlreadyDone { .. }), "{repeated:?}");
    assert_eq!(repeated.account, Presence::Nobody);
}

#[tokio::test]
async fn ourselves_we_do_not_delete() {
    let second = Second::staffed().await;
    let refused = attempt(KIND, &*academy(&second).await, Action::Delete, SIGN_IN).await;
    let Outcome::Refused { reason } = refused.outcome else { panic!("{refused:?}") };
    assert!(reason.contains("was answered 409"), "{reason}");
    assert_eq!(second.state(SIGN_IN).await, UserState::Active);
}

#[tokio::test]
async fn a_token_that_ends_in_mid_run_is_not_shown_again() {
    let second = Second::staffed().await;
    let academy = academy(&second).await;
    attempt(KIND, &*academy, Action::Disable, "user_01").await;
    second.deactivate(SIGN_IN).await;
    second.asked();
    for _ in 0..3 {
        let blocked = attempt(KIND, &*academy, Action::Disable, "user_02").await;
        let Outcome::Retry { fault: Fault::Credentials, reason, .. } = blocked.outcome else {
            panic!("{blocked:?}")
        };
        assert!(reason.contains("a person must take a new token"), "{reason}");
    }
    assert_eq!(second.asked().len(), 1);
    assert_eq!(second.state("user_02").await, UserState::Active);
}

#[tokio::test]
async fn two_who_fit_are_touched_by_nobody() {
    let second = Second::staffed().await;
    let twins = attempt(KIND, &*academy(&second).await, Action::Disable, "twin").await;
    let Outcome::Refused { reason } = twins.outcome else { panic!("{twins:?}") };
    assert!(reason.starts_with("2 accounts fit, nothing was touched"), "{reason}");
}

#[tokio::test]
async fn a_prefix_that_is_none_proves_nothing() {
    let second = Second::staffed().await;
    let settings = json!({ "url": second.url(), "prefix": "/integration/ws", "token": "file:secret" });
    let lost = connector(KIND, settings, &second.token(SIGN_IN).await);
    let lost = attempt(KIND, &*lost, Action::Delete, "user_01").await;
    let Outcome::Retry { fault: Fault::Platform, .. } = lost.outcome else { panic!("{lost:?}") };
}

struct Academy {
    second: Second,
    _front: Trickster,
    connector: Arc<dyn Connector>,
    ids: Vec<String>,
    token: String,
}

#[async_trait]
impl Stage for Academy {
    /// The second user is deactivated already, so that a deletion is one request.
    async fn set(trouble: Trouble) -> Option<Self> {
        let second = Second::staffed().await;
        second.deactivate(&user_name(1)).await;
        let front = Trickster::before(second.address(), trouble, |method, _, _| method != "GET").await;
        let token = second.token(SIGN_IN).await;
        let connector = connector(KIND, json!({ "url": front.url(), "token": "file:secret" }), &token);
        let mut ids = Vec::new();
        for number in 0..8 {
            ids.push(second.detail(&user_name(number)).await.user.guid);
        }
        Some(Self { second, _front: front, connector, ids, token })
    }

    fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    fn account(&self, number: usize) -> String {
        self.ids[number].clone()
    }

    async fn absent_account(&self) -> String {
        "ff808181556ee70e015572136a250012".to_owned()
    }

    async fn effects(&self, order: &Order) -> Option<usize> {
        let number = self.ids.iter().position(|id| order.account == *id);
        let user = number.map_or_else(|| order.user.user_name.clone(), user_name);
        Some(self.second.accepted(order.action, &user).await)
    }

    fn secrets(&self) -> Vec<String> {
        vec![self.token.clone()]
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

/// The order names the account by its id, as every order after the first.
#[tokio::test]
async fn nobody_but_the_one_is_touched() {
    let second = Second::staffed().await;
    let academy = academy(&second).await;
    let guid = second.detail("user_03").await.user.guid;
    let done = attempt_as(KIND, &*academy, &order(Action::Disable, &guid)).await;
    assert!(matches!(done.outcome, Outcome::Done { .. }), "{done:?}");
    for number in [0, 1, 2, 4, 5, 6, 7] {
        assert_eq!(second.state(&user_name(number)).await, UserState::Active);
    }
}
