//! The way to a platform: TLS, addresses, time-outs and limits, the same for every kind.
//!
//! Owns: the only HTTP client, what an answer's status means, and where connections may go.
//! Never: what is asked, or what an answer's body says.

mod answer;
pub(crate) mod authentication;
mod guard;
mod http;
pub mod loose;
mod session;
mod tls;

use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;

pub use self::answer::{Answer, one_line};
pub use self::guard::{Guard, GuardError};
pub use self::http::HttpClient;
pub use self::session::{SignIn, Signed, refused_sign_in};
pub use self::tls::Identity;
use crate::{SettingsError, Vault, secret};

const DEFAULT_TIMEOUT_MS: u32 = 10_000;
const MAX_TIMEOUT_MS: u32 = 60_000;
const CONNECT_TIMEOUT_MS: u64 = 5_000;
const MAX_ALLOWED_ADDRESSES: usize = 32;

/// How a platform is reached: the table `connection` of its settings.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Connection {
    /// Certificates that are trusted besides the system's: PEM text, or a reference to it.
    pub ca: Option<String>,
    /// Our certificate and its key, as references to PEM text, where the platform asks for one.
    pub client_certificate: Option<String>,
    pub client_key: Option<String>,
    /// Addresses that are not called unless they are named here: link-local ones, and those of metadata services.
    pub allow_addresses: Vec<IpAddr>,
    /// Longest time from a request to the end of its answer.
    pub timeout_ms: Option<u32>,
    /// `false`: no proxy, whatever the environment says.
    pub proxy: Option<bool>,
}

impl Connection {
    /// Whether it could be used; references are not followed.
    pub fn check(&self) -> Result<(), SettingsError> {
        if let Some(ca) = self.ca.as_deref().filter(|ca| !is_pem(ca)) {
            secret::check("connection.ca", ca)?;
        }
        if self.client_certificate.is_some() != self.client_key.is_some() {
            let message = "client_certificate and client_key come together";
            return Err(SettingsError::new("connection.client_key", message));
        }
        for (field, reference) in [
            ("connection.client_certificate", &self.client_certificate),
            ("connection.client_key", &self.client_key),
        ] {
            reference.as_deref().map_or(Ok(()), |reference| secret::check(field, reference))?;
        }
        if self.allow_addresses.len() > MAX_ALLOWED_ADDRESSES {
            let message = format!("must not hold more than {MAX_ALLOWED_ADDRESSES} addresses");
            return Err(SettingsError::new("connection.allow_addresses", message));
        }
        match self.timeout_ms {
            Some(ms) if !(1..=MAX_TIMEOUT_MS).contains(&ms) => {
                let message = format!("must be 1 to {MAX_TIMEOUT_MS}");
                Err(SettingsError::new("connection.timeout_ms", message))
            }
            _ => Ok(()),
        }
    }

    /// The longest time for one exchange.
    pub fn timeout(&self) -> Duration {
        Duration::from_millis(u64::from(self.timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS)))
    }

    /// The longest time for a connection to come about.
    pub fn connect_timeout(&self) -> Duration {
        self.timeout().min(Duration::from_millis(CONNECT_TIMEOUT_MS))
    }

    pub fn guard(&self) -> Guard {
        Guard::new(self.allow_addresses.clone())
    }

    /// TLS with the system's authorities and the platform's own; for every protocol.
    pub fn tls(&self, vault: &Vault) -> Result<rustls::ClientConfig, SettingsError> {
        tls::config(self, vault)
    }
}

fn is_pem(text: &str) -> bool {
    text.trim_start().starts_with("-----BEGIN ")
}
