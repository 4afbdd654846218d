//! What must be known to call a netexCloud tenant, and the limits of it.

use domain::{Action, Capabilities, Support};
use serde::Deserialize;
use url::Url;

use crate::outbound::Connection;
use crate::settings::{parse, web_address};
use crate::{SettingsError, secret};

const DEFAULT_PREFIX: &str = "/integration/ws/management/rest";
const MAX_PREFIX_CHARS: usize = 200;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// `https://TENANT.learningcloud.me`.
    pub url: String,
    /// Where the management section begins.
    pub prefix: String,
    /// A reference to the token that an account shows under "Your account".
    pub token: String,
    /// Whether the notice for the leaver is sent along.
    pub notice: bool,
    /// Whether memberships and seats of a group's administrator are taken away before a deletion.
    pub leave_groups: bool,
    pub connection: Connection,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            url: String::new(),
            prefix: DEFAULT_PREFIX.to_owned(),
            token: String::new(),
            notice: true,
            leave_groups: false,
            connection: Connection::default(),
        }
    }
}

impl Settings {
    /// Reads and checks a JSON object.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = parse(text)?;
        settings.base()?;
        secret::check("token", &settings.token)?;
        settings.connection.check()?;
        Ok(settings)
    }

    /// What the path of every call begins with.
    pub(super) fn base(&self) -> Result<Url, SettingsError> {
        let mut base = web_address("url", &self.url)?;
        let sound = self.prefix.is_empty() || self.prefix.starts_with('/');
        if !sound || self.prefix.chars().count() > MAX_PREFIX_CHARS {
            let message = format!("must begin with / and not exceed {MAX_PREFIX_CHARS} characters");
            return Err(SettingsError::new("prefix", message));
        }
        let path = format!("{}{}", base.path().trim_end_matches('/'), self.prefix.trim_end_matches('/'));
        base.set_path(&path);
        Ok(base)
    }

    pub fn capabilities() -> Capabilities {
        Capabilities::FULL
            .with(Action::EndSessions, Support::ByHand)
            .with(Action::Transfer, Support::ByHand)
            .with(Action::Release, Support::Nothing)
    }
}
