//! What a fresh Debian machine lacks.

use std::process::Command;

use crate::Result;
use crate::command::{find, is_root, run};

/// Installs Debian's `package`, or says plainly who must.
pub(crate) fn install(package: &str) -> Result {
    let root = is_root()?;
    if find("apt-get").is_none() || !(root || find("sudo").is_some()) {
        let how = "there is no `apt-get` here that may be used (as root or by `sudo`)";
        return Err(format!("please install {package}, e.g. Debian's package `{package}`: {how}").into());
    }
    let apt = |arguments: &[&str]| {
        // `env` because sudo drops our environment.
        let as_root: &[&str] = if root { &["env"] } else { &["sudo", "env"] };
        let mut command = Command::new(as_root[0]);
        command.args(&as_root[1..]).args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--quiet"]);
        run(command.args(arguments))
    };
    apt(&["update"])?;
    apt(&["install", "--yes", "--no-install-recommends", package])
}
