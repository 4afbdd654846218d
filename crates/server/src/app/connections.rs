//! One connector per platform, as long as it stays declared as it was: so sessions and connections are shared by
//! everything that calls a platform from this process.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use connectors::{Connector, Pace, Place, SettingsError, Vault};
use domain::{Platform, PlatformId, TenantId};

pub struct Connections {
    /// Where `file:` secrets lie.
    secrets: Option<PathBuf>,
    open: Mutex<HashMap<PlatformId, Open>>,
}

struct Open {
    revision: i64,
    connector: Arc<dyn Connector>,
}

impl Connections {
    pub(super) fn new(secrets: Option<PathBuf>) -> Self {
        Self { secrets, open: Mutex::new(HashMap::new()) }
    }

    /// The platform's connector; opened anew, with its secrets read anew, when it was declared anew. A step that was
    /// claimed before that gets the new one as well: what did not fit must not be tried again.
    pub fn to(&self, tenant: TenantId, platform: &Platform) -> Result<Arc<dyn Connector>, SettingsError> {
        if let Some(connector) = self.known(platform) {
            return Ok(connector);
        }
        // Files are read meanwhile: that must hold nobody else up.
        let vault = Vault::new(self.secrets.as_deref(), tenant);
        let place = Place {
            name: &platform.name,
            settings: &platform.settings,
            vault: &vault,
            pace: Pace::per_second(platform.terms.max_per_second),
        };
        let connector = connectors::open(platform.kind, place)?;
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        // Somebody may have been quicker: of two, the one is used that others use already.
        if let Some(known) = open.get(&platform.id).filter(|known| known.revision >= platform.revision) {
            return Ok(Arc::clone(&known.connector));
        }
        let known = Open { revision: platform.revision, connector: Arc::clone(&connector) };
        open.insert(platform.id, known);
        Ok(connector)
    }

    fn known(&self, platform: &Platform) -> Option<Arc<dyn Connector>> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let known = open.get(&platform.id).filter(|known| known.revision >= platform.revision);
        known.map(|known| Arc::clone(&known.connector))
    }
}

#[cfg(test)]
mod tests {
    use domain::{Capabilities, PlatformKind, Terms};

    use super::*;

    fn declared(revision: i64) -> Platform {
        Platform {
            id: PlatformId(2),
            name: "training".to_owned(),
            kind: PlatformKind::Simulated,
            settings: "{}".to_owned(),
            max_in_flight: 8,
            terms: Terms::default(),
            capabilities: Capabilities::FULL,
            revision,
        }
    }

    #[test]
    fn what_was_declared_before_is_not_opened_again() {
        let connections = Connections::new(None);
        let to = |revision| connections.to(TenantId(1), &declared(revision)).expect("a connector");
        let (first, second) = (to(1), to(2));
        assert!(!Arc::ptr_eq(&first, &second), "declared anew");
        assert!(Arc::ptr_eq(&second, &to(1)), "a step of before gets the new one");
        assert!(Arc::ptr_eq(&second, &to(2)), "and it stays");
    }
}
