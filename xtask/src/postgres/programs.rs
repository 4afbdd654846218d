//! Where PostgreSQL's programs are, and as whom they run.

use std::ffi::OsStr;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use crate::{Result, command, debian};

/// Debian keeps each version's programs off the PATH, in `<version>/bin`.
const DEBIAN: &str = "/usr/lib/postgresql";

pub(crate) struct Programs {
    directory: PathBuf,
    account: Option<Account>,
}

/// PostgreSQL refuses to run as root; its package brings this user.
struct Account {
    uid: u32,
    gid: u32,
}

impl Programs {
    pub(crate) fn find_or_install() -> Result<Self> {
        if directory().is_none() {
            debian::install("postgresql")?;
        }
        let directory = directory().ok_or("Debian's package `postgresql` brought no `initdb`")?;
        let account = if command::is_root()? { Some(Account::postgres()?) } else { None };
        Ok(Self { directory, account })
    }

    /// Where a cluster may live. The user `postgres` cannot enter a TMPDIR of root's own.
    pub(super) fn temporary(&self) -> PathBuf {
        if self.account.is_some() { "/tmp".into() } else { env::temp_dir() }
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.directory.join(program)
    }

    /// One of PostgreSQL's own programs.
    pub(super) fn command(&self, program: &str) -> Command {
        self.as_owner(self.path(program))
    }

    /// Any program, run as the cluster's owner.
    pub(super) fn as_owner(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        // Our own directory may be closed to that user.
        command.current_dir("/");
        if let Some(account) = &self.account {
            command.uid(account.uid).gid(account.gid);
        }
        command
    }

    /// Hands `path` to the cluster's owner.
    pub(super) fn own(&self, path: &Path) -> io::Result<()> {
        let Some(account) = &self.account else { return Ok(()) };
        chown(path, Some(account.uid), Some(account.gid))
    }
}

impl Account {
    fn postgres() -> Result<Self> {
        let number = |flag| -> Result<u32> {
            let printed = command::read(Command::new("id").args([flag, "postgres"])).map_err(|error| {
                format!("PostgreSQL refuses to run as root, and there is no user `postgres`: {error}")
            })?;
            Ok(printed.trim().parse()?)
        };
        Ok(Self { uid: number("-u")?, gid: number("-g")? })
    }
}

fn directory() -> Option<PathBuf> {
    let on_path = command::find("initdb").and_then(|file| file.parent().map(Path::to_path_buf));
    on_path.or_else(|| newest(Path::new(DEBIAN)))
}

fn newest(versions: &Path) -> Option<PathBuf> {
    let version = |path: &PathBuf| path.file_name()?.to_str()?.parse::<u32>().ok();
    let found = fs::read_dir(versions).ok()?.filter_map(|entry| Some(entry.ok()?.path()));
    let newest = found.filter(|path| path.join("bin/initdb").is_file()).max_by_key(version)?;
    Some(newest.join("bin"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_complete_version_is_taken() {
        let debian = tempfile::tempdir().unwrap();
        for version in ["9", "17", "15"] {
            let bin = debian.path().join(version).join("bin");
            fs::create_dir_all(&bin).unwrap();
            fs::write(bin.join("initdb"), "").unwrap();
        }
        fs::create_dir_all(debian.path().join("18/bin")).unwrap();
        assert_eq!(newest(debian.path()), Some(debian.path().join("17/bin")));
        assert_eq!(newest(&debian.path().join("absent")), None);
    }
}
