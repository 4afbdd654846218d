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

    /// The platform's connector; opened anew, with its secrets read anew, when it was declared anew.
    pub fn to(&self, tenant: TenantId, platform: &Platform) -> Result<Arc<dyn Connector>, SettingsError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = open.get(&platform.id).filter(|known| known.revision == platform.revision) {
            return Ok(Arc::clone(&known.connector));
        }
        let vault = Vault::new(self.secrets.as_deref(), tenant);
        let place = Place {
            name: &platform.name,
            settings: &platform.settings,
            vault: &vault,
            pace: Pace::per_second(platform.terms.max_per_second),
        };
        let connector = connectors::open(platform.kind, place)?;
        let known = Open { revision: platform.revision, connector: Arc::clone(&connector) };
        open.insert(platform.id, known);
        Ok(connector)
    }
}
