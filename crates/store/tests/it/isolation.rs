//! No function that is given a tenant sees or changes a row of another.

use domain::breaker::Health;
use domain::step::Hand;
use domain::{
    Action, Asset, AssetId, AssetKind, Fact, Goal, GroupId, NameKey, OffboardingState, Owner, PlatformId,
    Profile, Role, Step, StepNo, StepState, TokenKind, User, UserId, UserState,
};
use store::members::Seat;
use store::{
    Tx, accounts, assets, clients, groups, lockouts, log, members, numbers, offboardings, platforms,
    profiles, sessions, steps, tenants, tokens, users,
};

use crate::fixture::{Base, each};
use crate::sample::{OTHER, T, account, asset, of, offboarding, offboarding_id, step, user};

/// Of reading a tenant's rows.
const WAYS: usize = 52;
const ONE: UserId = UserId(1);
const TABLES: [&str; 15] = [
    "users",
    "groups",
    "members",
    "group_admins",
    "profiles",
    "assets",
    "platforms",
    "accounts",
    "offboardings",
    "steps",
    "sessions",
    "tokens",
    "clients",
    "lockouts",
    "counters",
];

/// Everything there can be, all of it in the other tenant.
async fn neighbor(base: &Base) {
    base.company(OTHER, 2).await;
    let vm = Asset { external_id: Some("vm-2".to_owned()), ..asset(2, "vm_client", of(1)) };
    base.add_assets(OTHER, vec![asset(1, "alert", of(1)), vm, asset(3, "alert", Owner::Group(GroupId(22)))])
        .await;
    base.add_account(OTHER, account(20, "r1", 1)).await;
    let hand = Hand { stands_for: Action::Delete, assignee: Some("it".to_owned()), due_ms: 1, remind_ms: 1 };
    let by_hand = Step { hand: Some(hand), ..step(2, 20, "r1", Action::Manual) };
    let steps = vec![step(1, 20, "r1", Action::Disable), by_hand];
    base.accept(OTHER, offboarding(1, 1, Goal::Remove), steps).await;
    base.write(|tx| {
        let numbered = User { external_id: Some("E-1".to_owned()), ..user(1) };
        users::update(tx, OTHER, &numbered)?;
        platforms::set_health(tx, PlatformId(20), Health { held: true, ..Health::default() })?;
        members::add(tx, OTHER, GroupId(22), ONE, Seat::Member)?;
        members::add(tx, OTHER, GroupId(22), ONE, Seat::Admin)?;
        profiles::put(tx, OTHER, ONE, &Profile::default())?;
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
            kind: TokenKind::Cloud,
            name,
            role: Role::Admin,
            created_ms: 1,
            expires_ms: None,
            parent: None,
            client: None,
        };
        tokens::insert(tx, "t", &token, None)?;
        let access =
            tokens::Token { id: 2, kind: TokenKind::Access, expires_ms: Some(9), parent: Some(1), ..token };
        tokens::insert(tx, "a", &access, None)?;
        let client = clients::Client {
            id: "c".into(),
            tenant: OTHER,
            user: ONE,
            secret_hash: "h".into(),
            created_ms: 1,
            secret_ms: 1,
        };
        clients::insert(tx, &client)
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

fn hands(assignee: Option<&str>) -> steps::ByHand {
    let after = (i64::MIN, offboarding_id(0), StepNo(0));
    steps::ByHand { assignee: assignee.map(str::to_owned), due_until_ms: i64::MAX, after, now_ms: i64::MAX }
}

/// How many of all the ways to read find something.
fn seen(tx: &mut Tx<'_>, tenant: domain::TenantId) -> store::Result<usize> {
    let name = NameKey::new("user1");
    let id = offboarding_id(1);
    let vm = AssetKind::new(AssetKind::VM_CLIENT).expect("a kind");
    let found = [
        users::by_id(tx, tenant, ONE)?.is_some(),
        users::by_guid(tx, tenant, &format!("{:032x}", 1))?.is_some(),
        users::by_name(tx, tenant, &name)?.is_some(),
        !users::by_names(tx, tenant, &[name])?.is_empty(),
        !users::by_ids(tx, tenant, &[ONE])?.is_empty(),
        !users::by_emails(tx, tenant, &["USER1@example.com"])?.is_empty(),
        !users::by_guids(tx, tenant, &[&format!("{:032x}", 1)])?.is_empty(),
        !users::by_external_ids(tx, tenant, &["E-1"])?.is_empty(),
        !users::list(tx, tenant, UserId(0), 9, true)?.is_empty(),
        !users::page(tx, tenant, 9, 0)?.is_empty(),
        groups::by_id(tx, tenant, GroupId(22))?.is_some(),
        groups::by_name(tx, tenant, &NameKey::new("group 22"))?.is_some(),
        !groups::list(tx, tenant, GroupId(0), 9)?.is_empty(),
        !members::groups_of_users(tx, tenant, &[ONE])?.is_empty(),
        !members::list(tx, tenant, GroupId(22), Seat::Member, UserId(0), 9)?.is_empty(),
        !members::named(tx, tenant, GroupId(0), GroupId(99), 9)?.is_empty(),
        !members::list(tx, tenant, GroupId(22), Seat::Admin, UserId(0), 9)?.is_empty(),
        !profiles::of_users(tx, tenant, &[ONE])?.is_empty(),
        groups::by_guid(tx, tenant, &format!("{:032x}", 22))?.is_some(),
        assets::by_id(tx, tenant, AssetId(1))?.is_some(),
        assets::by_external_id(tx, tenant, &vm, &NameKey::new("VM-2"))?.is_some(),
        !assets::list(tx, tenant, AssetId(0), 9)?.is_empty(),
        !assets::of_user(tx, tenant, ONE, 9)?.is_empty(),
        !assets::holdings(tx, tenant, &[ONE])?.is_empty(),
        !accounts::of_users(tx, tenant, &[ONE])?.is_empty(),
        accounts::on_platform(tx, tenant, ONE, PlatformId(20))?.is_some(),
        accounts::count(tx, tenant, ONE, 9)? > 0,
        !platforms::list(tx, tenant)?.is_empty(),
        platforms::by_name(tx, tenant, "platform20")?.is_some(),
        !platforms::held(tx, tenant)?.is_empty(),
        offboardings::by_id(tx, tenant, &id)?.is_some(),
        !offboardings::by_ids(tx, tenant, std::slice::from_ref(&id))?.is_empty(),
        !offboardings::list(tx, tenant, offboardings::Filter::All, None, 9)?.is_empty(),
        !offboardings::list(tx, tenant, offboardings::Filter::Of(ONE), None, 9)?.is_empty(),
        !offboardings::list(tx, tenant, offboardings::Filter::In(OffboardingState::Running), None, 9)?
            .is_empty(),
        !offboardings::open_of_users(tx, tenant, &[ONE])?.is_empty(),
        !offboardings::count_open(tx, tenant)?.is_empty(),
        !steps::counts(tx, tenant, StepState::Ready)?.is_empty(),
        !steps::by_hand(tx, tenant, &hands(None), 9)?.is_empty(),
        !steps::by_hand(tx, tenant, &hands(Some("it")), 9)?.is_empty(),
        !tokens::list(tx, tenant, 0, 9)?.is_empty(),
        !lockouts::of_subjects(tx, tenant, &["user:user1".to_owned()])?.is_empty(),
        tokens::by_id(tx, tenant, 1)?.is_some(),
        tokens::count_access(tx, tenant, ONE, 0, 9)? > 0,
        clients::of_user(tx, tenant, ONE)?.is_some(),
        !clients::list(tx, tenant, UserId(0), 9)?.is_empty(),
        lockouts::find(tx, tenant, "user:user1")?.failures > 0,
        !sessions::of_user(tx, tenant, ONE, 9)?.is_empty(),
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
    |tx| users::update(tx, T, &user(1)).map(|()| 1),
    |tx| profiles::delete(tx, T, ONE).map(|()| 0),
    |tx| users::signed_in(tx, T, ONE, 9).map(|()| 1),
    |tx| members::add(tx, T, GroupId(22), UserId(2), Seat::Member).map(|_| 1),
    |tx| members::remove_everywhere(tx, T, ONE, Seat::Member),
    |tx| members::remove_everywhere(tx, T, ONE, Seat::Admin),
    |tx| members::remove(tx, T, GroupId(22), ONE, Seat::Member).map(u64::from),
    |tx| members::remove(tx, T, GroupId(22), ONE, Seat::Admin).map(u64::from),
    |tx| assets::transfer(tx, T, ONE, of(2), true, 9),
    |tx| assets::orphan(tx, T, ONE, true, 9),
    |tx| assets::release(tx, T, ONE, 9),
    |tx| assets::transfer_of_group(tx, T, GroupId(22), of(2), 9),
    |tx| members::remove_some(tx, T, GroupId(22), 9),
    |tx| assets::release_one(tx, T, AssetId(2)).map(u64::from),
    |tx| platforms::update(tx, T, &crate::sample::platform(20, domain::PlatformKind::Simulated)).map(|()| 1),
    |tx| accounts::insert(tx, T, &account(20, "r2", 1)).map(|()| 1),
    |tx| offboardings::update(tx, T, &offboarding(1, 1, Goal::Remove)).map(|()| 1),
    |tx| steps::insert(tx, T, &offboarding_id(1), &[step(9, 20, "r1", Action::Delete)]).map(|()| 1),
    |tx| sessions::end_of_user(tx, T, ONE),
    |tx| tokens::kept(tx, T, 1).map(|found| u64::from(found.is_some())),
    |tx| tokens::revoke(tx, T, 1),
    |tx| tokens::revoke_of_user(tx, T, ONE),
    |tx| tokens::revoke_cloud(tx, T, ONE).map(|ended| u64::from(ended.is_some())),
    |tx| clients::delete_of_user(tx, T, ONE),
    |tx| lockouts::clear(tx, T, "user:user1").map(u64::from),
    |tx| numbers::raise(tx, T, numbers::Series::Groups, 5).map(|()| 0),
    |tx| tenants::set_policy(tx, T, &domain::Policy { grace_ms: 7, ..Default::default() }).map(|()| 0),
];

/// Every row of the neighbor, as text.
fn rows(base: &Base) -> Vec<String> {
    TABLES.iter().flat_map(|table| base.raw_rows(table, "tenant_id = 2")).collect()
}
