//! From a request to its steps.

use std::fmt::Write as _;

use domain::plan::{NamedHeir, left_out};
use domain::policy::Heir;
use domain::{
    AccountState, Action, Capabilities, Goal, GroupId, Handover, Owner, Policy, StepState, Support,
};

use crate::company::{Company, HEIR, NOW_MS, OPS, account, by_hand, colleague, to_group, to_user};

/// Every goal, whatever is owned, whoever is named: the plan in short, or the refusal.
#[test]
fn every_goal_for_every_holding_and_heir() {
    let holdings: [(&str, &[(&str, u64)]); 3] =
        [("nothing", &[]), ("assets", &[("alert", 3), ("vm_client", 1)]), ("workloads", &[("subclient", 2)])];
    let heirs = [
        ("nobody", NamedHeir::Unsaid),
        ("user", to_user(Some(colleague()))),
        ("group", to_group(Some(OPS))),
        ("both", NamedHeir::Both),
        ("orphan", NamedHeir::Orphan),
    ];
    let mut table = String::new();
    for goal in Goal::ALL {
        for (owned, kinds) in holdings {
            let company = Company::new().with("play", Capabilities::FULL).owning(kinds);
            let mut rows: Vec<(Vec<&str>, String)> = Vec::new();
            for (heir, named) in &heirs {
                let answer = match company.plan(*goal, named.clone()) {
                    Ok(plan) => company.steps(&plan).join("; "),
                    Err(refusal) => format!("refused: {refusal}"),
                };
                match rows.iter_mut().find(|(_, known)| *known == answer) {
                    Some((heirs, _)) => heirs.push(heir),
                    None => rows.push((vec![heir], answer)),
                }
            }
            for (heirs, answer) in rows {
                writeln!(table, "{goal} of {owned} to {}:\n  {answer}", heirs.join(", "))
                    .expect("a string grows");
            }
        }
    }
    assert_eq!(table, include_str!("plans.txt"), "the table as it is now:\n{table}");
}

#[track_caller]
fn check(company: &Company, goal: Goal, heir: NamedHeir, expected: &[&str]) {
    let plan = company.plan(goal, heir).expect("a plan");
    assert_eq!(company.steps(&plan), expected);
}

#[test]
fn what_a_platform_cannot_do_falls_to_a_person() {
    let capabilities = by_hand(&[Action::Transfer, Action::Release]);
    let company = Company::new().with("books", capabilities);
    check(
        &company,
        Goal::Leave,
        to_group(Some(OPS)),
        &[
            "1 disable local",
            "2 disable books",
            "3 end_sessions local",
            "4 end_sessions books",
            "5 manual books needs 2",
            "6 release local needs 1",
            "7 manual books needs 2",
            "8 delete books needs 2,4,5,7",
            "9 delete local needs 1,2,3,4,5,6,7,8",
        ],
    );
    let plan = company.plan(Goal::Leave, to_group(Some(OPS))).expect("a plan");
    let notes: Vec<_> = plan.steps.iter().filter_map(|step| step.note.as_deref()).collect();
    assert_eq!(
        notes,
        ["books cannot transfer by itself: a person must", "books cannot release by itself: a person must"]
    );
}

/// A person may take days; what machines can do must not wait for that.
#[test]
fn a_cut_by_hand_holds_nothing_up() {
    let no_cut = by_hand(&[Action::Disable, Action::EndSessions]);
    let company = Company::new().with("books", no_cut);
    check(
        &company,
        Goal::Remove,
        to_group(Some(OPS)),
        &[
            "1 disable local",
            "2 manual books",
            "3 end_sessions local",
            "4 manual books",
            "5 transfer books",
            "6 delete local needs 1,3",
            "7 delete books needs 5",
        ],
    );
}

#[test]
fn an_account_that_is_gone_is_left_alone() {
    let mut company = Company::new().with("play", Capabilities::FULL).with("social", Capabilities::FULL);
    company.accounts[0].state = AccountState::Deleted;
    check(&company, Goal::Restore, NamedHeir::Unsaid, &["1 enable local", "2 enable social"]);
}

#[test]
fn each_of_two_accounts_on_one_platform_waits_for_its_own_steps() {
    let mut company = Company::new().with("play", Capabilities::FULL);
    company.accounts.push(account(2, "root@play", AccountState::Unknown));
    check(
        &company,
        Goal::Remove,
        NamedHeir::Unsaid,
        &[
            "1 disable local",
            "2 disable play",
            "3 disable play",
            "4 end_sessions local",
            "5 end_sessions play",
            "6 end_sessions play",
            "7 delete local needs 1,4",
            "8 delete play needs 2,5",
            "9 delete play needs 3,6",
        ],
    );
}

/// The directory's own account is the user itself: a row for it would plan everything twice.
#[test]
fn our_own_account_is_planned_once() {
    let mut company = Company::new();
    company.accounts.push(account(1, "jsmith", AccountState::Active));
    check(&company, Goal::Deactivate, NamedHeir::Unsaid, &["1 disable local", "2 end_sessions local"]);
}

#[test]
fn policy_names_the_heir_that_the_request_does_not() {
    let assets: &[(&str, u64)] = &[("alert", 1)];
    let heir_of = |policy: Heir, resolved: NamedHeir, said: NamedHeir, goal| {
        let mut company = Company::new().owning(assets);
        company.policy = Policy { heir: policy, ..Policy::default() };
        company.policy_heir = resolved;
        company.plan(goal, said).map(|plan| plan.handover).map_err(|refusal| refusal.code())
    };
    let manager = || to_user(Some(colleague()));
    let to_manager = Ok(Some(Handover::To(Owner::User(HEIR))));
    let to_ops = Ok(Some(Handover::To(OPS)));
    for goal in [Goal::Transfer, Goal::Remove, Goal::Leave] {
        assert_eq!(heir_of(Heir::Manager, manager(), NamedHeir::Unsaid, goal), to_manager);
        assert_eq!(heir_of(Heir::Group(GroupId(22)), to_group(Some(OPS)), NamedHeir::Unsaid, goal), to_ops);
        assert_eq!(heir_of(Heir::Manager, manager(), to_group(Some(OPS)), goal), to_ops, "the request wins");
        assert_eq!(heir_of(Heir::Nobody, manager(), to_group(Some(OPS)), goal), to_ops);
    }
    let said = NamedHeir::Unsaid;
    assert_eq!(heir_of(Heir::Manager, said.clone(), said.clone(), Goal::Remove), Err("no-successor"));
    assert_eq!(heir_of(Heir::Manager, said.clone(), said.clone(), Goal::Transfer), Err("no-successor-named"));
    assert_eq!(heir_of(Heir::Manager, manager(), NamedHeir::Orphan, Goal::Leave), Ok(Some(Handover::Orphan)));
    assert_eq!(heir_of(Heir::Manager, to_user(None), said.clone(), Goal::Leave), Err("successor-unknown"));
    assert_eq!(heir_of(Heir::Manager, manager(), said, Goal::Release), Ok(None));
}

#[test]
fn a_date_delays_every_step_and_grace_only_the_deletions() {
    let mut company = Company::new().with("play", Capabilities::FULL);
    company.policy.grace_ms = 500;
    company.start_ms = NOW_MS + 70;
    for goal in [Goal::Leave, Goal::Remove] {
        let plan = company.plan(goal, NamedHeir::Unsaid).expect("a plan");
        let grace_ms = if goal == Goal::Leave { 500 } else { 0 };
        assert_eq!(plan.start_ms, NOW_MS + 70);
        for step in &plan.steps {
            let delay_ms = if step.action == Action::Delete { grace_ms } else { 0 };
            assert_eq!(step.ready_at_ms, NOW_MS + 70 + delay_ms, "{goal}: {}", step.action);
        }
    }
    company.start_ms = NOW_MS - 70;
    let plan = company.plan(Goal::Deactivate, NamedHeir::Unsaid).expect("a plan");
    assert_eq!(plan.start_ms, NOW_MS, "a date in the past means now");
}

/// The days between the cut and the rest; a removal hands over when they are over.
#[test]
fn who_is_kept_is_cut_now_and_goes_later() {
    let mut company = Company::new().with("play", Capabilities::FULL).owning(&[("alert", 1)]);
    company.keep_ms = 500;
    let plan = company.plan(Goal::Remove, to_group(Some(OPS))).expect("a plan");
    for step in &plan.steps {
        let delay_ms = if step.action.is_cut() { 0 } else { 500 };
        assert_eq!(step.ready_at_ms, NOW_MS + delay_ms, "{}", step.action);
    }
}

#[test]
fn a_removal_may_begin_without_an_heir_and_deletes_nothing_anywhere() {
    let mut company = Company::new().with("play", Capabilities::FULL).owning(&[("alert", 1)]);
    company.awaits_heir = true;
    let steps = [
        "1 disable local",
        "2 disable play",
        "3 end_sessions local",
        "4 end_sessions play",
        "5 transfer local needs 1",
        "6 delete local needs 1,3,5",
        "7 delete play needs 2,4,5",
    ];
    for heir in [NamedHeir::Unsaid, to_user(None), to_group(None)] {
        let plan = company.plan(Goal::Remove, heir).expect("a plan");
        assert_eq!(plan.handover, Some(Handover::Awaited));
        assert_eq!(company.steps(&plan), steps);
    }
    let named = company.plan(Goal::Remove, to_group(Some(OPS))).expect("a plan");
    assert_eq!(named.handover, Some(Handover::To(OPS)), "who is fit inherits");
    let refused = company.plan(Goal::Transfer, NamedHeir::Unsaid).map_err(|refusal| refusal.code());
    assert_eq!(refused.err(), Some("no-successor-named"), "a transfer is nothing without an heir");
    company.holdings = domain::Holdings::default();
    let plan = company.plan(Goal::Remove, NamedHeir::Unsaid).expect("a plan");
    assert_eq!(plan.handover, None, "nothing is owned, nobody is awaited");
}

#[test]
fn every_step_starts_afresh_with_a_key_of_its_own() {
    let company = Company::new().with("play", Capabilities::FULL).owning(&[("alert", 1)]);
    let plan = company.plan(Goal::Leave, to_group(Some(OPS))).expect("a plan");
    for (index, step) in plan.steps.iter().enumerate() {
        assert_eq!(usize::try_from(step.no.0), Ok(index + 1));
        assert_eq!(step.idempotency_key, format!("key-{}", step.no));
        assert_eq!((step.attempt, step.tried_before, step.finished_ms), (0, 0, None));
        let expected = if step.needs.is_empty() { StepState::Ready } else { StepState::Waiting };
        assert_eq!(step.state, expected);
        assert!(step.needs.iter().all(|need| *need < step.no), "needs point back");
    }
}

/// Nothing is left out unseen: what has no step is named, with the reason.
#[test]
fn what_has_no_step_is_named() {
    let capabilities = Capabilities::FULL
        .with(Action::EndSessions, Support::Nothing)
        .with(Action::Transfer, Support::WithDelete)
        .with(Action::Release, Support::ByHand);
    let company = Company::new().with("books", capabilities);
    let platform = company.platforms.last().expect("a platform");
    let to_ops = Some(Handover::To(OPS));
    for (goal, handover, expected) in [
        (Goal::Deactivate, None, &[(Action::EndSessions, Support::Nothing)][..]),
        (Goal::Restore, None, &[]),
        (Goal::Transfer, to_ops, &[]),
        (Goal::Remove, None, &[(Action::EndSessions, Support::Nothing)]),
        (
            Goal::Leave,
            to_ops,
            &[(Action::EndSessions, Support::Nothing), (Action::Transfer, Support::WithDelete)],
        ),
    ] {
        assert_eq!(left_out(goal, handover, platform), expected, "{goal}");
    }
}
