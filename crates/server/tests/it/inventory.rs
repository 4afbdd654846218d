//! See the module list in `main.rs`.

use std::net::SocketAddr;

use domain::{
    AccountState, Action, Error, Goal, OffboardingId, OffboardingState, PlatformId, Role, StepState,
    UserState,
};
use exeunt::app::{InventoryPlace, InventoryRow, Link, Linked, NewUser, Preview, Start, UserRef, Whose};
use serde_json::json;

use crate::fixture::Company;
use crate::home::both;
use crate::wiki::Wiki;

async fn with_wiki(company: &Company) -> (Wiki, PlatformId) {
    let wiki = Wiki::default();
    let platform = Wiki::declare(company, wiki.serve().await, json!({})).await;
    (wiki, platform)
}

async fn gone(company: &Company, user_name: &str, goal: Goal) -> exeunt::app::Started {
    let start = Start::new(goal, vec![UserRef::Name(user_name.to_owned())]);
    company.app.start(&company.console, start).await.expect("accepted").remove(0)
}

async fn all(company: &Company, limit: usize, owned: bool) -> Vec<InventoryRow> {
    let (mut rows, mut place) = (Vec::new(), Some(InventoryPlace::default()));
    while let Some(from) = place {
        let page = company.app.inventory(&company.console, "wiki", from, limit, owned).await.expect("a page");
        assert!(page.rows.len() <= limit);
        rows.extend(page.rows);
        place = page.next;
    }
    rows
}

/// `LOGIN: WORD of USER`, and a `!` for who was left behind.
fn shown(rows: &[InventoryRow]) -> Vec<String> {
    let row = |row: &InventoryRow| {
        let user = row.whose.user().map_or(String::new(), |user| format!(" of {}", user.user_name));
        let left = if row.is_left_behind() { "!" } else { "" };
        format!("{}: {}{user}{left}", row.account.user_name, row.whose.word())
    };
    rows.iter().map(row).collect()
}

#[test]
fn accounts_are_matched_by_what_is_known_and_then_by_the_rules() {
    both(|company| async move {
        let (wiki, platform) = with_wiki(&company).await;
        for name in ["jsmith", "kjones", "lmiller"] {
            company.person(name).await;
        }
        let known = company.person("mbrown").await;
        company.account(known, platform, "4").await;
        gone(&company, "lmiller", Goal::Deactivate).await;
        wiki.account(1, "JSmith", "active", &["a", "b"]);
        wiki.account(2, "nobody", "active", &[]);
        wiki.account(3, "lmiller", "active", &[]);
        wiki.account(4, "another.name", "blocked", &[]);
        wiki.account(5, "kjones", "active", &[]);
        wiki.account(6, "mbrown", "active", &[]);
        for limit in [1, 2, 500] {
            let rows = all(&company, limit, false).await;
            let expected = [
                "JSmith: matched of jsmith",
                "nobody: unmatched",
                "lmiller: matched of lmiller!",
                "another.name: matched of mbrown",
                "kjones: matched of kjones",
                "mbrown: ambiguous",
            ];
            assert_eq!(shown(&rows), expected, "by {limit}");
            let reason = Whose::Several { reason: "mbrown is known to have account 4 there".to_owned() };
            assert_eq!(rows[5].whose, reason);
            assert!(rows[0].owned.is_none());
        }
        let rows = all(&company, 500, true).await;
        let owned = rows[0].owned.as_ref().expect("told").as_ref().expect("told");
        assert_eq!((owned[0].kind.as_str(), owned[0].count, owned[0].names.len()), ("page", 2, 2));
    });
}

/// By every column of ours; whoever was removed counts only where nobody else fits.
#[test]
fn every_rule_is_asked_in_one_look_at_the_store() {
    both(|company| async move {
        let wiki = Wiki::default();
        let rules = json!({ "match": ["user_name", "guid=user_name", "external_id=id"] });
        Wiki::declare(&company, wiki.serve().await, rules).await;
        let numbered = |name: &str, id: &str| NewUser {
            password: None,
            external_id: Some(id.to_owned()),
            ..Company::new_user(name, Role::None)
        };
        company.add(numbered("by.number", "1")).await;
        company.add(numbered("long.gone", "2")).await;
        gone(&company, "long.gone", Goal::Remove).await;
        company.person("by.guid").await;
        let guid = company.detail("by.guid").await.user.guid;
        company.person("rehired").await;
        gone(&company, "rehired", Goal::Remove).await;
        let again = company.person("Rehired").await;
        wiki.account(1, "a", "active", &[]);
        wiki.account(2, "b", "active", &[]);
        wiki.account(3, &guid.to_uppercase(), "active", &[]);
        wiki.account(4, "rehired", "active", &[]);
        let rows = all(&company, 500, false).await;
        let guid = guid.to_uppercase();
        let expected = [
            "a: matched of by.number".to_owned(),
            "b: matched of long.gone!".to_owned(),
            format!("{guid}: matched of by.guid"),
            "rehired: matched of Rehired".to_owned(),
        ];
        assert_eq!(shown(&rows), expected);
        assert_eq!(rows[3].whose.user().map(|user| user.id), Some(again));
    });
}

#[test]
fn two_who_fit_are_nobody() {
    both(|company| async move {
        let (wiki, _) = with_wiki(&company).await;
        company.person("jsmith").await;
        let other = NewUser {
            email: "jsmith@example.com".to_owned(),
            password: None,
            ..Company::new_user("kjones", Role::None)
        };
        company.add(other).await;
        wiki.account(1, "jsmith", "active", &[]);
        let rows = all(&company, 500, false).await;
        assert_eq!(rows[0].whose, Whose::Several { reason: "jsmith and kjones fit".to_owned() });
    });
}

#[test]
fn whose_a_known_account_is_never_changes() {
    both(|company| async move {
        let (wiki, platform) = with_wiki(&company).await;
        let (smith, jones) = (company.person("jsmith").await, company.person("kjones").await);
        let removed = company.person("gone").await;
        gone(&company, "gone", Goal::Remove).await;
        company.account(jones, platform, "1").await;
        wiki.account(1, "jsmith", "active", &[]);
        let link = |id: &str, user| Link { remote_id: id.to_owned(), user, state: AccountState::Active };
        let links =
            vec![link("1", smith), link("2", smith), link("2", jones), link("?x", smith), link("3", removed)];
        let before = company.log_head().await;
        let linked = company.app.link_accounts(&company.console, "wiki", links.clone()).await;
        assert_eq!(linked, Ok(Linked { linked: 1, left: 4 }));
        assert_eq!(company.log_kinds(before).await, ["account.linked"]);
        let again = company.app.link_accounts(&company.console, "wiki", links).await;
        assert_eq!(again, Ok(Linked { linked: 0, left: 5 }));
        assert_eq!(company.log_kinds(before).await.len(), 1, "nothing was changed");
        let ids = |detail: exeunt::app::UserDetail| -> Vec<String> {
            detail.accounts.into_iter().map(|account| account.remote_id).collect()
        };
        assert_eq!(ids(company.detail("jsmith").await), ["2"]);
        assert_eq!(ids(company.detail("kjones").await), ["1"]);
    });
}

#[test]
fn a_leaver_is_found_cut_and_known_from_then_on() {
    both(|company| async move {
        let (wiki, _) = with_wiki(&company).await;
        company.person("jsmith").await;
        wiki.account(7, "jsmith", "active", &[]);
        let id = gone(&company, "jsmith", Goal::Deactivate).await.offboarding.id;
        company.engine.run_until_idle().await;
        assert_eq!(wiki.state_of(7), "blocked");
        let detail = company.app.offboarding(&company.console, &id).await.expect("it is there");
        assert_eq!(detail.offboarding.state, OffboardingState::Completed);
        let step = detail.steps.iter().find(|step| !step.local).expect("a step");
        assert_eq!(detail.account_of(step), Some("7"), "though the plan did not know it");
        let accounts = company.detail("jsmith").await.accounts;
        assert_eq!((accounts[0].remote_id.as_str(), accounts[0].state), ("7", AccountState::Disabled));
    });
}

/// An import may be stale or mistyped: that the account it names is not there says nothing of the person.
#[test]
fn whoever_is_not_where_we_thought_may_be_elsewhere() {
    both(|company| async move {
        let (wiki, platform) = with_wiki(&company).await;
        let leaver = company.person("jsmith").await;
        company.account(leaver, platform, "9").await;
        wiki.account(7, "jsmith", "active", &[]);
        let id = gone(&company, "jsmith", Goal::Deactivate).await.offboarding.id;
        company.engine.run_until_idle().await;
        assert_eq!(wiki.state_of(7), "active");
        let expected = "account 7 is not clearly theirs: jsmith is known to have account 9 there";
        assert_eq!(refusal(&company, &id).await, expected, "a person must say which it is");
    });
}

#[test]
fn a_platform_whose_secret_is_not_there_is_held() {
    both(|company| async move {
        let new = exeunt::app::NewPlatform {
            name: "play".to_owned(),
            kind: domain::PlatformKind::Netex,
            settings: json!({ "url": "http://127.0.0.1:9", "token": "file:missing" }).to_string(),
            max_in_flight: None,
            terms: domain::Terms::default(),
        };
        company.app.apply_platforms(&company.console, vec![new]).await.expect("only the form is looked at");
        company.person("jsmith").await;
        let id = gone(&company, "jsmith", Goal::Deactivate).await.offboarding.id;
        company.engine.run_until_idle().await;
        let detail = company.app.offboarding(&company.console, &id).await.expect("it is there");
        let step = detail.steps.iter().find(|step| !step.local && step.hand.is_none()).expect("a step");
        assert_eq!((step.state, step.tries()), (StepState::Ready, 0), "it waits, and loses no attempt");
        let note = step.note.as_deref().unwrap_or_default();
        assert!(note.starts_with("blocked: credentials: token: "), "{note}");
    });
}

#[test]
fn an_account_that_is_known_as_somebody_elses_is_not_touched() {
    both(|company| async move {
        let (wiki, platform) = with_wiki(&company).await;
        company.person("jsmith").await;
        let other = company.person("kjones").await;
        company.account(other, platform, "7").await;
        wiki.account(7, "jsmith", "active", &[]);
        let id = gone(&company, "jsmith", Goal::Deactivate).await.offboarding.id;
        company.engine.run_until_idle().await;
        assert_eq!(wiki.state_of(7), "active");
        let detail = company.app.offboarding(&company.console, &id).await.expect("it is there");
        let step = detail.steps.iter().find(|step| !step.local).expect("a step");
        assert_eq!(step.state, StepState::Failed);
        assert_eq!(step.note.as_deref(), Some("account 7 is known as kjones's"));
    });
}

/// Of the one step elsewhere: nothing was done, and why.
async fn refusal(company: &Company, id: &OffboardingId) -> String {
    company.engine.run_until_idle().await;
    let detail = company.app.offboarding(&company.console, id).await.expect("it is there");
    let step = detail.steps.iter().find(|step| !step.local).expect("a step");
    assert_eq!(step.state, StepState::Failed, "{step:?}");
    step.note.clone().expect("a reason")
}

#[test]
fn an_account_that_fits_somebody_else_as_well_is_not_touched() {
    both(|company| async move {
        let (wiki, _) = with_wiki(&company).await;
        company.person("kjones").await;
        let email = "kjones@example.com".to_owned();
        company.add(NewUser { email, ..Company::new_user("jsmith", Role::None) }).await;
        wiki.account(7, "kjones", "active", &[]);
        let id = gone(&company, "jsmith", Goal::Deactivate).await.offboarding.id;
        let said = refusal(&company, &id).await;
        assert_eq!(said, "account 7 is not clearly theirs: jsmith and kjones fit");
        assert_eq!(wiki.state_of(7), "active");
        assert_eq!(company.detail("jsmith").await.accounts, []);
    });
}

#[test]
fn an_account_of_whoever_has_the_name_now_is_not_touched() {
    both(|company| async move {
        let wiki = Wiki::default();
        Wiki::declare(&company, wiki.serve().await, json!({ "leave_out": ["delete", "transfer"] })).await;
        company.person("jsmith").await;
        let id = gone(&company, "jsmith", Goal::Remove).await.offboarding.id;
        company.person("jsmith").await;
        wiki.account(7, "jsmith", "active", &[]);
        let said = refusal(&company, &id).await;
        assert_eq!(said, "account 7 may be jsmith's, who has that name or address now");
        assert_eq!(wiki.state_of(7), "active");
    });
}

#[test]
fn what_is_agreed_now_counts_not_what_was_when_the_plan_was_made() {
    both(|company| async move {
        let wiki = Wiki::default();
        let address = wiki.serve().await;
        for (terms, said) in [
            (json!({ "by_hand": ["disable"] }), "a person must disable there now"),
            (json!({ "leave_out": ["disable"] }), "disable is not asked for there any more"),
        ] {
            Wiki::declare(&company, address, json!({})).await;
            let name = format!("leaver{}", said.len());
            company.person(&name).await;
            wiki.account(said.len() as u64, &name, "active", &[]);
            let id = gone(&company, &name, Goal::Deactivate).await.offboarding.id;
            Wiki::declare(&company, address, terms).await;
            let told = refusal(&company, &id).await;
            assert_eq!(told, format!("wiki was declared anew since: {said}"));
            assert_eq!(wiki.state_of(said.len() as u64), "active");
        }
    });
}

/// A person is not sent to a platform where nobody is.
#[test]
fn where_nobody_is_no_person_has_anything_to_do() {
    both(|company| async move {
        let wiki = Wiki::default();
        let terms = json!({ "by_hand": ["delete", "transfer"] });
        Wiki::declare(&company, wiki.serve().await, terms).await;
        company.person("jsmith").await;
        company.person("kjones").await;
        let start = Start::new(Goal::Remove, vec![UserRef::Name("jsmith".to_owned())]);
        let heir = exeunt::app::HeirRef::User(UserRef::Name("kjones".to_owned()));
        let started =
            company.app.start(&company.console, Start { heir, ..start }).await.expect("accepted").remove(0);
        let by_hand = started.steps.iter().filter(|step| step.hand.is_some()).count();
        assert_eq!(by_hand, 2, "{:?}", started.steps);
        company.engine.run_until_idle().await;
        let detail =
            company.app.offboarding(&company.console, &started.offboarding.id).await.expect("it is there");
        assert_eq!(detail.offboarding.state, OffboardingState::Completed, "{:?}", detail.steps);
    });
}

async fn preview(company: &Company, users: &[&str], goal: Goal) -> Vec<Preview> {
    let users = users.iter().map(|name| UserRef::Name((*name).to_owned())).collect();
    let before = company.log_head().await;
    let previews = company.app.preview(&company.console, Start::new(goal, users)).await.expect("a plan");
    assert_eq!(company.log_head().await, before, "a plan changes nothing");
    previews
}

#[test]
fn a_plan_shows_what_is_there_now() {
    both(|company| async move {
        let (wiki, platform) = with_wiki(&company).await;
        let known = company.person("kjones").await;
        for name in ["jsmith", "lmiller", "pgreen"] {
            company.person(name).await;
        }
        company.account(known, platform, "2").await;
        wiki.account(1, "jsmith", "active", &["Plan", "Budget"]);
        wiki.account(2, "an.old.name", "blocked", &[]);
        wiki.account(3, "lmiller", "active", &[]);
        wiki.account(4, "lmiller", "active", &[]);
        let users = ["jsmith", "kjones", "lmiller", "pgreen"];
        let seen = preview(&company, &users, Goal::Deactivate).await;
        let place = |index: usize| &seen[index].places[0];
        let smith = place(0);
        assert_eq!((smith.account.as_deref(), smith.known, smith.seen), (Some("1"), false, true));
        assert_eq!(smith.state, AccountState::Active);
        let owned = smith.owned.as_ref().expect("told");
        assert_eq!((owned[0].kind.as_str(), owned[0].count), ("page", 2));
        assert_eq!(
            smith.left_out.iter().map(|(action, _)| *action).collect::<Vec<_>>(),
            [Action::EndSessions]
        );
        let jones = place(1);
        assert_eq!(
            (jones.account.as_deref(), jones.known, jones.state),
            (Some("2"), true, AccountState::Disabled)
        );
        let remark = |index: usize| place(index).remark.as_deref().unwrap_or_default();
        assert!(remark(2).starts_with("2 accounts fit, nothing was touched: "), "{}", remark(2));
        assert!(remark(3).starts_with("no account there has "), "{}", remark(3));
        assert_eq!(wiki.state_of(1), "active");
    });
}

#[test]
fn a_plan_says_what_it_could_not_see() {
    both(|company| async move {
        company.person("jsmith").await;
        // Nobody listens on a port that was given back.
        let nobody = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let address: SocketAddr = nobody.local_addr().expect("an address");
        drop(nobody);
        Wiki::declare(&company, address, json!({})).await;
        let seen = preview(&company, &["jsmith"], Goal::Deactivate).await;
        let remark = seen[0].places[0].remark.as_deref().unwrap_or_default();
        assert!(remark.starts_with("could not be looked at: "), "{remark}");
        let told = company.app.check_platform(&company.console, "wiki").await.expect("a check");
        assert!(!told.is_well() && !told.reachable, "{told:?}");
        let page = company.app.inventory(&company.console, "wiki", InventoryPlace::default(), 1, false).await;
        assert!(matches!(page, Err(Error::Platform(_))), "{page:?}");

        let mut many = Vec::new();
        for n in 0..21 {
            many.push(format!("user{n}"));
            company.person(&many[n]).await;
        }
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let unseen = preview(&company, &many, Goal::Deactivate).await;
        assert!(unseen.iter().all(|preview| preview.places.is_empty()));
        assert_eq!(unseen[0].unseen.as_deref(), Some("platforms are looked at for at most 20 users at once"));
        assert!(unseen.iter().all(|preview| preview.user.state == UserState::Active));
    });
}

#[test]
fn a_check_tells_who_we_are_there() {
    both(|company| async move {
        with_wiki(&company).await;
        let told = company.app.check_platform(&company.console, "wiki").await.expect("a check");
        assert!(told.is_well(), "{told:?}");
        assert_eq!((told.credentials, told.signed_in_as.as_deref()), (Some(true), Some("exeunt")));
    });
}
