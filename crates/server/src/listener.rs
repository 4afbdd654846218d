//! One listener, one port, every face on it: plain HTTP, or TLS by rustls.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt;

use crate::faces::{Encrypted, Peer, Stopping};

/// Connections open at once; beyond, newcomers wait to be accepted.
pub const MAX_CONNECTIONS: usize = 4_096;
/// A client must have sent its request's head by then.
const HEAD_TIMEOUT_MS: u64 = 15_000;
const TLS_TIMEOUT_MS: u64 = 10_000;
/// Requests under way get this long when the server stops.
const STOP_MS: u64 = 5_000;

/// Serves until `stop` turns true, then lets requests under way finish, bounded.
pub async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    mut stop: watch::Receiver<bool>,
) {
    let graceful = GracefulShutdown::new();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    while !*stop.borrow() {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.changed() => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, mostly: accepting at once again would only burn a core.
                tracing::warn!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let (tls, watcher) = (tls.clone(), graceful.watcher());
        let entrance = Entrance { router: router.clone(), peer, stop: Stopping(stop.clone()) };
        tokio::spawn(async move {
            connection(stream, tls, entrance, watcher).await;
            drop(place);
        });
    }
    drop(listener);
    if tokio::time::timeout(Duration::from_millis(STOP_MS), graceful.shutdown()).await.is_err() {
        tracing::warn!("stopped with requests under way");
    }
}

/// What a connection's requests are answered by, and what they are told of the connection.
struct Entrance {
    router: Router,
    peer: SocketAddr,
    stop: Stopping,
}

async fn connection(stream: TcpStream, tls: Option<TlsAcceptor>, entrance: Entrance, watcher: Watcher) {
    let peer = entrance.peer;
    // Small answers must not wait for the client's acknowledgment.
    let _ = stream.set_nodelay(true);
    match tls {
        None => exchange(stream, None, entrance, watcher).await,
        Some(acceptor) => {
            let handshake = acceptor.accept(stream);
            match tokio::time::timeout(Duration::from_millis(TLS_TIMEOUT_MS), handshake).await {
                Ok(Ok(stream)) => exchange(stream, Some(Encrypted), entrance, watcher).await,
                Ok(Err(error)) => tracing::debug!(%peer, %error, "TLS was not agreed on"),
                Err(_) => tracing::debug!(%peer, "TLS took too long"),
            }
        }
    }
}

/// A TLS client on a plain port gets hyper's 400 at its first byte, so that it can fall back at once.
async fn exchange<S>(stream: S, encrypted: Option<Encrypted>, entrance: Entrance, watcher: Watcher)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Entrance { router, peer, stop } = entrance;
    let service = router.map_request(move |mut request: Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        request.extensions_mut().insert(stop.clone());
        if let Some(encrypted) = encrypted {
            request.extensions_mut().insert(encrypted);
        }
        request
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(Duration::from_millis(HEAD_TIMEOUT_MS));
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%peer, %error, "a connection ended early");
    }
}

/// TLS from a certificate chain and its key, both PEM.
pub fn tls(certificates: &Path, key: &Path) -> Result<TlsAcceptor, String> {
    let bad = |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let chain: Result<Vec<_>, _> =
        CertificateDer::pem_file_iter(certificates).map_err(|error| bad(certificates, &error))?.collect();
    let chain = chain.map_err(|error| bad(certificates, &error))?;
    let key = PrivateKeyDer::from_pem_file(key).map_err(|error| bad(key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| bad(certificates, &error))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
