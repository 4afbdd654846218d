//! What a simulated platform is told to do, and the limits of it.

use std::collections::BTreeSet;
use std::path::PathBuf;

use domain::retry::MAX_RETRY_AFTER_MS;
use domain::{Action, Capabilities, Support};
use serde::Deserialize;

use crate::{SettingsError, settings};

const MAX_LATENCY_MS: u32 = 60_000;
/// Most calls that one `…_first` may name.
const MAX_FIRST: u32 = 1_000_000;
/// Most accounts in `refuse`.
const MAX_REFUSED_ACCOUNTS: usize = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// How long every apply call takes; its effect comes halfway.
    pub latency_ms: u32,
    /// So many calls are answered 429. The three `…_first` follow one another, in this order.
    pub busy_first: u32,
    /// So many calls are answered with a platform error.
    pub fail_first: u32,
    /// So many calls have their effect, but the answer is lost.
    pub lose_answer_first: u32,
    /// What a 429 asks for.
    pub retry_after_ms: u32,
    /// The share of attempts that end in a platform error.
    pub fail_percent: u32,
    /// The share of attempts whose answer is lost.
    pub lose_answer_percent: u32,
    /// No call gets through.
    pub down: bool,
    /// No call is ever answered.
    pub hang: bool,
    /// Our credentials are not taken.
    pub unauthorized: bool,
    /// Accounts on which nothing may be done.
    pub refuse: BTreeSet<String>,
    /// Actions that this platform cannot do.
    pub unsupported: BTreeSet<Action>,
    /// The file that holds the platform; without it, the platform lives in the connector.
    pub journal: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            latency_ms: 0,
            busy_first: 0,
            fail_first: 0,
            lose_answer_first: 0,
            retry_after_ms: 1_000,
            fail_percent: 0,
            lose_answer_percent: 0,
            down: false,
            hang: false,
            unauthorized: false,
            refuse: BTreeSet::new(),
            unsupported: BTreeSet::new(),
            journal: None,
        }
    }
}

impl Settings {
    /// Reads and checks a JSON object.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = settings::parse(text)?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&self) -> Result<(), SettingsError> {
        let limits = [
            ("latency_ms", i64::from(self.latency_ms), i64::from(MAX_LATENCY_MS)),
            ("busy_first", i64::from(self.busy_first), i64::from(MAX_FIRST)),
            ("fail_first", i64::from(self.fail_first), i64::from(MAX_FIRST)),
            ("lose_answer_first", i64::from(self.lose_answer_first), i64::from(MAX_FIRST)),
            ("retry_after_ms", i64::from(self.retry_after_ms), MAX_RETRY_AFTER_MS),
            ("fail_percent", i64::from(self.fail_percent), 100),
            ("lose_answer_percent", i64::from(self.lose_answer_percent), 100),
        ];
        for (field, value, limit) in limits {
            if value > limit {
                return Err(SettingsError::new(field, format!("must not exceed {limit}")));
            }
        }
        if self.refuse.len() > MAX_REFUSED_ACCOUNTS {
            let message = format!("must not hold more than {MAX_REFUSED_ACCOUNTS} accounts");
            return Err(SettingsError::new("refuse", message));
        }
        if self.unsupported.contains(&Action::Manual) {
            return Err(SettingsError::new("unsupported", "manual is done by a person, not by a platform"));
        }
        if self.journal.as_ref().is_some_and(|path| path.as_os_str().is_empty()) {
            return Err(SettingsError::new("journal", "must not be empty"));
        }
        Ok(())
    }

    /// Whether no call gets through, whatever it asks.
    pub(super) fn unreachable(&self) -> bool {
        self.down || self.hang || self.unauthorized
    }

    pub fn capabilities(&self) -> Capabilities {
        let can = |action| {
            if self.unsupported.contains(&action) { Support::ByHand } else { Support::Able }
        };
        Capabilities {
            disable: can(Action::Disable),
            enable: can(Action::Enable),
            end_sessions: can(Action::EndSessions),
            transfer: can(Action::Transfer),
            release: can(Action::Release),
            delete: can(Action::Delete),
        }
    }
}
