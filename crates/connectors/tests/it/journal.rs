//! The journal of a simulated platform: many writers, killed writers, damage.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use connectors::conformance::{opened, order};
use connectors::simulated::journal::{self, Entry, EntryKind, JournalError};
use connectors::{Connector, Failure, SettingsError, Sight};
use domain::{Action, PlatformKind};
use serde_json::json;
use tokio::task::JoinSet;

fn training(journal: &Path) -> Result<Arc<dyn Connector>, SettingsError> {
    opened(PlatformKind::Simulated, &json!({ "journal": journal }).to_string(), None)
}

fn append(journal: &Path, bytes: &[u8]) {
    let mut file = OpenOptions::new().append(true).open(journal).expect("a journal");
    file.write_all(bytes).expect("appended");
}

#[tokio::test]
async fn entries_tell_who_did_what() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let connector = training(&path).expect("a connector");
    connector.apply(&order(Action::Transfer, "company\\jsmith")).await.expect("an answer");
    let call = Entry {
        kind: EntryKind::Call,
        action: Action::Transfer,
        account: "company\\jsmith".to_owned(),
        key: "key-of-transfer-company\\jsmith".to_owned(),
        attempt: 1,
        heir: Some("user kjones".to_owned()),
        pid: Some(std::process::id()),
    };
    let effect = Entry { kind: EntryKind::Effect, ..call.clone() };
    assert_eq!(journal::read(&path).expect("a journal"), [call, effect]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_have_one_effect_each() {
    const TASKS: usize = 8;
    const ACCOUNTS: usize = 500;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let connectors = [training(&path).expect("a connector"), training(&path).expect("a connector")];
    let mut tasks = JoinSet::new();
    for number in 0..TASKS {
        let connector = Arc::clone(&connectors[number % 2]);
        // All of them walk the same accounts, so that they meet again and again.
        tasks.spawn(async move {
            for account in 0..ACCOUNTS {
                let outcome = connector.apply(&order(Action::Disable, &format!("user_{account}"))).await;
                assert_eq!(outcome, Ok(()));
            }
        });
    }
    tasks.join_all().await;

    let entries = journal::read(&path).expect("a journal");
    let effects: Vec<_> = entries.iter().filter(|entry| entry.kind == EntryKind::Effect).collect();
    let accounts: BTreeSet<_> = effects.iter().map(|effect| &effect.account).collect();
    assert_eq!((effects.len(), accounts.len()), (ACCOUNTS, ACCOUNTS));
    assert_eq!(entries.len() - effects.len(), TASKS * ACCOUNTS, "every call is on record");
}

#[tokio::test]
async fn a_line_torn_by_a_kill_never_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let connector = training(&path).expect("a connector");
    connector.apply(&order(Action::Disable, "jsmith")).await.expect("an answer");
    // Whole but for its line feed: nobody was told, so it did not happen.
    let torn = br#"{"kind":"effect","action":"delete","account":"jsmith","key":"k","attempt":1}"#;
    append(&path, torn);

    let delete = order(Action::Delete, "jsmith");
    for connector in [Arc::clone(&connector), training(&path).expect("a connector")] {
        let observed = connector.observe(&delete).await;
        assert!(matches!(observed, Ok(Sight::NotSo { .. })), "{observed:?}");
    }
    assert_eq!(journal::read(&path).expect("a journal").len(), 2);

    assert_eq!(connector.apply(&delete).await, Ok(()));
    let entries = journal::read(&path).expect("a journal");
    assert_eq!(entries.len(), 4, "the torn line is gone");
    assert!(entries.iter().all(|entry| entry.key != "k"));
}

#[tokio::test]
async fn a_damaged_line_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let connector = training(&path).expect("a connector");
    connector.apply(&order(Action::Disable, "jsmith")).await.expect("an answer");
    append(&path, b"{}\n");

    assert!(matches!(journal::read(&path), Err(JournalError::Line { line: 3, .. })));
    let error = training(&path).err().expect("damaged");
    assert_eq!(error.field, "journal");
    assert!(error.message.starts_with("line 3: missing field"), "{error}");
    let outcome = connector.apply(&order(Action::Delete, "jsmith")).await;
    assert!(matches!(outcome, Err(Failure::Broken(_))), "{outcome:?}");
    assert!(connector.check().await.is_err());
}

#[tokio::test]
async fn a_journal_cut_behind_our_back_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal");
    let connector = training(&path).expect("a connector");
    connector.apply(&order(Action::Disable, "jsmith")).await.expect("an answer");
    fs::write(&path, b"").expect("emptied");
    let observed = connector.observe(&order(Action::Disable, "jsmith")).await;
    assert!(matches!(observed, Err(Failure::Broken(_))), "{observed:?}");
}

#[test]
fn a_journal_needs_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let error = training(&folder.path().join("missing/journal")).err().expect("no such folder");
    assert_eq!(error.field, "journal");
}
