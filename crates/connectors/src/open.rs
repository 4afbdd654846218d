//! From a platform's kind and settings to its connector: the one place that knows every kind.

use std::sync::Arc;

use domain::{Capabilities, PlatformKind};

use crate::simulated::{self, Simulated};
use crate::{Connector, SettingsError};

/// Opens the connector of the platform `name`. Keep one per platform: a simulated platform without
/// a journal lives in it.
pub fn open(kind: PlatformKind, name: &str, settings: &str) -> Result<Arc<dyn Connector>, SettingsError> {
    match kind {
        PlatformKind::Local => Err(no_connector()),
        PlatformKind::Simulated => {
            let simulated = Simulated::open(name, simulated::Settings::parse(settings)?)?;
            Ok(Arc::new(simulated))
        }
    }
}

/// What a platform with these settings can do. Reads the settings only: opens and calls nothing.
pub fn check_settings(kind: PlatformKind, settings: &str) -> Result<Capabilities, SettingsError> {
    match kind {
        PlatformKind::Local => Err(no_connector()),
        PlatformKind::Simulated => Ok(simulated::Settings::parse(settings)?.capabilities()),
    }
}

fn no_connector() -> SettingsError {
    SettingsError::new("kind", "local steps run in Exeunt's own transactions")
}
