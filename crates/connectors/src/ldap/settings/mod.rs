//! What the `ldap` kind is told: where the directory is, who we are there, and how its entries are read and changed.

mod checks;
mod resolved;

use domain::{Action, Capabilities, Support};
use serde::Deserialize;

pub(super) use self::resolved::Resolved;
use super::profile::Profile;
use crate::outbound::Connection;
use crate::{SettingsError, settings};

/// As written. What is left out is the profile's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub url: String,
    /// `ldap://` only: no operation before TLS.
    pub start_tls: bool,
    /// Lets a password cross the network in the clear.
    pub plaintext: bool,
    pub bind: Bind,
    pub profile: Profile,
    /// Below it everything is looked for: accounts, groups, references.
    pub base: String,
    /// Below it accounts are looked for, where that is less than `base`.
    pub user_base: Option<String>,
    pub user_filter: Option<String>,
    /// What an account is known by, as long as it lives, wherever it is moved to.
    pub id_attribute: Option<String>,
    pub attributes: Fields,
    pub lock: Option<Lock>,
    /// Where whoever is disabled is moved to.
    pub leavers_ou: Option<String>,
    /// The attribute of an entry that keeps where it was before.
    pub former_ou_attribute: Option<String>,
    pub group_attributes: Option<Vec<String>>,
    pub leave_groups: Option<LeaveGroups>,
    /// Attributes of other entries that name the account's entry, and are handed to the successor.
    pub references: Option<Vec<String>>,
    /// Whether entries below that of the account go with it.
    pub delete_children: bool,
    /// Subtrees in which nothing is changed.
    pub protected: Vec<String>,
    /// Entries that fit are not changed.
    pub protected_filter: Option<String>,
    pub connection: Connection,
}

/// Who we are there: a name and a password, or our certificate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Bind {
    pub dn: Option<String>,
    pub password: Option<String>,
    /// SASL EXTERNAL: we are who the certificate of the connection says.
    pub external: bool,
}

/// The attributes that hold what accounts are matched by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Fields {
    pub user_name: Option<String>,
    pub email: Option<String>,
    pub external_id: Option<String>,
}

/// An attribute that says by its value that nobody may sign in with the entry.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    pub attribute: String,
    pub disabled: String,
    /// What it is else; none where the attribute is then missing.
    pub enabled: Option<String>,
}

/// When an entry is taken out of its groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveGroups {
    /// With the cut; a restoration does not bring them back.
    OnDisable,
    OnDelete,
    /// The server does so by itself when the entry goes.
    Never,
}

impl Settings {
    /// Reads and checks a JSON object.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = settings::parse(text)?;
        settings.check()?;
        Ok(settings)
    }

    pub fn capabilities(&self) -> Capabilities {
        let references = self.references.as_ref().is_none_or(|references| !references.is_empty());
        let sessions = match self.profile {
            // Tickets that were handed out live on, and only a person can tell for which services.
            Profile::ActiveDirectory => Support::ByHand,
            _ => Support::Nothing,
        };
        Capabilities::FULL
            .with(Action::EndSessions, sessions)
            .with(Action::Release, Support::Nothing)
            .with(Action::Transfer, if references { Support::Able } else { Support::Nothing })
    }
}
