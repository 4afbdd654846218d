//! Stands between a server and a platform, and kills the server when a change has been made and its answer is on
//! the way: the moment at which nobody but the platform knows what happened.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What a change in these bytes is known by, if there is one.
pub(super) type IsChange = fn(&[u8]) -> Option<String>;

pub(super) struct Executioner {
    pub(super) address: SocketAddr,
    docket: Arc<Docket>,
}

struct Docket {
    backend: SocketAddr,
    is_change: IsChange,
    /// How often each change went through to the platform.
    seen: Mutex<BTreeMap<String, usize>>,
    victim: Mutex<Option<u32>>,
    struck: Notify,
}

impl Executioner {
    pub(super) async fn before(backend: SocketAddr, is_change: IsChange) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (seen, victim, struck) = (Mutex::default(), Mutex::default(), Notify::new());
        let docket = Arc::new(Docket { backend, is_change, seen, victim, struck });
        let court = Arc::clone(&docket);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(Arc::clone(&court).attend(client));
            }
        });
        Self { address, docket }
    }

    /// The process that dies next.
    pub(super) fn aim(&self, pid: u32) {
        *self.docket.victim.lock().expect("no panic") = Some(pid);
    }

    /// Until it is dead.
    pub(super) async fn struck(&self) {
        self.docket.struck.notified().await;
    }

    /// What was seen until now may be asked for again.
    pub(super) fn forget(&self) {
        self.docket.seen.lock().expect("no panic").clear();
    }

    /// Each change that reached the platform, and how often.
    pub(super) fn changes(&self) -> BTreeMap<String, usize> {
        self.docket.seen.lock().expect("no panic").clone()
    }
}

impl Docket {
    /// Passes bytes on in both directions; the answer to a change that is new is the last thing that is not.
    async fn attend(self: Arc<Self>, mut client: TcpStream) {
        let Ok(mut platform) = TcpStream::connect(self.backend).await else { return };
        let (mut question, mut answer) = ([0; 16 * 1024], [0; 16 * 1024]);
        let mut condemned = false;
        loop {
            tokio::select! {
                read = client.read(&mut question) => {
                    let Ok(length @ 1..) = read else { return };
                    condemned |= self.is_new(&question[..length]);
                    if platform.write_all(&question[..length]).await.is_err() {
                        return;
                    }
                }
                read = platform.read(&mut answer) => {
                    let Ok(length @ 1..) = read else { return };
                    if condemned {
                        self.strike();
                        return;
                    }
                    if client.write_all(&answer[..length]).await.is_err() {
                        return;
                    }
                }
            }
        }
    }

    fn is_new(&self, question: &[u8]) -> bool {
        let Some(change) = (self.is_change)(question) else { return false };
        let mut seen = self.seen.lock().expect("no panic");
        let times = seen.entry(change).or_default();
        *times += 1;
        *times == 1
    }

    fn strike(&self) {
        if let Some(pid) = self.victim.lock().expect("no panic").take() {
            let killed = Command::new("kill").args(["-9", &pid.to_string()]).status();
            assert!(killed.expect("kill").success());
            self.struck.notify_one();
        }
    }
}
