//! Looks at platforms for a plan: is the account there, may it sign in, what does it own? Never changes anything.
//!
//! Each platform is looked at by one after the other of its accounts, several platforms at once, all of it bounded in
//! time: what was not seen by then is said to be unseen.

use std::collections::BTreeMap;
use std::time::Duration;

use connectors::{Connector, Failure, Owned, Sought, seek};
use domain::correlation::{Rule, Theirs};
use domain::platform::is_sought;
use domain::{AccountState, Action, Identity, Platform, PlatformId, RemoteAccount, Support, TenantId};
use futures_util::{StreamExt, stream};
use tokio::time::{Instant, timeout_at};

use super::{App, Preview};

/// Most users for whom one plan looks at platforms.
pub(super) const MAX_LOOKED_AT: usize = 20;
/// Platforms that are looked at at once.
const AT_ONCE: usize = 8;
/// A platform must have told all it is asked for by then.
const LOOK_MS: u64 = 10_000;
/// All of them must have.
const LOOK_AROUND_MS: u64 = 30_000;

/// A user's presence on a platform, for a plan.
#[derive(Clone, Debug)]
pub struct Place {
    pub platform: PlatformId,
    /// As the plan's steps have it; it may be one that is still to be found.
    pub remote_id: String,
    /// The platform's own id; `None` where no account is known, nor was found.
    pub account: Option<String>,
    /// It is known to be this user's; else the platform's rules say so.
    pub known: bool,
    /// As it was seen now, or else the last time.
    pub state: AccountState,
    /// It was seen now.
    pub seen: bool,
    /// What it owns there, where the platform tells.
    pub owned: Option<Vec<Owned>>,
    /// What a person should know of the look, one sentence.
    pub remark: Option<String>,
    /// What the goal is about and nothing is done for there, and why.
    pub left_out: Vec<(Action, Support)>,
}

impl Place {
    pub(super) fn unseen(
        platform: PlatformId,
        remote_id: String,
        state: AccountState,
        left_out: Vec<(Action, Support)>,
    ) -> Self {
        let known = !is_sought(&remote_id);
        Self {
            platform,
            account: known.then(|| remote_id.clone()),
            remote_id,
            known,
            state,
            seen: false,
            owned: None,
            remark: None,
            left_out,
        }
    }

    fn remark(self, text: impl Into<String>) -> Self {
        Self { remark: Some(text.into()), ..self }
    }

    fn found(self, account: &RemoteAccount) -> Self {
        let state = match account.active {
            Some(true) => AccountState::Active,
            Some(false) => AccountState::Disabled,
            None => self.state,
        };
        Self { account: Some(account.id.clone()), state, seen: true, ..self }
    }
}

/// A look at one account: which preview and which of its places it is for.
struct Wanted {
    index: (usize, usize),
    user: Identity,
    place: Place,
}

impl App {
    /// Fills in how the places of these plans look now.
    pub(super) async fn look_around(&self, tenant: TenantId, previews: &mut [Preview], held: &[PlatformId]) {
        let mut by_platform: BTreeMap<PlatformId, (Platform, Vec<Wanted>)> = BTreeMap::new();
        for (number, preview) in previews.iter_mut().enumerate() {
            for (place_number, place) in preview.places.iter_mut().enumerate() {
                let of = |platform: &&Platform| platform.id == place.platform;
                let Some(platform) = preview.platforms.iter().find(of) else { continue };
                let index = (number, place_number);
                let wanted = Wanted { index, user: Identity::from(&preview.user), place: place.clone() };
                *place = place.clone().remark(format!("not looked at within {LOOK_AROUND_MS} ms"));
                let entry = by_platform.entry(platform.id);
                entry.or_insert_with(|| (platform.clone(), Vec::new())).1.push(wanted);
            }
        }
        let looks = by_platform.into_values().map(|(platform, wanted)| {
            let is_held = held.contains(&platform.id);
            async move { self.look_at(tenant, &platform, wanted, is_held).await }
        });
        let mut looks = std::pin::pin!(stream::iter(looks).buffer_unordered(AT_ONCE));
        let until = Instant::now() + Duration::from_millis(LOOK_AROUND_MS);
        while let Ok(Some(seen)) = timeout_at(until, looks.next()).await {
            for ((number, place_number), place) in seen {
                previews[number].places[place_number] = place;
            }
        }
    }

    async fn look_at(
        &self,
        tenant: TenantId,
        platform: &Platform,
        wanted: Vec<Wanted>,
        is_held: bool,
    ) -> Vec<((usize, usize), Place)> {
        let fields = connectors::fields(platform.kind, &platform.settings);
        // Nothing can be asked for there: then what is known already is all that is known.
        if fields.is_empty() {
            return all(wanted, None);
        }
        if is_held {
            return all(wanted, Some("it does not take our credentials, so nothing was asked".to_owned()));
        }
        let connector = match self.connections.to(tenant, platform) {
            Ok(connector) => connector,
            Err(error) => return all(wanted, Some(format!("the platform's settings do not fit: {error}"))),
        };
        let rules = connectors::rules(platform.kind, &platform.settings, &platform.terms.match_by);
        let until = Instant::now() + Duration::from_millis(LOOK_MS);
        let mut seen = Vec::with_capacity(wanted.len());
        for Wanted { index, user, place } in wanted {
            let look = look(connector.as_ref(), &rules, &fields, &user, place.clone());
            let looked = timeout_at(until, look).await;
            seen.push((
                index,
                looked.unwrap_or_else(|_| place.remark(format!("no answer within {LOOK_MS} ms"))),
            ));
        }
        seen
    }
}

/// None of them was looked at.
fn all(wanted: Vec<Wanted>, remark: Option<String>) -> Vec<((usize, usize), Place)> {
    let place = |wanted: Wanted| (wanted.index, Place { remark: remark.clone(), ..wanted.place });
    wanted.into_iter().map(place).collect()
}

async fn look(
    connector: &dyn Connector,
    rules: &[Rule],
    fields: &[Theirs],
    user: &Identity,
    place: Place,
) -> Place {
    let place = if place.known {
        look_again(connector, fields, place).await
    } else {
        match seek(connector, rules, user).await {
            Ok(Sought::One(account)) => place.found(&account),
            Ok(Sought::Nobody { evidence }) => place.remark(evidence),
            Ok(Sought::Several { reason }) => place.remark(reason),
            Err(failure) => place.remark(format!("could not be looked at: {failure}")),
        }
    };
    let Some(account) = place.account.clone().filter(|_| place.seen) else { return place };
    match connector.inventory(&account).await {
        Ok(owned) => Place { owned, ..place },
        Err(failure) => place.remark(format!("what it owns could not be told: {failure}")),
    }
}

/// At an account that is known, by the platform's own id, or by the name that is the id there.
async fn look_again(connector: &dyn Connector, fields: &[Theirs], place: Place) -> Place {
    let by_id = fields.contains(&Theirs::Id);
    let field = if by_id { Theirs::Id } else { Theirs::UserName };
    let Some(id) = place.account.clone().filter(|_| fields.contains(&field)) else { return place };
    let found = match connector.find(field, &id).await {
        Err(Failure::Absent(_)) => Vec::new(),
        Ok(found) => found,
        Err(failure) => return place.remark(format!("could not be looked at: {failure}")),
    };
    match found.iter().find(|account| account.id == id) {
        Some(account) => place.found(account),
        None if by_id => place.remark(format!("account {id} is not there any more")),
        None => place,
    }
}
