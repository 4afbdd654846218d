//! Mail on its way out: one letter, one connection to the mail server that was configured.
//!
//! Owns: the transport, its TLS, its time-outs. Never: what a letter says, whom it is for, or whether it is sent.

mod place;

use std::path::Path;
use std::time::{Duration, SystemTime};

use lettre::message::header::ContentType;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use secrecy::ExposeSecret;

pub use lettre::message::Mailbox;
pub use place::{MailPlace, Security, shown};

const CONNECT_TIMEOUT_MS: u64 = 5_000;
/// Longest time one letter may take, from the connection to the server's word, unless configured.
pub const DEFAULT_LETTER_MS: u64 = 10_000;
/// What a mail server says is passed on up to this length.
const MAX_REASON_CHARS: usize = 300;

/// A mail server that takes our letters, and the name they are sent in.
#[derive(Clone, Debug)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    letter_ms: u64,
}

/// Plain text to one person.
#[derive(Clone, Debug)]
pub struct Letter {
    /// Unique, without angle brackets and domain.
    pub id: String,
    pub now_ms: i64,
    pub to: Mailbox,
    pub subject: String,
    pub text: String,
}

/// The address with its name, if it is one that mail can be sent to. A name stays on its line.
pub fn mailbox(name: &str, address: &str) -> Option<Mailbox> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let address: Address = address.parse().ok()?;
    Some(Mailbox::new((!name.is_empty()).then_some(name), address))
}

impl Mailer {
    /// Trusts the authorities in `ca_file`, else the system's. Connects to nobody yet.
    pub fn new(
        place: MailPlace,
        from: Mailbox,
        ca_file: Option<&Path>,
        letter_ms: u64,
    ) -> Result<Self, String> {
        let tls = match place.security {
            Security::Plain => Tls::None,
            Security::StartTls => Tls::Required(tls(&place.host, ca_file)?),
            Security::Tls => Tls::Wrapper(tls(&place.host, ca_file)?),
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(place.host)
            .port(place.port)
            .tls(tls)
            .timeout(Some(Duration::from_millis(CONNECT_TIMEOUT_MS.min(letter_ms))));
        if let Some(hello) = place.hello {
            builder = builder.hello_name(ClientId::Domain(hello));
        }
        if let Some((user, password)) = place.login {
            builder = builder.credentials(Credentials::new(user, password.expose_secret().to_owned()));
        }
        Ok(Self { transport: builder.build(), from, letter_ms })
    }

    /// Hands the letter over. The error says who refused it, or that nobody knows.
    pub async fn send(&self, letter: Letter) -> Result<(), String> {
        let message =
            self.message(letter).map_err(|error| format!("the letter cannot be written: {error}"))?;
        let limit = Duration::from_millis(self.letter_ms);
        match tokio::time::timeout(limit, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(reason(&error)),
            // A server that fell silent after the last dot may have taken it.
            Err(_) => {
                Err(format!("no answer within {} ms; whether it was sent is not known", self.letter_ms))
            }
        }
    }

    fn message(&self, letter: Letter) -> Result<Message, lettre::error::Error> {
        let sent = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(letter.now_ms).unwrap_or(0));
        Message::builder()
            .date(sent)
            .message_id(Some(format!("<{}@{}>", letter.id, self.from.email.domain())))
            .from(self.from.clone())
            .to(letter.to)
            .subject(letter.subject)
            .header(ContentType::TEXT_PLAIN)
            .body(letter.text)
    }
}

/// The server's own words where it spoke; else what went wrong on the way.
fn reason(error: &lettre::transport::smtp::Error) -> String {
    let text = match (error.status(), std::error::Error::source(error)) {
        (Some(code), Some(said)) => format!("the mail server refused: {code} {said}"),
        _ => format!("the mail server could not be used: {error}"),
    };
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(MAX_REASON_CHARS).collect()
}

fn tls(host: &str, ca_file: Option<&Path>) -> Result<TlsParameters, String> {
    let mut builder = TlsParameters::builder(host.to_owned());
    if let Some(path) = ca_file {
        let bad = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let pem = std::fs::read(path).map_err(|error| bad(&error))?;
        let authority = Certificate::from_pem(&pem).map_err(|error| bad(&error))?;
        builder = builder.certificate_store(CertificateStore::None).add_root_certificate(authority);
    }
    builder.build().map_err(|error| error.to_string())
}
