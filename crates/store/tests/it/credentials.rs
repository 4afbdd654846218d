//! Sessions, tokens and lockouts: alive only with an active user, and counted even when tried at once.

use std::sync::Arc;

use domain::{Role, TokenKind, UserId, UserState};
use store::lockouts::{self, Lockout};
use store::sessions::{self, Session};
use store::tokens::{self, Token};
use store::{Error, Tx, users};

use crate::fixture::{each, linger};
use crate::sample::{OTHER, T};

fn session(hash: &str, user: i64) -> Session {
    Session {
        hash: hash.to_owned(),
        tenant: T,
        user: UserId(user),
        face: "rest",
        device: Some("d1".to_owned()),
        idle_ms: 1_800_000,
    }
}

fn token(id: i64, user: i64) -> Token {
    Token {
        tenant: T,
        id,
        user: UserId(user),
        kind: TokenKind::Named,
        name: format!("token{id}"),
        role: Role::Auditor,
        created_ms: 5,
        expires_ms: Some(99),
        parent: None,
        client: None,
    }
}

fn cut(tx: &mut Tx<'_>, user: i64) -> store::Result<(u64, u64)> {
    users::set_state(tx, T, UserId(user), UserState::Deactivated, None, 9)?;
    Ok((sessions::end_of_user(tx, T, UserId(user))?, tokens::revoke_of_user(tx, T, UserId(user))?))
}

#[test]
fn a_session_lives_as_long_as_it_is_used_and_its_user_active() {
    each(|base| async move {
        base.company(T, 2).await;
        base.write(|tx| {
            for (hash, user) in [("a", 1), ("b", 1), ("c", 2)] {
                sessions::insert(tx, &session(hash, user), 10)?;
            }
            sessions::seen(tx, "a", 50)?;
            sessions::seen(tx, "a", 40)?;
            let found = sessions::find(tx, "a")?.expect("there");
            assert_eq!(
                (found.tenant, found.user, found.last_seen_ms),
                (T, UserId(1), 50),
                "never back in time"
            );
            assert_eq!(
                (found.user_name.as_str(), found.role, found.idle_ms),
                ("user1", Role::None, 1_800_000)
            );
            assert_eq!(sessions::sweep(tx, 20, 1)?, 1);
            assert_eq!(sessions::sweep(tx, 20, 9)?, 1);
            assert!(sessions::find(tx, "a")?.is_some() && sessions::find(tx, "b")?.is_none());
            sessions::insert(tx, &session("b", 1), 10)?;
            assert!(sessions::end(tx, "b")? && !sessions::end(tx, "b")?);
            assert!(sessions::renew(tx, "a", "d", 60)? && !sessions::renew(tx, "a", "e", 60)?);
            assert!(sessions::find(tx, "a")?.is_none());
            let listed = sessions::of_user(tx, T, UserId(1), 9)?;
            let listed: Vec<_> = listed.iter().map(|l| (l.created_ms, l.last_seen_ms)).collect();
            assert_eq!(listed, [(10, 60)], "it keeps its beginning");
            let renewed = sessions::find(tx, "d")?.expect("there");
            assert_eq!((renewed.face.as_str(), renewed.device.as_deref()), ("rest", Some("d1")));
            tokens::insert(tx, "t", &token(1, 1), None)?;
            assert_eq!(cut(tx, 1)?, (1, 1));
            assert_eq!((sessions::find(tx, "d")?, tokens::find(tx, "t")?), (None, None));
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}

#[test]
fn nobody_opens_a_session_for_a_leaver() {
    each(|base| async move {
        base.company(T, 1).await;
        base.write(|tx| cut(tx, 1)).await.expect("cuts");
        let session = base.write(|tx| sessions::insert(tx, &session("a", 1), 10)).await;
        assert!(matches!(session, Err(Error::Busy(_))), "{session:?}");
        let token = base.write(|tx| tokens::insert(tx, "t", &token(1, 1), None)).await;
        assert!(matches!(token, Err(Error::Busy(_))), "{token:?}");
    });
}

/// A sign-in that began before the cut and ends after it: the restored user must not find its session alive.
#[test]
fn a_sign_in_does_not_outlive_a_cut() {
    each(|base| async move {
        base.company(T, 20).await;
        for user in 1..=20 {
            let sign_in = base.spawn_write(move |tx| {
                assert!(users::by_id(tx, T, UserId(user))?.is_some());
                sessions::insert(tx, &session(&format!("s{user}"), user), 10)?;
                linger(5);
                Ok(())
            });
            let cut = base.spawn_write(move |tx| cut(tx, user));
            cut.await.expect("answers").expect("cuts");
            let _either_way = sign_in.await.expect("answers");
        }
        assert_eq!(base.raw_number("SELECT COUNT(*) FROM users WHERE state = 'deactivated'"), 20);
        assert_eq!(base.raw_number("SELECT COUNT(*) FROM sessions"), 0);
    });
}

#[test]
fn tokens_are_found_listed_and_revoked() {
    each(|base| async move {
        base.company(T, 2).await;
        base.write(|tx| {
            for id in 1..=4 {
                tokens::insert(tx, &format!("t{id}"), &token(id, 1 + id % 2), None)?;
            }
            let found = tokens::find(tx, "t2")?.expect("there");
            assert_eq!(
                (found.token, found.user_name.as_str(), found.user_role),
                (token(2, 1), "user1", Role::None)
            );
            assert_eq!(tokens::list(tx, T, 2, 1)?, [token(3, 2)]);
            assert_eq!((tokens::revoke(tx, T, 3)?, tokens::revoke(tx, T, 3)?), (1, 0));
            assert_eq!(tokens::revoke(tx, OTHER, 2)?, 0);
            assert_eq!(tokens::revoke_of_user(tx, T, UserId(1))?, 2);
            assert_eq!(tokens::list(tx, T, 0, 9)?, [token(1, 2)]);
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}

#[test]
fn lockouts_are_kept_by_subject() {
    each(|base| async move {
        base.write(|tx| {
            let locked = Lockout { failures: 5, locked_until_ms: 99, last_failure_ms: 50 };
            assert_eq!(lockouts::find(tx, T, "user:a")?, Lockout::default());
            lockouts::save(tx, T, "user:a", locked)?;
            lockouts::save(tx, T, "user:b", Lockout { last_failure_ms: 10, ..locked })?;
            assert_eq!(lockouts::locked(tx, T, "user:a")?, locked);
            let asked = ["user:b", "user:c", "user:a"].map(str::to_owned);
            let mut failed: Vec<_> =
                lockouts::of_subjects(tx, T, &asked)?.into_iter().map(|(_, subject)| subject).collect();
            failed.sort();
            assert_eq!(failed, ["user:a", "user:b"]);
            assert_eq!(lockouts::of_subjects(tx, T, &asked[2..])?, [(locked, "user:a".to_owned())]);
            assert_eq!(lockouts::sweep(tx, 50, 9)?, 1);
            assert_eq!(lockouts::find(tx, T, "user:b")?, Lockout::default());
            assert!(lockouts::clear(tx, T, "user:a")? && !lockouts::clear(tx, T, "user:a")?);
            assert_eq!(lockouts::find(tx, T, "user:a")?, Lockout::default());
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}

#[test]
fn failures_at_once_all_count() {
    each(|base| async move {
        let tries: Vec<_> = (0..40)
            .map(|_| {
                let store = Arc::clone(&base.store);
                tokio::spawn(async move {
                    let counted: store::Result<()> = store
                        .write(|tx| {
                            let before = lockouts::locked(tx, T, "address:a")?;
                            let after = Lockout { failures: before.failures + 1, ..before };
                            lockouts::save(tx, T, "address:a", after)
                        })
                        .await;
                    counted.expect("counts");
                })
            })
            .collect();
        for one in tries {
            one.await.expect("counts");
        }
        let all = base.read(|tx| lockouts::find(tx, T, "address:a")).await.expect("reads");
        assert_eq!(all.failures, 40);
    });
}
