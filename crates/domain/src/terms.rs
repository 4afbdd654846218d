//! What is agreed about a platform, whatever it speaks.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::correlation::Rule;
use crate::platform::Support;
use crate::{Action, Capabilities};

/// Most requests per second that may be agreed.
pub const MAX_PER_SECOND: u32 = 10_000;
/// Longest time for a step by hand: one year.
pub const MAX_DUE_HOURS: u32 = 366 * 24;
/// The time for a step by hand, where none is agreed.
pub const DEFAULT_DUE_HOURS: u32 = 72;
/// Longest instructions for one action.
pub const MAX_INSTRUCTIONS_CHARS: usize = 4_000;
/// Longest name of whoever does steps by hand.
pub const MAX_ASSIGNEE_CHARS: usize = 320;
const MAX_RULES: usize = 8;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Terms {
    /// Most requests per second that one server sends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_per_second: Option<u32>,
    /// How an account is known to be a user's, where the link is not known yet. Empty: the kind's own rules.
    #[serde(rename = "match", skip_serializing_if = "Vec::is_empty")]
    pub match_by: Vec<Rule>,
    /// Actions that are never asked for here.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub leave_out: BTreeSet<Action>,
    /// Actions that a person does, whatever the connector could do.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub by_hand: BTreeSet<Action>,
    /// Who does what is done by hand: a mail address is reminded by mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignee: Option<String>,
    /// How soon it must be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_hours: Option<u32>,
    /// What the person is told, by action.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub instructions: BTreeMap<Action, String>,
}

impl Terms {
    /// What is wrong with them, by the name of the field.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        let at_most = |field, value: Option<u32>, most: u32| match value {
            Some(value) if !(1..=most).contains(&value) => Err((field, format!("must be 1 to {most}"))),
            _ => Ok(()),
        };
        at_most("max_per_second", self.max_per_second, MAX_PER_SECOND)?;
        at_most("due_hours", self.due_hours, MAX_DUE_HOURS)?;
        if self.match_by.len() > MAX_RULES {
            return Err(("match", format!("must not hold more than {MAX_RULES} rules")));
        }
        if let Some(action) = self.leave_out.intersection(&self.by_hand).next() {
            return Err(("leave_out", format!("{action} is in by_hand as well")));
        }
        if self.leave_out.contains(&Action::Manual) || self.by_hand.contains(&Action::Manual) {
            return Err(("by_hand", "manual is what an action becomes, not an action".to_owned()));
        }
        let assignee = self.assignee.as_deref().unwrap_or("somebody");
        if assignee.trim().is_empty() || assignee.chars().count() > MAX_ASSIGNEE_CHARS {
            return Err(("assignee", format!("must be 1 to {MAX_ASSIGNEE_CHARS} characters")));
        }
        let long = |text: &&String| text.chars().count() > MAX_INSTRUCTIONS_CHARS;
        if self.instructions.values().any(|text| long(&text)) {
            return Err((
                "instructions",
                format!("must not exceed {MAX_INSTRUCTIONS_CHARS} characters each"),
            ));
        }
        Ok(())
    }

    /// What is left of the connector's own abilities.
    pub fn limit(&self, able: Capabilities) -> Capabilities {
        let by_hand = self.by_hand.iter().map(|action| (*action, Support::ByHand));
        let left_out = self.leave_out.iter().map(|action| (*action, Support::Nothing));
        by_hand.chain(left_out).fold(able, |able, (action, support)| able.with(action, support))
    }

    pub fn due_ms(&self, from_ms: i64) -> i64 {
        let hours = self.due_hours.unwrap_or(DEFAULT_DUE_HOURS);
        from_ms.saturating_add(i64::from(hours) * 3_600_000)
    }
}
