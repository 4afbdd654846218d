//! The state of a simulated platform: the sum of its entries, in memory and, with a journal, in a file
//! that several processes share.
//!
//! Every operation holds the journal's lock from reading what others wrote to writing its own entry, so
//! an effect is checked and recorded in one piece.

use std::collections::HashMap;
use std::path::Path;

use super::account::{Account, Standing};
use super::journal::{Entry, EntryKind, Held, Journal, JournalError};
use crate::Order;

pub(super) struct Ledger {
    tally: Tally,
    journal: Option<Journal>,
}

/// What a request to make something so came to.
pub(super) enum Made {
    Now,
    Before,
    /// Why it cannot be.
    Never(String),
}

impl Ledger {
    pub(super) fn open(journal: Option<&Path>) -> Result<Self, JournalError> {
        let mut ledger = Self { tally: Tally::default(), journal: journal.map(Journal::open).transpose()? };
        // An unreadable journal is found now rather than by the first step.
        ledger.hold()?;
        Ok(ledger)
    }

    /// Records that a call came in, and answers how many came before it.
    pub(super) fn receive(&mut self, order: &Order) -> Result<u64, JournalError> {
        let mut held = self.hold()?;
        let before = held.tally.calls;
        held.record(&Entry::new(EntryKind::Call, order))?;
        Ok(before)
    }

    pub(super) fn make_so(&mut self, order: &Order) -> Result<Made, JournalError> {
        let mut held = self.hold()?;
        match held.tally.standing(order) {
            Standing::So(_) => return Ok(Made::Before),
            Standing::Never(reason) => return Ok(Made::Never(reason)),
            Standing::NotSo(_) => {}
        }
        held.record(&Entry::new(EntryKind::Effect, order))?;
        Ok(Made::Now)
    }

    pub(super) fn look(&mut self, order: &Order) -> Result<Standing, JournalError> {
        let held = self.hold()?;
        Ok(held.tally.standing(order))
    }

    /// For an administrator.
    pub(super) fn summary(&mut self) -> Result<String, JournalError> {
        let Tally { accounts, calls, effects } = self.hold()?.tally;
        Ok(format!("calls: {calls}, effects: {effects}, accounts acted on: {}", accounts.len()))
    }

    /// Keeps other processes out, and learns what they did until now.
    fn hold(&mut self) -> Result<HeldLedger<'_>, JournalError> {
        let Self { tally, journal } = self;
        let journal = match journal {
            Some(journal) => Some(journal.hold(|entry| tally.add(entry))?),
            None => None,
        };
        Ok(HeldLedger { tally, journal })
    }
}

struct HeldLedger<'a> {
    tally: &'a mut Tally,
    journal: Option<Held<'a>>,
}

impl HeldLedger<'_> {
    fn record(&mut self, entry: &Entry) -> Result<(), JournalError> {
        if let Some(journal) = &mut self.journal {
            journal.append(entry)?;
        }
        self.tally.add(entry);
        Ok(())
    }
}

/// The sum of the entries.
#[derive(Default)]
struct Tally {
    /// Those acted on; any other is as `Account::default`.
    accounts: HashMap<String, Account>,
    calls: u64,
    effects: u64,
}

impl Tally {
    fn add(&mut self, entry: &Entry) {
        match entry.kind {
            EntryKind::Call => self.calls += 1,
            EntryKind::Effect => {
                self.effects += 1;
                let account = self.accounts.entry(entry.account.clone()).or_default();
                account.take_effect(entry.action, entry.heir.as_deref());
            }
        }
    }

    fn standing(&self, order: &Order) -> Standing {
        match self.accounts.get(&order.account) {
            Some(account) => account.standing(order),
            None => Account::default().standing(order),
        }
    }
}
