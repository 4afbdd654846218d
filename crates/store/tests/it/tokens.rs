//! Tokens beyond named ones: chains that are renewed, what ends with what, OAuth clients, and what is swept out.

use domain::{Role, TokenKind, UserId, UserState};
use store::clients::{self, Client};
use store::tokens::{self, Renewal, Token};
use store::{Error, Tx, keys, users};

use crate::fixture::{Base, each, linger};
use crate::sample::{OTHER, T};

fn token(id: i64, kind: TokenKind) -> Token {
    Token {
        tenant: T,
        id,
        user: UserId(1),
        kind,
        name: "ci".to_owned(),
        role: Role::Operator,
        created_ms: 1,
        expires_ms: None,
        parent: None,
        client: None,
    }
}

fn renewal(refresh_hash: &str, until_ms: i64) -> Renewal {
    Renewal { chain_hash: "chain".to_owned(), refresh_hash: refresh_hash.to_owned(), until_ms, last_ms: 90 }
}

fn client(id: &str, user: i64) -> Client {
    let (id, secret_hash) = (id.to_owned(), "h1".to_owned());
    Client { id, tenant: T, user: UserId(user), secret_hash, created_ms: 1, secret_ms: 1 }
}

fn issue(tx: &mut Tx<'_>, id: i64, client: &str) -> store::Result<()> {
    let token = Token { client: Some(client.to_owned()), ..token(id, TokenKind::Service) };
    tokens::insert(tx, &format!("service{id}"), &token, None)
}

/// The numbers of all tokens of the tenant.
fn numbers(tx: &mut Tx<'_>) -> store::Result<Vec<i64>> {
    Ok(tokens::list(tx, T, 0, 99)?.into_iter().map(|token| token.id).collect())
}

#[test]
fn a_new_pair_takes_the_place_of_the_old_one() {
    each(|base| async move {
        base.company(T, 1).await;
        base.write(|tx| {
            let first = Token { expires_ms: Some(10), ..token(1, TokenKind::Access) };
            tokens::insert(tx, "a1", &first, Some(&renewal("r1", 40)))?;
            let mut pair = tokens::chain(tx, "chain")?.expect("a chain");
            assert_eq!((&pair.token, pair.hash.as_str(), &pair.renewal), (&first, "a1", &renewal("r1", 40)));
            pair.hash = "a2".to_owned();
            pair.token.expires_ms = Some(30);
            pair.renewal = renewal("r2", 60);
            tokens::renew(tx, &pair)?;
            assert_eq!(tokens::chain(tx, "chain")?.as_ref(), Some(&pair));
            assert_eq!(tokens::find(tx, "a1")?, None, "the old one is gone");
            let found = tokens::find(tx, "a2")?.expect("the new one");
            assert_eq!((found.token.id, found.token.expires_ms), (1, Some(30)));
            assert_eq!(tokens::chain(tx, "other")?, None);
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}

#[test]
fn what_was_made_with_a_token_ends_with_it() {
    each(|base| async move {
        base.company(T, 1).await;
        base.write(|tx| {
            tokens::insert(tx, "n1", &token(1, TokenKind::Named), None)?;
            tokens::insert(tx, "n2", &Token { name: "cd".to_owned(), ..token(2, TokenKind::Named) }, None)?;
            for (id, parent) in [(3, Some(1)), (4, Some(2)), (5, None)] {
                let child = Token { parent, ..token(id, TokenKind::Access) };
                tokens::insert(tx, &format!("a{id}"), &child, None)?;
            }
            assert_eq!(tokens::revoke(tx, T, 1)?, 2);
            assert_eq!(numbers(tx)?, [2, 4, 5]);
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}

/// Somebody revokes a token while another one is being made with it: no child outlives it.
#[test]
fn a_child_that_is_just_being_made_does_not_outlive_its_parent() {
    each(|base| async move {
        base.company(T, 1).await;
        for round in 0..20 {
            let (parent, child) = (2 * round + 1, 2 * round + 2);
            let insert = move |tx: &mut Tx<'_>| {
                tokens::insert(tx, &format!("n{parent}"), &token(parent, TokenKind::Named), None)
            };
            base.write(insert).await.expect("a parent");
            let making = base.spawn_write(move |tx| {
                let Some(found) = tokens::kept(tx, T, parent)? else { return Ok(()) };
                linger(3);
                let child = Token { parent: Some(found.id), ..token(child, TokenKind::Access) };
                tokens::insert(tx, &format!("a{}", child.id), &child, None)
            });
            let revoking = base.spawn_write(move |tx| tokens::revoke(tx, T, parent));
            revoking.await.expect("answers").expect("revokes");
            making.await.expect("answers").expect("makes, or finds nothing to make it with");
        }
        assert_eq!(base.raw_number("SELECT COUNT(*) FROM tokens"), 0);
    });
}

#[test]
fn access_tokens_are_counted_while_they_are_of_use() {
    each(|base| async move {
        base.company(T, 2).await;
        base.write(|tx| {
            let expires = |id, expires_ms| Token { expires_ms, ..token(id, TokenKind::Access) };
            tokens::insert(tx, "a1", &expires(1, Some(10)), None)?;
            tokens::insert(tx, "a2", &expires(2, Some(10)), Some(&renewal("r", 40)))?;
            tokens::insert(tx, "a3", &Token { user: UserId(2), ..expires(3, Some(99)) }, None)?;
            tokens::insert(tx, "n", &token(4, TokenKind::Named), None)?;
            for (now_ms, count) in [(9, 2), (10, 1), (39, 1), (40, 0)] {
                assert_eq!(tokens::count_access(tx, T, UserId(1), now_ms, 9)?, count, "{now_ms}");
            }
            assert_eq!(tokens::count_access(tx, T, UserId(1), 0, 1)?, 1, "counted no further than asked");
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}

#[test]
fn what_is_of_no_more_use_is_swept_out_in_bounds() {
    each(|base| async move {
        base.company(T, 1).await;
        base.write(|tx| {
            tokens::insert(tx, "n", &token(1, TokenKind::Named), None)?;
            for id in 2..=4 {
                let expired = Token { expires_ms: Some(8 + id), ..token(id, TokenKind::Access) };
                tokens::insert(tx, &format!("a{id}"), &expired, None)?;
            }
            let renewable = Token { expires_ms: Some(5), ..token(5, TokenKind::Access) };
            tokens::insert(tx, "a5", &renewable, Some(&renewal("r", 40)))?;
            assert_eq!(tokens::sweep(tx, 9, 99)?, 0);
            assert_eq!(tokens::sweep(tx, 12, 2)?, 2);
            assert_eq!(numbers(tx)?, [1, 4, 5], "the oldest first");
            assert_eq!(tokens::sweep(tx, 39, 99)?, 1);
            assert_eq!(numbers(tx)?, [1, 5], "what can be renewed stays, what never expires too");
            assert_eq!(tokens::sweep(tx, 40, 99)?, 1);
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}

#[test]
fn one_cloud_token_replaces_another() {
    each(|base| async move {
        base.company(T, 1).await;
        base.write(|tx| {
            assert_eq!(tokens::revoke_cloud(tx, T, UserId(1))?, None);
            tokens::insert(tx, "n", &token(1, TokenKind::Named), None)?;
            tokens::insert(tx, "c1", &token(2, TokenKind::Cloud), None)?;
            assert_eq!(tokens::revoke_cloud(tx, T, UserId(1))?, Some(2));
            tokens::insert(tx, "c2", &token(3, TokenKind::Cloud), None)?;
            assert_eq!(numbers(tx)?, [1, 3]);
            Ok(())
        })
        .await
        .expect("reads and writes");
        let twice = base.write(|tx| tokens::insert(tx, "c3", &token(4, TokenKind::Cloud), None)).await;
        assert!(matches!(twice, Err(Error::Unique(_))), "{twice:?}");
    });
}

#[test]
fn a_client_is_found_changed_and_deleted() {
    each(|base| async move {
        base.company(T, 3).await;
        base.write(|tx| {
            clients::insert(tx, &client("c1", 1))?;
            clients::insert(tx, &client("c3", 3))?;
            assert_eq!(clients::find(tx, "c1")?, Some(client("c1", 1)));
            assert_eq!((clients::find(tx, "c2")?, clients::of_user(tx, T, UserId(2))?), (None, None));
            assert_eq!(clients::of_user(tx, OTHER, UserId(1))?, None);
            assert_eq!(clients::list(tx, T, UserId(1), 9)?, [client("c3", 3)]);
            clients::set_secret(tx, "c1", "h2", 7)?;
            let changed = Client { secret_hash: "h2".to_owned(), secret_ms: 7, ..client("c1", 1) };
            assert_eq!(clients::list(tx, T, UserId(0), 1)?, [changed]);
            assert_eq!(clients::delete_of_user(tx, T, UserId(1))?, 1);
            assert_eq!(clients::delete_of_user(tx, T, UserId(1))?, 0);
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}

#[test]
fn a_clients_tokens_are_few_and_end_with_it() {
    each(|base| async move {
        base.company(T, 2).await;
        base.write(|tx| {
            clients::insert(tx, &client("c1", 1))?;
            clients::insert(tx, &client("c2", 2))?;
            for id in 1..=5 {
                issue(tx, id, "c1")?;
            }
            issue(tx, 6, "c2")?;
            assert_eq!(tokens::keep_newest_of_client(tx, "c1", 2, 1)?, 1);
            assert_eq!(tokens::keep_newest_of_client(tx, "c1", 2, 9)?, 2);
            assert_eq!(numbers(tx)?, [4, 5, 6], "the newest stay, and another client's");
            assert_eq!(tokens::revoke_of_client(tx, "c1")?, 2);
            assert_eq!(numbers(tx)?, [6]);
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}

#[test]
fn nobody_makes_a_client_for_a_leaver() {
    each(|base: Base| async move {
        base.company(T, 1).await;
        base.write(|tx| users::set_state(tx, T, UserId(1), UserState::Deactivated, None, 9))
            .await
            .expect("cuts");
        let made = base.write(|tx| clients::insert(tx, &client("c", 1))).await;
        assert!(matches!(made, Err(Error::Busy(_))), "{made:?}");
    });
}

#[test]
fn the_first_key_stays() {
    each(|base| async move {
        base.write(|tx| {
            assert_eq!(keys::find(tx, "service tokens")?, None);
            assert_eq!(keys::find_or_keep(tx, "service tokens", "first", 1)?, "first");
            assert_eq!(keys::find_or_keep(tx, "service tokens", "second", 2)?, "first");
            assert_eq!(keys::find_or_keep(tx, "other", "third", 3)?, "third");
            assert_eq!(keys::find(tx, "service tokens")?.as_deref(), Some("first"));
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}
