//! The `postgres` kind against a real server.

mod conforms;
mod front;
mod gone;
mod ground;
mod hand_over;
mod left_alone;
mod names;
mod sign_in;

use connectors::conformance::{identity, order};
use connectors::{Attempt, Connector, Heir, Order, perform};
use domain::{Action, Outcome};

/// What an attempt comes to, without looking for the account.
async fn outcome(connector: &dyn Connector, order: &Order) -> Outcome {
    let Attempt { outcome, .. } = perform(connector, &[], order).await;
    outcome
}

/// To hand over to this account.
fn transfer(account: &str, heir: &str) -> Order {
    let heir = Heir::User { user: identity("successor"), account: Some(heir.to_owned()) };
    Order { heir: Some(heir), ..order(Action::Transfer, account) }
}

#[track_caller]
fn assert_done(outcome: &Outcome, words: &str) {
    assert!(
        matches!(outcome, Outcome::Done { .. }) && outcome.text().contains(words),
        "{words:?} in {outcome:?}"
    );
}

#[track_caller]
fn assert_refused(outcome: &Outcome, words: &str) {
    assert!(
        matches!(outcome, Outcome::Refused { .. }) && outcome.text().contains(words),
        "{words:?} in {outcome:?}"
    );
}
