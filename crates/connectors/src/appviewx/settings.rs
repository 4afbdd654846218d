//! What must be known to call an AppViewX, and the limits of it.

use domain::{Action, Capabilities, Support};
use serde::Deserialize;
use url::Url;

use crate::outbound::Connection;
use crate::settings::{credentials, parse, web_address};
use crate::{SettingsError, secret};

const DEFAULT_PREFIX: &str = "/avxapi";
const DEFAULT_SOURCE: &str = "external";
/// Longest of the texts that go into every address.
const MAX_TEXT_CHARS: usize = 200;

/// How access is taken away without a removal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disable {
    /// Rights come through user groups only: without any, nothing may be done.
    UnassignGroups,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// With its port: 31443 on premises, none as a service.
    pub url: String,
    pub prefix: String,
    /// What every call names as where it comes from.
    pub gwsource: String,
    /// The tenant's key, where there are several tenants.
    pub gwkey: Option<String>,
    /// Who signs in.
    pub user_name: Option<String>,
    /// A reference.
    pub password: Option<String>,
    /// Instead of name and password: an OAuth client.
    pub client_id: Option<String>,
    /// A reference.
    pub client_secret: Option<String>,
    /// Somebody who stays: nobody counts as absent unless the search shows this one. Who signs in, unless said.
    pub witness: Option<String>,
    pub disable: Option<Disable>,
    pub connection: Connection,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: String::new(),
            prefix: DEFAULT_PREFIX.to_owned(),
            gwsource: DEFAULT_SOURCE.to_owned(),
            gwkey: None,
            user_name: None,
            password: None,
            client_id: None,
            client_secret: None,
            witness: None,
            disable: None,
            connection: Connection::default(),
        }
    }
}

impl Settings {
    /// Reads and checks a JSON object.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = parse(text)?;
        settings.address()?;
        settings.check_texts()?;
        settings.check_credentials()?;
        settings.connection.check()?;
        Ok(settings)
    }

    pub(super) fn address(&self) -> Result<Url, SettingsError> {
        web_address("url", &self.url)
    }

    fn check_texts(&self) -> Result<(), SettingsError> {
        if !self.prefix.is_empty() && !self.prefix.starts_with('/') {
            return Err(SettingsError::new("prefix", "must begin with /"));
        }
        let texts = [
            ("prefix", Some(&self.prefix), true),
            ("gwsource", Some(&self.gwsource), false),
            ("gwkey", self.gwkey.as_ref(), false),
            ("client_id", self.client_id.as_ref(), false),
            ("witness", self.witness.as_ref(), false),
        ];
        for (field, text, may_be_empty) in texts {
            let Some(text) = text else { continue };
            if text.chars().count() > MAX_TEXT_CHARS || text.is_empty() && !may_be_empty {
                return Err(SettingsError::new(field, format!("must be 1 to {MAX_TEXT_CHARS} characters")));
            }
        }
        Ok(())
    }

    fn check_credentials(&self) -> Result<(), SettingsError> {
        if self.client_id.is_none() && self.client_secret.is_none() {
            return credentials(self.user_name.as_deref(), self.password.as_deref()).map(|_| ());
        }
        if self.user_name.is_some() || self.password.is_some() {
            let message = "stands for user_name and password: give the one or the other";
            return Err(SettingsError::new("client_id", message));
        }
        if self.client_id.is_none() {
            return Err(SettingsError::new("client_id", "is required beside client_secret"));
        }
        let reference = self.client_secret.as_deref();
        let reference = reference.ok_or_else(|| SettingsError::new("client_secret", "is required"))?;
        secret::check("client_secret", reference)?;
        if self.witness.is_none() {
            return Err(SettingsError::new(
                "witness",
                "is required with client_id: the account's own login name",
            ));
        }
        Ok(())
    }

    /// Who the search must show.
    pub(super) fn witness(&self) -> &str {
        self.witness.as_deref().or(self.user_name.as_deref()).unwrap_or_default()
    }

    pub fn capabilities(&self) -> Capabilities {
        let able = Capabilities { delete: Support::Able, ..Capabilities::all(Support::ByHand) };
        let able = able.with(Action::Release, Support::Nothing);
        match self.disable {
            Some(Disable::UnassignGroups) => able.with(Action::Disable, Support::Able),
            None => able,
        }
    }
}
