//! From a platform's kind and settings to its connector: the one place that knows every kind.

use std::sync::Arc;

use domain::correlation::{DEFAULT_RULES, Rule, Theirs};
use domain::{Capabilities, PlatformKind};

use crate::appviewx::{self, Appviewx};
use crate::commvault::{self, Commvault};
use crate::netex::{self, Netex};
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
        PlatformKind::Commvault => Ok(Arc::new(Commvault::open(place)?)),
        PlatformKind::Netex => Ok(Arc::new(Netex::open(place)?)),
        PlatformKind::Appviewx => Ok(Arc::new(Appviewx::open(place)?)),
        kind => Err(SettingsError::new("kind", format!("{kind} is not there yet"))),
    }
}

/// What a platform with these settings can do. Reads the settings only: opens and calls nothing.
pub fn check_settings(kind: PlatformKind, settings: &str) -> Result<Capabilities, SettingsError> {
    match kind {
        PlatformKind::Local => Err(no_connector()),
        PlatformKind::Simulated => Ok(simulated::Settings::parse(settings)?.capabilities()),
        PlatformKind::Commvault => {
            commvault::Settings::parse(settings).map(|_| commvault::Settings::capabilities())
        }
        PlatformKind::Netex => netex::Settings::parse(settings).map(|_| netex::Settings::capabilities()),
        PlatformKind::Appviewx => Ok(appviewx::Settings::parse(settings)?.capabilities()),
        kind => Err(SettingsError::new("kind", format!("{kind} is not there yet"))),
    }
}

/// What accounts of a kind can be found by.
pub fn fields(kind: PlatformKind) -> &'static [Theirs] {
    match kind {
        PlatformKind::Local | PlatformKind::Simulated | PlatformKind::Manual => &[],
        PlatformKind::Commvault => &[Theirs::Id, Theirs::UserName, Theirs::Email],
        // Its search knows login names; whoever it does not show by another value may be there all the same.
        PlatformKind::Appviewx => &[Theirs::Id, Theirs::UserName],
        PlatformKind::Postgres => &[Theirs::UserName],
        PlatformKind::Netex | PlatformKind::Scim | PlatformKind::Ldap | PlatformKind::Http => Theirs::ALL,
    }
}

/// How accounts of a kind are matched: as agreed, else by name and address as far as the kind knows them.
pub fn rules(kind: PlatformKind, agreed: &[Rule]) -> Vec<Rule> {
    if !agreed.is_empty() {
        return agreed.to_vec();
    }
    DEFAULT_RULES.into_iter().filter(|rule| fields(kind).contains(&rule.theirs)).collect()
}

/// Whether a kind can be asked by these rules.
pub fn check_rules(kind: PlatformKind, agreed: &[Rule]) -> Result<(), SettingsError> {
    let known = fields(kind);
    match agreed.iter().find(|rule| !known.contains(&rule.theirs)) {
        None => Ok(()),
        Some(rule) => Err(SettingsError::new("match", format!("{kind} cannot be asked for {rule}"))),
    }
}

fn no_connector() -> SettingsError {
    SettingsError::new("kind", "local steps run in Exeunt's own transactions")
}
