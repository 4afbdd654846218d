//! Rows to begin with: as plain as they can be, so that a test shows what it changes.

use domain::step::Progress;
use domain::{
    Account, AccountState, Action, Asset, AssetId, AssetKind, Capabilities, Goal, Group, GroupId,
    Offboarding, OffboardingId, OffboardingState, Owner, Platform, PlatformId, PlatformKind, Policy, Role,
    Step, StepNo, StepState, TenantId, Terms, User, UserId, UserState,
};
use store::{Tx, accounts, assets, groups, offboardings, platforms, steps, tenants, users};

use crate::fixture::Base;

pub(crate) const T: TenantId = TenantId(1);
/// Another tenant, with rows of the same numbers.
pub(crate) const OTHER: TenantId = TenantId(2);

pub(crate) fn user(id: i64) -> User {
    User {
        id: UserId(id),
        guid: format!("{id:032x}"),
        user_name: format!("user{id}"),
        email: format!("user{id}@example.com"),
        full_name: format!("User {id}"),
        description: String::new(),
        state: UserState::Active,
        role: Role::None,
        protected: false,
        manager: None,
        external_id: None,
        notice: None,
        created_ms: 1,
        modified_ms: 1,
        hidden: false,
        last_sign_in_ms: None,
    }
}

pub(crate) fn promote(tx: &mut Tx<'_>, id: i64) -> store::Result<()> {
    let found = users::by_id(tx, T, UserId(id))?.expect("a user");
    users::update(tx, T, &User { role: Role::Admin, ..found })
}

pub(crate) fn group(id: i64) -> Group {
    let name = format!("Group {id}");
    Group::new(GroupId(id), format!("{id:032x}"), name, 1)
}

pub(crate) fn asset(id: i64, kind: &str, owner: Owner) -> Asset {
    Asset {
        id: AssetId(id),
        kind: AssetKind::new(kind).expect("a kind"),
        name: format!("asset {id}"),
        owner: Some(owner),
        owner_role: None,
        orphaned: false,
        external_id: None,
    }
}

pub(crate) fn of(user: i64) -> Owner {
    Owner::User(UserId(user))
}

pub(crate) fn platform(id: i64, kind: PlatformKind) -> Platform {
    Platform {
        id: PlatformId(id),
        name: format!("platform{id}"),
        kind,
        settings: "{}".to_owned(),
        max_in_flight: 8,
        terms: Terms::default(),
        capabilities: Capabilities::FULL,
        revision: 1,
    }
}

pub(crate) fn account(platform: i64, remote_id: &str, user: i64) -> Account {
    Account {
        platform: PlatformId(platform),
        user: UserId(user),
        remote_id: remote_id.to_owned(),
        state: AccountState::Active,
    }
}

/// In the order of `number`, as UUIDs v7 are.
pub(crate) fn offboarding_id(number: i64) -> OffboardingId {
    OffboardingId(format!("01930000-0000-7000-8000-{number:012x}"))
}

pub(crate) fn offboarding(number: i64, user: i64, goal: Goal) -> Offboarding {
    Offboarding {
        id: offboarding_id(number),
        goal,
        user: UserId(user),
        user_name: format!("user{user}"),
        requester: "admin".to_owned(),
        state: OffboardingState::Running,
        handover: None,
        message: None,
        start_ms: 10,
        created_ms: 10,
        cancel_asked: false,
        finished_ms: None,
    }
}

pub(crate) fn step(no: i64, platform: i64, remote_id: &str, action: Action) -> Step {
    Step {
        no: StepNo(no),
        platform: PlatformId(platform),
        local: false,
        remote_id: remote_id.to_owned(),
        action,
        state: StepState::Ready,
        needs: Vec::new(),
        attempt: 0,
        tried_before: 0,
        ready_at_ms: 10,
        idempotency_key: format!("key-{no}"),
        progress: Progress::default(),
        note: None,
        finished_ms: None,
        hand: None,
    }
}

fn insert_tenant(tx: &mut Tx<'_>, tenant: TenantId) -> store::Result<()> {
    let name = format!("tenant{tenant}");
    let host = Some(format!("{name}.example.com"));
    tenants::insert(tx, &tenants::Tenant { id: tenant, name, host, policy: Policy::default() }, 1)
}

impl Base {
    /// `tenant` with nothing in it.
    pub(crate) async fn tenant(&self, tenant: TenantId) {
        self.write(move |tx| insert_tenant(tx, tenant)).await.expect("a tenant");
    }

    /// `tenant` with users 1 to `count`, group 22, and a simulated platform of the tenant's number times ten.
    pub(crate) async fn company(&self, tenant: TenantId, count: i64) {
        let made = self.write(move |tx| {
            insert_tenant(tx, tenant)?;
            for id in 1..=count {
                users::insert(tx, tenant, &user(id), None)?;
            }
            groups::insert(tx, tenant, &group(22))?;
            platforms::insert(tx, tenant, &platform(tenant.0 * 10, PlatformKind::Simulated))
        });
        made.await.expect("a company");
    }

    pub(crate) async fn add_assets(&self, tenant: TenantId, new: Vec<Asset>) {
        let made = self.write(move |tx| new.iter().try_for_each(|asset| assets::insert(tx, tenant, asset)));
        made.await.expect("assets");
    }

    pub(crate) async fn add_account(&self, tenant: TenantId, account: Account) {
        self.write(move |tx| accounts::insert(tx, tenant, &account)).await.expect("an account");
    }

    pub(crate) async fn accept(&self, tenant: TenantId, offboarding: Offboarding, rows: Vec<Step>) {
        let made = self.write(move |tx| {
            offboardings::insert(tx, tenant, &offboarding, None)?;
            steps::insert(tx, tenant, &offboarding.id, &rows)
        });
        made.await.expect("an offboarding");
    }
}
