//! Every kind of connector, its server killed after each change that it sends and before the answer comes: the next
//! life sees what was done, says how it is known, and does it once.
//!
//! The three vendors' products are played by a second Exeunt, which speaks their APIs; the service provider, the
//! directory and the database are real ones; the described API is the connectors' tests' own.

use domain::{Action, Goal, PlatformKind};
use exeunt::app::{ADMINISTRATOR, UserRef};
use serde_json::json;

use super::grounds::servers::{Provider, SECRET, Which};
use super::grounds::{DATABASE_PASSWORD, Database, directory, slapd, wiki};
use super::other::{Other, PASSWORD};
use super::trial::Trial;
use crate::home::run;

#[test]
fn crash_before_the_answer_of_commvault() {
    run(async {
        let other = Other::new().await;
        let settings = |port| {
            let url = format!("http://127.0.0.1:{port}/webconsole/api/");
            json!({ "url": url, "user_name": ADMINISTRATOR, "password": "file:secret" })
        };
        let trial = Trial::before(PlatformKind::Commvault, other.address(), http, settings, PASSWORD).await;
        trial.depart("jsmith", "kjones", &[Goal::Deactivate, Goal::Restore, Goal::Leave]).await;
        trial.check(&[Action::Disable, Action::Enable, Action::Delete]).await;
        other.check_removed("jsmith").await;
    });
}

#[test]
fn crash_before_the_answer_of_netex() {
    run(async {
        let other = Other::new().await;
        let administrator = UserRef::Name(ADMINISTRATOR.to_owned());
        let token = other.app.create_cloud_token(&other.console, &administrator).await.expect("a token").1;
        let settings = |port| json!({ "url": format!("http://127.0.0.1:{port}"), "token": "file:secret" });
        let trial = Trial::before(PlatformKind::Netex, other.address(), http, settings, &token).await;
        trial.depart("jsmith", "kjones", &[Goal::Deactivate, Goal::Restore, Goal::Leave]).await;
        trial.check(&[Action::Disable, Action::Enable, Action::Delete]).await;
        other.check_removed("jsmith").await;
    });
}

#[test]
fn crash_before_the_answer_of_appviewx() {
    run(async {
        let other = Other::new().await;
        let settings = |port| {
            let url = format!("http://127.0.0.1:{port}");
            json!({ "url": url, "user_name": ADMINISTRATOR, "password": "file:secret" })
        };
        let trial = Trial::before(PlatformKind::Appviewx, other.address(), http, settings, PASSWORD).await;
        trial.depart("jsmith", "kjones", &[Goal::Remove]).await;
        trial.check(&[Action::Delete]).await;
        other.check_removed("jsmith").await;
    });
}

#[test]
fn crash_before_the_answer_of_a_service_provider() {
    run(async {
        let ground = Provider::new(Which::Scim2);
        for name in ["jsmith", "kjones"] {
            ground.user(name, &format!("{name}@example.com")).await;
        }
        let settings = |port| {
            let front = format!("http://127.0.0.1:{port}");
            ground.settings(&json!({ "base_url": ground.below(&front) }))
        };
        let trial = Trial::before(PlatformKind::Scim, ground.address(), http, settings, SECRET).await;
        trial.depart("jsmith", "kjones", &[Goal::Deactivate, Goal::Restore, Goal::Leave]).await;
        trial.check(&[Action::Disable, Action::Enable, Action::Delete]).await;
    });
}

#[test]
fn crash_before_the_answer_of_a_described_api() {
    run(async {
        let (ground, _wiki) = wiki::wiki().await;
        let settings = |port| {
            let mut settings = wiki::description(&format!("http://127.0.0.1:{port}"));
            settings["authentication"]["secret"] = json!("file:secret");
            settings
        };
        let trial = Trial::before(PlatformKind::Http, ground.address(), http, settings, wiki::TOKEN).await;
        trial.depart("user_01", "kjones", &[Goal::Deactivate, Goal::Restore, Goal::Leave]).await;
        let all = [
            Action::Disable,
            Action::Enable,
            Action::EndSessions,
            Action::Transfer,
            Action::Release,
            Action::Delete,
        ];
        trial.check(&all).await;
    });
}

#[test]
fn crash_before_the_answer_of_a_directory() {
    run(async {
        let ground = directory();
        let settings = |port| ground.settings(&json!({ "url": format!("ldap://127.0.0.1:{port}") }));
        let settings = |port| {
            let mut settings = settings(port);
            settings["bind"]["password"] = json!("file:secret");
            settings
        };
        let backend = ([127, 0, 0, 1], ground.port).into();
        let trial = Trial::before(PlatformKind::Ldap, backend, ldap, settings, slapd::PASSWORD).await;
        trial.depart("u0001", "u0002", &[Goal::Deactivate, Goal::Restore, Goal::Leave]).await;
        trial.check(&[Action::Disable, Action::Enable, Action::Transfer, Action::Delete]).await;
        assert!(!ground.exists(&slapd::person(1)), "the entry is gone");
        for managed in [3, 4] {
            assert_eq!(ground.values(&slapd::person(managed), "manager"), [slapd::person(2)]);
        }
    });
}

#[test]
fn crash_before_the_answer_of_a_database() {
    run(async {
        let ground = Database::new().await;
        let settings = |port| ground.settings(port);
        let kind = PlatformKind::Postgres;
        let trial = Trial::before(kind, Database::backend(), sql, settings, DATABASE_PASSWORD).await;
        trial.depart(&ground.leaver, &ground.heir, &[Goal::Deactivate, Goal::Restore, Goal::Leave]).await;
        let all = [Action::Disable, Action::Enable, Action::EndSessions, Action::Transfer, Action::Delete];
        trial.check(&all).await;
        ground.check_handed_over().await;
    });
}

/// Method and path of a request that changes something: signing in and searching do not.
fn http(question: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(question);
    let line = text.lines().next()?;
    let (method, target) = line.strip_suffix(" HTTP/1.1")?.split_once(' ')?;
    let path = target.split('?').next()?.to_lowercase();
    let harmless = ["login", "logout", "whoami", "search"].iter().any(|word| path.contains(word));
    (method != "GET" && !harmless).then(|| format!("{method} {target}"))
}

/// A modification, renaming or deletion, without the number that the message has: RFC 4511 section 4.1.1.
fn ldap(question: &[u8]) -> Option<String> {
    const CHANGES: [u8; 3] = [0x66, 0x6c, 0x4a];
    let [0x30, length, rest @ ..] = question else { return None };
    let rest = if *length > 0x80 { rest.get(usize::from(length - 0x80)..)? } else { rest };
    let [0x02, number, rest @ ..] = rest else { return None };
    let operation = rest.get(usize::from(*number)..)?;
    CHANGES.contains(operation.first()?).then(|| operation.escape_ascii().to_string())
}

/// The statement, from its verb on.
fn sql(question: &[u8]) -> Option<String> {
    const VERBS: [&str; 6] =
        ["ALTER ROLE", "REASSIGN OWNED", "DROP OWNED", "DROP ROLE", "pg_terminate_backend", "ALTER DEFAULT"];
    let text = String::from_utf8_lossy(question);
    let at = VERBS.iter().filter_map(|verb| text.find(verb)).min()?;
    Some(text[at..].trim_end_matches('\0').to_owned())
}
