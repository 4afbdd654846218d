//! Every CHECK, unique index and foreign key of the schema refuses what it is there for.

use domain::{Action, Goal, PlatformKind};
use store::{Error, platforms, users};

use crate::fixture::Broken::{Check, ForeignKey, Unique};
use crate::fixture::{Base, Broken, each};
use crate::sample::{OTHER, T, account, asset, of, offboarding, platform, step, user};

/// Two companies; in the first an asset, a session, a token, an account, a log entry, and an offboarding of
/// user 1 with two steps.
async fn full(base: &Base) {
    base.company(T, 3).await;
    base.company(OTHER, 3).await;
    base.add_assets(T, vec![asset(1, "alert", of(1)), asset(2, "vm_client", of(1))]).await;
    base.add_account(T, account(10, "r1", 1)).await;
    let steps = vec![step(1, 10, "r1", Action::Disable), step(2, 10, "r1", Action::EndSessions)];
    base.accept(T, offboarding(1, 1, Goal::Deactivate), steps).await;
    for sql in [
        "INSERT INTO tokens (hash, tenant_id, id, user_id, name, role, created_ms) VALUES ('t', 1, 1, 1, 'ci', 'admin', 1)",
        "INSERT INTO clients VALUES ('c', 1, 1, 'h', 1, 1)",
        "INSERT INTO tokens (hash, tenant_id, id, user_id, kind, name, role, created_ms, client_id) \
         VALUES ('svc', 1, 7, 1, 'service', 'ci', 'admin', 1, 'c')",
        "INSERT INTO tokens (hash, tenant_id, id, user_id, kind, name, role, created_ms, chain_hash, refresh_hash, \
         refresh_until_ms, renewable_until_ms) VALUES ('acc', 1, 8, 1, 'access', 'ci', 'admin', 1, 'h', 'r', 1, 1)",
        "INSERT INTO tokens (hash, tenant_id, id, user_id, kind, name, role, created_ms) \
         VALUES ('cld', 1, 9, 1, 'cloud', 'ci', 'admin', 1)",
        "INSERT INTO sessions VALUES ('s', 1, 1, 'rest', NULL, 5, 1, 1)",
        "INSERT INTO log VALUES ('e1', 1, 1, 1, 'a', 'k', NULL, NULL, '{}')",
    ] {
        base.raw(sql).expect(sql);
    }
}

#[test]
fn every_invariant_of_the_schema_is_kept() {
    each(|base| async move {
        full(&base).await;
        let cases = [USERS, GROUPS, ASSETS, PLATFORMS, OFFBOARDINGS, STEPS, CREDENTIALS].concat();
        for (sql, expected) in cases {
            assert_eq!(base.raw(sql), Err(expected.broken()), "{sql}");
        }
    });
}

#[derive(Clone, Copy)]
enum Expected {
    Chk,
    Uni,
    Ref,
}
use Expected::{Chk, Ref, Uni};

impl Expected {
    fn broken(self) -> Broken {
        match self {
            Chk => Check,
            Uni => Unique,
            Ref => ForeignKey,
        }
    }
}

type Cases = &'static [(&'static str, Expected)];

const USERS: Cases = &[
    ("UPDATE users SET state = 'gone' WHERE tenant_id = 1 AND id = 1", Chk),
    ("UPDATE users SET role = 'root' WHERE tenant_id = 1 AND id = 1", Chk),
    ("UPDATE users SET state = 'removed', password_hash = 'x' WHERE tenant_id = 1 AND id = 1", Chk),
    ("UPDATE users SET guid = '00000000000000000000000000000002' WHERE tenant_id = 1 AND id = 1", Uni),
    ("UPDATE users SET name_key = 'user2' WHERE tenant_id = 1 AND id = 1", Uni),
    ("UPDATE users SET external_id = 'x' WHERE tenant_id = 1", Uni),
    ("UPDATE users SET id = 2 WHERE tenant_id = 1 AND id = 3", Uni),
    ("UPDATE users SET tenant_id = 9 WHERE tenant_id = 1 AND id = 3", Ref),
    ("DELETE FROM users WHERE tenant_id = 1 AND id = 1", Ref),
];

const GROUPS: Cases = &[
    (
        "INSERT INTO groups VALUES (1, 23, '00000000000000000000000000000016', 'n', 'n', '', 1, NULL, 1, 1)",
        Uni,
    ),
    ("INSERT INTO groups VALUES (1, 23, 'g', 'GROUP 22', 'group 22', '', 1, NULL, 1, 1)", Uni),
    (
        "INSERT INTO groups VALUES (1, 23, 'g', 'n', 'n', '', 1, 'x', 1, 1), (1, 24, 'h', 'o', 'o', '', 1, 'x', 1, 1)",
        Uni,
    ),
    ("INSERT INTO groups VALUES (9, 1, 'g', 'n', 'n', '', 1, NULL, 1, 1)", Ref),
    ("INSERT INTO group_admins VALUES (1, 22, 99)", Ref),
    ("INSERT INTO group_admins VALUES (1, 99, 1)", Ref),
    ("INSERT INTO profiles VALUES (1, 99, '{}')", Ref),
    ("INSERT INTO members VALUES (1, 22, 99)", Ref),
    ("INSERT INTO other_emails VALUES (1, 'a@x', 99)", Ref),
    ("INSERT INTO held_departures VALUES (1, 99, 1, FALSE, 'a', 1)", Ref),
    ("INSERT INTO removal_windows VALUES (9, 1, 1, 1, 1)", Ref),
    ("INSERT INTO members VALUES (1, 99, 1)", Ref),
    ("INSERT INTO tenants VALUES (3, 'tenant1', NULL, '{}', 1)", Uni),
    ("INSERT INTO tenants VALUES (3, 'n', 'tenant1.example.com', '{}', 1)", Uni),
];

const ASSETS: Cases = &[
    ("UPDATE assets SET owner_group_id = 22 WHERE tenant_id = 1 AND id = 1", Chk),
    ("UPDATE assets SET owner_user_id = NULL WHERE tenant_id = 1 AND id = 2", Chk),
    ("UPDATE assets SET released = TRUE WHERE tenant_id = 1 AND id = 2", Chk),
    ("UPDATE assets SET released = TRUE, owner_user_id = NULL WHERE tenant_id = 1 AND id = 1", Chk),
    ("UPDATE assets SET orphaned = TRUE, owner_user_id = NULL, owner_group_id = 22 WHERE id = 1", Chk),
    ("UPDATE assets SET owner_user_id = 99 WHERE tenant_id = 1 AND id = 1", Ref),
    ("UPDATE assets SET owner_user_id = NULL, owner_group_id = 99 WHERE tenant_id = 1 AND id = 1", Ref),
    ("UPDATE assets SET id = 1 WHERE tenant_id = 1 AND id = 2", Uni),
    ("UPDATE assets SET kind = 'vm_client', external_key = 'vm-1' WHERE tenant_id = 1", Uni),
];

const PLATFORMS: Cases = &[
    ("UPDATE platforms SET max_in_flight = 0", Chk),
    (
        "INSERT INTO platforms VALUES (11, 1, 'platform10', 'simulated', '{}', '{}', 1, 0, 0, '{}', FALSE, 1)",
        Uni,
    ),
    ("INSERT INTO platforms VALUES (10, 2, 'n', 'simulated', '{}', '{}', 1, 0, 0, '{}', FALSE, 1)", Uni),
    ("UPDATE accounts SET state = 'on'", Chk),
    ("INSERT INTO accounts VALUES (1, 10, 'r1', 2, 'active', NULL)", Uni),
    ("INSERT INTO accounts VALUES (1, 10, 'r2', 99, 'active', NULL)", Ref),
    // A platform of another tenant.
    ("INSERT INTO accounts VALUES (1, 20, 'r2', 1, 'active', NULL)", Ref),
];

const OFFBOARDINGS: Cases = &[
    ("UPDATE offboardings SET goal = 'fire'", Chk),
    ("UPDATE offboardings SET state = 'lost'", Chk),
    ("UPDATE offboardings SET state = 'completed'", Chk),
    ("UPDATE offboardings SET finished_ms = 5", Chk),
    ("UPDATE offboardings SET state = 'cancelled', finished_ms = 5", Chk),
    ("UPDATE offboardings SET heir_user_id = 2, heir_group_id = 22", Chk),
    ("UPDATE offboardings SET heir_user_id = 2, orphan = TRUE", Chk),
    ("UPDATE offboardings SET heir_user_id = 2, heir_awaited = TRUE", Chk),
    ("UPDATE offboardings SET repeat_key = 'k'", Chk),
    ("UPDATE offboardings SET user_id = 99", Ref),
    ("UPDATE offboardings SET heir_user_id = 99", Ref),
    ("UPDATE offboardings SET heir_group_id = 99", Ref),
    (
        "INSERT INTO offboardings SELECT 'another', tenant_id, goal, user_id, user_name, requester, state, \
         heir_user_id, heir_group_id, orphan, message, start_ms, created_ms, cancel_asked, finished_ms, NULL, NULL, FALSE \
         FROM offboardings",
        Uni,
    ),
    (
        "UPDATE offboardings SET repeat_key = 'k', repeat_fingerprint = 'f'; \
         INSERT INTO offboardings SELECT 'another', tenant_id, 'release', user_id, user_name, requester, state, \
         heir_user_id, heir_group_id, orphan, message, start_ms, created_ms, cancel_asked, finished_ms, repeat_key, \
         repeat_fingerprint, FALSE FROM offboardings",
        Uni,
    ),
];

const STEPS: Cases = &[
    ("UPDATE steps SET state = 'stuck' WHERE no = 1", Chk),
    ("UPDATE steps SET action = 'erase' WHERE no = 1", Chk),
    ("UPDATE steps SET state = 'done' WHERE no = 1", Chk),
    ("UPDATE steps SET finished_ms = 5 WHERE no = 1", Chk),
    ("UPDATE steps SET lease_until_ms = 5 WHERE no = 1", Chk),
    ("UPDATE steps SET node = 'n' WHERE no = 1", Chk),
    ("UPDATE steps SET state = 'running', attempt = 1, node = 'n' WHERE no = 1", Chk),
    ("UPDATE steps SET state = 'running', attempt = 1, lease_until_ms = 5 WHERE no = 1", Chk),
    ("UPDATE steps SET state = 'running', lease_until_ms = 5, node = 'n' WHERE no = 1", Chk),
    ("UPDATE steps SET state = 'failed' WHERE no = 1", Chk),
    ("UPDATE steps SET no = 2 WHERE no = 1", Uni),
    ("UPDATE steps SET offboarding_id = 'none' WHERE no = 1", Ref),
    ("UPDATE steps SET tenant_id = 2 WHERE no = 1", Ref),
    ("UPDATE steps SET platform_id = 20 WHERE no = 1", Ref),
];

const CREDENTIALS: Cases = &[
    ("INSERT INTO sessions VALUES ('s', 1, 2, 'rest', NULL, 5, 1, 1)", Uni),
    ("INSERT INTO sessions VALUES ('s2', 1, 99, 'rest', NULL, 5, 1, 1)", Ref),
    (
        "INSERT INTO tokens (hash, tenant_id, id, user_id, name, role, created_ms) VALUES ('t', 1, 2, 1, 'other', 'admin', 1)",
        Uni,
    ),
    (
        "INSERT INTO tokens (hash, tenant_id, id, user_id, name, role, created_ms) VALUES ('t2', 1, 1, 1, 'other', 'admin', 1)",
        Uni,
    ),
    (
        "INSERT INTO tokens (hash, tenant_id, id, user_id, name, role, created_ms) VALUES ('t2', 1, 2, 1, 'ci', 'admin', 1)",
        Uni,
    ),
    (
        "INSERT INTO tokens (hash, tenant_id, id, user_id, name, role, created_ms) VALUES ('t2', 1, 2, 99, 'other', 'admin', 1)",
        Ref,
    ),
    ("UPDATE tokens SET role = 'root'", Chk),
    ("UPDATE tokens SET role = 'scim' WHERE hash = 'cld'", Chk),
    ("UPDATE tokens SET kind = 'other' WHERE hash = 't'", Chk),
    // Only named tokens share one space of names.
    ("UPDATE tokens SET kind = 'named', client_id = NULL WHERE hash = 'svc'", Uni),
    // A service token, and no other, has a client, which is there.
    ("UPDATE tokens SET client_id = NULL WHERE hash = 'svc'", Chk),
    ("UPDATE tokens SET client_id = 'c' WHERE hash = 't'", Chk),
    ("UPDATE tokens SET client_id = 'other' WHERE hash = 'svc'", Ref),
    ("DELETE FROM clients WHERE id = 'c'", Ref),
    // A chain is whole, of an access token, and one row.
    ("UPDATE tokens SET chain_hash = NULL WHERE hash = 'acc'", Chk),
    ("UPDATE tokens SET refresh_hash = NULL WHERE hash = 'acc'", Chk),
    ("UPDATE tokens SET refresh_until_ms = NULL WHERE hash = 'acc'", Chk),
    ("UPDATE tokens SET renewable_until_ms = NULL WHERE hash = 'acc'", Chk),
    ("UPDATE tokens SET kind = 'cloud' WHERE hash = 'acc'", Chk),
    (
        "INSERT INTO tokens (hash, tenant_id, id, user_id, kind, name, role, created_ms, chain_hash, refresh_hash, \
         refresh_until_ms, renewable_until_ms) VALUES ('acc2', 1, 18, 1, 'access', 'x', 'none', 1, 'h', 'r', 1, 1)",
        Uni,
    ),
    // An account has one cloud token.
    (
        "INSERT INTO tokens (hash, tenant_id, id, user_id, kind, name, role, created_ms) \
         VALUES ('cld2', 1, 19, 1, 'cloud', 'x', 'none', 1)",
        Uni,
    ),
    // A user has one client.
    ("INSERT INTO clients VALUES ('c2', 1, 1, 'h', 1, 1)", Uni),
    ("INSERT INTO clients VALUES ('c', 1, 2, 'h', 1, 1)", Uni),
    ("INSERT INTO clients VALUES ('c2', 1, 99, 'h', 1, 1)", Ref),
    ("INSERT INTO log VALUES ('e1', 1, 2, 1, 'a', 'k', NULL, NULL, '{}')", Uni),
    ("INSERT INTO log VALUES ('e2', 1, 1, 1, 'a', 'k', NULL, NULL, '{}')", Uni),
    ("INSERT INTO log VALUES ('e2', 1, 0, 1, 'a', 'k', NULL, NULL, '{}')", Chk),
];

#[test]
fn errors_have_one_vocabulary() {
    each(|base| async move {
        base.company(T, 2).await;
        let taken = base.write(|tx| users::insert(tx, T, &user(2), None)).await;
        assert!(matches!(taken, Err(Error::Unique(_))), "{taken:?}");
        let twin = base.write(|tx| {
            platforms::insert(tx, T, &platform(98, PlatformKind::Local))?;
            platforms::insert(tx, T, &platform(99, PlatformKind::Local))
        });
        let twin = twin.await;
        assert!(matches!(twin, Err(Error::Unique(_))), "one directory of its own per tenant: {twin:?}");
        let mut idle = platform(99, PlatformKind::Simulated);
        idle.max_in_flight = 0;
        let checked = base.write(move |tx| platforms::insert(tx, T, &idle)).await;
        assert!(matches!(checked, Err(Error::Constraint(_))), "{checked:?}");
        let homeless = base.write(|tx| users::insert(tx, domain::TenantId(9), &user(1), None)).await;
        assert!(matches!(homeless, Err(Error::Constraint(_))), "{homeless:?}");
    });
}
