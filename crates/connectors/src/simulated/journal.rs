//! The file that holds a simulated platform: JSON Lines, appended to by every process that uses it.
//!
//! A line counts once its line feed is written. Bytes after the last line feed are what a killed writer
//! left: readers ignore them, the next writer cuts them off. Not synced: it survives its writers, not
//! the machine.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::Path;

use domain::Action;
use serde::{Deserialize, Serialize};

use super::account::heir_text;
use crate::Order;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EntryKind {
    /// An apply call came in.
    Call,
    /// It changed the account.
    Effect,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    pub kind: EntryKind,
    pub action: Action,
    pub account: String,
    /// The idempotency key of the step.
    pub key: String,
    pub attempt: i64,
    /// `user NAME` or `group NAME`, for a transfer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub heir: Option<String>,
    /// The process that wrote the line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
}

impl Entry {
    pub(super) fn new(kind: EntryKind, order: &Order) -> Self {
        Self {
            kind,
            action: order.action,
            account: order.account.clone(),
            key: order.idempotency_key.clone(),
            attempt: order.attempt,
            heir: order.heir.as_ref().map(heir_text),
            pid: Some(std::process::id()),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("line {line}: {source}")]
    Line { line: u64, source: serde_json::Error },
    #[error("it became shorter than it was")]
    Shortened,
}

/// Every complete line, in the order of writing. A journal in use may be read at any time.
pub fn read(path: &Path) -> Result<Vec<Entry>, JournalError> {
    let mut entries = Vec::new();
    Position::default()
        .advance(&mut BufReader::new(File::open(path)?), |entry| entries.push(entry.clone()))?;
    Ok(entries)
}

/// How far a journal has been read: to the end of a complete line.
#[derive(Default)]
struct Position {
    bytes: u64,
    lines: u64,
}

impl Position {
    fn advance(
        &mut self,
        reader: &mut impl BufRead,
        mut add: impl FnMut(&Entry),
    ) -> Result<(), JournalError> {
        let mut line = Vec::new();
        while reader.read_until(b'\n', &mut line)? > 0 && line.ends_with(b"\n") {
            let entry = serde_json::from_slice(&line)
                .map_err(|source| JournalError::Line { line: self.lines + 1, source })?;
            self.pass(&line);
            add(&entry);
            line.clear();
        }
        Ok(())
    }

    fn pass(&mut self, line: &[u8]) {
        self.bytes += line.len() as u64;
        self.lines += 1;
    }
}

pub(super) struct Journal {
    file: File,
    read_to: Position,
}

impl Journal {
    pub(super) fn open(path: &Path) -> Result<Self, JournalError> {
        let file = OpenOptions::new().read(true).append(true).create(true).open(path)?;
        Ok(Self { file, read_to: Position::default() })
    }

    /// Keeps other processes out, and reads what they wrote since the last time.
    pub(super) fn hold(&mut self, add: impl FnMut(&Entry)) -> Result<Held<'_>, JournalError> {
        self.file.lock()?;
        let held = Held { journal: self };
        held.journal.catch_up(add)?;
        Ok(held)
    }

    fn catch_up(&mut self, add: impl FnMut(&Entry)) -> Result<(), JournalError> {
        let length = self.file.metadata()?.len();
        if length < self.read_to.bytes {
            return Err(JournalError::Shortened);
        }
        if length > self.read_to.bytes {
            self.file.seek(SeekFrom::Start(self.read_to.bytes))?;
            self.read_to.advance(&mut BufReader::new(&self.file), add)?;
        }
        Ok(())
    }
}

/// The journal, read to its end and locked until this is dropped.
pub(super) struct Held<'a> {
    journal: &'a mut Journal,
}

impl Held<'_> {
    pub(super) fn append(&mut self, entry: &Entry) -> Result<(), JournalError> {
        let Journal { file, read_to } = &mut *self.journal;
        // Whoever wrote beyond the last complete line is dead: it held this lock.
        if file.metadata()?.len() > read_to.bytes {
            file.set_len(read_to.bytes)?;
        }
        let mut line = serde_json::to_vec(entry).map_err(io::Error::from)?;
        line.push(b'\n');
        file.write_all(&line)?;
        read_to.pass(&line);
        Ok(())
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        // Unlocking an open file that we locked does not fail; were it to, the next `lock` would report it.
        drop(self.journal.file.unlock());
    }
}
