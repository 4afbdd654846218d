//! From a platform's kind and settings to its connector: the one place that knows every kind.

use std::sync::Arc;

use domain::correlation::{DEFAULT_RULES, Rule, Theirs};
use domain::{Capabilities, PlatformKind};

use crate::appviewx::{self, Appviewx};
use crate::commvault::{self, Commvault};
use crate::http::{self, Http};
use crate::ldap;
use crate::manual::{self, Manual};
use crate::netex::{self, Netex};
use crate::postgres::{self, Postgres};
use crate::scim::{self, Scim};
use crate::simulated::{self, Simulated};
use crate::{Connector, Pace, SettingsError, Vault};

/// What a connector is opened with, besides its kind.
pub struct Place<'a> {
    pub name: &'a str,
    /// JSON, in the kind's own terms.
    pub settings: &'a str,
    pub vault: &'a Vault,
    /// How fast it may be asked; every request takes its turn.
    pub pace: Pace,
}

/// Opens the connector of a platform. Keep one per platform: it holds connections, sessions and, for a simulated
/// platform without a journal, the platform itself.
pub fn open(kind: PlatformKind, place: Place<'_>) -> Result<Arc<dyn Connector>, SettingsError> {
    match kind {
        PlatformKind::Local => Err(no_connector()),
        PlatformKind::Simulated => Ok(Arc::new(Simulated::open(place)?)),
        PlatformKind::Http => Ok(Arc::new(Http::open(place)?)),
        PlatformKind::Commvault => Ok(Arc::new(Commvault::open(place)?)),
        PlatformKind::Netex => Ok(Arc::new(Netex::open(place)?)),
        PlatformKind::Appviewx => Ok(Arc::new(Appviewx::open(place)?)),
        PlatformKind::Scim => Ok(Arc::new(Scim::open(place)?)),
        PlatformKind::Ldap => Ok(Arc::new(ldap::Directory::open(place)?)),
        PlatformKind::Postgres => Ok(Arc::new(Postgres::open(place)?)),
        PlatformKind::Manual => Ok(Arc::new(Manual::open(place)?)),
    }
}

/// What a platform with these settings can do. Reads the settings only: opens and calls nothing.
pub fn check_settings(kind: PlatformKind, settings: &str) -> Result<Capabilities, SettingsError> {
    match kind {
        PlatformKind::Local => Err(no_connector()),
        PlatformKind::Simulated => Ok(simulated::Settings::parse(settings)?.capabilities()),
        PlatformKind::Http => Ok(http::Settings::parse(settings)?.capabilities()),
        PlatformKind::Commvault => {
            commvault::Settings::parse(settings).map(|_| commvault::Settings::capabilities())
        }
        PlatformKind::Netex => netex::Settings::parse(settings).map(|_| netex::Settings::capabilities()),
        PlatformKind::Appviewx => Ok(appviewx::Settings::parse(settings)?.capabilities()),
        PlatformKind::Scim => Ok(scim::Settings::parse(settings)?.capabilities()),
        PlatformKind::Ldap => Ok(ldap::Settings::parse(settings)?.capabilities()),
        PlatformKind::Postgres => {
            postgres::Settings::parse(settings).map(|_| postgres::Settings::capabilities())
        }
        PlatformKind::Manual => Ok(manual::Settings::parse(settings)?.capabilities()),
    }
}

/// What accounts of a platform can be found by.
pub fn fields(kind: PlatformKind, settings: &str) -> Vec<Theirs> {
    match kind {
        PlatformKind::Local | PlatformKind::Simulated | PlatformKind::Manual => Vec::new(),
        PlatformKind::Commvault => vec![Theirs::Id, Theirs::UserName, Theirs::Email],
        // Its search knows login names; whoever it does not show by another value may be there all the same.
        PlatformKind::Appviewx => vec![Theirs::Id, Theirs::UserName],
        PlatformKind::Postgres => vec![Theirs::UserName],
        PlatformKind::Netex | PlatformKind::Scim | PlatformKind::Ldap => Theirs::ALL.to_vec(),
        PlatformKind::Http => {
            http::Settings::parse(settings).map(|settings| settings.fields()).unwrap_or_default()
        }
    }
}

/// How accounts of a platform are matched: as agreed, else by name and address as far as it can be asked for them.
pub fn rules(kind: PlatformKind, settings: &str, agreed: &[Rule]) -> Vec<Rule> {
    if !agreed.is_empty() {
        return agreed.to_vec();
    }
    let known = fields(kind, settings);
    DEFAULT_RULES.into_iter().filter(|rule| known.contains(&rule.theirs)).collect()
}

/// Whether a platform can be asked by these rules.
pub fn check_rules(kind: PlatformKind, settings: &str, agreed: &[Rule]) -> Result<(), SettingsError> {
    let known = fields(kind, settings);
    match agreed.iter().find(|rule| !known.contains(&rule.theirs)) {
        None if !known.is_empty() && rules(kind, settings, agreed).is_empty() => {
            let message =
                "must say how accounts are matched: neither by user_name nor by email can they be found";
            Err(SettingsError::new("match", message))
        }
        None => Ok(()),
        Some(rule) => Err(SettingsError::new("match", format!("{kind} cannot be asked for {rule} here"))),
    }
}

fn no_connector() -> SettingsError {
    SettingsError::new("kind", "local steps run in Exeunt's own transactions")
}
