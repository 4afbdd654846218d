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
use domain::correlation::Theirs;
use domain::{Capabilities, RemoteAccount};

use self::account::Standing;
use self::journal::JournalError;
use self::ledger::{Ledger, Made};
use self::script::Fate;
pub use self::settings::Settings;
use crate::{AccountPage, Checked, Connector, Failure, Order, Owned, Pace, Place, SettingsError, Sight};

pub struct Simulated {
    name: String,
    settings: Settings,
    pace: Pace,
    /// Never locked across an await. File I/O under it runs in place: a line in the page cache costs
    /// less than a trip to a blocking thread, and other processes hold the file's lock as briefly.
    ledger: Mutex<Ledger>,
}

impl Simulated {
    pub fn open(place: Place<'_>) -> Result<Self, SettingsError> {
        let settings = Settings::parse(place.settings)?;
        let ledger = Ledger::open(settings.journal.as_deref())
            .map_err(|error| SettingsError::new("journal", error.to_string()))?;
        Ok(Self { name: place.name.to_owned(), settings, pace: place.pace, ledger: Mutex::new(ledger) })
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        // A panic elsewhere cannot leave half an entry: the ledger changes by whole entries.
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, sentence: &str) -> String {
        format!("simulated platform {}: {sentence}", self.name)
    }

    fn broken(&self, sentence: &str) -> Failure {
        Failure::Broken(self.say(sentence))
    }

    /// Fails where the platform is down, and never comes back where it hangs.
    async fn connect(&self) -> Result<(), Failure> {
        self.pace.turn().await;
        if self.settings.down {
            return Err(Failure::Unreached(self.say("connection refused")));
        }
        if self.settings.hang {
            future::pending::<()>().await;
        }
        if self.settings.unauthorized {
            return Err(Failure::Credentials(self.say("401, unauthorized")));
        }
        Ok(())
    }

    /// Answers how many calls came before this one.
    fn receive(&self, order: &Order) -> Result<u64, Failure> {
        self.ledger().receive(order).map_err(|error| self.broken(&unusable(&error)))
    }

    async fn take_half_the_time(&self) {
        let half = Duration::from_millis(u64::from(self.settings.latency_ms)) / 2;
        // A sleep of nothing would still wait for the timer's next tick.
        if !half.is_zero() {
            tokio::time::sleep(half).await;
        }
    }

    /// What the platform does about call number `call` (from 0), and what is heard of it.
    fn answer(&self, order: &Order, call: u64) -> Result<(), Failure> {
        let fate = self.settings.fate(call, order);
        match fate {
            Fate::Refused(reason) => Err(Failure::Refused(self.say(&reason))),
            Fate::Busy => Err(Failure::Busy {
                reason: self.say("429, too many requests"),
                after_ms: Some(i64::from(self.settings.retry_after_ms)),
            }),
            Fate::Failed => Err(self.broken("500, internal error")),
            Fate::AnswerLost | Fate::Answered => match self.ledger().make_so(order) {
                // The entry may or may not have reached the file.
                Err(error) => Err(Failure::Unheard(self.say(&unusable(&error)))),
                Ok(_) if fate == Fate::AnswerLost => Err(Failure::Unheard(self.say("the answer was lost"))),
                Ok(Made::Now | Made::Before) => Ok(()),
                Ok(Made::Never(reason)) => Err(Failure::Refused(self.say(&reason))),
            },
        }
    }
}

#[async_trait]
impl Connector for Simulated {
    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities()
    }

    /// Any account exists, so that none can be looked for.
    async fn find(&self, _field: Theirs, _value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        Ok(Vec::new())
    }

    async fn observe(&self, order: &Order) -> Result<Sight, Failure> {
        if self.settings.unreachable() {
            // Whoever does not get through to look has called all the same.
            self.receive(order)?;
        }
        self.connect().await?;
        match self.ledger().look(order) {
            Ok(Standing::So(evidence)) => Ok(Sight::So { evidence: self.say(&evidence) }),
            Ok(Standing::NotSo(evidence)) => Ok(Sight::NotSo { evidence: self.say(&evidence) }),
            Ok(Standing::Never(reason)) => Err(Failure::Refused(self.say(&reason))),
            Err(error) => Err(self.broken(&unusable(&error))),
        }
    }

    async fn apply(&self, order: &Order) -> Result<(), Failure> {
        let call = self.receive(order)?;
        self.connect().await?;
        // The effect comes in the middle, so that a kill may land before it or after it.
        self.take_half_the_time().await;
        let answer = self.answer(order, call);
        self.take_half_the_time().await;
        answer
    }

    async fn accounts(&self, _cursor: Option<&str>) -> Result<AccountPage, Failure> {
        self.connect().await?;
        Ok(AccountPage::default())
    }

    async fn inventory(&self, _account: &str) -> Result<Option<Vec<Owned>>, Failure> {
        Ok(None)
    }

    async fn check(&self) -> Result<Checked, Failure> {
        self.connect().await?;
        let summary = self.ledger().summary().map_err(|error| self.broken(&unusable(&error)))?;
        let server = self.say(&format!("not a real system; {summary}"));
        Ok(Checked { server, signed_in_as: "nobody".to_owned(), ..Checked::default() })
    }
}

fn unusable(error: &JournalError) -> String {
    format!("its journal cannot be used: {error}")
}
