//! Programs in Python that we did not write, run against the server.
//!
//! They are named by the environment and never skipped: a client that silently did not run proves nothing.

#[path = "../../../connectors/tests/it/python.rs"]
mod programs;

use std::path::PathBuf;
use std::process::Command;

pub(crate) use self::programs::{Server, serve};

const HOME: &str = "EXEUNT_TEST_PYTHON";

/// The interpreter of an environment; `xtask/python/ENVIRONMENT.txt` says what is in it.
pub(crate) fn python(environment: &str) -> Command {
    let home = std::env::var_os(HOME).unwrap_or_else(|| {
        panic!("{HOME} is not set: run `cargo xtask test`, or do as `cargo xtask python` prints")
    });
    let interpreter = PathBuf::from(home).join(environment).join("bin/python");
    assert!(interpreter.exists(), "{} is missing: run `cargo xtask python`", interpreter.display());
    let mut command = Command::new(interpreter);
    // Isolated: neither the machine's settings nor what lies beside a script may get in.
    command.arg("-I");
    command
}

#[test]
fn each_generation_is_the_one_that_its_name_says() {
    let version = "import importlib.metadata as packages, sys; print(packages.version(sys.argv[1]))";
    let environments = [("cvpysdk-11.44", "cvpysdk", "11.44"), ("cvpysdk-11.32.6", "cvpysdk", "11.32.6")];
    for (environment, package, pinned) in environments {
        let output = python(environment).args(["-c", version, package]).output().expect("Python");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), pinned, "{output:?}");
    }
}
