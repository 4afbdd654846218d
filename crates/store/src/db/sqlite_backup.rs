//! A copy of a `SQLite` store while it is in use.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::sqlite::sqlite_error;
use crate::{Error, Result};

/// For a file that only its owner may read: it holds the hashes of passwords. An existing one stays as it is.
pub(super) fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).mode(0o600);
    options
}

/// Writes all of `source` to the new file `target`, which is on the disk when this answers.
pub(super) fn copy(source: &Connection, target: &Path) -> Result<()> {
    let failed = |error: std::io::Error| Error::Backend(format!("{}: {error}", target.display()));
    // Whoever creates the file owns it: an existing backup is never overwritten.
    private().create_new(true).open(target).map_err(failed)?;
    let copied = copy_pages(source, target).and_then(|()| sync(target).map_err(failed));
    if copied.is_err() {
        // Half a backup must not look like one; that it failed is already the answer.
        let _ = std::fs::remove_file(target);
    }
    copied
}

fn copy_pages(source: &Connection, target: &Path) -> Result<()> {
    let mut copy = Connection::open(target).map_err(sqlite_error)?;
    let backup = Backup::new(source, &mut copy).map_err(sqlite_error)?;
    // All pages in one go: readers do not hold up the writer, and small steps would start over at each commit.
    let copied = backup.step(-1).map_err(sqlite_error)?;
    drop(backup);
    if copied != StepResult::Done {
        return Err(Error::Busy("the store is locked, so it was not copied".to_owned()));
    }
    copy.close().map_err(|(_, error)| sqlite_error(error))
}

/// The file, and the folder that names it.
fn sync(target: &Path) -> std::io::Result<()> {
    File::open(target)?.sync_all()?;
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}
