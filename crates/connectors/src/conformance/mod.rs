//! What every kind of connector must do, whatever it speaks to. For tests, behind the feature `conformance`.
//!
//! A kind takes part by a `Stage` and one line: `conforms!(kind, ItsStage)`.

#![expect(clippy::expect_used, clippy::panic, clippy::missing_panics_doc, reason = "a test suite")]

mod loopback;
mod message;
mod orders;
mod trickster;

use async_trait::async_trait;
use domain::correlation::Rule;
use domain::outcome::Fault;
use domain::platform::sought;
use domain::{Action, Identity, Outcome, Support};

pub use self::loopback::{Backend, Loopback, Stream};
pub use self::message::Message;
pub use self::orders::{NOTICE, again, identity, opened, order};
pub use self::trickster::{Change, Trickster};
use crate::{Attempt, Connector, Heir, Order, Presence, Sight, perform};

/// What befalls the first apply call on the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    Nothing,
    /// It has its effect, but no answer comes back.
    AnswerLost,
    /// The platform says no, to this call and to every later one.
    Refusal,
    /// 429 with Retry-After.
    Busy,
    /// 500.
    PlatformError,
    /// It has its effect, but the answer does not come.
    Silence,
    /// It has its effect, but the answer comes byte by byte, and not to its end in time.
    Drip,
    /// It has its effect, but the answer is not of the protocol.
    Garbage,
    /// The connection is closed before anything happened.
    Closed,
    /// 401: our credentials are not taken, by this call and by every later one.
    Unauthorized,
    /// 403.
    Forbidden,
    /// 409.
    Conflict,
    /// The platform shows a certificate that nobody has signed whom we trust.
    WrongCertificate,
}

/// A platform of its own for one test, and a connector to it whose requests give up within a second.
#[async_trait]
pub trait Stage: Sized + Send + Sync {
    /// `None` where this trouble cannot come to this kind.
    async fn set(trouble: Trouble) -> Option<Self>;

    fn connector(&self) -> &dyn Connector;

    /// An account that exists and is active; on one stage the same for the same number.
    fn account(&self, number: usize) -> String;

    /// An account that does not exist (any more). Asked for only without trouble.
    async fn absent_account(&self) -> String;

    /// How often this order changed the platform; `None` where nothing but the connector can tell.
    async fn effects(&self, order: &Order) -> Option<usize>;

    /// What must never show: passwords, tokens.
    fn secrets(&self) -> Vec<String>;

    /// Whether a look can tell that the action was done. Where it cannot, the action is repeated without further effect.
    fn shows(&self, _action: Action) -> bool {
        true
    }

    /// Who inherits what an account owns.
    fn heir(&self) -> Heir {
        Heir::User { user: identity("kjones"), account: None }
    }

    /// How accounts are found; none where they cannot be.
    fn rules(&self) -> Vec<Rule> {
        Vec::new()
    }

    /// Whose account `account(number)` is. Asked for only where there are rules.
    fn person(&self, number: usize) -> Identity {
        identity(&self.account(number))
    }

    /// Somebody whom two accounts fit; `None` where that cannot be.
    async fn twins(&self) -> Option<Identity> {
        None
    }
}

/// One test per rule.
#[macro_export]
macro_rules! conforms {
    ($name:ident, $stage:ty) => {
        mod $name {
            use super::*;
            $crate::conforms!(@rules $stage:
                twice_is_already_done,
                restores_what_it_disabled,
                absent_is_already_done,
                lost_answer_is_unknown_then_observed,
                refusal_changes_nothing,
                busy_is_no_fault_of_the_platform,
                platform_error_is_retried,
                no_answer_is_unknown,
                what_is_refused_stays_refused,
                bad_credentials_are_not_tried_again,
                a_wrong_certificate_is_not_spoken_to,
                two_accounts_that_fit_are_nobodys,
                an_account_is_found_by_who_it_is,
                accounts_are_listed_page_by_page,
                check_shows_no_secret,
            );
        }
    };
    (@rules $stage:ty: $($rule:ident,)+) => {
        $(#[tokio::test]
        async fn $rule() {
            $crate::conformance::$rule::<$stage>().await;
        })+
    };
}
pub use crate::conforms;

pub async fn twice_is_already_done<S: Stage>() {
    let stage = calm::<S>().await;
    for order in departures(&stage) {
        let outcome = attempt(&stage, &order).await;
        assert!(matches!(outcome, Outcome::Done { .. }), "{order:?}: {outcome:?}");
        // Both without and with the observation that precedes a later attempt.
        for repeated in [order.clone(), again(&order)] {
            let outcome = attempt(&stage, &repeated).await;
            assert!(matches!(outcome, Outcome::AlreadyDone { .. }), "{repeated:?}: {outcome:?}");
        }
        assert_effects(&stage, &order, 1).await;
    }
}

pub async fn restores_what_it_disabled<S: Stage>() {
    let stage = calm::<S>().await;
    let account = stage.account(0);
    let enable = order(Action::Enable, &account);
    if !stage.connector().capabilities().allow(Action::Enable) {
        return;
    }
    let untouched = attempt(&stage, &enable).await;
    assert!(matches!(untouched, Outcome::AlreadyDone { .. }), "{untouched:?}");
    attempt(&stage, &order(Action::Disable, &account)).await;
    let restored = attempt(&stage, &enable).await;
    assert!(matches!(restored, Outcome::Done { .. }), "{restored:?}");
    assert_effects(&stage, &enable, 1).await;
    assert_not_so(&stage, &order(Action::Disable, &account)).await;
}

pub async fn absent_is_already_done<S: Stage>() {
    let stage = calm::<S>().await;
    let account = stage.absent_account().await;
    for supported in departures(&stage) {
        let order =
            Order { account: account.clone(), idempotency_key: "key-of-absent".to_owned(), ..supported };
        let outcome = attempt(&stage, &order).await;
        assert!(matches!(outcome, Outcome::AlreadyDone { .. }), "{order:?}: {outcome:?}");
        assert_effects(&stage, &order, 0).await;
    }
    let enable = order(Action::Enable, &account);
    let outcome = attempt(&stage, &enable).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "nobody to restore: {outcome:?}");
}

pub async fn lost_answer_is_unknown_then_observed<S: Stage>() {
    for (stage, order) in troubled::<S>(Trouble::AnswerLost).await {
        let outcome = attempt(&stage, &order).await;
        assert!(matches!(outcome, Outcome::Unknown { .. }), "{order:?}: {outcome:?}");
        let outcome = attempt(&stage, &again(&order)).await;
        let known = matches!(outcome, Outcome::AlreadyDone { .. });
        assert!(known || outcome.succeeded() && !stage.shows(order.action), "{order:?}: {outcome:?}");
        assert_effects(&stage, &order, 1).await;
    }
}

pub async fn refusal_changes_nothing<S: Stage>() {
    for (stage, order) in troubled::<S>(Trouble::Refusal).await {
        for order in [order.clone(), again(&order)] {
            let outcome = attempt(&stage, &order).await;
            assert!(matches!(outcome, Outcome::Refused { .. }), "{order:?}: {outcome:?}");
            assert_untouched(&stage, &order).await;
        }
    }
}

pub async fn busy_is_no_fault_of_the_platform<S: Stage>() {
    for (stage, order) in troubled::<S>(Trouble::Busy).await {
        let outcome = attempt(&stage, &order).await;
        let Outcome::Retry { fault: Fault::Busy, after_ms: Some(after_ms), .. } = outcome else {
            panic!("{order:?}: {outcome:?}");
        };
        assert!(after_ms > 0, "{after_ms}");
        assert_untouched(&stage, &order).await;
        assert_done_at_last(&stage, &order).await;
    }
}

pub async fn platform_error_is_retried<S: Stage>() {
    for (stage, order) in troubled::<S>(Trouble::PlatformError).await {
        let outcome = attempt(&stage, &order).await;
        assert!(
            matches!(outcome, Outcome::Retry { fault: Fault::Platform, after_ms: None, .. }),
            "{order:?}: {outcome:?}"
        );
        assert_untouched(&stage, &order).await;
        assert_done_at_last(&stage, &order).await;
    }
}

pub async fn no_answer_is_unknown<S: Stage>() {
    for trouble in [Trouble::Silence, Trouble::Drip, Trouble::Garbage, Trouble::Closed] {
        for (stage, order) in troubled::<S>(trouble).await {
            let outcome = attempt(&stage, &order).await;
            assert!(matches!(outcome, Outcome::Unknown { .. }), "{trouble:?}, {order:?}: {outcome:?}");
            let outcome = attempt(&stage, &again(&order)).await;
            assert!(outcome.succeeded(), "{trouble:?}, {order:?}: {outcome:?}");
            assert_effects(&stage, &order, 1).await;
        }
    }
}

pub async fn what_is_refused_stays_refused<S: Stage>() {
    for trouble in [Trouble::Forbidden, Trouble::Conflict] {
        for (stage, order) in troubled::<S>(trouble).await {
            let outcome = attempt(&stage, &order).await;
            assert!(matches!(outcome, Outcome::Refused { .. }), "{trouble:?}, {order:?}: {outcome:?}");
            assert_effects(&stage, &order, 0).await;
        }
    }
}

pub async fn bad_credentials_are_not_tried_again<S: Stage>() {
    for (stage, order) in troubled::<S>(Trouble::Unauthorized).await {
        for order in [order.clone(), again(&order)] {
            let outcome = attempt(&stage, &order).await;
            let Outcome::Retry { fault: Fault::Credentials, .. } = outcome else {
                panic!("{order:?}: {outcome:?}");
            };
            assert!(outcome.text().starts_with("blocked: credentials"), "{outcome:?}");
            assert_effects(&stage, &order, 0).await;
        }
    }
}

pub async fn a_wrong_certificate_is_not_spoken_to<S: Stage>() {
    let Some(stage) = S::set(Trouble::WrongCertificate).await else { return };
    for order in departures(&stage) {
        let outcome = attempt(&stage, &order).await;
        assert!(matches!(outcome, Outcome::Retry { fault: Fault::Platform, .. }), "{order:?}: {outcome:?}");
        assert_effects(&stage, &order, 0).await;
    }
}

pub async fn an_account_is_found_by_who_it_is<S: Stage>() {
    let stage = calm::<S>().await;
    if stage.rules().is_empty() {
        return;
    }
    let mut orders = departures(&stage);
    let mut order = orders.swap_remove(0);
    let known = std::mem::replace(&mut order.account, sought("0123456789abcdef0123456789abcdef"));
    order.user = stage.person(0);
    let Attempt { outcome, account } = attempt_on(&stage, &order).await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{outcome:?}");
    assert_eq!(account, Presence::Found(known.clone()));
    assert_effects(&stage, &Order { account: known, ..order.clone() }, 1).await;

    order.user = identity("nobody_of_that_name");
    let Attempt { outcome, account } = attempt_on(&stage, &order).await;
    assert!(matches!(outcome, Outcome::AlreadyDone { .. }), "{outcome:?}");
    assert_eq!(account, Presence::Nobody);
}

pub async fn two_accounts_that_fit_are_nobodys<S: Stage>() {
    let stage = calm::<S>().await;
    let Some(twins) = stage.twins().await else { return };
    for order in departures(&stage) {
        let account = sought("0123456789abcdef0123456789abcdef");
        let order = Order { account, user: twins.clone(), ..order };
        let outcome = attempt(&stage, &order).await;
        assert!(matches!(outcome, Outcome::Refused { .. }), "{order:?}: {outcome:?}");
        assert_effects(&stage, &order, 0).await;
    }
}

pub async fn accounts_are_listed_page_by_page<S: Stage>() {
    let stage = calm::<S>().await;
    if stage.rules().is_empty() {
        return;
    }
    let (mut ids, mut cursor) = (Vec::new(), None);
    for _ in 0..100 {
        let page = stage.connector().accounts(cursor.as_deref()).await.expect("a page");
        assert!(page.accounts.len() <= crate::connector::MAX_ACCOUNT_PAGE, "{}", page.accounts.len());
        ids.extend(page.accounts.into_iter().map(|account| account.id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(cursor, None, "the list ends");
    for number in 0..3 {
        let count = ids.iter().filter(|id| **id == stage.account(number)).count();
        assert_eq!(count, 1, "{} is listed once: {ids:?}", stage.account(number));
    }
}

pub async fn check_shows_no_secret<S: Stage>() {
    let stage = calm::<S>().await;
    let checked = stage.connector().check().await.expect("a platform without trouble is well");
    assert!(!checked.server.is_empty() && !checked.signed_in_as.is_empty(), "{checked:?}");
    assert_nothing_secret(&stage, &format!("{checked:?}"));
}

/// An order for each action that an untouched account leaves something to do for, as far as supported.
fn departures<S: Stage>(stage: &S) -> Vec<Order> {
    let capabilities = stage.connector().capabilities();
    let actions = [Action::Disable, Action::EndSessions, Action::Transfer, Action::Release, Action::Delete];
    let supported = actions.into_iter().filter(|action| capabilities.allow(*action));
    let hands_over = |action| {
        action == Action::Transfer || action == Action::Delete && capabilities.transfer == Support::WithDelete
    };
    let order = |(number, action)| Order {
        heir: hands_over(action).then(|| stage.heir()),
        ..order(action, &stage.account(number))
    };
    let orders: Vec<_> = supported.enumerate().map(order).collect();
    assert!(!orders.is_empty(), "a kind that can do nothing");
    orders
}

/// The same, each of them with a stage of its own. None where the trouble cannot come.
async fn troubled<S: Stage>(trouble: Trouble) -> Vec<(S, Order)> {
    let Some(first) = S::set(trouble).await else { return Vec::new() };
    let count = departures(&first).len();
    drop(first);
    let mut troubled = Vec::with_capacity(count);
    for number in 0..count {
        let stage = S::set(trouble).await.expect("it came before");
        // A platform that gives out its ids gives every stage others.
        let order = departures(&stage).swap_remove(number);
        troubled.push((stage, order));
    }
    troubled
}

async fn calm<S: Stage>() -> S {
    S::set(Trouble::Nothing).await.expect("every kind can do without trouble")
}

async fn attempt<S: Stage>(stage: &S, order: &Order) -> Outcome {
    attempt_on(stage, order).await.outcome
}

/// Every text that an attempt yields passes through here.
async fn attempt_on<S: Stage>(stage: &S, order: &Order) -> Attempt {
    let attempt = perform(stage.connector(), &stage.rules(), order).await;
    let outcome = &attempt.outcome;
    assert!(!outcome.text().is_empty(), "{order:?}: {outcome:?} says nothing");
    assert_nothing_secret(stage, outcome.text());
    assert!(!outcome.text().contains(&order.idempotency_key), "{outcome:?}");
    attempt
}

fn assert_nothing_secret<S: Stage>(stage: &S, text: &str) {
    for secret in stage.secrets() {
        assert!(!text.contains(&secret), "{text:?} shows {secret:?}");
    }
    assert!(!text.contains(NOTICE), "{text:?} shows the notice");
}

async fn assert_effects<S: Stage>(stage: &S, order: &Order, expected: usize) {
    if let Some(effects) = stage.effects(order).await {
        assert_eq!(effects, expected, "{order:?}");
    }
}

async fn assert_not_so<S: Stage>(stage: &S, order: &Order) {
    let observation = stage.connector().observe(order).await;
    assert!(matches!(observation, Ok(Sight::NotSo { .. })), "{order:?}: {observation:?}");
}

async fn assert_untouched<S: Stage>(stage: &S, order: &Order) {
    assert_not_so(stage, order).await;
    assert_effects(stage, order, 0).await;
}

async fn assert_done_at_last<S: Stage>(stage: &S, order: &Order) {
    let outcome = attempt(stage, &again(order)).await;
    assert!(matches!(outcome, Outcome::Done { .. }), "{order:?}: {outcome:?}");
    assert_effects(stage, order, 1).await;
}
