//! How the server is entered: addresses, TLS, our credentials, and the sessions that are kept.

use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Client, Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::session::Session;
use super::settings::{Settings, Tls};
use super::words;
use crate::outbound::{Guard, GuardError};
use crate::{Failure, Pace, Place, SettingsError};

/// Idle sessions take the places of others.
const MAX_IDLE: usize = 2;
const APPLICATION_NAME: &str = "exeunt";

pub(super) struct Door {
    host: String,
    port: u16,
    database: String,
    user: String,
    password: Option<SecretString>,
    /// `None` where there is no TLS, and then only loopback.
    tls: Option<MakeRustlsConnect>,
    guard: Guard,
    limit: Duration,
    connect_limit: Duration,
    pace: Pace,
    idle: Mutex<Vec<Session>>,
    /// Held while somebody signs in. What the server said when it did not take our credentials is never asked again.
    refused: tokio::sync::Mutex<Option<String>>,
}

impl Door {
    pub(super) fn new(settings: &Settings, place: &Place<'_>) -> Result<Self, SettingsError> {
        let reveal = |reference: &String| place.vault.reveal("password", reference);
        let tls = match settings.tls {
            Tls::Verify => Some(MakeRustlsConnect::new(settings.connection.tls(place.vault)?)),
            Tls::OffOnLoopback => None,
        };
        Ok(Self {
            host: settings.host.trim_start_matches('[').trim_end_matches(']').to_owned(),
            port: settings.port,
            database: settings.database.clone(),
            user: settings.user.clone(),
            password: settings.password.as_ref().map(reveal).transpose()?,
            tls,
            guard: settings.connection.guard(),
            limit: settings.connection.timeout(),
            connect_limit: settings.connection.connect_timeout(),
            pace: place.pace.clone(),
            idle: Mutex::default(),
            refused: tokio::sync::Mutex::default(),
        })
    }

    /// A session in the database that is always there.
    pub(super) async fn session(&self) -> Result<Session, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        match idle.filter(|session| !session.is_closed()) {
            Some(session) => Ok(session),
            None => self.enter(&self.database).await,
        }
    }

    /// For whoever comes next. A session in which something failed is not kept.
    pub(super) fn keep(&self, session: Session) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MAX_IDLE {
            idle.push(session);
        }
    }

    /// A new session, in any database.
    pub(super) async fn enter(&self, database: &str) -> Result<Session, Failure> {
        let place = format!("{}:{}, database {database}", self.host, self.port);
        match tokio::time::timeout(self.connect_limit, self.sign_in(&place, database)).await {
            Ok(client) => Session::begin(client?, database, self.limit, self.pace.clone()).await,
            Err(_) => Err(Failure::Unreached(format!("{place}: no session in time"))),
        }
    }

    async fn sign_in(&self, place: &str, database: &str) -> Result<Client, Failure> {
        let mut refused = self.refused.lock().await;
        if let Some(text) = &*refused {
            return Err(Failure::Credentials(text.clone()));
        }
        let addresses = self.addresses().await?;
        self.pace.turn().await;
        let error = match self.connect(&self.config(database, &addresses)).await {
            Ok(client) => return Ok(client),
            Err(error) => error,
        };
        match words::of_login(place, &error) {
            // Let in elsewhere: it is this database that is closed to us, and others may not be.
            Failure::Credentials(text) if database != self.database && !words::is_wrong_password(&error) => {
                Err(Failure::Refused(text))
            }
            Failure::Credentials(text) => {
                *refused = Some(text.clone());
                Err(Failure::Credentials(text))
            }
            failure => Err(failure),
        }
    }

    async fn addresses(&self) -> Result<Vec<SocketAddr>, Failure> {
        let found = self.guard.resolve(&self.host, self.port).await.map_err(|error| match error {
            GuardError::Forbidden { .. } => Failure::Refused(error.to_string()),
            _ => Failure::Unreached(error.to_string()),
        })?;
        match found.iter().find(|address| self.tls.is_none() && !address.ip().is_loopback()) {
            None => Ok(found),
            Some(address) => {
                let text =
                    format!("tls is off_on_loopback, and {} ({}) is not loopback", self.host, address.ip());
                Err(Failure::Refused(text))
            }
        }
    }

    fn config(&self, database: &str, addresses: &[SocketAddr]) -> Config {
        let mut config = Config::new();
        let ssl = if self.tls.is_some() { SslMode::Require } else { SslMode::Disable };
        config.user(&self.user).dbname(database).application_name(APPLICATION_NAME).ssl_mode(ssl);
        for address in addresses {
            // The name is what the certificate must show.
            config.host(&self.host).hostaddr(address.ip()).port(self.port);
        }
        if let Some(password) = &self.password {
            config.password(password.expose_secret());
        }
        config
    }

    /// A connection works as long as its client is there, and ends with it.
    async fn connect(&self, config: &Config) -> Result<Client, tokio_postgres::Error> {
        if let Some(tls) = &self.tls {
            let (client, connection) = config.connect(tls.clone()).await?;
            tokio::spawn(connection);
            Ok(client)
        } else {
            let (client, connection) = config.connect(NoTls).await?;
            tokio::spawn(connection);
            Ok(client)
        }
    }
}
