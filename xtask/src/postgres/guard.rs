//! The end of a cluster, however we end.
//!
//! A shell waits for a pipe that only this process holds. Return, panic, Ctrl-C and SIGKILL all close it,
//! so there is one clean-up and no signal handler. It tries again because an interrupted `initdb` may still
//! be writing.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Stdio};

use super::Programs;
use crate::Result;

const SCRIPT: &str = r#"
cat
"$1" stop --silent --mode=immediate --pgdata "$2/data"
for attempt in 1 2 3 4 5; do rm -rf -- "$2" && break; sleep 1; done
"#;

pub(super) struct Guard(Child);

impl Guard {
    /// Begins to watch over the cluster in `home`, which need not exist yet.
    pub(super) fn of(programs: &Programs, home: &Path) -> Result<Self> {
        let mut shell = programs.as_owner("sh");
        shell.args(["-c", SCRIPT, "guard"]).arg(programs.path("pg_ctl")).arg(home);
        shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        // A group of its own, or Ctrl-C in a terminal would reach the guard too.
        Ok(Self(shell.process_group(0).spawn()?))
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        // `wait` closes the pipe first. A guard that is gone already leaves nothing to wait for.
        let _ = self.0.wait();
    }
}
