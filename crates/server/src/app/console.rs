//! Whoever can open the store itself: the command line next to it, and first start.

use domain::{Error, Role};
use secrecy::SecretString;
use store::tenants;

use super::sign_in::DEFAULT_TENANT;
use super::{App, Caller, Credential};

impl App {
    /// The caller for the command line on this store, in the named tenant.
    pub async fn console(&self, tenant: Option<&str>) -> Result<Caller, Error> {
        let name = tenant.unwrap_or(DEFAULT_TENANT);
        let found = self.store.read(|tx| Ok::<_, Error>(tenants::by_name(tx, name)?)).await?;
        let tenant = found.ok_or_else(|| Error::not_found("tenant", name))?;
        Ok(console_of(tenant.id))
    }

    /// Makes the default tenant where there is none yet. `password` is asked for only then.
    pub async fn ensure_default_tenant(
        &self,
        password: impl FnOnce() -> SecretString,
    ) -> Result<bool, Error> {
        let found = self.store.read(|tx| Ok::<_, Error>(tenants::by_name(tx, DEFAULT_TENANT)?)).await?;
        if found.is_some() {
            return Ok(false);
        }
        let console = console_of(domain::TenantId(0));
        self.add_tenant(&console, DEFAULT_TENANT, None, &password()).await?;
        Ok(true)
    }
}

fn console_of(tenant: domain::TenantId) -> Caller {
    Caller {
        tenant,
        user: None,
        name: "console".to_owned(),
        role: Role::Admin,
        credential: Credential::Console,
    }
}
