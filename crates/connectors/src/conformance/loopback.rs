//! Listeners of tests on loopback, with or without TLS, and an HTTP server whose answers a test gives.

use std::future::Future;
use std::io::Result;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::Message;

pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

/// One accepted connection.
pub type Stream = BufStream<Box<dyn Duplex>>;

/// Ends with all its connections when it is dropped.
#[derive(Debug)]
pub struct Loopback {
    pub address: SocketAddr,
    scheme: &'static str,
    _accepting: JoinSet<()>,
}

impl Loopback {
    /// Every connection gets a `serve` of its own.
    pub async fn listen<S, F>(tls: Option<rustls::ServerConfig>, serve: S) -> Self
    where
        S: Fn(Stream) -> F + Send + 'static,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let scheme = if tls.is_some() { "https" } else { "http" };
        let acceptor = tls.map(|config| TlsAcceptor::from(Arc::new(config)));
        let mut accepting = JoinSet::new();
        accepting.spawn(async move {
            // A connection that breaks off is what some test asked for.
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let secured = match acceptor.clone() {
                    None => serve(BufStream::new(Box::new(stream))),
                    Some(acceptor) => match acceptor.accept(stream).await {
                        Ok(stream) => serve(BufStream::new(Box::new(stream))),
                        Err(_) => continue,
                    },
                };
                connections.spawn(secured);
            }
        });
        Self { address, scheme, _accepting: accepting }
    }

    /// Without a slash at the end.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }
}

/// Answers each request as a test says, and remembers what it was asked.
#[derive(Debug)]
pub struct Backend {
    loopback: Loopback,
    asked: Arc<Mutex<Vec<Message>>>,
}

impl Backend {
    pub async fn answering(answer: impl Fn(&Message) -> Message + Send + Sync + 'static) -> Self {
        Self::with_tls(None, answer).await
    }

    pub async fn with_tls(
        tls: Option<rustls::ServerConfig>,
        answer: impl Fn(&Message) -> Message + Send + Sync + 'static,
    ) -> Self {
        let (answer, asked) = (Arc::new(answer), Arc::<Mutex<Vec<Message>>>::default());
        let remembered = asked.clone();
        let serve = move |mut client: Stream| {
            let (answer, asked) = (answer.clone(), remembered.clone());
            async move {
                while let Some(request) = Message::request(&mut client).await? {
                    let answer = answer(&request);
                    asked.lock().expect("no panic").push(request);
                    client.write_all(&answer.bytes("keep-alive")).await?;
                    client.flush().await?;
                }
                Ok(())
            }
        };
        Self { loopback: Loopback::listen(tls, serve).await, asked }
    }

    pub fn address(&self) -> SocketAddr {
        self.loopback.address
    }

    /// Without a slash at the end.
    pub fn url(&self) -> String {
        self.loopback.url()
    }

    /// Every request so far, in their order.
    pub fn asked(&self) -> Vec<Message> {
        self.asked.lock().expect("no panic").clone()
    }
}
