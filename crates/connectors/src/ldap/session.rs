//! One connection to a directory, on which we have said who we are.
//!
//! Owns: the login, which is done once and remembered where it is refused, and what is done with a connection that
//! broke. Never: what is asked.

use std::future::Future;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use ldap3::{Ldap, LdapConnAsync, LdapConnSettings, LdapError, StdStream};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Mutex;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use url::Url;

use super::said::Said;
use super::settings::Settings;
use super::wire::Road;
use crate::{Failure, Pace, SettingsError, Vault};

/// Who we are.
enum Credentials {
    Simple { dn: String, password: SecretString },
    External,
}

/// The way to a directory's operations.
pub(super) struct Door {
    road: Road,
    credentials: Credentials,
    pace: Pace,
    timeout: Duration,
    /// Held while one is opened, so that there is one login at a time.
    current: Mutex<Option<Arc<Session>>>,
    /// Why our credentials were not taken. No second try: a directory locks whoever errs too often.
    refused: OnceLock<String>,
}

pub(super) struct Session {
    ldap: Ldap,
    ended: Arc<OnceLock<String>>,
    broken: AtomicBool,
    /// A server keeps the place in one paged search for each connection.
    pub(super) paging: Mutex<()>,
    _carrier: Ends<()>,
    _driver: Ends<()>,
}

/// What runs for as long as somebody holds this.
struct Ends<T>(JoinHandle<T>);

impl<T> Drop for Ends<T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// An operation under way. Dropped before it has landed, it takes the connection with it: whoever gave up waiting
/// must not leave a dead one to the next.
struct Flight<'a> {
    session: &'a Session,
    landed: bool,
}

impl Drop for Flight<'_> {
    fn drop(&mut self) {
        if !self.landed {
            self.session.broken.store(true, Ordering::Relaxed);
        }
    }
}

impl Door {
    pub(super) fn new(settings: &Settings, vault: &Vault, pace: Pace) -> Result<Self, SettingsError> {
        let credentials = match (&settings.bind.dn, &settings.bind.password) {
            (Some(dn), Some(password)) => {
                let password = vault.reveal("bind.password", password)?;
                Credentials::Simple { dn: dn.clone(), password }
            }
            _ => Credentials::External,
        };
        Ok(Self {
            road: Road::new(settings, vault)?,
            credentials,
            pace,
            timeout: settings.connection.timeout(),
            current: Mutex::default(),
            refused: OnceLock::new(),
        })
    }

    /// What everybody shares.
    pub(super) async fn session(&self) -> Result<Arc<Session>, Failure> {
        let mut current = self.current.lock().await;
        if let Some(session) = current.as_ref().filter(|session| session.is_well()) {
            return Ok(Arc::clone(session));
        }
        *current = None;
        let session = Arc::new(self.login().await?);
        *current = Some(Arc::clone(&session));
        Ok(session)
    }

    /// One of its own, for what keeps its place on a connection from call to call.
    pub(super) async fn own_session(&self) -> Result<Arc<Session>, Failure> {
        let _one_login_at_a_time = self.current.lock().await;
        self.login().await.map(Arc::new)
    }

    async fn login(&self) -> Result<Session, Failure> {
        if let Some(reason) = self.refused.get() {
            return Err(Failure::Credentials(reason.clone()));
        }
        let session = self.connect().await?;
        let (asked, bound) = match &self.credentials {
            Credentials::Simple { dn, password } => {
                let (dn, password) = (dn.clone(), password.clone());
                let asked = format!("the login as {dn}");
                let bind = move |mut ldap: Ldap| async move {
                    ldap.simple_bind(&dn, password.expose_secret()).await
                };
                let bound = self.run(&session, &asked, bind).await;
                (asked, bound)
            }
            Credentials::External => {
                let asked = "the login by certificate".to_owned();
                let bind = |mut ldap: Ldap| async move { ldap.sasl_external_bind().await };
                let bound = self.run(&session, &asked, bind).await;
                (asked, bound)
            }
        };
        match bound {
            // Whatever was to be asked after it was not sent.
            Err(Failure::Unheard(reason)) => Err(Failure::Unreached(reason)),
            Err(failure) => Err(failure),
            Ok(result) => match Said::of(&asked, &result).map(Said::of_bind) {
                None => Ok(session),
                Some(Failure::Credentials(reason)) => {
                    Err(Failure::Credentials(self.refused.get_or_init(|| reason).clone()))
                }
                Some(failure) => Err(failure),
            },
        }
    }

    async fn connect(&self) -> Result<Session, Failure> {
        let wire = self.road.open().await?;
        let carrier = Ends(wire.carrier);
        let settings = LdapConnSettings::new().set_std_stream(StdStream::Unix(wire.near));
        let near = Url::parse("ldapi:///").map_err(|error| self.road.unreached(error))?;
        let opened = LdapConnAsync::from_url_with_settings(settings, &near).await;
        let (connection, ldap) = opened.map_err(|error| self.road.unreached(error))?;
        let driver = tokio::spawn(async move {
            // Whoever waits for an answer learns that none will come; why, the carrier says.
            let _ = connection.drive().await;
        });
        Ok(Session {
            ldap,
            ended: wire.ended,
            broken: AtomicBool::new(false),
            paging: Mutex::default(),
            _carrier: carrier,
            _driver: Ends(driver),
        })
    }

    /// One operation, in its turn and within its time.
    ///
    /// It runs by itself, because the library panics on answers that are LDAP but make no sense.
    pub(super) async fn run<T, F, O>(
        &self,
        session: &Session,
        asked: &str,
        operation: O,
    ) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Future<Output = ldap3::result::Result<T>> + Send + 'static,
        O: FnOnce(Ldap) -> F,
    {
        self.pace.turn().await;
        let mut flight = Flight { session, landed: false };
        let mut running = Ends(tokio::spawn(operation(session.ldap.clone())));
        let why = match timeout(self.timeout, &mut running.0).await {
            Ok(Ok(Ok(value))) => {
                flight.landed = true;
                return Ok(value);
            }
            // The library's task had ended, and took nothing more.
            Ok(Ok(Err(LdapError::OpSend { .. }))) => {
                return Err(Failure::Unreached(format!("{asked}: {}", session.end())));
            }
            Ok(Ok(Err(LdapError::FilterParsing))) => {
                flight.landed = true;
                return Err(Failure::Refused(format!("{asked}: the filter makes no sense")));
            }
            Ok(Ok(Err(_))) => session.end(),
            Ok(Err(_)) => "the answer makes no sense",
            Err(_) => "no answer in time",
        };
        Err(Failure::Unheard(format!("{asked}: {why}")))
    }

    pub(super) fn time_limit_s(&self) -> i32 {
        i32::try_from(self.timeout.as_secs().max(1)).unwrap_or(i32::MAX)
    }
}

impl Session {
    fn is_well(&self) -> bool {
        !self.broken.load(Ordering::Relaxed) && !self.ldap.clone().is_closed()
    }

    /// Not to be used again: it said that it is in trouble.
    pub(super) fn give_up(&self) {
        self.broken.store(true, Ordering::Relaxed);
    }

    fn end(&self) -> &str {
        self.ended.get().map_or("the connection ended", String::as_str)
    }
}
