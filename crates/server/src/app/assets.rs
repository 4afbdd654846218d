//! What is owned, to look at.

use domain::{Asset, AssetId, Error, Role};
use store::assets;

use super::offboardings::one_more;
use super::{App, Caller, Page, UserRef};

impl App {
    pub async fn assets(&self, caller: &Caller, after: AssetId, limit: usize) -> Result<Page<Asset>, Error> {
        caller.require(Role::Auditor)?;
        let rows = one_more(limit)?;
        let found =
            self.store.read(|tx| Ok::<_, Error>(assets::list(tx, caller.tenant, after, rows)?)).await?;
        Ok(Page::cut(found, limit))
    }

    /// The first assets of a user, by kind.
    pub async fn assets_of(
        &self,
        caller: &Caller,
        user: &UserRef,
        limit: usize,
    ) -> Result<Page<Asset>, Error> {
        caller.require(Role::Auditor)?;
        let rows = one_more(limit)?;
        let found = self
            .store
            .read(|tx| {
                let owner = user.find(tx, caller.tenant)?;
                let owner = owner.ok_or_else(|| Error::not_found("user", user.shown()))?;
                Ok::<_, Error>(assets::of_user(tx, caller.tenant, owner.id, rows)?)
            })
            .await?;
        Ok(Page::cut(found, limit))
    }
}
