//! Roles that are never touched, and sessions that are ended.

use connectors::conformance::order;
use domain::outcome::Fault;
use domain::{Action, Outcome};
use serde_json::json;

use super::ground::{Ground, signed_in};
use super::{assert_done, assert_refused, outcome};

#[tokio::test]
async fn protected_roles_are_left_alone() {
    let mut ground = Ground::new();
    let user = ground.role("exeunt", "LOGIN SUPERUSER").await;
    let (root, named) = (ground.role("root", "LOGIN SUPERUSER").await, ground.role("named", "LOGIN").await);
    let careful = ground.connector(&user, json!({ "protect": [named] }));
    let bold = ground.connector(&user, json!({ "superusers": true }));
    let actions = [Action::Disable, Action::Enable, Action::EndSessions, Action::Transfer, Action::Delete];
    for (role, why) in [
        (user.as_str(), "it is our own"),
        ("postgres", "the superuser that the server was made with"),
        ("pg_signal_backend", "one of PostgreSQL's own"),
        (named.as_str(), "settings protect it"),
        (root.as_str(), "settings leave superusers alone"),
    ] {
        let id = ground.id(role).await;
        for action in actions {
            assert_refused(&outcome(&*careful, &order(action, &id)).await, why);
        }
        let touched = outcome(&*bold, &order(Action::Disable, &id)).await;
        let may_be = role == named || role == root;
        assert_eq!(matches!(touched, Outcome::Done { .. }), may_be, "{touched:?}");
    }
}

#[tokio::test]
async fn sessions_end_in_every_database_and_nobody_elses_do() {
    let mut ground = Ground::new();
    let user = ground.role("exeunt", "LOGIN CREATEROLE IN ROLE pg_signal_backend").await;
    let (leaver, other) = (ground.role("leaver", "LOGIN").await, ground.role("other", "LOGIN").await);
    ground.entrust(&user, &[&leaver]).await;
    let mut sessions = Vec::new();
    for base in ["a", "b", "c"] {
        let database = ground.database(base).await;
        sessions.push(signed_in(&leaver, &database).await);
        sessions.push(signed_in(&leaver, &database).await);
    }
    // One that is at work.
    let busy = sessions.pop().expect("six");
    let work = tokio::spawn(async move { busy.batch_execute("SELECT pg_sleep(60)").await });
    let others = signed_in(&other, "postgres").await;
    let connector = ground.connector(&user, json!({}));
    let id = ground.id(&leaver).await;
    let ended = outcome(&*connector, &order(Action::EndSessions, &id)).await;
    let Outcome::Retry { reason, fault: Fault::Busy, .. } = &ended else { panic!("{ended:?}") };
    assert_eq!(*reason, format!("the sessions of role {id} were ended, but it may still sign in"));
    assert!(work.await.expect("no panic").is_err());
    for session in sessions {
        assert!(session.query_one("SELECT 1", &[]).await.is_err());
    }
    others.query_one("SELECT 1", &[]).await.expect("nobody else's");
    // A program that came back before the role was cut.
    let back = signed_in(&leaver, "postgres").await;
    assert_done(&outcome(&*connector, &order(Action::Disable, &id)).await, "has NOLOGIN");
    let ended = outcome(&*connector, &order(Action::EndSessions, &id)).await;
    assert_done(&ended, &format!("role {id} has 0 open sessions (pg_stat_activity)"));
    assert!(back.query_one("SELECT 1", &[]).await.is_err());
}

#[tokio::test]
async fn without_the_right_to_it_the_server_says_so() {
    let mut ground = Ground::new();
    let (user, leaver) = (ground.role("nobody", "LOGIN").await, ground.role("leaver", "LOGIN").await);
    let session = signed_in(&leaver, "postgres").await;
    let connector = ground.connector(&user, json!({}));
    let id = ground.id(&leaver).await;
    for action in [Action::Disable, Action::EndSessions, Action::Delete] {
        assert_refused(&outcome(&*connector, &order(action, &id)).await, "42501");
    }
    session.query_one("SELECT 1", &[]).await.expect("still there");
}
