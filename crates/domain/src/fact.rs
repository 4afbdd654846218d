//! One fact for the log. The store adds who asked and when.

use serde_json::{Value, json};

use crate::{OffboardingId, UserId};

/// What happened, to whom, and the particulars. Never a secret.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// A dotted word such as `offboarding.accepted`; the list is in docs/log.md.
    pub kind: &'static str,
    pub user: Option<UserId>,
    pub offboarding: Option<OffboardingId>,
    pub detail: Value,
}

impl Fact {
    pub fn new(kind: &'static str, detail: Value) -> Self {
        Self { kind, user: None, offboarding: None, detail }
    }

    pub fn bare(kind: &'static str) -> Self {
        Self::new(kind, json!({}))
    }

    #[must_use]
    pub fn on(mut self, user: UserId) -> Self {
        self.user = Some(user);
        self
    }

    #[must_use]
    pub fn of(mut self, offboarding: &OffboardingId) -> Self {
        self.offboarding = Some(offboarding.clone());
        self
    }
}
