//! See the module list in `main.rs`.

use domain::{AccountState, Error, Goal, OffboardingState, PlatformId, PlatformKind, StepState, Terms};
use exeunt::app::{AppOptions, HandFilter, NewPlatform, Start, Started, UserRef, WaitFor};
use serde_json::json;

use crate::fixture::Company;
use crate::home::{Home, both, both_homes};
use crate::mail_sink::{Sink, mailer};

const DAY_MS: i64 = 24 * 3_600_000;
const FACILITIES: &str = "facilities@example.com";

/// A platform on which a person disables accounts, and nothing else is done.
async fn badge(company: &Company, name: &str, assignee: &str) -> PlatformId {
    let terms = json!({
        "by_hand": ["disable"], "leave_out": ["end_sessions"], "assignee": assignee, "due_hours": 48,
        "instructions": { "disable": "Take the badge back and lock it." },
    });
    let terms: Terms = serde_json::from_value(terms).expect("terms");
    let new = NewPlatform {
        name: name.to_owned(),
        kind: PlatformKind::Simulated,
        settings: "{}".to_owned(),
        max_in_flight: None,
        terms,
    };
    company.app.apply_platforms(&company.console, vec![new]).await.expect("a platform")[0].0.id
}

async fn deactivate(company: &Company, user_name: &str, start_ms: Option<i64>) -> Started {
    let start = Start::new(Goal::Deactivate, vec![UserRef::Name(user_name.to_owned())]);
    company.app.start(&company.console, Start { start_ms, ..start }).await.expect("accepted").remove(0)
}

/// `jsmith` with a badge, and the deactivation.
async fn leaver(company: &Company, start_ms: Option<i64>) -> Started {
    let platform = badge(company, "badges", FACILITIES).await;
    let user = company.person("jsmith").await;
    company.account(user, platform, "B-17").await;
    deactivate(company, "jsmith", start_ms).await
}

async fn listed(company: &Company, filter: HandFilter) -> Vec<exeunt::app::HandStep> {
    company.app.steps_by_hand(&company.console, &filter, None, 500).await.expect("a list").rows
}

#[test]
fn a_step_by_hand_rests_until_its_person_says_so() {
    // With a wait that no test outlives: a synchronous call must not wait for a person.
    both_homes(|home| async move {
        let company = Company::waiting(home, i64::from(i32::MAX)).await;
        let started = leaver(&company, None).await;
        let id = started.offboarding.id;
        assert_eq!(started.offboarding.state, OffboardingState::Blocked);
        company.engine.run_until_idle().await;
        let (_, steps) = company.app.wait(&company.console, &id, WaitFor::Everything).await.expect("at rest");
        let step = steps.iter().find(|step| !step.local).expect("a step");
        assert_eq!((step.state, step.attempt), (StepState::Ready, 0), "no engine takes it");

        let waiting = listed(&company, HandFilter::default()).await;
        let [row] = waiting.as_slice() else { panic!("{waiting:?}") };
        assert_eq!((row.platform.as_str(), row.account.as_deref()), ("badges", Some("B-17")));
        assert_eq!((row.user_name.as_str(), row.overdue), ("jsmith", false));
        let of = |assignee: &str| HandFilter { assignee: Some(assignee.to_owned()), overdue: false };
        assert_eq!(listed(&company, of(FACILITIES)).await.len(), 1);
        assert_eq!(listed(&company, of("somebody@example.com")).await.len(), 0);
        let overdue = HandFilter { overdue: true, ..HandFilter::default() };
        assert_eq!(listed(&company, overdue.clone()).await.len(), 0);
        company.clock.advance(2 * DAY_MS);
        assert_eq!(listed(&company, overdue).await.len(), 1);

        let before = company.log_head().await;
        for bad in ["", " ", &"x".repeat(501)] {
            let refused = company.app.confirm_step(&company.console, &id, step.no, bad).await;
            assert!(matches!(refused, Err(Error::Invalid { field: "evidence", .. })), "{refused:?}");
        }
        assert_eq!(company.log_head().await, before);
        let confirm = || company.app.confirm_step(&company.console, &id, step.no, " In the safe ");
        let (offboarding, steps) = confirm().await.expect("confirmed");
        assert_eq!(offboarding.state, OffboardingState::Completed);
        let done = steps.iter().find(|step| !step.local).expect("a step");
        assert_eq!(done.note.as_deref(), Some("In the safe (confirmed by console)"));
        assert_eq!(company.log_kinds(before).await, ["step.done", "offboarding.completed"]);
        let accounts = company.detail("jsmith").await.accounts;
        assert_eq!(accounts[0].state, AccountState::Disabled, "{accounts:?}");
        assert!(listed(&company, HandFilter::default()).await.is_empty());
        assert!(matches!(confirm().await, Err(Error::Conflict(_))), "it is done already");
    });
}

#[test]
fn what_has_failed_may_be_confirmed_and_what_is_ours_may_not() {
    both(|company| async move {
        let platform = company.platform("training", r#"{"refuse":["j.smith"]}"#).await;
        let user = company.person("jsmith").await;
        company.account(user, platform, "j.smith").await;
        let started = deactivate(&company, "jsmith", None).await;
        let id = started.offboarding.id;
        let ready = started.steps.iter().find(|step| !step.local).expect("a step").no;
        let ours = started.steps.iter().find(|step| step.local).expect("a step").no;
        let confirm = async |no| company.app.confirm_step(&company.console, &id, no, "By phone").await;
        assert!(matches!(confirm(ready).await, Err(Error::Conflict(_))), "the engine is to do it");
        assert!(matches!(confirm(ours).await, Err(Error::Conflict(_))), "nobody's word is needed");
        company.engine.run_until_idle().await;
        let (_, steps) = confirm(ready).await.expect("it has failed");
        let step = steps.iter().find(|step| step.no == ready).expect("a step");
        assert_eq!(
            (step.state, step.note.as_deref()),
            (StepState::Done, Some("By phone (confirmed by console)"))
        );
    });
}

#[test]
fn lists_go_page_by_page_the_most_urgent_first() {
    both(|company| async move {
        let platform = badge(&company, "badges", FACILITIES).await;
        let mut expected = Vec::new();
        for n in 0..7_i64 {
            let name = format!("leaver{n}");
            let user = company.person(&name).await;
            company.account(user, platform, &name).await;
            deactivate(&company, &name, None).await;
            expected.push(name);
            company.clock.advance(n % 2);
        }
        for limit in 1..=8 {
            let (mut found, mut after) = (Vec::new(), None);
            loop {
                let filter = HandFilter::default();
                let page = company.app.steps_by_hand(&company.console, &filter, after, limit).await;
                let page = page.expect("a page");
                after = page.rows.last().map(exeunt::app::HandStep::key);
                found.extend(page.rows.into_iter().map(|row| row.user_name));
                if !page.more {
                    break;
                }
            }
            assert_eq!(found, expected, "by {limit}");
        }
    });
}

#[test]
fn people_hear_of_a_step_when_it_is_ready_when_it_is_due_and_once_a_day() {
    both(|company| async move {
        let tomorrow = company.clock.now_ms() + DAY_MS;
        let started = leaver(&company, Some(tomorrow)).await;
        assert_eq!(started.offboarding.state, OffboardingState::Scheduled);
        assert!(listed(&company, HandFilter::default()).await.is_empty(), "its time has not come");
        let other = company.second_node();
        let before = company.log_head().await;
        let mut said = Vec::new();
        for hour in 0..=7 * 24 {
            if company.app.remind(100).await.expect("reminders") > 0 {
                said.push(hour);
                assert_eq!(other.remind(100).await.expect("reminders"), 0, "another node says nothing again");
            }
            company.clock.advance(3_600_000);
        }
        assert_eq!(said, [24, 24 + 48, 24 + 72, 24 + 96, 24 + 120, 24 + 144], "hours");
        let log = company.log_kinds(before).await;
        assert_eq!(log[..2], ["step.reminded", "offboarding.blocked"]);
        assert!(log[2..].iter().all(|kind| kind == "step.reminded"), "{log:?}");
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assignee_with_an_address_gets_a_mail() {
    let mut sink = Sink::start("plain", None);
    let url = format!("smtp://127.0.0.1:{}", sink.port);
    let options = AppOptions { mailer: Some(mailer(&url, None, 10_000)), ..AppOptions::default() };
    let company = Company::with(Home::sqlite(), options).await;
    let id = leaver(&company, None).await.offboarding.id;
    assert_eq!(company.app.remind(100).await, Ok(1));
    let mail = sink.mail();
    assert_eq!(mail["recipients"], json!([FACILITIES]));
    assert_eq!(mail["headers"]["Subject"], "disable jsmith on badges");
    let text = mail["text"].as_str().expect("a text").replace("\r\n", "\n").replace(&id.0, "ID");
    let expected = "\
jsmith leaves, and badges needs a person for one step.

What to do: disable
Platform:   badges
User:       jsmith (jsmith@example.com)
Account:    B-17
Tenant:     default
Due:        2026-11-24T00:00:00Z

Take the badge back and lock it.

When it is done:

exeunt step confirm ID 2 --evidence 'HOW YOU KNOW'";
    assert_eq!(text.trim_end(), expected);
    company.clock.advance(2 * DAY_MS);
    assert_eq!(company.app.remind(100).await, Ok(1));
    assert_eq!(sink.mail()["headers"]["Subject"], "Overdue: disable jsmith on badges");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_that_fails_is_repeated_with_the_next_reminder() {
    let sink = Sink::start("plain", None);
    let url = format!("smtp://127.0.0.1:{}", sink.port);
    let options = AppOptions { mailer: Some(mailer(&url, None, 10_000)), ..AppOptions::default() };
    let company = Company::with(Home::sqlite(), options).await;
    let platform = badge(&company, "badges", "later@example.com").await;
    let user = company.person("jsmith").await;
    company.account(user, platform, "B-17").await;
    deactivate(&company, "jsmith", None).await;
    let before = company.log_head().await;
    assert_eq!(company.app.remind(100).await, Ok(1), "the log has it, whatever the mail server says");
    assert_eq!(company.app.remind(100).await, Ok(0));
    company.clock.advance(2 * DAY_MS);
    assert_eq!(company.app.remind(100).await, Ok(1));
    assert_eq!(company.log_kinds(before).await, ["step.reminded", "step.reminded"]);
}
