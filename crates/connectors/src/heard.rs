//! What a platform said of a step, for platforms that cannot be asked for it again.
//!
//! Never outlives its connector: whoever comes after a restart acts again instead of believing.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Most steps that are remembered. Who has forgotten acts again, so that forgetting costs a request and no truth.
const MAX_STEPS: usize = 10_000;

/// By the idempotency key of a step.
#[derive(Debug, Default)]
pub(crate) struct Heard(Mutex<BTreeMap<String, String>>);

impl Heard {
    pub(crate) fn note(&self, key: &str, words: String) {
        let mut heard = self.lock();
        if heard.len() >= MAX_STEPS {
            heard.clear();
        }
        heard.insert(key.to_owned(), words);
    }

    pub(crate) fn of(&self, key: &str) -> Option<String> {
        self.lock().get(key).cloned()
    }

    pub(crate) fn forget(&self, key: &str) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, String>> {
        // A panic elsewhere leaves no half entry.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
