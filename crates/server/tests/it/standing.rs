//! A request that is under way when its caller is cut changes nothing any more. On both databases.

use domain::{Error, Goal, OffboardingId, PlatformKind, Policy, Role};
use exeunt::app::{
    Caller, GroupRef, Life, NewAccessToken, NewGroup, NewPlatform, NewToken, NewUser, Seat, SeatChange,
    Start, UserChange, UserRef,
};
use secrecy::SecretString;

use crate::fixture::Company;
use crate::home::both;

fn named(user_name: &str) -> UserRef {
    UserRef::Name(user_name.to_owned())
}

fn new_token(name: &str) -> NewToken {
    NewToken { name: name.to_owned(), role: Role::None, user: None, expires_ms: None }
}

fn email() -> UserChange {
    UserChange { email: Some("x@example.com".to_owned()), ..UserChange::default() }
}

/// Every operation that writes on behalf of a caller.
async fn all_writers(company: &Company, caller: &Caller) -> Vec<(&'static str, Result<(), Error>)> {
    let app = &company.app;
    let (jsmith, ops) = (named("jsmith"), GroupRef::Name("Ops".to_owned()));
    let password = SecretString::from("another horse");
    let group = NewGroup { name: "New".to_owned(), description: String::new() };
    let platform = NewPlatform {
        name: "new".to_owned(),
        kind: PlatformKind::Simulated,
        settings: "{}".to_owned(),
        max_in_flight: None,
        terms: domain::Terms::default(),
    };
    let access = NewAccessToken { name: "new".to_owned(), life: Life::Once { until_ms: None } };
    let cut = Start::new(Goal::Deactivate, vec![jsmith.clone()]);
    let member = vec![jsmith.clone()];
    let nothing = OffboardingId("none".to_owned());
    vec![
        ("create_user", app.create_user(caller, NewUser::named("new")).await.map(drop)),
        ("update_user", app.update_user(caller, &jsmith, email()).await.map(drop)),
        ("set_password", app.set_password(caller, &jsmith, &password).await),
        ("start", app.start(caller, cut).await.map(drop)),
        ("cancel", app.cancel(caller, &nothing, "why").await.map(drop)),
        ("create_group", app.create_group(caller, group).await.map(drop)),
        ("remove_group", app.remove_group(caller, &ops).await),
        (
            "change_seats",
            app.change_seats(caller, &ops, Seat::Member, SeatChange::Add, member).await.map(drop),
        ),
        ("create_token", app.create_token(caller, new_token("new")).await.map(drop)),
        ("revoke_token", app.revoke_token(caller, 1).await),
        ("create_access_token", app.create_access_token(caller, access).await.map(drop)),
        ("create_cloud_token", app.create_cloud_token(caller, &named("operator")).await.map(drop)),
        ("revoke_cloud_token", app.revoke_cloud_token(caller, &named("operator")).await),
        ("create_client", app.create_client(caller, &jsmith).await.map(drop)),
        ("renew_client_secret", app.renew_client_secret(caller, &jsmith).await.map(drop)),
        ("delete_client", app.delete_client(caller, &jsmith).await),
        ("unlock", app.unlock(caller, vec![jsmith.clone()]).await.map(drop)),
        ("set_policy", app.set_policy(caller, Policy::default()).await),
        ("apply_platforms", app.apply_platforms(caller, vec![platform]).await.map(drop)),
    ]
}

async fn all_are_refused(company: &Company, caller: &Caller, expected: &Error) {
    let head = company.log_head().await;
    for (writer, result) in all_writers(company, caller).await {
        assert_eq!(result.as_ref().err(), Some(expected), "{writer}");
    }
    assert_eq!(company.log_head().await, head, "nothing was changed");
}

/// A company with somebody to act on, and an administrator's session.
async fn signed_in(company: &Company) -> Caller {
    company.person("jsmith").await;
    company.group("Ops").await;
    company.user("boss", Role::Admin).await;
    let session = company.session("boss").await;
    company.app.authenticate(&session).await.expect("a caller")
}

#[test]
fn whoever_was_cut_writes_nothing() {
    both(|company| async move {
        let boss = signed_in(&company).await;
        let cut = Start::new(Goal::Deactivate, vec![named("boss")]);
        company.app.start(&company.console, cut).await.expect("cut");
        all_are_refused(&company, &boss, &Error::BadCredential).await;
    });
}

#[test]
fn a_session_that_a_new_password_ended_writes_nothing() {
    both(|company| async move {
        let boss = signed_in(&company).await;
        let password = SecretString::from("another horse");
        company.app.set_password(&company.console, &named("boss"), &password).await.expect("set");
        all_are_refused(&company, &boss, &Error::BadCredential).await;
    });
}

#[test]
fn a_token_that_was_revoked_writes_nothing() {
    both(|company| async move {
        signed_in(&company).await;
        let secret = company.token("boss").await;
        let boss = company.app.authenticate(&secret).await.expect("a caller");
        let tokens = company.app.tokens(&company.console, 0, 10).await.expect("tokens").rows;
        company.app.revoke_token(&company.console, tokens[0].id).await.expect("revoked");
        all_are_refused(&company, &boss, &Error::BadCredential).await;
    });
}

#[test]
fn a_role_that_was_taken_is_of_no_use() {
    both(|company| async move {
        let boss = signed_in(&company).await;
        let demoted = UserChange { role: Some(Role::None), ..UserChange::default() };
        company.app.update_user(&company.console, &named("boss"), demoted).await.expect("demoted");
        all_are_refused(&company, &boss, &Error::Forbidden).await;
    });
}

#[test]
fn what_a_token_makes_ends_with_it_and_some_make_nothing() {
    both(|company| async move {
        let boss = signed_in(&company).await;
        let app = &company.app;
        let until_ms = Some(company.clock.now_ms() + 60_000);
        let ends = NewToken { role: Role::Admin, expires_ms: until_ms, ..new_token("ends") };
        let (parent, secret) = app.create_token(&boss, ends).await.expect("a token");
        let by_token = app.authenticate(&secret).await.expect("a caller");
        let (child, _) = app.create_token(&by_token, new_token("child")).await.expect("a child");
        assert_eq!(child.expires_ms, until_ms, "no longer than what it was made with");
        app.revoke_token(&boss, parent.id).await.expect("revoked");
        let left = app.tokens(&boss, 0, 10).await.expect("tokens").rows;
        assert!(left.iter().all(|token| token.id != child.id), "the child has ended too");

        let (_, cloud) = app.create_cloud_token(&boss, &named("boss")).await.expect("a cloud token");
        let by_cloud = app.authenticate(&cloud).await.expect("a caller");
        let made = [
            app.create_token(&by_cloud, new_token("new")).await.map(drop),
            app.create_cloud_token(&by_cloud, &named("operator")).await.map(drop),
            app.create_client(&by_cloud, &named("jsmith")).await.map(drop),
        ];
        for made in made {
            assert_eq!(made, Err(Error::Forbidden));
        }
    });
}

/// Two columns, each unique by itself: only a lock keeps one's name from becoming another's id at the same time.
#[test]
fn a_name_and_an_external_id_never_become_the_same_at_once() {
    both(|company| async move {
        for turn in 0..10 {
            let clash = format!("clash{turn}");
            let (a, b) = (format!("a{turn}"), format!("b{turn}"));
            company.person(&a).await;
            company.person(&b).await;
            let name = exeunt::app::NewName::Exactly(clash.clone());
            let renamed = UserChange { user_name: Some(name), ..UserChange::default() };
            let known_as = UserChange { external_id: Some(clash), ..UserChange::default() };
            let (a, b) = (named(&a), named(&b));
            let (a, b) = tokio::join!(
                company.app.update_user(&company.console, &a, renamed),
                company.app.update_user(&company.console, &b, known_as),
            );
            assert!(a.is_ok() ^ b.is_ok(), "exactly one: {:?} {:?}", a.err(), b.err());
        }
    });
}
