//! What a request would do, before anything is done.

use domain::{Error, Holdings, Plan, Platform, Role, User};

use super::load::load;
use super::start::{Planned, check, plan_all};
use super::{App, Caller, Start};

#[derive(Clone, Debug)]
pub struct Preview {
    pub user: User,
    pub plan: Plan,
    pub holdings: Holdings,
    /// By name, where somebody inherits.
    pub heir: Option<String>,
    pub platforms: Vec<Platform>,
}

impl App {
    /// The plans that [`App::start`] would accept now; the same refusals.
    pub async fn preview(&self, caller: &Caller, start: Start) -> Result<Vec<Preview>, Error> {
        caller.require(Role::Auditor)?;
        check(&start)?;
        let pen = self.pen(caller.tenant, caller.name.clone());
        self.store
            .read(|tx| {
                let loaded = load(tx, pen.tenant, &start)?;
                let planned = plan_all(&loaded, caller, &start, &pen)?;
                let preview = |Planned { user, plan, heir }: Planned<'_>| Preview {
                    user: user.clone(),
                    plan,
                    holdings: loaded.holdings(user.id),
                    heir,
                    platforms: loaded.platforms.to_vec(),
                };
                Ok(planned.into_iter().map(preview).collect())
            })
            .await
    }
}
