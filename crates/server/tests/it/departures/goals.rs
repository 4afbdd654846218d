//! Each goal end to end, told as a story: the answer, the steps, the log, what the platforms saw, who owns what.

use std::collections::BTreeMap;
use std::fmt::Write;

use domain::{Error, Goal, OffboardingState, Role, UserState};
use exeunt::app::{HeirRef, Start, Started};
use serde_json::json;

use super::{accept, effects, journaled, look, named, run_out, start, start_to};
use crate::fixture::{Company, PASSWORD};
use crate::home::both;

const PLATFORMS: [&str; 2] = ["social", "training"];

/// A leaver with accounts and assets of both sorts, and somebody to inherit.
async fn staff(company: &Company) {
    let leaver = company.person("jsmith").await;
    company.person("kjones").await;
    company.group("Ops").await;
    company.assets(leaver, "alert", 2).await;
    company.assets(leaver, "subclient", 1).await;
    for name in PLATFORMS {
        let settings = if name == "social" { json!({ "unsupported": ["transfer"] }) } else { json!({}) };
        let platform = journaled(company, name, settings).await;
        company.account(leaver, platform, "j.smith").await;
    }
}

async fn story(company: &Company, started: &Started, log_before: i64) -> String {
    let (offboarding, steps) = look(company, &started.offboarding.id).await;
    let platforms = company.app.platforms(&company.console).await.expect("platforms");
    let mut story = format!("answered {}, then {}\n", started.offboarding.state, offboarding.state);
    for (before, step) in started.steps.iter().zip(&steps) {
        let name = platforms.iter().find(|status| status.platform.id == step.platform);
        let name = name.map_or("?", |status| status.platform.name.as_str());
        let note = step.note.as_deref().unwrap_or("-");
        writeln!(story, "{}. {} on {name}: {}, {}: {note}", step.no, step.action, before.state, step.state)
            .expect("text");
    }
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for kind in company.log_kinds(log_before).await {
        *kinds.entry(kind).or_default() += 1;
    }
    for (kind, count) in kinds {
        writeln!(story, "log: {count} {kind}").expect("text");
    }
    for platform in PLATFORMS {
        let entries = effects(company, platform);
        let mut seen: Vec<String> = entries
            .iter()
            .map(|entry| {
                let heir = entry.heir.as_ref().map_or(String::new(), |heir| format!(" to {heir}"));
                format!("{} {}{heir}", entry.action, entry.account)
            })
            .collect();
        seen.sort();
        writeln!(story, "{platform} saw: {}", seen.join(", ")).expect("text");
    }
    for name in ["jsmith", "kjones"] {
        let detail = company.detail(name).await;
        let owned = detail.holdings.0.iter().map(|(kind, count)| format!("{count} {}", kind.as_str()));
        let owned: Vec<String> = owned.collect();
        writeln!(story, "{name} is {} and owns: {}", detail.user.state, owned.join(", ")).expect("text");
    }
    story
}

#[track_caller]
fn tell(name: &'static str, before: &'static [Goal], start: fn() -> Start) {
    both(move |company| async move {
        staff(&company).await;
        for goal in before {
            accept(&company, super::start(*goal, "jsmith")).await;
            run_out(&company, &company.engine).await;
        }
        let log_before = company.log_head().await;
        let started = accept(&company, start()).await;
        run_out(&company, &company.engine).await;
        let told = story(&company, &started, log_before).await;
        insta::assert_snapshot!(name, told);
    });
}

#[test]
fn deactivate() {
    tell("deactivate", &[], || start(Goal::Deactivate, "jsmith"));
}

#[test]
fn restore() {
    tell("restore", &[Goal::Deactivate], || start(Goal::Restore, "JSmith"));
}

#[test]
fn release() {
    tell("release", &[], || start(Goal::Release, "jsmith"));
}

#[test]
fn transfer() {
    tell("transfer", &[], || start_to(Goal::Transfer, "jsmith", "kjones"));
}

#[test]
fn remove() {
    tell("remove", &[], || start_to(Goal::Remove, "jsmith", "kjones"));
}

#[test]
fn leave() {
    tell("leave", &[], || start_to(Goal::Leave, "jsmith", "kjones"));
}

#[test]
fn remove_leaving_orphans() {
    tell("remove_leaving_orphans", &[], || Start { heir: HeirRef::Orphan, ..start(Goal::Remove, "jsmith") });
}

/// What a platform cannot hand over by itself keeps it from deleting, until a person decides.
#[test]
fn a_step_by_hand_holds_up_the_deletion() {
    both(|company| async move {
        staff(&company).await;
        let started = accept(&company, start_to(Goal::Remove, "jsmith", "kjones")).await;
        run_out(&company, &company.engine).await;
        let (offboarding, _) = look(&company, &started.offboarding.id).await;
        assert_eq!(offboarding.state, OffboardingState::Blocked);
        let deleted = |platform: &str| {
            effects(&company, platform).iter().any(|entry| entry.action == domain::Action::Delete)
        };
        assert!(deleted("training") && !deleted("social"));
    });
}

#[test]
fn every_platform_is_cut_before_anything_else_there() {
    both(|company| async move {
        staff(&company).await;
        accept(&company, start_to(Goal::Leave, "jsmith", "kjones")).await;
        run_out(&company, &company.engine).await;
        let actions: Vec<_> =
            effects(&company, "training").into_iter().map(|entry| entry.action.as_str()).collect();
        let at = |wanted: &str| actions.iter().position(|action| *action == wanted).expect(wanted);
        assert!(at("disable") < at("transfer").min(at("release")), "{actions:?}");
        assert_eq!(at("delete"), actions.len() - 1, "{actions:?}");
    });
}

#[test]
fn a_deactivated_user_is_refused_from_the_commit_on() {
    both(|company| async move {
        let leaver = company.user("jsmith", Role::Auditor).await;
        let (session, token) = (company.session("jsmith").await, company.token("jsmith").await);
        company.app.authenticate(&session).await.expect("signed in");
        let message = Some("Bye".to_owned());
        let started = accept(&company, Start { message, ..start(Goal::Deactivate, "JSMITH") }).await;
        assert_eq!(started.offboarding.state, OffboardingState::Completed);
        assert_eq!(started.offboarding.user, leaver);
        for secret in [&session, &token] {
            assert_eq!(company.app.authenticate(secret).await, Err(Error::BadCredential));
        }
        let refused = company.app.sign_in(Company::attempt("jsmith", PASSWORD)).await.expect_err("no entry");
        assert_eq!(refused, Error::Deactivated { notice: Some("Bye".to_owned()) });
        let wrong = company.app.sign_in(Company::attempt("jsmith", "wrong password")).await;
        assert_eq!(wrong.expect_err("no entry"), Error::BadPassword, "the notice is for the leaver only");
    });
}

#[test]
fn a_tombstone_keeps_its_name_and_its_proof() {
    both(|company| async move {
        staff(&company).await;
        let started = accept(&company, start_to(Goal::Remove, "jsmith", "kjones")).await;
        assert_eq!(
            company.detail("jsmith").await.user.state,
            UserState::Removed,
            "in the answer's own commit"
        );
        let user = started.offboarding.user;
        let filter = store::log::Filter::Of(user);
        company.log_head().await;
        let page = company.app.log(&company.console, &filter, 0, 100).await.expect("the log");
        assert!(page.rows.iter().any(|entry| entry.kind == "offboarding.accepted"));
        let again = company.person("jsmith").await;
        assert_ne!(again, user, "a rehire is a new user");
        let found = company.app.user(&company.console, &named("jsmith")).await.expect("the new one");
        assert_eq!(found.user.id, again);
    });
}
