//! One attempt: find the account, look, act, look again.

use domain::correlation::Rule;
use domain::platform::is_sought;
use domain::{Action, Outcome};

use crate::seek::{Sought, seek};
use crate::{Connector, Failure, Heir, Order, Sight};

/// What an attempt came to, and which account it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub outcome: Outcome,
    pub account: Presence,
}

/// What the attempt learned of the account itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Nothing that was not known before.
    AsKnown,
    /// It was looked for, and this is it.
    Found(String),
    /// There is none, or none any more.
    Nobody,
}

/// Finds out which account it is, then acts on it.
pub async fn perform(connector: &dyn Connector, rules: &[Rule], order: &Order) -> Attempt {
    match resolve(connector, rules, order).await {
        Ok((order, account)) => act(connector, &order, account).await,
        Err(attempt) => attempt,
    }
}

/// Fills in the account, and the successor's, where they are not known yet. The error is an attempt that has come
/// to its end with that.
pub async fn resolve(
    connector: &dyn Connector,
    rules: &[Rule],
    order: &Order,
) -> Result<(Order, Presence), Attempt> {
    let mut order = order.clone();
    let mut account = Presence::AsKnown;
    if is_sought(&order.account) {
        match seek(connector, rules, &order.user).await {
            Ok(Sought::One(found)) => {
                account = Presence::Found(found.id.clone());
                order.account = found.id;
            }
            // Nobody to restore is nothing to do: nobody has said that there was an account.
            Ok(Sought::Nobody { evidence }) => {
                let outcome = Outcome::AlreadyDone { evidence: before(&order, &evidence) };
                return Err(Attempt { outcome, account: Presence::Nobody });
            }
            Ok(Sought::Several { reason }) => {
                return Err(Attempt { outcome: Outcome::Refused { reason }, account });
            }
            Err(failure) => return Err(Attempt { outcome: failure.of_look(), account }),
        }
    }
    match find_heir(connector, rules, &mut order).await {
        Ok(()) => Ok((order, account)),
        Err(outcome) => Err(Attempt { outcome, account }),
    }
}

/// "200 is not proof": `Done` needs an observation, else the verdict is `Unknown`.
pub async fn act(connector: &dyn Connector, order: &Order, account: Presence) -> Attempt {
    match on_account(connector, order).await {
        Ok(outcome) => Attempt { outcome, account },
        Err(evidence) => gone(order, evidence),
    }
}

/// The error is the evidence that there is no such account.
async fn on_account(connector: &dyn Connector, order: &Order) -> Result<Outcome, String> {
    match connector.observe(order).await {
        Ok(Sight::So { evidence }) => return Ok(Outcome::AlreadyDone { evidence: before(order, &evidence) }),
        Ok(Sight::NotSo { .. }) => {}
        Err(Failure::Absent(evidence)) => return Err(evidence),
        Err(failure) => return Ok(failure.of_look()),
    }
    match connector.apply(order).await {
        Ok(()) => {}
        Err(Failure::Absent(evidence)) => return Err(evidence),
        Err(failure) => return Ok(failure.of_change()),
    }
    let outcome = match connector.observe(order).await {
        Ok(Sight::So { evidence }) => Outcome::Done { evidence },
        Err(Failure::Absent(evidence)) if order.action != Action::Enable => Outcome::Done { evidence },
        Ok(Sight::NotSo { evidence }) => {
            Outcome::Unknown { reason: format!("the platform reported success, but {evidence}") }
        }
        Err(failure) => Outcome::Unknown { reason: format!("done, but not yet seen to be so: {failure}") },
    };
    Ok(outcome)
}

/// How it is known that nothing was left to do.
fn before(order: &Order, evidence: &str) -> String {
    if order.attempt > 1 {
        format!("{evidence} (seen before attempt {} did anything)", order.attempt)
    } else {
        format!("{evidence} (so before we asked)")
    }
}

/// Whoever is not there can do nothing and owns nothing; but nobody can be let in again.
fn gone(order: &Order, evidence: String) -> Attempt {
    let outcome = match order.action {
        Action::Enable => Outcome::Refused { reason: evidence },
        _ => Outcome::AlreadyDone { evidence: before(order, &evidence) },
    };
    Attempt { outcome, account: Presence::Nobody }
}

/// A successor whose account there is not known is looked for by the same rules.
async fn find_heir(connector: &dyn Connector, rules: &[Rule], order: &mut Order) -> Result<(), Outcome> {
    let Some(Heir::User { user, account: account @ None }) = &mut order.heir else { return Ok(()) };
    // A kind that knows its accounts by our names has nothing to look for.
    if rules.is_empty() {
        return Ok(());
    }
    let reason = match seek(connector, rules, user).await.map_err(Failure::of_look)? {
        Sought::One(found) => {
            *account = Some(found.id);
            return Ok(());
        }
        Sought::Nobody { evidence } => format!("the successor has no account there: {evidence}"),
        Sought::Several { reason } => format!("the successor is not clear: {reason}"),
    };
    Err(Outcome::Refused { reason })
}
