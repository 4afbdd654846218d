//! What stands between the connector and a real directory, passes everything on, counts what changed, and brings
//! trouble.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use connectors::conformance::Trouble;
use tokio::io::AsyncWriteExt;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

use super::messages::Message;

const BIND: u8 = 0x60;
/// Slow enough that an answer does not come to its end within a second.
const DRIP: Duration = Duration::from_millis(150);

#[derive(Clone)]
pub(crate) struct Front {
    pub(crate) port: u16,
    seen: Arc<Mutex<Seen>>,
    /// Ends every connection.
    end: Arc<Notify>,
}

#[derive(Default)]
struct Seen {
    logins: usize,
    /// Changes that the directory has made.
    changes: Vec<Message>,
    troubled: bool,
}

impl Front {
    pub(crate) async fn before(port: u16, trouble: Trouble) -> Self {
        let socket = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
        let front = Self {
            port: socket.local_addr().expect("an address").port(),
            seen: Arc::default(),
            end: Arc::default(),
        };
        let (seen, end) = (Arc::clone(&front.seen), Arc::clone(&front.end));
        tokio::spawn(async move {
            while let Ok((client, _)) = socket.accept().await {
                let server = TcpStream::connect(("127.0.0.1", port)).await.expect("the directory");
                let (seen, end) = (Arc::clone(&seen), Arc::clone(&end));
                tokio::spawn(async move {
                    tokio::select! {
                        () = pass(client, server, trouble, seen) => {}
                        () = end.notified() => {}
                    }
                });
            }
        });
        front
    }

    pub(crate) fn changes(&self) -> Vec<Message> {
        self.seen.lock().expect("a lock").changes.clone()
    }

    pub(crate) fn close_all(&self) {
        self.end.notify_waiters();
    }

    pub(crate) fn logins(&self) -> usize {
        self.seen.lock().expect("a lock").logins
    }
}

/// What befalls a change; most troubles come once.
fn befalls(trouble: Trouble, seen: &Mutex<Seen>) -> Trouble {
    let mut seen = seen.lock().expect("a lock");
    let lasting = matches!(trouble, Trouble::Refusal | Trouble::Forbidden | Trouble::Conflict);
    let first = !std::mem::replace(&mut seen.troubled, true);
    if lasting || first { trouble } else { Trouble::Nothing }
}

async fn pass(client: TcpStream, server: TcpStream, trouble: Trouble, seen: Arc<Mutex<Seen>>) {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    // The changes that are under way, and what becomes of their answers.
    let mut under_way: HashMap<i64, (Message, Trouble)> = HashMap::new();
    loop {
        tokio::select! {
            request = Message::read(&mut from_client) => {
                let Ok(Some(request)) = request else { return };
                if request.kind == BIND {
                    seen.lock().expect("a lock").logins += 1;
                }
                if request.is_change() {
                    let trouble = befalls(trouble, &seen);
                    if trouble == Trouble::Closed {
                        return;
                    }
                    if let Some((code, text)) = answer_instead(trouble) {
                        let _ = to_client.write_all(&request.result(code, text)).await;
                        continue;
                    }
                    under_way.insert(request.id, (request.clone(), trouble));
                }
                if to_server.write_all(&request.bytes).await.is_err() {
                    return;
                }
            }
            answer = Message::read(&mut from_server) => {
                let Ok(Some(answer)) = answer else { return };
                let Some((change, trouble)) = under_way.remove(&answer.id) else {
                    let _ = to_client.write_all(&answer.bytes).await;
                    continue;
                };
                if answer.bytes.windows(3).any(|bytes| bytes == [0x0a, 1, 0]) {
                    seen.lock().expect("a lock").changes.push(change);
                }
                if !passes_answer(trouble, &mut to_client, &answer.bytes).await {
                    return;
                }
            }
        }
    }
}

/// Result codes in the place of the directory's.
fn answer_instead(trouble: Trouble) -> Option<(u8, &'static str)> {
    match trouble {
        Trouble::Refusal => Some((53, "no modifications today")),
        Trouble::Forbidden => Some((50, "no write access to parent")),
        Trouble::Conflict => Some((19, "a constraint says no")),
        Trouble::Busy => Some((51, "come back later")),
        Trouble::PlatformError => Some((80, "internal error")),
        _ => None,
    }
}

/// Whether the connection goes on.
async fn passes_answer(trouble: Trouble, to_client: &mut OwnedWriteHalf, answer: &[u8]) -> bool {
    match trouble {
        Trouble::AnswerLost => return false,
        Trouble::Silence => {}
        Trouble::Garbage => {
            let _ = to_client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
        Trouble::Drip => {
            for byte in answer {
                let _ = to_client.write_all(&[*byte]).await;
                tokio::time::sleep(DRIP).await;
            }
        }
        _ => {
            let _ = to_client.write_all(answer).await;
        }
    }
    true
}
