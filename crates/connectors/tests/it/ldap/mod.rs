//! The `ldap` kind against real OpenLDAP servers, and against answers of other vendors' servers.

#![expect(clippy::panic, reason = "tests")]

mod active_directory;
mod authority;
mod conforms;
mod connection;
mod cut;
mod front;
mod handover;
mod hostile;
mod messages;
mod removal;
mod scripted;
mod search;
mod slapd;

use connectors::conformance::{identity, order};
use connectors::{Attempt, Connector, Heir, Order, perform};
use domain::{Action, Outcome};

use self::slapd::id;

/// One attempt at an action on the account of a person.
async fn attempt(connector: &dyn Connector, action: Action, number: usize) -> Outcome {
    attempt_order(connector, &order(action, &id(number))).await
}

/// The same, in favor of another person.
async fn attempt_for(connector: &dyn Connector, number: usize, heir: usize) -> Outcome {
    let user = identity(&format!("u{heir:04}"));
    let heir = Some(Heir::User { user, account: Some(id(heir)) });
    attempt_order(connector, &Order { heir, ..order(Action::Transfer, &id(number)) }).await
}

async fn attempt_order(connector: &dyn Connector, order: &Order) -> Outcome {
    let Attempt { outcome, .. } = perform(connector, &[], order).await;
    outcome
}

/// What was seen, of an outcome that must be `Done`.
fn done(outcome: Outcome) -> String {
    match outcome {
        Outcome::Done { evidence } => evidence,
        other => panic!("{other:?}"),
    }
}

fn refused(outcome: Outcome) -> String {
    match outcome {
        Outcome::Refused { reason } => reason,
        other => panic!("{other:?}"),
    }
}
