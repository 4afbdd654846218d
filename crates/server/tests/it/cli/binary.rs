//! The real binary, in a folder of its own, with nothing of our environment.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use exeunt::clock::instant;
use serde_json::Value;
use tempfile::TempDir;

/// Longest time a server may take to start or to stop.
const PATIENCE: Duration = Duration::from_secs(30);

/// Where commands run; the store is `exeunt.db` there.
pub(crate) struct Console {
    folder: TempDir,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Console {
    /// A folder without a store.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// A folder with a store that was served once.
    pub(crate) fn new() -> Self {
        let console = Self::empty();
        console.serve(&["--admin-password", "correct horse"]).stop();
        console
    }

    /// One with users `jsmith`, who owns an alert, and `kjones`, and the platforms that `platforms` declares.
    pub(crate) fn company(platforms: &str) -> Self {
        let console = Self::new();
        console.write("platforms.toml", platforms);
        console.write("users.csv", "user_name\njsmith\nkjones\n");
        console.write("assets.csv", "kind,name,owner_user\nalert,nightly,jsmith\n");
        console.write("accounts.csv", "user,platform,remote_id\njsmith,training,j.smith\n");
        console.run(&["platform", "apply", "platforms.toml"]).done();
        console.run(&["import", "users.csv", "assets.csv", "accounts.csv"]).done();
        console
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("a file");
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_exeunt"));
        command.args(arguments);
        self.at_home(command)
    }

    /// A line for the shell; `$0` is the binary.
    pub(crate) fn through_shell(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line, env!("CARGO_BIN_EXE_exeunt")]);
        self.at_home(command)
    }

    fn at_home(&self, mut command: Command) -> Command {
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("EXEUNT_")) {
            command.env_remove(name);
        }
        command.current_dir(self.folder.path());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments), "")
    }

    /// With something on standard input.
    pub(crate) fn tell(&self, arguments: &[&str], input: &str) -> Ran {
        Ran::of(self.command(arguments), input)
    }

    /// Looks at the latest offboarding of `jsmith` until a step is under way.
    pub(crate) fn until_a_step_runs(&self) {
        let begun = instant();
        let is_running = |step: &Value| step["state"] == "running";
        while begun.elapsed() < PATIENCE {
            let status = self.run(&["status", "jsmith", "--json"]).json();
            if status["steps"].as_array().expect("steps").iter().any(is_running) {
                return;
            }
        }
        panic!("no step was ever under way");
    }

    /// Starts `exeunt serve` on a free port and waits until it listens.
    pub(crate) fn serve(&self, arguments: &[&str]) -> Server {
        let arguments = [&["serve", "--listen", "127.0.0.1:0"], arguments].concat();
        Server::start(self.command(&arguments))
    }
}

impl Ran {
    pub(crate) fn of(mut command: Command, input: &str) -> Self {
        let mut child = command.spawn().expect("the binary");
        // A command that reads nothing may be gone already.
        let _ = child.stdin.take().expect("piped").write_all(input.as_bytes());
        let output = child.wait_with_output().expect("an end");
        let text = |bytes| String::from_utf8(bytes).expect("text");
        Self { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
    }

    /// The answer of a command that must have succeeded.
    #[track_caller]
    pub(crate) fn done(self) -> String {
        assert_eq!(self.code, Some(0), "{self:#?}");
        self.out
    }

    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }
}

/// A command that goes on, `exeunt serve` above all; killed if a test forgets it.
pub(crate) struct Server {
    child: Child,
    out: BufReader<ChildStdout>,
    /// What it said first.
    pub(crate) announced: String,
}

impl Server {
    pub(crate) fn start(mut command: Command) -> Self {
        let mut child = command.spawn().expect("the binary");
        let out = BufReader::new(child.stdout.take().expect("piped"));
        let mut server = Self { child, out, announced: String::new() };
        server.line().trim_end().clone_into(&mut server.announced);
        server
    }

    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell").success());
    }

    /// No file may grow beyond so many bytes from now on.
    pub(crate) fn limit_files_to(&self, bytes: u64) {
        let limit = format!("prlimit --pid {} --fsize={bytes}", self.child.id());
        assert!(Command::new("sh").args(["-c", &limit]).status().expect("a shell").success());
    }

    /// The next line on standard output.
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.out.read_line(&mut line).expect("a line");
        line
    }

    /// Waits for the end: the exit code, and everything on standard error.
    pub(crate) fn end(mut self) -> (Option<i32>, String) {
        let begun = instant();
        let mut rest = String::new();
        self.out.read_to_string(&mut rest).expect("the rest");
        let mut err = String::new();
        self.child.stderr.take().expect("piped").read_to_string(&mut err).expect("text");
        let status = self.child.wait().expect("an end");
        assert!(begun.elapsed() < PATIENCE, "it took {:?} to stop", begun.elapsed());
        (status.code(), err)
    }

    #[track_caller]
    pub(crate) fn stop(self) -> String {
        self.signal("TERM");
        let (code, err) = self.end();
        assert_eq!(code, Some(0), "{err}");
        err
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended by itself where the test went well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
