//! Orders to test with.

use connectors::{Heir, Order};
use domain::Action;

/// The notice for the leaver: the platform may show it, evidence must not.
pub(crate) const NOTICE: &str = "Your manager is informed";

/// A first attempt, with a key of its own for this action on this account.
pub(crate) fn order(action: Action, account: &str) -> Order {
    let heir = Heir::User { user_name: "kjones".to_owned(), account: None };
    Order {
        action,
        account: account.to_owned(),
        user_name: account.to_owned(),
        heir: (action == Action::Transfer).then_some(heir),
        message: Some(NOTICE.to_owned()),
        idempotency_key: format!("key-of-{action}-{account}"),
        attempt: 1,
    }
}

pub(crate) fn again(order: &Order) -> Order {
    Order { attempt: order.attempt + 1, ..order.clone() }
}
