//! One attempt: look first where an earlier one may have had its effect, act, look again.

use domain::Outcome;

use crate::{Connector, Observation, Order};

/// "200 is not proof": `Done` needs an observation, else the verdict is `Unknown`.
pub async fn perform(connector: &dyn Connector, order: &Order) -> Outcome {
    if order.attempt > 1 {
        match connector.observe(order).await {
            Observation::So { evidence } => return Outcome::AlreadyDone { evidence },
            Observation::NotSo { .. } => {}
            Observation::Unclear { outcome } => return outcome,
        }
    }
    let outcome = connector.apply(order).await;
    if !matches!(outcome, Outcome::Done { .. }) {
        return outcome;
    }
    match connector.observe(order).await {
        Observation::So { evidence } => Outcome::Done { evidence },
        Observation::NotSo { evidence } => {
            Outcome::Unknown { reason: format!("the platform reported success, but {evidence}") }
        }
        Observation::Unclear { outcome } => {
            Outcome::Unknown { reason: format!("done, but not yet seen to be so: {}", outcome.text()) }
        }
    }
}
