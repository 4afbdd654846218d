//! Finding accounts, and never taking one that cannot be seen for one that has gone.

use connectors::Failure;
use connectors::conformance::order;
use domain::correlation::Theirs;
use domain::{Action, Outcome};
use serde_json::json;

use super::slapd::{SERVICE, SUFFIX, Shape, Slapd, id, person};
use super::{attempt, attempt_order, refused};

const NO_LIMIT: &str =
    "limits dn.exact=\"cn=exeunt,dc=example,dc=com\" size.soft=500 size.hard=500 size.prtotal=unlimited";

fn people() -> Slapd {
    Slapd::start(&Shape { people: 5, ..Shape::default() })
}

#[tokio::test]
async fn a_wrong_base_proves_no_departure() {
    let slapd = people();
    for (settings, why) in [
        (json!({ "user_base": format!("ou=misspelt,{SUFFIX}") }), "does not exist there"),
        (json!({ "user_base": format!("ou=groups,{SUFFIX}") }), "no account at all is to be seen"),
        (json!({ "user_filter": "(objectClass=posixAccount)" }), "no account at all is to be seen"),
        (json!({ "leavers_ou": format!("ou=misspelt,{SUFFIX}") }), "does not exist there"),
        (json!({ "base": "dc=example,dc=org", "user_base": "dc=example,dc=org" }), "rc=32 (noSuchObject)"),
    ] {
        let connector = slapd.connector(&settings);
        for number in [1, 99] {
            // An entry that is found needs no further proof.
            if number == 1 && settings.get("user_filter").is_some() {
                continue;
            }
            let reason = refused(attempt(&*connector, Action::Delete, number).await);
            assert!(reason.contains(why), "{settings}: {reason}");
        }
        let found = connector.find(Theirs::UserName, "u0099").await;
        assert!(matches!(found, Err(Failure::Refused(_))), "{settings}: {found:?}");
    }
    let outcome = attempt_order(&*slapd.connector(&json!({})), &order(Action::Delete, "u0001")).await;
    assert!(refused(outcome).contains("has not the form of an entryUUID"));
    assert!(slapd.exists(&person(1)));
}

#[tokio::test]
async fn rights_that_are_missing_prove_no_departure() {
    let slapd = Slapd::start(&Shape {
        people: 5,
        rights: "access to dn.subtree=\"ou=people,dc=example,dc=com\" by anonymous auth by * none",
        ..Shape::default()
    });
    let connector = slapd.connector(&json!({}));
    let reason = refused(attempt(&*connector, Action::Delete, 1).await);
    assert!(reason.contains("does not exist there, or we may not see it"), "{reason}");
    let slapd = Slapd::start(&Shape {
        people: 5,
        rights: "access to dn.children=\"ou=people,dc=example,dc=com\" by anonymous auth by * none",
        ..Shape::default()
    });
    let connector = slapd.connector(&json!({}));
    let reason = refused(attempt(&*connector, Action::Delete, 1).await);
    assert!(reason.contains("our rights too few"), "{reason}");
}

#[tokio::test]
async fn a_leaver_who_was_moved_out_of_sight_has_not_gone() {
    let slapd = Slapd::start(&Shape {
        people: 5,
        rights: "access to dn.children=\"ou=leavers,dc=example,dc=com\"\n  \
                 by dn.exact=\"cn=exeunt,dc=example,dc=com\" =w by anonymous auth by * none",
        ..Shape::default()
    });
    let connector = slapd.connector(&json!({ "leavers_ou": format!("ou=leavers,{SUFFIX}") }));
    let outcome = attempt(&*connector, Action::Delete, 99).await;
    assert!(matches!(outcome, Outcome::AlreadyDone { .. }), "there are no leavers yet: {outcome:?}");
    let outcome = attempt(&*connector, Action::Disable, 1).await;
    let Outcome::Unknown { reason } = outcome else { panic!("{outcome:?}") };
    assert!(reason.contains("we may see none of them"), "{reason}");
    let reason = refused(attempt(&*connector, Action::Delete, 1).await);
    assert!(reason.contains("we may see none of them"), "{reason}");
}

#[tokio::test]
async fn values_are_never_read_as_filters() {
    let slapd = people();
    slapd.add(&format!(
        "dn: uid=a*(b)\\\\c,ou=people,{SUFFIX}\nobjectClass: inetOrgPerson\nuid: a*(b)\\c\ncn: Odd\nsn: Odd\n"
    ));
    let connector = slapd.connector(&json!({}));
    for (value, found) in [("*", 0), ("u*", 0), ("u0001)(uid=u0002", 0), ("u0001", 1), ("a*(b)\\c", 1)] {
        let accounts = connector.find(Theirs::UserName, value).await.expect("an answer");
        assert_eq!(accounts.len(), found, "{value}: {accounts:?}");
    }
}

#[tokio::test]
async fn accounts_are_found_by_every_field() {
    let slapd = people();
    slapd.modify(&format!("dn: {}\nchangetype: modify\nadd: mail\nmail: Second@Example.com\n", person(1)));
    let connector = slapd.connector(&json!({}));
    for (field, value) in [
        (Theirs::Id, id(1).as_str()),
        (Theirs::UserName, "U0001"),
        (Theirs::Email, "u0001@example.com"),
        (Theirs::Email, "second@example.com"),
        (Theirs::ExternalId, "1"),
    ] {
        let found = connector.find(field, value).await.expect("an answer");
        assert_eq!(found.len(), 1, "{field:?} {value}");
        assert_eq!((found[0].id.as_str(), found[0].active), (id(1).as_str(), Some(true)));
        if field == Theirs::Email {
            // The value that was asked for is the one that is compared.
            assert_eq!(found[0].email.as_ref().map(|mail| mail.to_lowercase()).as_deref(), Some(value));
        }
    }
    super::done(attempt(&*connector, Action::Disable, 1).await);
    let found = connector.find(Theirs::UserName, "u0001").await.expect("an answer");
    assert_eq!(found[0].active, Some(false));
}

#[tokio::test]
async fn a_thousand_accounts_are_listed_past_the_servers_limit() {
    let slapd = Slapd::start(&Shape { people: 1_000, database: NO_LIMIT, ..Shape::default() });
    let connector = slapd.connector(&json!({ "leavers_ou": format!("ou=leavers,{SUFFIX}") }));
    let moved = super::done(attempt(&*connector, Action::Disable, 7).await);
    assert!(moved.contains("ou=leavers"), "{moved}");
    let first = connector.accounts(None).await.expect("a page");
    assert_eq!(first.accounts.len(), 500);
    // Another listing and other searches in between do not disturb it.
    let other = connector.accounts(None).await.expect("a page").next.expect("more");
    let (mut ids, mut next) = (first.accounts, first.next);
    let used = next.clone().expect("more");
    while let Some(cursor) = next {
        connector.inventory(&id(3)).await.expect("an inventory");
        let page = connector.accounts(Some(&cursor)).await.expect("a page");
        ids.extend(page.accounts);
        next = page.next;
    }
    let mut names: Vec<_> = ids.into_iter().map(|account| account.user_name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 1_000);
    connector.accounts(Some(&other)).await.expect("the other listing goes on");
    let again = connector.accounts(Some(&used)).await;
    assert!(matches!(again, Err(Failure::Refused(_))), "{again:?}");
}

#[tokio::test]
async fn half_a_list_is_none() {
    let slapd = Slapd::start(&Shape { people: 1_000, ..Shape::default() });
    let connector = slapd.connector(&json!({}));
    let first = connector.accounts(None).await.expect("a page");
    let second = connector.accounts(first.next.as_deref()).await;
    let Err(Failure::Refused(reason)) = second else { panic!("{second:?}") };
    assert!(reason.contains("rc=4 (sizeLimitExceeded)") && reason.contains("higher limit"), "{reason}");
}

#[tokio::test]
async fn a_check_tells_who_we_are_and_what_we_see() {
    let slapd = people();
    let checked = slapd.connector(&json!({})).check().await.expect("it is well");
    assert_eq!(checked.server, "OpenLDAP");
    assert_eq!(checked.signed_in_as, format!("dn:{SERVICE}"));
    assert!(checked.permissions.iter().any(|seen| seen.contains("sees accounts below")), "{checked:?}");
    let unlocked = Slapd::start(&Shape { people: 5, ..Shape::default() });
    unlocked.modify(&format!(
        "dn: cn=policy,{SUFFIX}\nchangetype: modify\nreplace: pwdLockout\npwdLockout: FALSE\n"
    ));
    let checked = unlocked.connector(&json!({})).check().await.expect("it is well");
    assert!(checked.permissions.iter().any(|seen| seen.contains("a lock may have no effect")), "{checked:?}");
    let wrong = slapd.connector(&json!({ "base": "dc=example,dc=org" })).check().await;
    assert!(matches!(wrong, Err(Failure::Refused(_))), "{wrong:?}");
}
