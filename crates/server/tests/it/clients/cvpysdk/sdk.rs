//! The client in a process of its own, told what to do line by line.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::{Value, json};

use crate::fixture::PASSWORD;
use crate::python::python;
use crate::served::Served;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clients/cvpysdk/sdk.py");
/// Longest time that one call may take: a client that waits for a time-out of its own must fail the test.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct Sdk {
    child: Child,
    answers: Receiver<String>,
    host: String,
}

impl Sdk {
    pub(super) fn of(generation: &str, served: &Served) -> Self {
        let mut command = python(generation);
        command.arg(SCRIPT).stdin(Stdio::piped()).stdout(Stdio::piped());
        // No proxy of this machine between a client and a server that are both on it.
        command.env("NO_PROXY", "127.0.0.1");
        let mut child = command.spawn().expect("the client");
        let (sender, answers) = channel();
        let output = BufReader::new(child.stdout.take().expect("piped"));
        std::thread::spawn(move || {
            output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line))
        });
        Self { child, answers, host: served.address.to_string() }
    }

    /// Signed in as the administrator; what happened until then is forgotten.
    pub(super) async fn of_admin(generation: &str, served: &Served) -> Self {
        let mut sdk = Self::of(generation, served);
        sdk.log_in("admin");
        served.asked();
        served.logged().await;
        sdk
    }

    /// Calls a function of the script: what it answers, or the text of what it raised.
    pub(super) fn call(&mut self, name: &str, arguments: &Value) -> Result<Value, String> {
        tokio::task::block_in_place(|| {
            let mut input = self.child.stdin.as_ref().expect("piped");
            writeln!(input, "{}", json!([name, arguments])).expect("it listens");
            let answer = self.answers.recv_timeout(PATIENCE);
            let answer = answer.unwrap_or_else(|error| panic!("{name} {arguments}: {error}"));
            let mut answer: Value = serde_json::from_str(&answer).expect("JSON");
            match answer["error"].take() {
                Value::String(error) => Err(error),
                _ => Ok(answer["result"].take()),
            }
        })
    }

    #[track_caller]
    pub(super) fn does(&mut self, name: &str, arguments: &Value) -> Value {
        self.call(name, arguments).unwrap_or_else(|error| panic!("{name} {arguments}: {error}"))
    }

    #[track_caller]
    pub(super) fn fails(&mut self, name: &str, arguments: &Value) -> String {
        self.call(name, arguments).expect_err("it must not succeed")
    }

    /// Over plain HTTP, by host and port only, as most scripts do.
    pub(super) fn log_in(&mut self, user: &str) {
        let arguments = json!({"host": self.host, "user": user, "password": PASSWORD});
        assert_eq!(self.does("log_in", &arguments), user);
    }
}

impl Drop for Sdk {
    fn drop(&mut self) {
        // It has ended by itself where its input was closed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
