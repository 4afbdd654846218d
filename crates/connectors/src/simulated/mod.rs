//! The `simulated` kind: no real system, but a platform in memory or in a file that misbehaves by script.
//! For the demo, the crash tests and the bench; described in docs/connectors/simulated.md.
//!
//! Owns: the state of the pretended accounts, the scripted faults, the journal.
//! Never: reaches a real system, or passes for one: every text it answers says `simulated`.

mod account;
pub mod journal;
mod ledger;
mod script;
mod settings;

use std::future;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use domain::outcome::Fault;
use domain::{Capabilities, Outcome};

use self::account::Standing;
use self::journal::JournalError;
use self::ledger::{Ledger, Made};
use self::script::Fate;
pub use self::settings::Settings;
use crate::{Connector, Observation, Order, SettingsError};

pub struct Simulated {
    name: String,
    settings: Settings,
    /// Never locked across an await. File I/O under it runs in place: a line in the page cache costs
    /// less than a trip to a blocking thread, and other processes hold the file's lock as briefly.
    ledger: Mutex<Ledger>,
}

impl Simulated {
    pub fn open(name: &str, settings: Settings) -> Result<Self, SettingsError> {
        let ledger = Ledger::open(settings.journal.as_deref())
            .map_err(|error| SettingsError::new("journal", error.to_string()))?;
        Ok(Self { name: name.to_owned(), settings, ledger: Mutex::new(ledger) })
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // A panic elsewhere cannot leave half an entry: the ledger changes by whole entries.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, sentence: &str) -> String {
        format!("simulated platform {}: {sentence}", self.name)
    }

    fn platform_fault(&self, sentence: &str) -> Outcome {
        Outcome::Retry { reason: self.say(sentence), after_ms: None, fault: Fault::Platform }
    }

    /// Fails where the platform is down, and never comes back where it hangs.
    async fn connect(&self) -> Result<(), &'static str> {
        if self.settings.down {
            return Err("connection refused");
        }
        if self.settings.hang {
            future::pending::<()>().await;
        }
        Ok(())
    }

    async fn take_half_the_time(&self) {
        let half = Duration::from_millis(u64::from(self.settings.latency_ms)) / 2;
        // A sleep of nothing would still wait for the timer's next tick.
        if !half.is_zero() {
            tokio::time::sleep(half).await;
        }
    }

    /// What the platform does about call number `call` (from 0), and what is heard of it.
    fn answer(&self, order: &Order, call: u64) -> Outcome {
        let fate = self.settings.fate(call, order);
        match fate {
            Fate::Refused(reason) => Outcome::Refused { reason: self.say(&reason) },
            Fate::Busy => Outcome::Retry {
                reason: self.say("429, too many requests"),
                after_ms: Some(i64::from(self.settings.retry_after_ms)),
                fault: Fault::Busy,
            },
            Fate::Failed => self.platform_fault("500, internal error"),
            Fate::AnswerLost | Fate::Answered => match self.ledger().make_so(order) {
                // The entry may or may not have reached the file.
                Err(error) => Outcome::Unknown { reason: self.say(&unusable(&error)) },
                Ok(_) if fate == Fate::AnswerLost => {
                    Outcome::Unknown { reason: self.say("the answer was lost") }
                }
                Ok(Made::Now(evidence)) => Outcome::Done { evidence: self.say(&evidence) },
                Ok(Made::Before(evidence)) => Outcome::AlreadyDone { evidence: self.say(&evidence) },
                Ok(Made::Never(reason)) => Outcome::Refused { reason: self.say(&reason) },
            },
        }
    }
}

#[async_trait]
impl Connector for Simulated {
    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities()
    }

    async fn observe(&self, order: &Order) -> Observation {
        if let Err(reason) = self.connect().await {
            return Observation::Unclear { outcome: self.platform_fault(reason) };
        }
        match self.ledger().look(order) {
            Ok(Standing::So(evidence)) => Observation::So { evidence: self.say(&evidence) },
            Ok(Standing::NotSo(evidence) | Standing::Never(evidence)) => {
                Observation::NotSo { evidence: self.say(&evidence) }
            }
            Err(error) => Observation::Unclear { outcome: self.platform_fault(&unusable(&error)) },
        }
    }

    async fn apply(&self, order: &Order) -> Outcome {
        let received = self.ledger().receive(order);
        let call = match received {
            Ok(call) => call,
            Err(error) => return self.platform_fault(&unusable(&error)),
        };
        if let Err(reason) = self.connect().await {
            return self.platform_fault(reason);
        }
        // The effect comes in the middle, so that a kill may land before it or after it.
        self.take_half_the_time().await;
        let outcome = self.answer(order, call);
        self.take_half_the_time().await;
        outcome
    }

    async fn check(&self) -> Result<String, String> {
        self.connect().await.map_err(|reason| self.say(reason))?;
        match self.ledger().summary() {
            Ok(summary) => Ok(self.say(&format!("not a real system; {summary}"))),
            Err(error) => Err(self.say(&unusable(&error))),
        }
    }
}

fn unusable(error: &JournalError) -> String {
    format!("its journal cannot be used: {error}")
}
