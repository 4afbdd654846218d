//! Everything the plans of one request need to know, in a few queries however many users there are.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use domain::plan::{Named, NamedHeir, Snapshot, Successor};
use domain::policy::Heir;
use domain::{
    Account, AccountState, Error, Goal, Group, Handover, Holdings, Offboarding, Owner, Platform, PlatformId,
    Policy, Role, TenantId, User, UserId, UserState,
};
use store::{Tx, accounts, assets, groups, offboardings, platforms, tenants, users};

use super::heirs::{Heirs, leaving_with_the_rest, successors};
use super::policy::policy_of;
use super::start::Start;
use super::{Caller, HeirRef, UserRef, lookup};

/// What was loaded, before it is cut into one snapshot per user.
pub(super) struct Loaded {
    goal: Goal,
    pub policy: Policy,
    pub users: Vec<Option<User>>,
    heirs: Heirs,
    pub platforms: Arc<[Platform]>,
    accounts: HashMap<UserId, Vec<Account>>,
    holdings: HashMap<UserId, Holdings>,
    open: HashMap<UserId, Vec<Offboarding>>,
    policy_group: Option<Group>,
    managers: HashMap<UserId, Successor>,
    active_admins: i64,
}

pub(super) fn load(tx: &mut Tx<'_>, tenant: TenantId, start: &Start) -> Result<Loaded, Error> {
    let goal = start.goal;
    let asked: Vec<UserRef> = start.users.iter().map(|leaver| leaver.user.clone()).collect();
    let policy = policy_of(tx, tenant)?;
    let found = lookup::find_all(tx, tenant, &asked)?;
    let heirs = Heirs::find(tx, tenant, start.heirs())?;
    let by_policy = goal.transfers() && policy.heir == Heir::Manager;
    let inheriting = if by_policy { managers_of(&found) } else { Vec::new() };
    let stale = lock(tx, tenant, &found, &heirs, inheriting, goal)?;
    let (found, mut heirs) = if stale {
        (reread(tx, tenant, found)?, Heirs::find(tx, tenant, start.heirs())?)
    } else {
        (found, heirs)
    };
    let ids: Vec<UserId> = found.iter().flatten().map(|user| user.id).collect();
    heirs.leave_with(&ids, goal);
    let policy_group = match policy.heir {
        Heir::Group(id) => groups::by_id(tx, tenant, id)?,
        Heir::Nobody | Heir::Manager => None,
    };
    let mut managers = if by_policy { managers(tx, tenant, &found)? } else { HashMap::new() };
    for manager in managers.values_mut() {
        leaving_with_the_rest(manager, &ids, goal);
    }
    Ok(Loaded {
        goal,
        platforms: platforms::list(tx, tenant)?.into(),
        accounts: by_user(accounts::of_users(tx, tenant, &ids)?, |account| account.user),
        holdings: assets::holdings(tx, tenant, &ids)?.into_iter().collect(),
        open: by_user(offboardings::open_of_users(tx, tenant, &ids)?, |open| open.user),
        active_admins: active_admins_left(tx, tenant, &found, goal)?,
        policy,
        users: found,
        heirs,
        policy_group,
        managers,
    })
}

impl Loaded {
    pub(super) fn snapshot<'a>(
        &'a self,
        asked: &str,
        user: Option<&'a User>,
        caller: &Caller,
    ) -> Snapshot<'a> {
        let id = user.map(|user| user.id);
        let of = |id: UserId| self.open.get(&id).map_or(&[][..], Vec::as_slice);
        // Whoever waits for an heir may be removed once more, with a name: that overtakes the first.
        let waits = |open: &Offboarding| self.goal.removes() && open.handover == Some(Handover::Awaited);
        let leaving = id.and_then(|id| of(id).iter().find(|open| open.goal.removes() && !waits(open)));
        Snapshot {
            asked: asked.to_owned(),
            user,
            caller: caller.user,
            active_admins: self.active_admins,
            holdings: id.map(|id| self.holdings(id)).unwrap_or_default(),
            accounts: id.and_then(|id| self.accounts.get(&id)).map_or(&[], Vec::as_slice),
            platforms: &self.platforms,
            leaving_by: leaving.map(|open| open.id.to_string()),
            policy_heir: self.policy_heir(user),
        }
    }

    /// The state in which an account was last seen.
    pub(super) fn last_seen(&self, user: UserId, platform: PlatformId, remote_id: &str) -> AccountState {
        let accounts = self.accounts.get(&user).map_or(&[][..], Vec::as_slice);
        let mut same = accounts.iter().filter(|a| a.platform == platform && a.remote_id == remote_id);
        same.next().map_or(AccountState::Unknown, |account| account.state)
    }

    /// The open offboardings of a user.
    pub(super) fn open(&self, user: UserId) -> &[Offboarding] {
        self.open.get(&user).map_or(&[], Vec::as_slice)
    }

    pub(super) fn holdings(&self, user: UserId) -> Holdings {
        self.holdings.get(&user).cloned().unwrap_or_default()
    }

    /// What was asked for, for a plan.
    pub(super) fn named(&self, heir: &HeirRef) -> NamedHeir {
        self.heirs.of(heir).map(|heir| heir.named.clone()).unwrap_or_default()
    }

    /// Who inherits by name, for the answer and the log: named by the request, else by policy.
    pub(super) fn heir_of(&self, user: &User, heir: &HeirRef, handover: Option<Handover>) -> Option<String> {
        let Some(Handover::To(_)) = handover else { return None };
        self.heirs.of(heir).and_then(|heir| heir.name.clone()).or_else(|| self.policy_heir_name(user))
    }

    fn policy_heir_name(&self, user: &User) -> Option<String> {
        match self.policy_heir(Some(user)) {
            NamedHeir::User(Named { given, .. }) | NamedHeir::Group(Named { given, .. }) => Some(given),
            NamedHeir::Unsaid | NamedHeir::Orphan | NamedHeir::Both => None,
        }
    }

    fn policy_heir(&self, user: Option<&User>) -> NamedHeir {
        match self.policy.heir {
            Heir::Nobody => NamedHeir::Unsaid,
            Heir::Group(id) => NamedHeir::Group(Named {
                given: self.policy_group.as_ref().map_or_else(|| id.to_string(), |group| group.name.clone()),
                found: self.policy_group.as_ref().map(|group| Owner::Group(group.id)),
            }),
            // Without a manager the rule is silent: then the user must own nothing.
            Heir::Manager => user.and_then(|user| user.manager).map_or(NamedHeir::Unsaid, |manager| {
                let found = self.managers.get(&manager).cloned();
                let given =
                    found.as_ref().map_or_else(|| manager.to_string(), |found| found.user_name.clone());
                NamedHeir::User(Named { given, found })
            }),
        }
    }
}

fn by_user<T>(rows: Vec<T>, user: impl Fn(&T) -> UserId) -> HashMap<UserId, Vec<T>> {
    let mut map: HashMap<UserId, Vec<T>> = HashMap::new();
    for row in rows {
        map.entry(user(&row)).or_default().push(row);
    }
    map
}

/// As one leaver sees it: the administrators who stay after this request, and the leaver.
fn active_admins_left(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    found: &[Option<User>],
    goal: Goal,
) -> Result<i64, Error> {
    if !goal.cuts() {
        return Ok(i64::MAX);
    }
    let is_active_admin = |user: &&User| user.role == Role::Admin && user.state == UserState::Active;
    // Each once, however often the request names it.
    let leaving: HashSet<UserId> =
        found.iter().flatten().filter(is_active_admin).map(|user| user.id).collect();
    if leaving.is_empty() {
        return Ok(i64::MAX);
    }
    let leaving = i64::try_from(leaving.len()).unwrap_or(i64::MAX);
    Ok(users::active_admins(tx, tenant, leaving + 1)? - leaving + 1)
}

fn managers(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    found: &[Option<User>],
) -> Result<HashMap<UserId, Successor>, Error> {
    let managers = users::by_ids(tx, tenant, &managers_of(found))?;
    Ok(successors(tx, tenant, &managers)?.into_iter().map(|successor| (successor.id, successor)).collect())
}

fn managers_of(found: &[Option<User>]) -> Vec<UserId> {
    found.iter().flatten().filter_map(|user| user.manager).collect()
}

/// Leavers and successors in the order of their ids; all administrators' departures of a tenant one by one.
/// `inheriting` are successors by policy. Answers whether what was read before must be read again.
fn lock(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    found: &[Option<User>],
    heirs: &Heirs,
    inheriting: Vec<UserId>,
    goal: Goal,
) -> Result<bool, Error> {
    if goal.cuts() && found.iter().flatten().any(|user| user.role == Role::Admin) {
        tenants::lock(tx, tenant)?;
    }
    let mut ids = inheriting;
    ids.extend(found.iter().flatten().map(|user| user.id));
    ids.extend(heirs.users());
    ids.sort_unstable();
    ids.dedup();
    Ok(users::lock(tx, tenant, &ids)?)
}

fn reread(tx: &mut Tx<'_>, tenant: TenantId, found: Vec<Option<User>>) -> Result<Vec<Option<User>>, Error> {
    let ids: Vec<UserId> = found.iter().flatten().map(|user| user.id).collect();
    let fresh: HashMap<UserId, User> =
        users::by_ids(tx, tenant, &ids)?.into_iter().map(|user| (user.id, user)).collect();
    Ok(found.into_iter().map(|user| user.and_then(|user| fresh.get(&user.id).cloned())).collect())
}
