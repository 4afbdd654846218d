//! The way to a directory: a connection to an address that may be called, TLS as agreed, and the strainer.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ldap3::asn1::{PL, parse_tag, parse_uint};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Url;

use super::said::Said;
use super::settings::Settings;
use super::strainer;
use crate::outbound::{Guard, GuardError};
use crate::{Failure, SettingsError, Vault};

/// The extended request 1.3.6.1.4.1.1466.20037 as message 1. The library's own would take TLS out of our hands.
const START_TLS: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";
const LDAP_PORT: u16 = 389;
const LDAPS_PORT: u16 = 636;

/// Where a directory is, and how it is spoken to.
pub(super) struct Road {
    host: String,
    port: u16,
    security: Security,
    guard: Guard,
    connect_timeout: Duration,
}

enum Security {
    None,
    StartTls(TlsConnector, ServerName<'static>),
    Tls(TlsConnector, ServerName<'static>),
}

/// An open connection: the near end, for the library, of what a carrier passes on.
pub(super) struct Wire {
    pub(super) near: std::os::unix::net::UnixStream,
    /// Why the connection ended, once it has.
    pub(super) ended: Arc<OnceLock<String>>,
    pub(super) carrier: JoinHandle<()>,
}

impl Road {
    pub(super) fn new(settings: &Settings, vault: &Vault) -> Result<Self, SettingsError> {
        let bad = |message: String| SettingsError::new("url", message);
        let url = Url::parse(&settings.url).map_err(|error| bad(error.to_string()))?;
        // IPv6 addresses come in brackets.
        let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned();
        let tls = || {
            let config: ClientConfig = settings.connection.tls(vault)?;
            let name = ServerName::try_from(host.clone()).map_err(|error| bad(error.to_string()))?;
            Ok::<_, SettingsError>((TlsConnector::from(Arc::new(config)), name))
        };
        let (security, port) = match (url.scheme(), settings.start_tls) {
            ("ldaps", _) => tls().map(|(tls, name)| (Security::Tls(tls, name), LDAPS_PORT))?,
            (_, true) => tls().map(|(tls, name)| (Security::StartTls(tls, name), LDAP_PORT))?,
            (_, false) => (Security::None, LDAP_PORT),
        };
        Ok(Self {
            port: url.port().unwrap_or(port),
            host,
            security,
            guard: settings.connection.guard(),
            connect_timeout: settings.connection.connect_timeout(),
        })
    }

    /// Whatever fails here, nothing was asked of the directory.
    pub(super) async fn open(&self) -> Result<Wire, Failure> {
        match timeout(self.connect_timeout, self.connect()).await {
            Ok(wire) => wire,
            Err(_) => Err(self.unreached("no connection in time")),
        }
    }

    async fn connect(&self) -> Result<Wire, Failure> {
        let addresses = self.guard.resolve(&self.host, self.port).await.map_err(|error| match error {
            GuardError::Forbidden { .. } => {
                Failure::Refused(format!("{error}; connection.allow_addresses can name it"))
            }
            other => Failure::Unreached(other.to_string()),
        })?;
        let stream = TcpStream::connect(&*addresses).await.map_err(|error| self.unreached(error))?;
        // Requests are small, and each is waited for.
        stream.set_nodelay(true).map_err(|error| self.unreached(error))?;
        match &self.security {
            Security::None => self.strained(stream),
            Security::Tls(tls, name) => self.encrypted(stream, tls, name).await,
            Security::StartTls(tls, name) => {
                let stream = self.start_tls(stream).await?;
                self.encrypted(stream, tls, name).await
            }
        }
    }

    async fn encrypted(
        &self,
        stream: TcpStream,
        tls: &TlsConnector,
        name: &ServerName<'static>,
    ) -> Result<Wire, Failure> {
        let stream = tls.connect(name.clone(), stream).await;
        self.strained(stream.map_err(|error| self.unreached(format!("TLS: {error}")))?)
    }

    /// Whatever the server sends before TLS besides its answer would be taken for its word afterwards: nothing of
    /// it is kept.
    async fn start_tls(&self, mut stream: TcpStream) -> Result<TcpStream, Failure> {
        stream.write_all(START_TLS).await.map_err(|error| self.unreached(error))?;
        let answer = strainer::message(&mut stream).await.map_err(|error| self.unreached(error))?;
        let answer = answer.ok_or_else(|| self.unreached("it closed the connection instead of StartTLS"))?;
        match result_code(&answer) {
            Some(0) => Ok(stream),
            Some(code) => {
                let text = format!("{}:{}: StartTLS was answered rc={code}", self.host, self.port);
                Err(Said { code, text }.failure())
            }
            None => Err(self.unreached("StartTLS was answered with nonsense")),
        }
    }

    fn strained<S>(&self, stream: S) -> Result<Wire, Failure>
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        let (near, far) = UnixStream::pair().map_err(|error| self.unreached(error))?;
        let near = near.into_std().map_err(|error| self.unreached(error))?;
        let ended = Arc::new(OnceLock::new());
        let carrier = tokio::spawn(carry(stream, far, Arc::clone(&ended)));
        Ok(Wire { near, ended, carrier })
    }

    pub(super) fn unreached(&self, why: impl std::fmt::Display) -> Failure {
        Failure::Unreached(format!("{}:{}: {why}", self.host, self.port))
    }
}

/// Passes on what either side says until one of them ends. Both ends close with it.
async fn carry<S>(platform: S, library: UnixStream, ended: Arc<OnceLock<String>>)
where
    S: AsyncRead + AsyncWrite,
{
    let (mut from_platform, mut to_platform) = tokio::io::split(platform);
    let (mut from_library, mut to_library) = library.into_split();
    let answers = async {
        loop {
            match strainer::message(&mut from_platform).await {
                Ok(Some(message)) => {
                    if to_library.write_all(&message).await.is_err() {
                        return None;
                    }
                }
                Ok(None) => return Some("it closed the connection".to_owned()),
                Err(error) => return Some(error.to_string()),
            }
        }
    };
    let requests = async {
        let carried = tokio::io::copy(&mut from_library, &mut to_platform).await;
        carried.err().map(|error| error.to_string())
    };
    let why = tokio::select! {
        why = answers => why,
        why = requests => why,
    };
    if let Some(why) = why {
        // Nobody else sets it.
        let _ = ended.set(why);
    }
}

/// The result code of a response: message id, then a sequence that begins with it.
fn result_code(message: &[u8]) -> Option<u32> {
    let (_, tag) = parse_tag(message).ok()?;
    let PL::C(parts) = tag.payload else { return None };
    let PL::C(response) = parts.into_iter().nth(1)?.payload else { return None };
    let PL::P(code) = response.into_iter().next()?.payload else { return None };
    u32::try_from(parse_uint(&code).ok()?.1).ok()
}
