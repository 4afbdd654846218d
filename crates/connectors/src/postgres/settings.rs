//! Where the server is, who we are there, and whom we leave alone.

use std::collections::BTreeSet;

use domain::{Action, Capabilities, Support};
use serde::Deserialize;

use super::quote;
use crate::outbound::Connection;
use crate::{SettingsError, secret, settings};

const MAX_NAMES: usize = 1_000;
const MAX_HOST_BYTES: usize = 253;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// A name or an address. Not a socket: through one, whoever declares platforms would be the server's own user.
    pub host: String,
    pub port: u16,
    /// The database that is always there: roles belong to the whole server, but one must be connected somewhere.
    pub database: String,
    /// Our own role.
    pub user: String,
    /// A reference; needless with a client certificate.
    pub password: Option<String>,
    pub tls: Tls,
    pub connection: Connection,
    /// The only databases that are entered; empty: all.
    pub databases: BTreeSet<String>,
    /// Roles that are never touched.
    pub protect: BTreeSet<String>,
    /// Whether superusers may be touched, and may inherit.
    pub superusers: bool,
    /// The role that inherits where a step names no heir, or a group without a role.
    pub heir: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tls {
    /// With a certificate that somebody has signed whom we trust.
    #[default]
    Verify,
    /// None, which is taken for loopback addresses only.
    OffOnLoopback,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 5432,
            database: "postgres".to_owned(),
            user: String::new(),
            password: None,
            tls: Tls::default(),
            connection: Connection::default(),
            databases: BTreeSet::new(),
            protect: BTreeSet::new(),
            superusers: false,
            heir: None,
        }
    }
}

impl Settings {
    /// Reads and checks a JSON object; references are not followed.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = settings::parse(text)?;
        settings.check()?;
        Ok(settings)
    }

    /// Nothing runs for a role there that could be released.
    pub fn capabilities() -> Capabilities {
        Capabilities::FULL.with(Action::Release, Support::Nothing)
    }

    /// Whether this database may be entered.
    pub(super) fn covers(&self, database: &str) -> bool {
        self.databases.is_empty() || self.databases.contains(database)
    }

    fn check(&self) -> Result<(), SettingsError> {
        let host = &self.host;
        if host.is_empty() || host.len() > MAX_HOST_BYTES || host.contains(['/', '\0', ',', ' ']) {
            return Err(SettingsError::new("host", "must be one name or address"));
        }
        if self.port == 0 {
            return Err(SettingsError::new("port", "must be 1 to 65535"));
        }
        for (field, name) in
            [("user", Some(&self.user)), ("database", Some(&self.database)), ("heir", self.heir.as_ref())]
        {
            if name.is_some_and(|name| !quote::is_possible(name)) {
                return Err(SettingsError::new(field, "must be 1 to 63 bytes without NUL"));
            }
        }
        for (field, names) in [("databases", &self.databases), ("protect", &self.protect)] {
            if names.len() > MAX_NAMES || !names.iter().all(|name| quote::is_possible(name)) {
                let message = format!("must hold at most {MAX_NAMES} names of 1 to 63 bytes without NUL");
                return Err(SettingsError::new(field, message));
            }
        }
        self.connection.check()?;
        match (&self.password, &self.connection.client_certificate) {
            (Some(password), _) => secret::check("password", password),
            (None, Some(_)) if self.tls == Tls::Verify => Ok(()),
            (None, _) => {
                Err(SettingsError::new("password", "is required, unless connection has a client certificate"))
            }
        }
    }
}
