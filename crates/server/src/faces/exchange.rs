//! A request as the vendors' faces take it: the target as it was sent, the body read within its limit.

use std::error::Error as _;
use std::net::IpAddr;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, Method};
use domain::Error;
use http_body_util::LengthLimitError;
use tokio::sync::watch;

/// Longest request body, on every face.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;

/// Where a request came from; the listener notes it.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

/// The connection that a request came on is encrypted; the listener notes it.
#[derive(Clone, Copy, Debug)]
pub struct Encrypted;

/// Turns true when the server stops: answers without an end must end then.
#[derive(Clone, Debug)]
pub struct Stopping(pub watch::Receiver<bool>);

/// Reads a body within its limit.
pub(super) async fn read_body(body: Body) -> Result<Bytes, Error> {
    axum::body::to_bytes(body, MAX_BODY_BYTES).await.map_err(|error| {
        if error.source().is_some_and(|cause| cause.is::<LengthLimitError>()) {
            Error::TooMany { what: "the body's size in bytes", limit: MAX_BODY_BYTES }
        } else {
            Error::invalid("body", "ends before its end")
        }
    })
}

pub struct Exchange {
    pub method: Method,
    /// Path and query, undecoded.
    pub target: String,
    pub headers: HeaderMap,
    pub peer: Option<IpAddr>,
    pub encrypted: bool,
    body: Result<Bytes, Error>,
}

impl Exchange {
    /// Nothing if the body ends before its end: then this is no request, and nobody may take a part for the whole.
    pub async fn read(request: Request) -> Option<Self> {
        let (head, body) = request.into_parts();
        let peer = head.extensions.get::<Peer>().map(|peer| peer.0);
        let encrypted = head.extensions.get::<Encrypted>().is_some();
        let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let body = match read_body(body).await {
            Err(error @ Error::TooMany { .. }) => Err(error),
            read => Ok(read.ok()?),
        };
        Some(Self { method: head.method, target, headers: head.headers, peer, encrypted, body })
    }

    /// The body, or why it was not read.
    pub fn body(&self) -> Result<&[u8], Error> {
        self.body.as_deref().map_err(Error::clone)
    }

    /// The path, undecoded.
    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }

    /// The query, undecoded; empty where there is none.
    pub fn query(&self) -> &str {
        self.target.split_once('?').map_or("", |(_, query)| query)
    }

    /// A header's value, where it is readable text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The Host header: it names the tenant at sign-in.
    pub fn host(&self) -> Option<&str> {
        self.header("host").filter(|host| !host.is_empty())
    }
}
