//! Which fault, if any, strikes a call. Follows from the settings, the call's number and the order alone:
//! the same run meets the same faults.

use sha2::{Digest, Sha256};

use super::Settings;
use crate::Order;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Turned down whatever the state of the account.
    Refused(String),
    /// 429; no effect.
    Busy,
    /// A platform error; no effect.
    Failed,
    /// It has its effect, but nobody hears of it.
    AnswerLost,
    Answered,
}

impl Settings {
    /// `call` is the number of apply calls on this platform before this one.
    pub(super) fn fate(&self, call: u64, order: &Order) -> Fate {
        if !self.capabilities().allow(order.action) {
            return Fate::Refused(format!("{} is not supported", order.action));
        }
        if self.refuse.contains(&order.account) {
            return Fate::Refused(format!("account {} must not be touched", order.account));
        }
        let busy_until = u64::from(self.busy_first);
        let failed_until = busy_until + u64::from(self.fail_first);
        let lost_until = failed_until + u64::from(self.lose_answer_first);
        if call < busy_until {
            Fate::Busy
        } else if call < failed_until || strikes("fail", self.fail_percent, order) {
            Fate::Failed
        } else if call < lost_until || strikes("lose_answer", self.lose_answer_percent, order) {
            Fate::AnswerLost
        } else {
            Fate::Answered
        }
    }
}

/// Decided anew for each attempt, and for each fault independently.
fn strikes(fault: &str, percent: u32, order: &Order) -> bool {
    if percent == 0 {
        return false;
    }
    let digest = Sha256::digest(format!("{fault} {} {}", order.idempotency_key, order.attempt));
    let number = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    number % 100 < percent
}
