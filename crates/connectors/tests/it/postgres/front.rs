//! Stands before the real server, without TLS, and spoils the first change that passes through.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connectors::conformance::Trouble;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use super::ground::server;

/// What a change begins with; the settings of a session are none.
const CHANGES: [&str; 4] = ["ALTER ROLE", "DROP ROLE", "REASSIGN OWNED", "pg_terminate_backend"];
/// A byte; an answer has more than ten.
const DRIP: Duration = Duration::from_millis(300);

pub(crate) struct Front {
    pub(crate) port: u16,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    spoilt: bool,
    /// The changes that the server was sent.
    changes: Vec<String>,
}

impl Front {
    pub(crate) async fn set(trouble: Trouble) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let of_all = Arc::clone(&seen);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let passage = Passage { trouble, seen: Arc::clone(&of_all), answers: Arc::default() };
                tokio::spawn(passage.run(client));
            }
        });
        Self { port, seen }
    }

    /// How many changes with these words the server was sent.
    pub(crate) fn count(&self, words: &str) -> usize {
        let seen = self.seen.lock().expect("no panic");
        seen.changes.iter().filter(|change| change.contains(words)).count()
    }
}

/// What becomes of the server's answers.
#[derive(Clone, Copy, Default, PartialEq)]
enum Answers {
    #[default]
    Pass,
    Lost,
    Silent,
    Drip,
    Garbage,
}

struct Passage {
    trouble: Trouble,
    seen: Arc<Mutex<Seen>>,
    answers: Arc<Mutex<Answers>>,
}

impl Passage {
    /// Ends, and both connections with it, where either side ends or the trouble says so.
    async fn run(self, client: TcpStream) {
        let port = server().get_ports()[0];
        let server = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).await.expect("the server");
        let (from_client, to_client) = client.into_split();
        let (from_server, to_server) = server.into_split();
        let to_client = Arc::new(tokio::sync::Mutex::new(to_client));
        let back = answers(from_server, Arc::clone(&to_client), Arc::clone(&self.answers));
        tokio::select! {
            () = self.asks(from_client, to_server, to_client) => {}
            () = back => {}
        }
    }

    async fn asks(
        &self,
        mut from: OwnedReadHalf,
        mut to: OwnedWriteHalf,
        back: Arc<tokio::sync::Mutex<OwnedWriteHalf>>,
    ) {
        let Some(startup) = message(&mut from, 0).await else { return };
        if self.trouble == Trouble::Unauthorized {
            let _ = back.lock().await.write_all(&no_login()).await;
            return;
        }
        if to.write_all(&startup).await.is_err() {
            return;
        }
        while let Some(asked) = message(&mut from, 1).await {
            match self.reply(&asked) {
                Reply::Forward => {
                    if to.write_all(&asked).await.is_err() {
                        return;
                    }
                }
                Reply::Close => return,
                Reply::Instead(statement) => {
                    if to.write_all(&query(&statement)).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn reply(&self, asked: &[u8]) -> Reply {
        let text = String::from_utf8_lossy(asked);
        if asked[0] != b'Q' || !CHANGES.iter().any(|change| text.contains(change)) {
            return Reply::Forward;
        }
        let mut seen = self.seen.lock().expect("no panic");
        let again = std::mem::replace(&mut seen.spoilt, true);
        let always = matches!(self.trouble, Trouble::Refusal | Trouble::Forbidden | Trouble::Conflict);
        let reply = if again && !always { Reply::Forward } else { self.spoil() };
        if matches!(reply, Reply::Forward) {
            seen.changes.push(text.into_owned());
        }
        reply
    }

    fn spoil(&self) -> Reply {
        // The server says it itself, at its place among its other answers.
        let say = |code, words| {
            let raise = format!("RAISE EXCEPTION USING ERRCODE = '{code}', MESSAGE = '{words}'");
            Reply::Instead(format!("DO $$ BEGIN {raise}; END $$"))
        };
        let later = |answers| {
            *self.answers.lock().expect("no panic") = answers;
            Reply::Forward
        };
        match self.trouble {
            Trouble::AnswerLost => later(Answers::Lost),
            Trouble::Silence => later(Answers::Silent),
            Trouble::Drip => later(Answers::Drip),
            Trouble::Garbage => later(Answers::Garbage),
            Trouble::Closed => Reply::Close,
            Trouble::Refusal => say("0A000", "not supported here"),
            Trouble::Forbidden => say("42501", "permission denied"),
            Trouble::Conflict => say("2BP01", "role cannot be changed because some objects depend on it"),
            Trouble::Busy => say("55P03", "canceling statement due to lock timeout"),
            Trouble::PlatformError => say("XX000", "could not read block 7"),
            Trouble::Nothing | Trouble::Unauthorized | Trouble::WrongCertificate => Reply::Forward,
        }
    }
}

enum Reply {
    Forward,
    Close,
    /// The server is asked this.
    Instead(String),
}

/// The server answers a change once it has made it.
async fn answers(
    mut from: OwnedReadHalf,
    to: Arc<tokio::sync::Mutex<OwnedWriteHalf>>,
    answers: Arc<Mutex<Answers>>,
) {
    let mut bytes = vec![0; 65_536];
    loop {
        let Ok(count @ 1..) = from.read(&mut bytes).await else { return };
        let now = *answers.lock().expect("no panic");
        let mut to = to.lock().await;
        let sent = match now {
            Answers::Pass => to.write_all(&bytes[..count]).await,
            Answers::Lost => return,
            Answers::Silent => Ok(()),
            Answers::Garbage => to.write_all(&[0xff; 64]).await,
            Answers::Drip => {
                let mut sent = Ok(());
                for byte in &bytes[..count] {
                    tokio::time::sleep(DRIP).await;
                    sent = sent.and(to.write_all(&[*byte]).await);
                }
                sent
            }
        };
        if sent.is_err() {
            return;
        }
    }
}

/// A message of the protocol, whose length stands behind a tag of so many bytes.
async fn message(from: &mut OwnedReadHalf, tag: usize) -> Option<Vec<u8>> {
    let mut bytes = vec![0; tag + 4];
    from.read_exact(&mut bytes).await.ok()?;
    let length = i32::from_be_bytes(bytes[tag..].try_into().ok()?);
    bytes.resize(tag + usize::try_from(length).ok()?, 0);
    from.read_exact(&mut bytes[tag + 4..]).await.ok()?;
    Some(bytes)
}

fn query(statement: &str) -> Vec<u8> {
    tagged(b'Q', &format!("{statement}\0"))
}

fn no_login() -> Vec<u8> {
    tagged(b'E', "SFATAL\0VFATAL\0C28P01\0Mpassword authentication failed\0\0")
}

fn tagged(tag: u8, body: &str) -> Vec<u8> {
    let length = i32::try_from(body.len() + 4).expect("short");
    [&[tag][..], &length.to_be_bytes(), body.as_bytes()].concat()
}
