//! The simulated kind on the conformance suite: in memory, in a journal, and in a journal that two
//! connectors share as two processes would.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use async_trait::async_trait;
use connectors::conformance::{Stage, Trouble, conforms, order};
use connectors::simulated::journal::{self, EntryKind};
use connectors::{AccountPage, Checked, Connector, Failure, Order, Owned, Sight};
use domain::correlation::Theirs;
use domain::{Action, Capabilities, RemoteAccount};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::simulated;

conforms!(in_memory, Training<1, false>);
conforms!(in_a_journal, Training<1, true>);
conforms!(shared_by_two, Training<2, true>);

struct Training<const CONNECTORS: usize, const JOURNALED: bool> {
    connector: Alternating,
    journal: Option<Journal>,
}

struct Journal {
    path: PathBuf,
    /// Lives as long as the stage.
    _folder: TempDir,
}

#[async_trait]
impl<const CONNECTORS: usize, const JOURNALED: bool> Stage for Training<CONNECTORS, JOURNALED> {
    async fn set(trouble: Trouble) -> Option<Self> {
        let mut settings = script(trouble)?;
        let journal = JOURNALED.then(|| {
            let folder = tempfile::tempdir().expect("a folder");
            Journal { path: folder.path().join("journal"), _folder: folder }
        });
        if let Some(journal) = &journal {
            settings["journal"] = json!(journal.path);
        }
        let connectors = (0..CONNECTORS).map(|_| simulated::training(&settings)).collect();
        Some(Self { connector: Alternating { connectors, calls: AtomicUsize::new(0) }, journal })
    }

    fn connector(&self) -> &dyn Connector {
        &self.connector
    }

    fn account(&self, number: usize) -> String {
        account(number)
    }

    /// Accounts exist until they are deleted.
    async fn absent_account(&self) -> String {
        let account = "departed".to_owned();
        let outcome = self.connector.apply(&order(Action::Delete, &account)).await;
        assert_eq!(outcome, Ok(()));
        account
    }

    async fn effects(&self, order: &Order) -> Option<usize> {
        let entries = journal::read(&self.journal.as_ref()?.path).expect("a journal");
        let of_order = |entry: &&journal::Entry| {
            entry.kind == EntryKind::Effect
                && entry.key == order.idempotency_key
                && entry.action == order.action
        };
        Some(entries.iter().filter(of_order).count())
    }

    /// It has no credentials.
    fn secrets(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Every call goes to the next connector, as if made by another process.
struct Alternating {
    connectors: Vec<Arc<dyn Connector>>,
    calls: AtomicUsize,
}

impl Alternating {
    fn next(&self) -> &dyn Connector {
        let call = self.calls.fetch_add(1, Ordering::Relaxed);
        &*self.connectors[call % self.connectors.len()]
    }
}

#[async_trait]
impl Connector for Alternating {
    fn capabilities(&self) -> Capabilities {
        self.next().capabilities()
    }

    async fn find(&self, field: Theirs, value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        self.next().find(field, value).await
    }

    async fn observe(&self, order: &Order) -> Result<Sight, Failure> {
        self.next().observe(order).await
    }

    async fn apply(&self, order: &Order) -> Result<(), Failure> {
        self.next().apply(order).await
    }

    async fn accounts(&self, cursor: Option<&str>) -> Result<AccountPage, Failure> {
        self.next().accounts(cursor).await
    }

    async fn inventory(&self, account: &str) -> Result<Option<Vec<Owned>>, Failure> {
        self.next().inventory(account).await
    }

    async fn check(&self) -> Result<Checked, Failure> {
        self.next().check().await
    }
}

fn script(trouble: Trouble) -> Option<Value> {
    Some(match trouble {
        Trouble::Nothing => json!({}),
        Trouble::AnswerLost => json!({ "lose_answer_first": 1 }),
        Trouble::Refusal => json!({ "refuse": (0..5).map(account).collect::<Vec<_>>() }),
        Trouble::Busy => json!({ "busy_first": 1 }),
        Trouble::PlatformError => json!({ "fail_first": 1 }),
        Trouble::Unauthorized => json!({ "unauthorized": true }),
        // It speaks no protocol that could be broken.
        _ => return None,
    })
}

fn account(number: usize) -> String {
    format!("user_{number:02}")
}
