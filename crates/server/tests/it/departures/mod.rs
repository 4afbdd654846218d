//! The verbs through `app` and the engine: what changes, what is logged, what platforms see.
//!
//! Every test runs on both databases.

mod bulk; // large transfers, in chunks beside other writes
mod goals; // each goal end to end
mod heirs; // several leavers, each with an heir of its own
mod held; // a platform that does not take our credentials
mod leases; // stopping, silent nodes, two nodes on one store
mod pressure; // dead, hanging and crowded platforms
mod refusals; // what changes nothing
mod retries; // another attempt: by wish, by chance, by hand
mod timing; // dates, and requests that meet one another

use std::collections::BTreeMap;

use connectors::simulated::journal::{self, Entry, EntryKind};
use domain::{Goal, Offboarding, OffboardingId, PlatformId, Step, StepState};
use exeunt::app::{HeirRef, Start, Started, UserRef};
use exeunt::engine::Engine;

use crate::fixture::Company;

fn named(user_name: &str) -> UserRef {
    UserRef::Name(user_name.to_owned())
}

fn start(goal: Goal, user_name: &str) -> Start {
    Start::new(goal, vec![named(user_name)])
}

fn start_to(goal: Goal, user_name: &str, heir: &str) -> Start {
    Start { heir: HeirRef::User(named(heir)), ..start(goal, user_name) }
}

async fn accept(company: &Company, start: Start) -> Started {
    company.app.start(&company.console, start).await.expect("accepted").remove(0)
}

async fn look(company: &Company, id: &OffboardingId) -> (Offboarding, Vec<Step>) {
    let detail = company.app.offboarding(&company.console, id).await.expect("an offboarding");
    (detail.offboarding, detail.steps)
}

/// A platform that is kept in a file, so that what it saw can be read.
async fn journaled(company: &Company, name: &str, settings: serde_json::Value) -> PlatformId {
    journaled_limited(company, name, settings, None).await
}

async fn journaled_limited(
    company: &Company,
    name: &str,
    mut settings: serde_json::Value,
    max_in_flight: Option<i64>,
) -> PlatformId {
    let journal = company.home.journal(name);
    std::fs::File::options().append(true).create(true).open(&journal).expect("a journal");
    settings["journal"] = serde_json::json!(journal);
    company.platform_limited(name, &settings.to_string(), max_in_flight).await
}

/// Users `PREFIX0` and so on, each with an account of that very name on `platform`.
async fn crowd(company: &Company, prefix: &str, count: usize, platform: PlatformId) -> Vec<UserRef> {
    let mut users = Vec::with_capacity(count);
    for n in 0..count {
        let name = format!("{prefix}{n}");
        let user = company.person(&name).await;
        company.account(user, platform, &name).await;
        users.push(named(&name));
    }
    users
}

fn journal_of(company: &Company, platform: &str, kind: EntryKind) -> Vec<Entry> {
    let entries = journal::read(&company.home.journal(platform)).expect("a journal");
    entries.into_iter().filter(|entry| entry.kind == kind).collect()
}

fn effects(company: &Company, platform: &str) -> Vec<Entry> {
    journal_of(company, platform, EntryKind::Effect)
}

fn calls(company: &Company, platform: &str) -> Vec<Entry> {
    journal_of(company, platform, EntryKind::Call)
}

/// Steps under way, in all and by platform; and those that are ready.
async fn moving(company: &Company) -> (i64, BTreeMap<String, i64>, i64) {
    let platforms = company.app.platforms(&company.console).await.expect("platforms");
    let running = platforms.iter().map(|status| (status.platform.name.clone(), status.running)).collect();
    let sum = |of: fn(&exeunt::app::PlatformStatus) -> i64| platforms.iter().map(of).sum();
    (sum(|status| status.running), running, sum(|status| status.ready))
}

/// Lets an engine work, and moves the clock, until no step is left that time would bring on.
async fn run_out(company: &Company, engine: &std::sync::Arc<Engine>) {
    const TURN_MS: i64 = 60_000;
    const TURNS: usize = 2_000;
    for _ in 0..TURNS {
        engine.run_until_idle().await;
        let (running, _, ready) = moving(company).await;
        if running + ready == 0 {
            return;
        }
        company.clock.advance(TURN_MS);
    }
    panic!("the steps do not come to rest: {:?}", moving(company).await);
}

fn states(steps: &[Step]) -> Vec<StepState> {
    steps.iter().map(|step| step.state).collect()
}
