//! A mail server that we did not write, and a way to hand it our letters.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Stdio};

use exeunt::mail::{MailPlace, Mailer, mailbox};
use serde_json::Value;

use crate::python::python;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/mail_sink.py");

/// A mail server that we did not write; see its script for what it does with whom.
pub(crate) struct Sink {
    child: Child,
    out: BufReader<ChildStdout>,
    pub(crate) port: u16,
}

impl Sink {
    /// `certificate` is a chain and its key, as files.
    pub(crate) fn start(mode: &str, certificate: Option<[&Path; 2]>) -> Self {
        let mut command = python("aiosmtpd");
        command.arg(SCRIPT).arg(mode).args(certificate.into_iter().flatten());
        let mut child = command.stdout(Stdio::piped()).spawn().expect("a mail server");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut port = String::new();
        out.read_line(&mut port).expect("a port");
        Self { child, out, port: port.trim().parse().expect("a port") }
    }

    /// The next mail that it took.
    pub(crate) fn mail(&mut self) -> Value {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).expect("a mail")
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Hands letters to the mail server at `url`, in the name of `exeunt@example.com`.
pub(crate) fn mailer(url: &str, ca_file: Option<&Path>, mail_ms: u64) -> Mailer {
    let place = MailPlace::parse(url, None).expect("a mail server's URL");
    let from = mailbox("Exeunt", "exeunt@example.com").expect("an address");
    Mailer::new(place, from, ca_file, mail_ms).expect("a mailer")
}
