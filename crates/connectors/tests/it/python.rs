//! Programs in Python that we did not write, run for a test to speak to.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

const HOME: &str = "EXEUNT_TEST_PYTHON";

/// A server on loopback; it ends with this process, whatever becomes of it.
pub(crate) struct Server {
    pub(crate) port: u16,
    /// It runs as long as its standard input is open.
    _child: Child,
    /// Kept open, so that it may say more.
    _said: BufReader<ChildStdout>,
}

/// Runs `script`, a path from this folder (also where another crate's tests borrow it), in an environment that `xtask/python/ENVIRONMENT.txt` describes. Its first
/// line says `port N`.
pub(crate) fn serve(environment: &str, script: &str, arguments: &[&str]) -> Server {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../connectors/tests/it").join(script);
    // Isolated: neither the machine's settings nor what lies beside a script may get in.
    let mut child = Command::new(interpreter(environment))
        .arg("-I")
        .arg(script)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("Python");
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.take().expect("its output"));
    said.read_line(&mut line).expect("its first line");
    let port = line.trim().strip_prefix("port ").and_then(|port| port.parse().ok());
    let port = port.unwrap_or_else(|| panic!("{environment} did not start: it said {line:?}"));
    Server { port, _child: child, _said: said }
}

fn interpreter(environment: &str) -> PathBuf {
    let home = std::env::var_os(HOME).unwrap_or_else(|| {
        panic!("{HOME} is not set: run `cargo xtask test`, or do as `cargo xtask python` prints")
    });
    let interpreter = PathBuf::from(home).join(environment).join("bin/python");
    assert!(interpreter.exists(), "{} is missing: run `cargo xtask python`", interpreter.display());
    interpreter
}
