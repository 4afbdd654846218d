//! What every kind of connector must do, whatever it speaks to.
//!
//! A kind takes part by a `Stage` and one line: `conforms!(kind, ItsStage)`.

use async_trait::async_trait;
use connectors::{Connector, Observation, Order, perform};
use domain::outcome::Fault;
use domain::{Action, Outcome};

use crate::orders::{NOTICE, again, order};

/// What befalls the first apply call on the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    Nothing,
    /// It has its effect, but no answer comes back.
    AnswerLost,
    /// The platform says no, to this call and to every later one.
    Refusal,
    /// 429 with Retry-After.
    Busy,
    /// 500.
    PlatformError,
}

/// A platform of its own for one test, and a connector to it.
#[async_trait]
pub(crate) trait Stage: Sized + Send + Sync {
    async fn set(trouble: Trouble) -> Self;

    fn connector(&self) -> &dyn Connector;

    /// An account that exists and is active; the same for the same number.
    fn account(&self, number: usize) -> String;

    /// An account that does not exist (any more). Asked for only without trouble.
    async fn absent_account(&self) -> String;

    /// How often this order changed the platform; `None` where nothing but the connector can tell.
    fn effects(&self, order: &Order) -> Option<usize>;

    /// What must never show: passwords, tokens.
    fn secrets(&self) -> Vec<String>;
}

/// One test per rule.
macro_rules! conforms {
    ($name:ident, $stage:ty) => {
        mod $name {
            use super::*;
            crate::conformance::conforms!(@rules $stage:
                twice_is_already_done,
                restores_what_it_disabled,
                absent_is_already_done,
                lost_answer_is_unknown_then_observed,
                refusal_changes_nothing,
                busy_is_no_fault_of_the_platform,
                platform_error_is_retried,
                check_shows_no_secret,
            );
        }
    };
    (@rules $stage:ty: $($rule:ident,)+) => {
        $(#[tokio::test]
        async fn $rule() {
            crate::conformance::$rule::<$stage>().await;
        })+
    };
}
pub(crate) use conforms;

pub(crate) async fn twice_is_already_done<S: Stage>() {
    let stage = S::set(Trouble::Nothing).await;
    for order in departures(&stage) {
        let outcome = attempt(&stage, &order).await;
        assert!(matches!(outcome, Outcome::Done { .. }), "{order:?}: {outcome:?}");
        // Both without and with the observation that precedes a later attempt.
        for repeated in [order.clone(), again(&order)] {
            let outcome = attempt(&stage, &repeated).await;
            assert!(matches!(outcome, Outcome::AlreadyDone { .. }), "{repeated:?}: {outcome:?}");
        }
        assert_effects(&stage, &order, 1);
    }
}

pub(crate) async fn restores_what_it_disabled<S: Stage>() {
    let stage = S::set(Trouble::Nothing).await;
    let account = stage.account(0);
    let enable = order(Action::Enable, &account);
    if !stage.connector().capabilities().enable {
        return;
    }
    let untouched = attempt(&stage, &enable).await;
    assert!(matches!(untouched, Outcome::AlreadyDone { .. }), "{untouched:?}");
    attempt(&stage, &order(Action::Disable, &account)).await;
    let restored = attempt(&stage, &enable).await;
    assert!(matches!(restored, Outcome::Done { .. }), "{restored:?}");
    assert_effects(&stage, &enable, 1);
    assert_not_so(&stage, &order(Action::Disable, &account)).await;
}

pub(crate) async fn absent_is_already_done<S: Stage>() {
    let stage = S::set(Trouble::Nothing).await;
    let account = stage.absent_account().await;
    for supported in departures(&stage) {
        let order =
            Order { idempotency_key: "key-of-absent".to_owned(), ..order(supported.action, &account) };
        let outcome = attempt(&stage, &order).await;
        assert!(matches!(outcome, Outcome::AlreadyDone { .. }), "{order:?}: {outcome:?}");
        assert_effects(&stage, &order, 0);
    }
    let enable = order(Action::Enable, &account);
    let outcome = attempt(&stage, &enable).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "nobody to restore: {outcome:?}");
}

pub(crate) async fn lost_answer_is_unknown_then_observed<S: Stage>() {
    for order in troubled::<S>(Trouble::AnswerLost).await {
        let stage = S::set(Trouble::AnswerLost).await;
        let outcome = attempt(&stage, &order).await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{order:?}: {outcome:?}");
        let outcome = attempt(&stage, &again(&order)).await;
        assert!(matches!(outcome, Outcome::AlreadyDone { .. }), "{order:?}: {outcome:?}");
        assert_effects(&stage, &order, 1);
    }
}

pub(crate) async fn refusal_changes_nothing<S: Stage>() {
    for order in troubled::<S>(Trouble::Refusal).await {
        let stage = S::set(Trouble::Refusal).await;
        for order in [order.clone(), again(&order)] {
            let outcome = attempt(&stage, &order).await;
            assert!(matches!(outcome, Outcome::Refused { .. }), "{order:?}: {outcome:?}");
            assert_untouched(&stage, &order).await;
        }
    }
}

pub(crate) async fn busy_is_no_fault_of_the_platform<S: Stage>() {
    for order in troubled::<S>(Trouble::Busy).await {
        let stage = S::set(Trouble::Busy).await;
        let outcome = attempt(&stage, &order).await;
        let Outcome::Retry { fault: Fault::Busy, after_ms: Some(after_ms), .. } = outcome else {
            panic!("{order:?}: {outcome:?}");
        };
        assert!(after_ms > 0, "{after_ms}");
        assert_untouched(&stage, &order).await;
        assert_done_at_last(&stage, &order).await;
    }
}

pub(crate) async fn platform_error_is_retried<S: Stage>() {
    for order in troubled::<S>(Trouble::PlatformError).await {
        let stage = S::set(Trouble::PlatformError).await;
        let outcome = attempt(&stage, &order).await;
        assert!(
            matches!(outcome, Outcome::Retry { fault: Fault::Platform, after_ms: None, .. }),
            "{order:?}: {outcome:?}"
        );
        assert_untouched(&stage, &order).await;
        assert_done_at_last(&stage, &order).await;
    }
}

pub(crate) async fn check_shows_no_secret<S: Stage>() {
    let stage = S::set(Trouble::Nothing).await;
    let text = stage.connector().check().await.expect("a platform without trouble is well");
    assert_nothing_secret(&stage, &text);
}

/// An order for each action that an untouched account leaves something to do for, as far as supported.
fn departures<S: Stage>(stage: &S) -> Vec<Order> {
    let capabilities = stage.connector().capabilities();
    let actions = [Action::Disable, Action::EndSessions, Action::Transfer, Action::Release, Action::Delete];
    let supported = actions.into_iter().filter(|action| capabilities.allow(*action));
    let orders: Vec<_> = supported.enumerate().map(|(n, action)| order(action, &stage.account(n))).collect();
    assert!(!orders.is_empty(), "a kind that can do nothing");
    orders
}

/// The same, each of them for a stage of its own.
async fn troubled<S: Stage>(trouble: Trouble) -> Vec<Order> {
    departures(&S::set(trouble).await)
}

/// Every text that an attempt yields passes through here.
async fn attempt<S: Stage>(stage: &S, order: &Order) -> Outcome {
    let outcome = perform(stage.connector(), order).await;
    assert!(!outcome.text().is_empty(), "{order:?}: {outcome:?} says nothing");
    assert_nothing_secret(stage, outcome.text());
    assert!(!outcome.text().contains(&order.idempotency_key), "{outcome:?}");
    outcome
}

fn assert_nothing_secret<S: Stage>(stage: &S, text: &str) {
    for secret in stage.secrets() {
        assert!(!text.contains(&secret), "{text:?} shows {secret:?}");
    }
    assert!(!text.contains(NOTICE), "{text:?} shows the notice");
}

#[track_caller]
fn assert_effects<S: Stage>(stage: &S, order: &Order, expected: usize) {
    if let Some(effects) = stage.effects(order) {
        assert_eq!(effects, expected, "{order:?}");
    }
}

async fn assert_not_so<S: Stage>(stage: &S, order: &Order) {
    let observation = stage.connector().observe(order).await;
    assert!(matches!(observation, Observation::NotSo { .. }), "{order:?}: {observation:?}");
}

async fn assert_untouched<S: Stage>(stage: &S, order: &Order) {
    assert_not_so(stage, order).await;
    assert_effects(stage, order, 0);
}

async fn assert_done_at_last<S: Stage>(stage: &S, order: &Order) {
    let outcome = attempt(stage, &again(order)).await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{order:?}: {outcome:?}");
    assert_effects(stage, order, 1);
}
