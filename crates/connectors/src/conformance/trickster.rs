//! A front before an HTTP/1.1 server of a test that plays it every trick of `Trouble`.
//!
//! It passes requests on, remembers the changes that got through, and misbehaves at the first of them.

use std::io::Result;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpStream;

use super::{Loopback, Message, Stream, Trouble};

/// Between two bytes of an answer that does not come to its end.
const DRIP: Duration = Duration::from_millis(50);

/// A request that changed something, or would have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub method: String,
    /// With its query.
    pub path: String,
    pub body: Vec<u8>,
    /// What the server behind answered.
    pub status: u16,
}

/// Ends with all its connections when it is dropped.
pub struct Trickster {
    loopback: Loopback,
    tricks: Arc<Tricks>,
}

type IsChange = Box<dyn Fn(&str, &str, &[u8]) -> bool + Send + Sync>;

struct Tricks {
    backend: SocketAddr,
    trouble: Trouble,
    is_change: IsChange,
    /// What befalls the first change only has befallen it.
    played: AtomicBool,
    changes: Mutex<Vec<Change>>,
}

impl Trickster {
    /// `is_change` tells by method, path and body which requests change something.
    pub async fn before(
        backend: SocketAddr,
        trouble: Trouble,
        is_change: impl Fn(&str, &str, &[u8]) -> bool + Send + Sync + 'static,
    ) -> Self {
        let (played, changes) = (AtomicBool::new(false), Mutex::default());
        let tricks = Tricks { backend, trouble, is_change: Box::new(is_change), played, changes };
        let tricks = Arc::new(tricks);
        let serving = tricks.clone();
        let serve = move |client| {
            let tricks = serving.clone();
            async move { tricks.serve(client).await }
        };
        let tls = (trouble == Trouble::WrongCertificate).then(self_signed);
        Self { loopback: Loopback::listen(tls, serve).await, tricks }
    }

    /// Where it listens, without a slash at the end.
    pub fn url(&self) -> String {
        self.loopback.url()
    }

    /// The changes that the server behind has taken, in their order.
    pub fn changes(&self) -> Vec<Change> {
        self.tricks.changes.lock().expect("no panic").clone()
    }
}

impl Tricks {
    async fn serve(&self, mut client: Stream) -> Result<()> {
        while let Some(request) = Message::request(&mut client).await? {
            let trouble = self.befalling(&request);
            if trouble == Trouble::Closed {
                return Ok(());
            }
            let answer = match said_instead(trouble) {
                Some(answer) => answer,
                None => self.pass_on(&request).await?,
            };
            match trouble {
                Trouble::AnswerLost => return Ok(()),
                // Until the other side gives up.
                Trouble::Silence => return client.read_to_end(&mut Vec::new()).await.map(|_| ()),
                Trouble::Drip => return drip(&mut client, &answer.bytes("keep-alive")).await,
                Trouble::Garbage => {
                    client.write_all(b"\x16\x03no protocol\r\n\r\n").await?;
                    return client.flush().await;
                }
                _ => client.write_all(&answer.bytes("keep-alive")).await?,
            }
            client.flush().await?;
        }
        Ok(())
    }

    /// What becomes of this request.
    fn befalling(&self, request: &Message) -> Trouble {
        let is_change = self.is_change(request);
        let always = matches!(self.trouble, Trouble::Refusal | Trouble::Forbidden | Trouble::Conflict);
        let strikes = match self.trouble {
            Trouble::Unauthorized => true,
            _ if !is_change => false,
            _ => always || !self.played.swap(true, Ordering::SeqCst),
        };
        if strikes { self.trouble } else { Trouble::Nothing }
    }

    fn is_change(&self, request: &Message) -> bool {
        (self.is_change)(request.word(0), request.word(1), &request.body)
    }

    async fn pass_on(&self, request: &Message) -> Result<Message> {
        let mut backend = BufStream::new(TcpStream::connect(self.backend).await?);
        backend.write_all(&request.bytes("close")).await?;
        backend.flush().await?;
        let answer = Message::answer(&mut backend, request.word(0)).await?;
        let status = answer.word(1).parse().unwrap_or_default();
        if self.is_change(request) && (200..300).contains(&status) {
            let (method, path) = (request.word(0).to_owned(), request.word(1).to_owned());
            let change = Change { method, path, body: request.body.clone(), status };
            self.changes.lock().expect("no panic").push(change);
        }
        Ok(answer)
    }
}

/// The answer that keeps a request from the server behind.
fn said_instead(trouble: Trouble) -> Option<Message> {
    let json = |status, headers: &[(&str, &str)]| {
        let headers = [&[("content-type", "application/json")], headers].concat();
        Message::status(status, &headers, format!(r#"{{"status":{status},"detail":"said the trickster"}}"#))
    };
    Some(match trouble {
        Trouble::Refusal | Trouble::Forbidden => json(403, &[]),
        Trouble::Busy => json(429, &[("retry-after", "1")]),
        Trouble::PlatformError => json(500, &[]),
        Trouble::Unauthorized => json(401, &[("www-authenticate", "Bearer")]),
        Trouble::Conflict => json(409, &[]),
        _ => return None,
    })
}

async fn drip(client: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> Result<()> {
    for byte in bytes {
        client.write_u8(*byte).await?;
        client.flush().await?;
        tokio::time::sleep(DRIP).await;
    }
    Ok(())
}

/// A certificate for this machine that nobody else has signed.
fn self_signed() -> rustls::ServerConfig {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()])
        .expect("a certificate");
    let key = PrivateKeyDer::try_from(own.signing_key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .expect("a key that fits")
}
