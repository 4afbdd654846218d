//! Who is refused, why, and which refusal comes first.

use domain::plan::NamedHeir;
use domain::{Goal, Role, UserState};

use crate::company::{Company, LEAVER, OPS, colleague, to_group, to_user};

const CUTS: &[Goal] = &[Goal::Deactivate, Goal::Remove, Goal::Leave];
const TRANSFERS: &[Goal] = &[Goal::Transfer, Goal::Remove, Goal::Leave];

/// The goals that `company` is refused with `code` are `refused`; every other goal gets a plan.
#[track_caller]
fn check(company: &Company, heir: &NamedHeir, code: &str, refused: &[Goal]) {
    for goal in Goal::ALL {
        let answer = company.plan(*goal, heir.clone()).map(|_| ()).map_err(|refusal| refusal.code());
        let expected = if refused.contains(goal) { Err(code) } else { Ok(()) };
        assert_eq!(answer, expected, "{goal}");
    }
}

#[test]
fn an_ordinary_user_is_refused_nothing() {
    check(&Company::new(), &to_group(Some(OPS)), "none", &[]);
    let deactivated = Company::new().whose(|user| user.state = UserState::Deactivated);
    check(&deactivated, &to_group(Some(OPS)), "none", &[]);
}

#[test]
fn unknown_user() {
    let company = Company { user: None, ..Company::new() };
    check(&company, &to_group(Some(OPS)), "unknown-user", Goal::ALL);
    let refusal = company.plan(Goal::Remove, NamedHeir::Unsaid).expect_err("refused");
    assert_eq!(refusal.to_string(), "User company/jsmith not found", "as it was asked for");
}

#[test]
fn already_removed() {
    let company = Company::new().whose(|user| user.state = UserState::Removed);
    check(&company, &to_group(Some(OPS)), "already-removed", Goal::ALL);
}

#[test]
fn yourself() {
    let company = Company { caller: Some(LEAVER), ..Company::new() };
    check(&company, &to_group(Some(OPS)), "yourself", CUTS);
}

#[test]
fn a_caller_that_is_no_user_is_nobodys_self() {
    check(&Company { caller: None, ..Company::new() }, &to_group(Some(OPS)), "none", &[]);
}

#[test]
fn last_administrator() {
    let last = |role, state, active_admins| {
        Company { active_admins, ..Company::new() }.whose(|user| {
            user.role = role;
            user.state = state;
        })
    };
    let heir = to_group(Some(OPS));
    check(&last(Role::Admin, UserState::Active, 1), &heir, "last-administrator", CUTS);
    check(&last(Role::Admin, UserState::Active, 2), &heir, "none", &[]);
    check(&last(Role::Operator, UserState::Active, 1), &heir, "none", &[]);
    check(&last(Role::Admin, UserState::Deactivated, 1), &heir, "none", &[]);
}

#[test]
fn protected_user() {
    let company = Company::new().whose(|user| user.protected = true);
    check(&company, &to_group(Some(OPS)), "protected-user", CUTS);
}

/// A leaver can still be cut at once, before the date.
#[test]
fn leaving() {
    let company = Company { leaving_by: Some("0197-1".to_owned()), ..Company::new() };
    let refused = [Goal::Restore, Goal::Release, Goal::Transfer, Goal::Remove, Goal::Leave];
    check(&company, &to_group(Some(OPS)), "leaving", &refused);
}

#[test]
fn not_deactivated() {
    let mut company = Company::new();
    company.policy.require_deactivated_before_remove = true;
    check(&company, &to_group(Some(OPS)), "not-deactivated", &[Goal::Remove]);
    let company = company.whose(|user| user.state = UserState::Deactivated);
    check(&company, &to_group(Some(OPS)), "none", &[]);
}

#[test]
fn two_successors() {
    check(&Company::new(), &NamedHeir::Both, "two-successors", TRANSFERS);
}

#[test]
fn unsuitable_successors() {
    let company = Company::new().owning(&[("alert", 1)]);
    let inactive = domain::plan::Successor { state: UserState::Deactivated, ..colleague() };
    let removed = domain::plan::Successor { state: UserState::Removed, ..colleague() };
    let leaver = domain::plan::Successor { id: LEAVER, ..colleague() };
    let leaving = domain::plan::Successor { leaving: true, ..colleague() };
    for (found, code) in [
        (None, "successor-unknown"),
        (Some(removed), "successor-unknown"),
        (Some(inactive), "successor-inactive"),
        (Some(leaver), "successor-is-leaver"),
        (Some(leaving), "successor-leaving"),
    ] {
        check(&company, &to_user(found), code, TRANSFERS);
    }
    check(&company, &to_group(None), "successor-unknown", TRANSFERS);
}

#[test]
fn owns_assets_and_no_successor_named() {
    let owner = Company::new().owning(&[("alert", 3), ("vm_client", 1)]);
    check(&owner, &NamedHeir::Orphan, "no-successor-named", &[Goal::Transfer]);
    for goal in [Goal::Remove, Goal::Leave] {
        let refusal = owner.plan(goal, NamedHeir::Unsaid).expect_err("refused");
        assert_eq!(refusal.code(), "no-successor");
    }
    let message =
        |goal| owner.plan(goal, NamedHeir::Unsaid).map(|_| ()).map_err(|refusal| refusal.to_string());
    let said = |text: &str| Err(text.to_owned());
    assert_eq!(
        message(Goal::Remove),
        said("User company\\jsmith owns 3 alerts, 1 vm client. Name a new owner.")
    );
    assert_eq!(message(Goal::Leave), said("User company\\jsmith owns 3 alerts. Name a new owner."));
    assert_eq!(message(Goal::Transfer), said("A transfer needs a new owner"));
}

/// What a caller is told must not depend on what else is wrong: the gravest reason comes first.
#[test]
fn precedence() {
    let mut company = Company { caller: Some(LEAVER), active_admins: 1, ..Company::new() };
    company.leaving_by = Some("0197-1".to_owned());
    company.policy.require_deactivated_before_remove = true;
    let mut company = company.owning(&[("alert", 1)]).whose(|user| {
        user.role = Role::Admin;
        user.protected = true;
        user.state = UserState::Removed;
    });
    let code = |company: &Company, heir| company.plan(Goal::Remove, heir).map_err(|refusal| refusal.code());
    let mut seen = Vec::new();
    let cures: [fn(&mut Company); 6] = [
        |company| company.user.as_mut().expect("a leaver").state = UserState::Active,
        |company| company.caller = None,
        |company| company.active_admins = 2,
        |company| company.user.as_mut().expect("a leaver").protected = false,
        |company| company.leaving_by = None,
        |company| company.policy.require_deactivated_before_remove = false,
    ];
    for cure in cures {
        seen.push(code(&company, NamedHeir::Both).expect_err("refused"));
        cure(&mut company);
    }
    seen.push(code(&company, NamedHeir::Both).expect_err("refused"));
    seen.push(code(&company, NamedHeir::Unsaid).expect_err("refused"));
    assert_eq!(
        seen,
        [
            "already-removed",
            "yourself",
            "last-administrator",
            "protected-user",
            "leaving",
            "not-deactivated",
            "two-successors",
            "no-successor"
        ]
    );
}
