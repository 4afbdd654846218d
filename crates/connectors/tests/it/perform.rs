//! "200 is not proof": what `perform` makes of a platform whose word and state differ.

use async_trait::async_trait;
use connectors::{Connector, Observation, Order, perform};
use domain::outcome::Fault;
use domain::{Action, Capabilities, Outcome};

use crate::orders::{again, order};

/// Reports success, whatever a look then shows.
struct Boaster {
    shows: Observation,
}

#[async_trait]
impl Connector for Boaster {
    fn capabilities(&self) -> Capabilities {
        Capabilities::FULL
    }

    async fn observe(&self, _order: &Order) -> Observation {
        self.shows.clone()
    }

    async fn apply(&self, _order: &Order) -> Outcome {
        Outcome::Done { evidence: "200".to_owned() }
    }

    async fn check(&self) -> Result<String, String> {
        Ok("200".to_owned())
    }
}

async fn check(shows: Observation, order: &Order, expected: Outcome) {
    assert_eq!(perform(&Boaster { shows }, order).await, expected);
}

fn down() -> Outcome {
    Outcome::Retry { reason: "no route".to_owned(), after_ms: None, fault: Fault::Platform }
}

#[tokio::test]
async fn evidence_is_what_was_seen() {
    let shows = Observation::So { evidence: "jsmith is disabled".to_owned() };
    let expected = Outcome::Done { evidence: "jsmith is disabled".to_owned() };
    check(shows, &order(Action::Disable, "jsmith"), expected).await;
}

#[tokio::test]
async fn success_that_cannot_be_seen_is_unknown() {
    let first = order(Action::Disable, "jsmith");
    let not_so = Observation::NotSo { evidence: "jsmith is active".to_owned() };
    let reason = "the platform reported success, but jsmith is active".to_owned();
    check(not_so, &first, Outcome::Unknown { reason }).await;

    let unclear = Observation::Unclear { outcome: down() };
    let reason = "done, but not yet seen to be so: no route".to_owned();
    check(unclear, &first, Outcome::Unknown { reason }).await;
}

#[tokio::test]
async fn a_later_attempt_looks_before_it_acts() {
    let second = again(&order(Action::Disable, "jsmith"));
    let shows = Observation::So { evidence: "jsmith is disabled".to_owned() };
    let expected = Outcome::AlreadyDone { evidence: "jsmith is disabled".to_owned() };
    check(shows, &second, expected).await;
    check(Observation::Unclear { outcome: down() }, &second, down()).await;
}
