//! No function that is given a tenant sees or changes a row of another.

use domain::{Action, Fact, Goal, GroupId, NameKey, OffboardingState, Role, UserId, UserState};
use domain::{AssetId, PlatformId, StepState};
use store::{
    Tx, accounts, assets, groups, lockouts, log, numbers, offboardings, platforms, sessions, steps, tenants,
    tokens, users,
};

use crate::fixture::{Base, each};
use crate::sample::{OTHER, T, account, asset, of, offboarding, offboarding_id, step};

/// Of reading a tenant's rows.
const WAYS: usize = 36;
const ONE: UserId = UserId(1);
const TABLES: [&str; 12] = [
    "users",
    "groups",
    "members",
    "assets",
    "platforms",
    "accounts",
    "offboardings",
    "steps",
    "sessions",
    "tokens",
    "lockouts",
    "counters",
];

/// Everything there can be, all of it in the other tenant.
async fn neighbor(base: &Base) {
    base.company(OTHER, 2).await;
    base.add_assets(OTHER, vec![asset(1, "alert", of(1)), asset(2, "vm_client", of(1))]).await;
    base.add_account(OTHER, account(20, "r1", 1)).await;
    base.accept(OTHER, offboarding(1, 1, Goal::Remove), vec![step(1, 20, "r1", Action::Disable)]).await;
    base.write(|tx| {
        groups::add_member(tx, OTHER, GroupId(22), ONE)?;
        lockouts::save(tx, OTHER, "user:user1", lockouts::Lockout { failures: 3, ..Default::default() })?;
        numbers::raise(tx, OTHER, numbers::Series::Users, 2)?;
        let fact = Fact::bare("test").on(ONE).of(&offboarding_id(1));
        let entry = log::NewEntry { id: "e1".into(), tenant: OTHER, at_ms: 1, actor: "a", fact: &fact };
        log::append(tx, &entry)?;
        log::seal(tx)?;
        let session = sessions::Session {
            hash: "s".into(),
            tenant: OTHER,
            user: ONE,
            face: "rest",
            device: None,
            idle_ms: 1,
        };
        sessions::insert(tx, &session, 1)?;
        let name = "ci".to_owned();
        let token = tokens::Token {
            tenant: OTHER,
            id: 1,
            user: ONE,
            name,
            role: Role::Admin,
            created_ms: 1,
            expires_ms: None,
        };
        tokens::insert(tx, "t", &token)
    })
    .await
    .expect("a neighbor");
}

#[test]
fn a_neighbors_rows_are_not_seen() {
    each(|base| async move {
        neighbor(&base).await;
        base.read(|tx| {
            assert_eq!(seen(tx, OTHER)?, WAYS, "every function finds its own");
            assert_eq!(seen(tx, T)?, 0);
            Ok(())
        })
        .await
        .expect("reads");
    });
}

/// How many of all the ways to read find something.
fn seen(tx: &mut Tx<'_>, tenant: domain::TenantId) -> store::Result<usize> {
    let name = NameKey::new("user1");
    let id = offboarding_id(1);
    let found = [
        users::by_id(tx, tenant, ONE)?.is_some(),
        users::by_guid(tx, tenant, &format!("{:032x}", 1))?.is_some(),
        users::by_name(tx, tenant, &name)?.is_some(),
        !users::by_names(tx, tenant, &[name])?.is_empty(),
        !users::by_ids(tx, tenant, &[ONE])?.is_empty(),
        !users::list(tx, tenant, UserId(0), 9, true)?.is_empty(),
        !users::page(tx, tenant, 9, 0)?.is_empty(),
        groups::by_id(tx, tenant, GroupId(22))?.is_some(),
        groups::by_name(tx, tenant, &NameKey::new("group 22"))?.is_some(),
        !groups::list(tx, tenant, GroupId(0), 9)?.is_empty(),
        !groups::of_users(tx, tenant, &[ONE])?.is_empty(),
        !groups::members(tx, tenant, GroupId(22), UserId(0), 9)?.is_empty(),
        !groups::named_members(tx, tenant, GroupId(0), GroupId(99), 9)?.is_empty(),
        assets::by_id(tx, tenant, AssetId(1))?.is_some(),
        !assets::list(tx, tenant, AssetId(0), 9)?.is_empty(),
        !assets::of_user(tx, tenant, ONE, 9)?.is_empty(),
        !assets::holdings(tx, tenant, &[ONE])?.is_empty(),
        !accounts::of_users(tx, tenant, &[ONE])?.is_empty(),
        accounts::on_platform(tx, tenant, ONE, PlatformId(20))?.is_some(),
        accounts::count(tx, tenant, ONE, 9)? > 0,
        !platforms::list(tx, tenant)?.is_empty(),
        platforms::by_name(tx, tenant, "platform20")?.is_some(),
        offboardings::by_id(tx, tenant, &id)?.is_some(),
        !offboardings::list(tx, tenant, offboardings::Filter::All, None, 9)?.is_empty(),
        !offboardings::list(tx, tenant, offboardings::Filter::Of(ONE), None, 9)?.is_empty(),
        !offboardings::list(tx, tenant, offboardings::Filter::In(OffboardingState::Running), None, 9)?
            .is_empty(),
        !offboardings::open_of_users(tx, tenant, &[ONE])?.is_empty(),
        !offboardings::count_open(tx, tenant)?.is_empty(),
        !steps::counts(tx, tenant, StepState::Ready)?.is_empty(),
        !tokens::list(tx, tenant, 0, 9)?.is_empty(),
        !lockouts::of_subjects(tx, tenant, &["user:user1".to_owned()])?.is_empty(),
        lockouts::find(tx, tenant, "user:user1")?.failures > 0,
        log::head(tx, tenant)? > 0,
        !log::after(tx, tenant, &log::Filter::All, 0, 9)?.is_empty(),
        !log::after(tx, tenant, &log::Filter::Of(ONE), 0, 9)?.is_empty(),
        !log::after(tx, tenant, &log::Filter::On(id), 0, 9)?.is_empty(),
    ];
    assert_eq!(found.len(), WAYS);
    Ok(found.into_iter().filter(|found| *found).count())
}

#[test]
fn a_neighbors_rows_are_not_changed() {
    each(|base| async move {
        base.company(T, 0).await;
        neighbor(&base).await;
        let before = rows(&base);
        for (number, change) in (0..).zip(CHANGES.iter().copied()) {
            // Some say that there is no such row, others that they changed none.
            if let Ok(count) = base.write(change).await {
                assert_eq!(count, 0, "change {number}");
            }
        }
        assert_eq!(rows(&base), before);
    });
}

type Change = fn(&mut Tx<'_>) -> store::Result<u64>;

const CHANGES: &[Change] = &[
    |tx| users::set_state(tx, T, ONE, UserState::Deactivated, None, 9).map(|()| 1),
    |tx| users::remove(tx, T, ONE, 9).map(|()| 1),
    |tx| users::set_password_hash(tx, T, ONE, "h").map(|()| 1),
    |tx| users::set_role(tx, T, ONE, Role::Admin).map(|()| 1),
    |tx| users::signed_in(tx, T, ONE, 9).map(|()| 1),
    |tx| groups::add_member(tx, T, GroupId(22), UserId(2)).map(|()| 1),
    |tx| groups::remove_member_everywhere(tx, T, ONE),
    |tx| assets::transfer(tx, T, ONE, of(2), true, 9),
    |tx| assets::orphan(tx, T, ONE, true, 9),
    |tx| assets::release(tx, T, ONE, 9),
    |tx| platforms::update(tx, T, &crate::sample::platform(20, domain::PlatformKind::Simulated)).map(|()| 1),
    |tx| accounts::insert(tx, T, &account(20, "r2", 1)).map(|()| 1),
    |tx| offboardings::update(tx, T, &offboarding(1, 1, Goal::Remove)).map(|()| 1),
    |tx| steps::insert(tx, T, &offboarding_id(1), &[step(9, 20, "r1", Action::Delete)]).map(|()| 1),
    |tx| sessions::end_of_user(tx, T, ONE),
    |tx| tokens::revoke(tx, T, 1).map(u64::from),
    |tx| tokens::revoke_of_user(tx, T, ONE),
    |tx| lockouts::clear(tx, T, "user:user1").map(u64::from),
    |tx| numbers::raise(tx, T, numbers::Series::Groups, 5).map(|()| 0),
    |tx| tenants::set_policy(tx, T, &domain::Policy { grace_ms: 7, ..Default::default() }).map(|()| 0),
];

/// Every row of the neighbor, as text.
fn rows(base: &Base) -> Vec<String> {
    TABLES.iter().flat_map(|table| base.raw_rows(table, "tenant_id = 2")).collect()
}
