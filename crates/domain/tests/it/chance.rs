//! What chance brings: companies, answers of platforms, and histories. Owns no rule.

use domain::outcome::Fault;
use domain::policy::Heir;
use domain::{AccountState, Action, Capabilities, Outcome, PlatformKind, Support};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use crate::company::{Company, NOW_MS, account, colleague, platform, to_user};

/// What happens next. An `Index` picks among the steps it can happen to, or, for people, among all.
#[derive(Clone, Debug)]
pub(crate) enum Happening {
    Claimed(Index),
    Answered(Index, Outcome),
    NodeDied(Index),
    RetryAsked(Index),
    Skipped(Index),
    Confirmed(Index),
    NobodyThere(Index),
    Cancelled,
    Waited(i64),
}

pub(crate) fn done() -> Outcome {
    Outcome::Done { evidence: "seen".to_owned() }
}

pub(crate) fn outcomes() -> impl Strategy<Value = Outcome> {
    let retry = |after_ms| Outcome::Retry { reason: "429".to_owned(), after_ms, fault: Fault::Busy };
    prop_oneof![
        4 => Just(done()),
        1 => Just(Outcome::AlreadyDone { evidence: "seen before".to_owned() }),
        2 => prop::option::of(0_i64..5_000).prop_map(retry),
        1 => Just(Outcome::Unknown { reason: "no answer".to_owned() }),
        2 => Just(Outcome::Refused { reason: "no".to_owned() }),
    ]
}

/// Our credentials are not taken: that costs no attempt, so that without a person it may go on for ever.
fn locked_out() -> Outcome {
    Outcome::Retry { reason: "401".to_owned(), after_ms: None, fault: Fault::Credentials }
}

fn happenings() -> impl Strategy<Value = Happening> {
    prop_oneof![
        8 => any::<Index>().prop_map(Happening::Claimed),
        8 => (any::<Index>(), outcomes()).prop_map(|(index, outcome)| Happening::Answered(index, outcome)),
        1 => any::<Index>().prop_map(|index| Happening::Answered(index, locked_out())),
        2 => any::<Index>().prop_map(Happening::NodeDied),
        2 => any::<Index>().prop_map(Happening::RetryAsked),
        2 => any::<Index>().prop_map(Happening::Skipped),
        4 => any::<Index>().prop_map(Happening::Confirmed),
        1 => any::<Index>().prop_map(Happening::NobodyThere),
        4 => (0_i64..3_000).prop_map(Happening::Waited),
    ]
}

/// What happens, with a cancellation at some moment in some runs.
pub(crate) fn histories() -> impl Strategy<Value = Vec<Happening>> {
    let cancelled = prop::option::weighted(0.3, any::<Index>());
    (prop::collection::vec(happenings(), 1..120), cancelled).prop_map(|(mut history, cancelled)| {
        if let Some(index) = cancelled {
            history.insert(index.index(history.len()), Happening::Cancelled);
        }
        history
    })
}

fn capabilities() -> impl Strategy<Value = Capabilities> {
    prop::collection::vec(select(Support::ALL), Action::ALL.len()).prop_map(|supports| {
        let each = Action::ALL.iter().zip(supports);
        each.fold(Capabilities::FULL, |able, (action, support)| able.with(*action, support))
    })
}

pub(crate) fn companies() -> impl Strategy<Value = Company> {
    let elsewhere = (capabilities(), select(AccountState::ALL), 1..3_usize);
    let holdings = (0..3_u64, 0..3_u64);
    let dates = (0..2_000_i64, 0..2_000_i64, prop_oneof![Just(0), NOW_MS..NOW_MS + 2_000]);
    (prop::collection::vec(elsewhere, 0..6), holdings, dates, any::<bool>()).prop_map(
        |(elsewhere, (alerts, subclients), (grace_ms, keep_ms, start_ms), awaits_heir)| {
            let mut company = Company::new().owning(&[("alert", alerts), ("subclient", subclients)]);
            company.policy.grace_ms = grace_ms;
            (company.start_ms, company.keep_ms, company.awaits_heir) = (start_ms, keep_ms, awaits_heir);
            company.policy.heir = if awaits_heir { Heir::Nobody } else { Heir::Manager };
            company.policy_heir = to_user(Some(colleague()));
            for (id, (capabilities, state, accounts)) in (2_i64..).zip(elsewhere) {
                let name = format!("platform-{id}");
                company.platforms.push(platform(id, &name, PlatformKind::Simulated, capabilities));
                let remote_ids = (0..accounts).map(|number| format!("account-{number}"));
                company.accounts.extend(remote_ids.map(|remote_id| account(id, &remote_id, state)));
            }
            company
        },
    )
}
