//! A company, its platforms, and a load of departures: written beside the server, on the same store.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use domain::{
    Account, AccountState, Asset, AssetId, AssetKind, Error, Goal, GroupId, OffboardingId, OffboardingState,
    Owner, PlatformId, PlatformKind, Role, UserId,
};
use exeunt::app::{
    ADMINISTRATOR, App, AppOptions, Caller, GroupRef, HeirRef, NewGroup, NewPlatform, NewToken, NewUser,
    Start, UserRef,
};
use exeunt::clock::{self, Clock};
use exeunt::random::Random;
use secrecy::SecretString;
use serde_json::json;
use store::offboardings::Filter;

use super::server::ask;
use crate::home::Home;

pub(super) const PLATFORMS: [&str; 3] = ["play", "social", "training"];
/// Their turn comes again and again.
const GOALS: [Goal; 5] = [Goal::Deactivate, Goal::Remove, Goal::Leave, Goal::Release, Goal::Transfer];
const ALERTS: usize = 3;
const WORKLOADS: usize = 2;
/// More than two chunks.
const MANY_ALERTS: usize = 2_500;
/// Longest wait for everything to come to rest.
const PATIENCE: Duration = Duration::from_mins(3);

/// Somebody with accounts and assets, and what was accepted for them: from then on nothing may be lost.
pub(super) struct Leaver {
    pub(super) user: UserId,
    pub(super) assets: Vec<AssetId>,
    /// None, if it was asked for and the server died before it answered; looked up when everything rests.
    pub(super) accepted: Option<(OffboardingId, Goal)>,
}

pub(super) struct World {
    pub(super) app: Arc<App>,
    pub(super) console: Caller,
    pub(super) home: Home,
    pub(super) heir: GroupId,
    pub(super) leavers: Mutex<Vec<Leaver>>,
    platforms: Vec<PlatformId>,
    token: String,
    next: AtomicI64,
}

impl World {
    pub(super) async fn at(home: Home) -> Self {
        let store = home.open();
        store.migrate().await.expect("a schema");
        let app = App::new(store, Clock::System, Random::system(), AppOptions::default()).expect("an app");
        app.ensure_default_tenant(|| SecretString::from("correct horse")).await.expect("a tenant");
        let console = app.console(None).await.expect("a console");
        let heirs = NewGroup { name: "Heirs".to_owned(), description: String::new() };
        let heir = app.create_group(&console, heirs).await.expect("a group").id;
        let declared = PLATFORMS.map(|name| NewPlatform {
            name: name.to_owned(),
            kind: PlatformKind::Simulated,
            settings: settings(&home, name),
            max_in_flight: None,
            terms: domain::Terms::default(),
        });
        let platforms = app.apply_platforms(&console, declared.to_vec()).await.expect("platforms");
        let platforms = platforms.into_iter().map(|(platform, _)| platform.id).collect();
        let client = NewToken {
            name: "client".to_owned(),
            role: Role::Operator,
            user: Some(UserRef::Name(ADMINISTRATOR.to_owned())),
            expires_ms: None,
        };
        let token = app.create_token(&console, client).await.expect("a token").1;
        let (leavers, next) = (Mutex::default(), AtomicI64::new(0));
        Self { app, console, home, heir, leavers, platforms, token, next }
    }

    /// Accepts the departures of so many new users, each with another goal than the one before.
    pub(super) async fn accept(&self, count: usize) {
        for _ in 0..count {
            let n = self.next.fetch_add(1, Ordering::SeqCst);
            let goal = GOALS[usize::try_from(n).expect("a number") % GOALS.len()];
            self.depart(n, goal, ALERTS).await;
        }
    }

    /// Accepts a removal that hands over in several chunks.
    pub(super) async fn accept_large(&self) {
        let n = self.next.fetch_add(1, Ordering::SeqCst);
        self.depart(n, Goal::Remove, MANY_ALERTS).await;
    }

    /// A new user, somebody's own assets, and a request to a server that may die over it. Where it answers, it
    /// must have been accepted; where it does not, either is right, but nothing in between. Tells whether it did.
    pub(super) async fn remove_through(&self, server: &str) -> bool {
        let n = self.next.fetch_add(1, Ordering::SeqCst);
        let leaver = self.join(n, ALERTS).await;
        let (user, heir) = (leaver.user, self.heir);
        let target = format!("/webconsole/api/User/{user}?newUserId=0&newUserGroupId={heir}");
        let answer = ask(server, "DELETE", &target, &self.token).await;
        let answered = answer.is_ok_and(|text| text.starts_with("HTTP/1.1 200") && text.ends_with('}'));
        assert!(!answered || self.accepted(user).await.is_some(), "it was answered, and then forgotten");
        self.leavers.lock().expect("no panic").push(leaver);
        answered
    }

    /// The one offboarding of a user, if there is one by now: a database goes on with the commit that it was
    /// sent, even after the server that sent it has died.
    pub(super) async fn accepted(&self, user: UserId) -> Option<(OffboardingId, Goal)> {
        let found = self.app.offboardings(&self.console, Filter::Of(user), None, 10).await.expect("a list");
        assert!(found.rows.len() <= 1, "one request, and {} offboardings", found.rows.len());
        found.rows.into_iter().next().map(|found| (found.id, found.goal))
    }

    async fn depart(&self, n: i64, goal: Goal, alerts: usize) {
        let mut leaver = self.join(n, alerts).await;
        let user = leaver.user;
        let heir = if goal.transfers() { HeirRef::Group(GroupRef::Id(self.heir)) } else { HeirRef::Unsaid };
        let start = Start { heir, ..Start::new(goal, vec![UserRef::Id(user)]) };
        let started = persist(async || self.app.start(&self.console, start.clone()).await).await.remove(0);
        leaver.accepted = Some((started.offboarding.id, goal));
        self.leavers.lock().expect("no panic").push(leaver);
    }

    async fn join(&self, n: i64, alerts: usize) -> Leaver {
        let name = format!("leaver{n}");
        let user =
            persist(async || self.app.create_user(&self.console, NewUser::named(&name)).await).await.id;
        Leaver { user, assets: self.own(user, n, alerts).await, accepted: None }
    }

    /// An account on every platform, alerts and workloads.
    async fn own(&self, user: UserId, n: i64, alerts: usize) -> Vec<AssetId> {
        const MOST: i64 = 10_000;
        let kinds = std::iter::repeat_n("alert", alerts).chain(std::iter::repeat_n("subclient", WORKLOADS));
        let assets: Vec<Asset> = (n * MOST..)
            .zip(kinds)
            .map(|(id, kind)| Asset {
                id: AssetId(id + 1),
                kind: AssetKind::new(kind).expect("a kind"),
                name: format!("{kind} {id}"),
                owner: Some(Owner::User(user)),
                owner_role: None,
                orphaned: false,
                external_id: None,
            })
            .collect();
        let ids = assets.iter().map(|asset| asset.id).collect();
        let account = |platform: &PlatformId| Account {
            platform: *platform,
            user,
            remote_id: format!("account{n}"),
            state: AccountState::Active,
        };
        let accounts: Vec<Account> = self.platforms.iter().map(account).collect();
        let tenant = self.console.tenant;
        persist(async || {
            let (assets, accounts) = (assets.clone(), accounts.clone());
            let insert = move |tx: &mut store::Tx<'_>| -> Result<(), Error> {
                assets.iter().try_for_each(|asset| store::assets::insert(tx, tenant, asset))?;
                Ok(accounts.iter().try_for_each(|account| store::accounts::insert(tx, tenant, account))?)
            };
            self.app.store.write(insert).await
        })
        .await;
        ids
    }

    /// Until nothing is under way; then every departure is over, or the check says which is not.
    pub(super) async fn wait_until_all_rests(&self) {
        let begun = clock::instant();
        while begun.elapsed() < PATIENCE {
            let mut open = 0;
            for state in [OffboardingState::Scheduled, OffboardingState::Running] {
                let page = self.app.offboardings(&self.console, Filter::In(state), None, 1).await;
                open += page.expect("a list").rows.len();
            }
            if open == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

/// Slow, busy, and now and then deaf.
fn settings(home: &Home, name: &str) -> String {
    let settings = json!({
        "journal": home.journal(name), "latency_ms": 15, "busy_first": 2, "retry_after_ms": 100,
        "lose_answer_percent": 5, "fail_percent": 5,
    });
    settings.to_string()
}

/// A store that is locked by a server is free again soon, for the server is about to be killed.
async fn persist<T>(write: impl AsyncFn() -> Result<T, Error>) -> T {
    let begun = clock::instant();
    loop {
        match write().await {
            Err(Error::Unavailable { .. }) if begun.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            result => return result.expect("written"),
        }
    }
}
