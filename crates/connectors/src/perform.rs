//! One attempt: find the account, look, act, look again.

use domain::correlation::Rule;
use domain::platform::is_sought;
use domain::{Action, Outcome, RemoteAccount};

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

/// An order with every account filled in, and which of them were not known before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    pub order: Order,
    /// The leaver's account, where it was looked for.
    pub account: Option<RemoteAccount>,
    /// The successor's, where it was looked for.
    pub heir: Option<RemoteAccount>,
}

impl Resolved {
    pub fn presence(&self) -> Presence {
        self.account.as_ref().map_or(Presence::AsKnown, |account| Presence::Found(account.id.clone()))
    }
}

/// Finds out which account it is, then acts on it.
pub async fn perform(connector: &dyn Connector, rules: &[Rule], order: &Order) -> Attempt {
    match resolve(connector, rules, order).await {
        Ok(resolved) => act(connector, &resolved.order, resolved.presence()).await,
        Err(attempt) => attempt,
    }
}

/// Fills in the account, and the successor's, where they are not known yet. The error is an attempt that has come
/// to its end with that.
pub async fn resolve(connector: &dyn Connector, rules: &[Rule], order: &Order) -> Result<Resolved, Attempt> {
    let mut resolved = Resolved { order: order.clone(), account: None, heir: None };
    let as_known = |outcome| Attempt { outcome, account: Presence::AsKnown };
    if is_sought(&order.account) {
        match seek(connector, rules, &order.user).await {
            Ok(Sought::One(found)) => {
                resolved.order.account.clone_from(&found.id);
                resolved.account = Some(found);
            }
            // Nobody to restore is nothing to do: nobody has said that there was an account.
            Ok(Sought::Nobody { evidence }) => {
                let outcome = Outcome::AlreadyDone { evidence: before(order, &evidence) };
                return Err(Attempt { outcome, account: Presence::Nobody });
            }
            Ok(Sought::Several { reason }) => return Err(as_known(Outcome::Refused { reason })),
            Err(failure) => return Err(as_known(failure.of_look())),
        }
    }
    match find_heir(connector, rules, &mut resolved).await {
        Ok(()) => Ok(resolved),
        Err(outcome) => Err(as_known(outcome)),
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
async fn find_heir(
    connector: &dyn Connector,
    rules: &[Rule],
    resolved: &mut Resolved,
) -> Result<(), Outcome> {
    let Order { account: leaver, heir, .. } = &mut resolved.order;
    let Some(Heir::User { user, account }) = heir else { return Ok(()) };
    // A kind that knows its accounts by our names has nothing to look for.
    if account.is_none() && !rules.is_empty() {
        let reason = match seek(connector, rules, user).await.map_err(Failure::of_look)? {
            // What one hands over to oneself is lost with the account.
            Sought::One(found) if found.id == *leaver => {
                format!(
                    "the successor is not clear: account {leaver} is the leaver's and fits {}",
                    user.user_name
                )
            }
            Sought::One(found) => {
                *account = Some(found.id.clone());
                resolved.heir = Some(found);
                return Ok(());
            }
            Sought::Nobody { evidence } => format!("the successor has no account there: {evidence}"),
            Sought::Several { reason } => format!("the successor is not clear: {reason}"),
        };
        return Err(Outcome::Refused { reason });
    }
    Ok(())
}
