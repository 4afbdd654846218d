//! OpenLDAP's server and programs, which tests start themselves.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{Result, debian};

/// Debian's package for each program that tests run.
const PROGRAMS: [(&str, &str); 2] = [("slapd", "slapd"), ("ldapsearch", "ldap-utils")];
/// Before it, the overlay ppolicy needed a schema of its own.
const OLDEST: (u32, u32) = (2, 5);

pub(crate) fn find_or_install() -> Result {
    for (program, package) in PROGRAMS {
        if find(program).is_none() {
            debian::install(package)?;
        }
    }
    let slapd = find("slapd").ok_or("Debian's package `slapd` brought no `slapd`")?;
    // It prints its version where it would print errors.
    let output = Command::new(&slapd).arg("-VV").output()?;
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    match version(&said) {
        Some(found) if found >= OLDEST => Ok(()),
        _ => {
            let (major, minor) = OLDEST;
            let said = said.lines().next().unwrap_or_default().trim();
            let path = slapd.display();
            Err(format!("please install OpenLDAP {major}.{minor} or newer: {path} is {said:?}").into())
        }
    }
}

/// Servers are often where only root's PATH leads.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let folders = env::split_paths(&path).chain([Path::new("/usr/sbin").to_owned()]);
    folders.map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Of a text like `@(#) $OpenLDAP: slapd 2.5.13+dfsg-5 (…) $`.
fn version(said: &str) -> Option<(u32, u32)> {
    let (_, version) = said.split_once("slapd ")?;
    let mut numbers = version.split(|c: char| !c.is_ascii_digit()).map(str::parse);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read() {
        assert_eq!(version("@(#) $OpenLDAP: slapd 2.5.13+dfsg-5 (Feb  8 2023) $"), Some((2, 5)));
        assert_eq!(version("@(#) $OpenLDAP: slapd  (Oct 15 2026) $"), None);
        assert!(Some((2, 4)) < Some(OLDEST));
    }
}
