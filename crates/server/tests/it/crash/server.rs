//! `exeunt serve` as a process of its own.

use std::io::{self, BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use store::StoreUrl;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::home::Home;

/// Much shorter than by default, so that what a dead server held is soon given back; and long enough for a
/// machine that is busy with other tests.
const LEASE_MS: &str = "3000";
const ATTEMPT_MS: &str = "1500";
const POLL_MS: &str = "50";
/// Longest wait for a line that must come.
const PATIENCE: Duration = Duration::from_mins(1);

pub(super) struct Server {
    child: Child,
    /// Both outputs, line by line.
    lines: Receiver<String>,
    /// Where it listens, as `HOST:PORT`.
    pub(super) address: String,
}

impl Server {
    pub(super) fn start(home: &Home) -> Self {
        Self::spawn(home, None)
    }

    /// One that stands still at a point of [`exeunt::halt::POINTS`], given as `POINT:N`.
    pub(super) fn halting_at(home: &Home, point: &str) -> Self {
        Self::spawn(home, Some(point))
    }

    fn spawn(home: &Home, halt_at: Option<&str>) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_exeunt"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--store", &address(&home.url)]);
        // Secrets of platforms lie in the home of whoever has platforms.
        command.arg("--secrets").arg(home.folder());
        command.args(["--lease-ms", LEASE_MS, "--attempt-ms", ATTEMPT_MS, "--poll-ms", POLL_MS]);
        // Settings of whoever runs the tests are none of the server's business.
        command.env_clear().envs(halt_at.map(|point| ("EXEUNT_HALT_AT", point)));
        command.current_dir(home.folder()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("a server");
        let (sender, lines) = channel();
        forward(child.stdout.take().expect("its output"), sender.clone());
        forward(child.stderr.take().expect("its errors"), sender);
        let mut server = Self { child, lines, address: String::new() };
        server.address = server.wait_for("listening on http://");
        server
    }

    pub(super) fn wait_for_halt(&self, point: &str) {
        self.wait_for(&format!("halted at {point}"));
    }

    /// Answers the rest of the line that begins so.
    fn wait_for(&self, beginning: &str) -> String {
        let mut seen = Vec::new();
        tokio::task::block_in_place(|| {
            while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
                if let Some(rest) = line.strip_prefix(beginning) {
                    return rest.to_owned();
                }
                seen.push(line);
            }
            panic!("the server does not say {beginning:?}, but: {seen:#?}");
        })
    }

    /// SIGKILL: no chance to finish anything.
    pub(super) fn kill(mut self) {
        self.child.kill().expect("it was alive");
        self.child.wait().expect("it is dead");
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Somebody else has killed it.
    pub(super) fn bury(mut self) {
        self.child.wait().expect("it is dead");
    }

    /// SIGTERM: it ends by itself, in order.
    pub(super) fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(&pid).status().expect("kill").success());
        let status = self.child.wait().expect("it ends");
        let lines: Vec<String> = self.lines.iter().collect();
        assert!(status.success(), "{status}: {lines:#?}");
    }
}

/// A test that fails leaves no server behind.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn forward(output: impl Read + Send + 'static, lines: Sender<String>) {
    std::thread::spawn(move || {
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            // Nobody listens any more.
            let _ = lines.send(line);
        }
    });
}

/// The whole answer to a request without a body; an error if the server dies first.
pub(super) async fn ask(server: &str, method: &str, target: &str, token: &str) -> io::Result<String> {
    let mut stream = TcpStream::connect(server).await?;
    let head = format!(
        "{method} {target} HTTP/1.1\r\nHost: {server}\r\nAuthtoken: {token}\r\n\
         Accept: application/json\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

fn address(url: &StoreUrl) -> String {
    match url {
        StoreUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        StoreUrl::Postgres(url) => url.clone(),
    }
}
