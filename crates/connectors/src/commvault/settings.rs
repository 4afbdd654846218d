//! What must be known to call a CommCell, and the limits of it.

use domain::{Action, Capabilities, Support};
use serde::Deserialize;
use url::Url;

use crate::outbound::Connection;
use crate::settings::{credentials, parse, web_address};
use crate::{SettingsError, secret};

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// With a path: the root of its API. Without: the usual roots are tried.
    pub url: String,
    /// Who signs in.
    pub user_name: Option<String>,
    /// A reference.
    pub password: Option<String>,
    /// Instead of name and password: a reference to an access token, which goes out as it is.
    pub token: Option<String>,
    pub connection: Connection,
}

impl Settings {
    /// Reads and checks a JSON object.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = parse(text)?;
        settings.address()?;
        match &settings.token {
            Some(_) if settings.user_name.is_some() || settings.password.is_some() => {
                let message = "stands for user_name and password: give the one or the others";
                return Err(SettingsError::new("token", message));
            }
            Some(token) => secret::check("token", token)?,
            None => _ = credentials(settings.user_name.as_deref(), settings.password.as_deref())?,
        }
        settings.connection.check()?;
        Ok(settings)
    }

    pub fn address(&self) -> Result<Url, SettingsError> {
        web_address("url", &self.url)
    }

    pub fn capabilities() -> Capabilities {
        Capabilities::FULL
            .with(Action::Transfer, Support::WithDelete)
            .with(Action::EndSessions, Support::ByHand)
    }
}
