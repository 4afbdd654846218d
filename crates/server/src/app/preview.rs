//! What a request would do, before anything is done.

use std::sync::Arc;

use domain::plan::{left_out, reach};
use domain::{Error, Holdings, Plan, Platform, Role, User};
use store::platforms;

use super::load::{Loaded, load};
use super::sight::{MAX_LOOKED_AT, Place};
use super::start::{Planned, check, plan_all};
use super::{App, Caller, Start};

#[derive(Clone, Debug)]
pub struct Preview {
    pub user: User,
    pub plan: Plan,
    pub holdings: Holdings,
    /// By name, where somebody inherits.
    pub heir: Option<String>,
    pub platforms: Arc<[Platform]>,
    /// The accounts elsewhere, as they are there now; empty where `unseen` says why nobody has looked.
    pub places: Vec<Place>,
    pub unseen: Option<String>,
}

impl App {
    /// The plans that [`App::start`] would accept now; the same refusals. The platforms are looked at afterwards, bounded
    /// in time; nothing is changed there or here.
    pub async fn preview(&self, caller: &Caller, start: Start) -> Result<Vec<Preview>, Error> {
        caller.require(Role::Auditor)?;
        check(&start)?;
        let pen = self.pen(caller.tenant, caller.name.clone());
        let (mut previews, held) = self
            .store
            .read(|tx| {
                let loaded = load(tx, pen.tenant, &start)?;
                let planned = plan_all(&loaded, caller, &start, &pen)?;
                let previews: Vec<Preview> =
                    planned.into_iter().map(|planned| preview(&loaded, caller, planned)).collect();
                Ok::<_, Error>((previews, platforms::held(tx, pen.tenant)?))
            })
            .await?;
        if previews.len() <= MAX_LOOKED_AT {
            self.look_around(caller.tenant, &mut previews, &held).await;
        } else {
            let reason = format!("platforms are looked at for at most {MAX_LOOKED_AT} users at once");
            for preview in &mut previews {
                (preview.places, preview.unseen) = (Vec::new(), Some(reason.clone()));
            }
        }
        Ok(previews)
    }
}

fn preview(loaded: &Loaded, caller: &Caller, planned: Planned<'_>) -> Preview {
    let Planned { user, plan, heir } = planned;
    let snapshot = loaded.snapshot(&user.user_name, Some(user), caller);
    let place = |(platform, remote_id): (&Platform, String)| {
        let state = loaded.last_seen(user.id, platform.id, &remote_id);
        Place::unseen(platform.id, remote_id, state, left_out(plan.goal, plan.handover, platform))
    };
    Preview {
        places: reach(&snapshot, user).into_iter().map(place).collect(),
        user: user.clone(),
        plan,
        holdings: loaded.holdings(user.id),
        heir,
        platforms: Arc::clone(&loaded.platforms),
        unseen: None,
    }
}
