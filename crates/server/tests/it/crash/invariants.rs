//! What must hold once everything rests, whatever died on the way.

use std::collections::{BTreeMap, BTreeSet};

use connectors::simulated::journal::{self, EntryKind};
use domain::{AccountState, AssetId, AssetKind, Goal, OffboardingState, Owner, Step, StepState, UserState};
use exeunt::app::{MAX_PAGE, UserRef};
use store::log::{Filter, LogEntry};

use super::world::{Leaver, PLATFORMS, World};

/// What the platforms saw of one step.
#[derive(Debug, Default)]
struct Seen {
    calls: i64,
    effects: i64,
}

impl Leaver {
    fn goal(&self) -> Option<Goal> {
        self.accepted.as_ref().map(|(_, goal)| *goal)
    }
}

impl World {
    pub(super) async fn check(&self) {
        let mut steps: BTreeMap<String, Step> = BTreeMap::new();
        let mut leavers = std::mem::take(&mut *self.leavers.lock().expect("no panic"));
        for leaver in leavers.iter_mut().filter(|leaver| leaver.accepted.is_none()) {
            leaver.accepted = self.accepted(leaver.user).await;
        }
        for leaver in &leavers {
            steps.extend(self.every_step_is_done(leaver).await);
            self.the_user_is_where_it_should_be(leaver).await;
        }
        self.every_effect_came_once(&steps);
        self.no_asset_is_lost(&leavers).await;
        self.the_log_has_it_all(&leavers, &steps).await;
    }

    /// Answers its steps by their idempotency keys.
    async fn every_step_is_done(&self, leaver: &Leaver) -> BTreeMap<String, Step> {
        let Some((offboarding, goal)) = &leaver.accepted else { return BTreeMap::new() };
        let detail = self.app.offboarding(&self.console, offboarding).await.expect("an offboarding");
        let (state, steps) = (detail.offboarding.state, detail.steps);
        assert_eq!(state, OffboardingState::Completed, "{goal} {steps:#?}");
        assert!(steps.iter().all(|step| step.state == StepState::Done), "{steps:#?}");
        steps.into_iter().map(|step| (step.idempotency_key.clone(), step)).collect()
    }

    async fn the_user_is_where_it_should_be(&self, leaver: &Leaver) {
        let (user, account) = match leaver.goal() {
            Some(Goal::Deactivate) => (UserState::Deactivated, AccountState::Disabled),
            Some(Goal::Remove | Goal::Leave) => (UserState::Removed, AccountState::Deleted),
            Some(Goal::Restore | Goal::Release | Goal::Transfer) | None => {
                (UserState::Active, AccountState::Active)
            }
        };
        let detail = self.app.user(&self.console, &UserRef::Id(leaver.user)).await.expect("the user");
        assert_eq!(detail.user.state, user, "{:?}", leaver.goal());
        assert_eq!(detail.accounts.len(), PLATFORMS.len());
        assert!(detail.accounts.iter().all(|seen| seen.state == account), "{:?}", detail.accounts);
    }

    /// Exactly once for every step on a platform, for nothing else, and nobody asked again for what was so.
    fn every_effect_came_once(&self, steps: &BTreeMap<String, Step>) {
        let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
        for platform in PLATFORMS {
            for entry in journal::read(&self.home.journal(platform)).expect("a journal") {
                let so_far = seen.entry(entry.key.clone()).or_default();
                assert_eq!(so_far.effects, 0, "another {:?} after the effect: {entry:?}", entry.kind);
                match entry.kind {
                    EntryKind::Call => so_far.calls += 1,
                    EntryKind::Effect => so_far.effects += 1,
                }
            }
        }
        for (key, step) in steps.iter().filter(|(_, step)| !step.local) {
            let seen = seen.remove(key).unwrap_or_else(|| panic!("no call for {step:#?}"));
            assert_eq!(seen.effects, 1, "{step:#?}");
            assert!((1..=step.attempt).contains(&seen.calls), "{seen:?} {step:#?}");
        }
        assert!(seen.is_empty(), "nobody ordered {seen:?}");
    }

    async fn no_asset_is_lost(&self, leavers: &[Leaver]) {
        let mut expected: BTreeMap<AssetId, &Leaver> =
            leavers.iter().flat_map(|leaver| leaver.assets.iter().map(move |id| (*id, leaver))).collect();
        let mut after = AssetId(0);
        loop {
            let page = self.app.assets(&self.console, after, MAX_PAGE).await.expect("assets");
            for asset in &page.rows {
                let leaver = expected.remove(&asset.id).expect("an asset of ours, and only once");
                assert_eq!(asset.owner, self.owner(leaver, &asset.kind), "{:?}: {asset:?}", leaver.goal());
                assert!(!asset.orphaned, "{asset:?}");
            }
            let Some(last) = page.rows.last() else { break };
            after = last.id;
        }
        assert!(expected.is_empty(), "lost: {:?}", expected.keys());
    }

    /// Nobody, where a workload was released.
    fn owner(&self, leaver: &Leaver, kind: &AssetKind) -> Option<Owner> {
        match leaver.goal() {
            Some(Goal::Release | Goal::Leave) if kind.is_workload() => None,
            Some(Goal::Remove | Goal::Leave | Goal::Transfer) => Some(Owner::Group(self.heir)),
            Some(Goal::Deactivate | Goal::Restore | Goal::Release) | None => Some(Owner::User(leaver.user)),
        }
    }

    /// Without a gap; every acceptance once, and the proof of every step once.
    async fn the_log_has_it_all(&self, leavers: &[Leaver], steps: &BTreeMap<String, Step>) {
        let log = self.whole_log().await;
        assert!(log.iter().zip(1..).all(|(entry, number)| entry.seq == number), "the log has a gap");
        let mut accepted = BTreeSet::new();
        let mut proofs: BTreeMap<String, usize> = BTreeMap::new();
        for entry in &log {
            let Some(offboarding) = &entry.offboarding else { continue };
            if entry.kind == "offboarding.accepted" {
                assert!(accepted.insert(offboarding.clone()), "accepted twice: {entry:?}");
            }
            for number in proven(entry) {
                *proofs.entry(format!("{offboarding}-{number}")).or_default() += 1;
            }
        }
        for (offboarding, _) in leavers.iter().filter_map(|leaver| leaver.accepted.as_ref()) {
            assert!(accepted.remove(offboarding), "its acceptance is not in the log");
        }
        assert!(accepted.is_empty(), "nobody heard of {accepted:?}");
        for (key, step) in steps {
            assert_eq!(proofs.get(key), Some(&1), "{step:#?}");
        }
    }

    async fn whole_log(&self) -> Vec<LogEntry> {
        let unsealed = self.app.store.read(store::log::any_unsealed).await.expect("the log");
        assert!(!unsealed, "a server that was stopped in order leaves nothing unsealed");
        let mut log: Vec<LogEntry> = Vec::new();
        loop {
            let after = log.last().map_or(0, |entry| entry.seq);
            let page = self.app.log(&self.console, &Filter::All, after, MAX_PAGE).await.expect("the log");
            if page.rows.is_empty() {
                return log;
            }
            log.extend(page.rows);
        }
    }
}

/// The steps that an entry says are done: one by the engine, several by an acceptance.
fn proven(entry: &LogEntry) -> Vec<i64> {
    let number = |step: &serde_json::Value| step["step"].as_i64().expect("a number");
    match entry.kind.as_str() {
        "step.done" => vec![number(&entry.detail)],
        "offboarding.accepted" => {
            let steps = entry.detail["steps"].as_array().expect("steps");
            steps.iter().filter(|step| step["state"] == "done").map(number).collect()
        }
        _ => Vec::new(),
    }
}
