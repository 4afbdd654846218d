//! Users and groups: reading them here, changing them in the files below.

pub(super) mod change;
mod check;
pub(super) mod dissolve_group;
mod group_detail;
pub(super) mod groups;
pub(super) mod members;
pub(super) mod new_user;
mod password;
mod remove_group;

use std::sync::Arc;

use domain::{Account, Asset, Error, Group, Holdings, Owner, PlatformId, Profile, Role, User, UserId};
use store::{Tx, accounts, assets, members as seats, platforms, profiles, users};

use super::locked::{Lock, locks};
use super::offboardings::one_more;
use super::{App, Caller, Page, UserRef};

pub use change::{Changed, GroupsChange, Leaving, NewManager, NewName, UserChange};
pub use dissolve_group::{Dissolution, Dissolved, MAX_GROUPS_PER_REQUEST};
pub use group_detail::{GroupDetail, MAX_GROUP_ROLES, MAX_MEMBERS};
pub use groups::NewGroup;
pub use members::SeatChange;
pub use new_user::{MAX_NEW_USERS, NewUser};

/// A user with what belongs to it.
#[derive(Clone, Debug)]
pub struct UserDetail {
    pub user: User,
    pub profile: Profile,
    pub groups: Vec<Group>,
    pub accounts: Vec<Account>,
    /// The names of the tenant's platforms, shared by a whole page.
    pub platforms: Arc<[(PlatformId, String)]>,
    pub holdings: Holdings,
    /// Assets on which the user holds a named role.
    pub roles: Vec<Asset>,
    /// Signing in by name must wait, after too many failures.
    pub lock: Option<Lock>,
}

impl App {
    /// Any signed-in caller may see itself; others need a role.
    pub async fn user(&self, caller: &Caller, user: &UserRef) -> Result<UserDetail, Error> {
        let now_ms = self.clock.now_ms();
        self.store
            .read(|tx| {
                let found = user.find(tx, caller.tenant)?;
                caller.require_sight_of(found.as_ref())?;
                let user = found.ok_or_else(|| Error::not_found("user", user.shown()))?;
                let detail = detail(tx, caller, vec![user], now_ms)?.pop();
                detail.ok_or_else(|| Error::internal(&"a detail is missing"))
            })
            .await
    }

    /// Present users in the order of their ids, with what belongs to them.
    pub async fn users(
        &self,
        caller: &Caller,
        after: UserId,
        limit: usize,
    ) -> Result<Page<UserDetail>, Error> {
        let list = |tx: &mut Tx<'_>, rows| users::list(tx, caller.tenant, after, rows, false);
        self.present(caller, limit, list).await
    }

    /// As [`App::users`], for clients that count users instead of keeping the last id.
    pub async fn users_from(
        &self,
        caller: &Caller,
        start_index: u32,
        limit: usize,
    ) -> Result<Page<UserDetail>, Error> {
        let list = |tx: &mut Tx<'_>, rows| users::page(tx, caller.tenant, rows, start_index.into());
        self.present(caller, limit, list).await
    }

    async fn present(
        &self,
        caller: &Caller,
        limit: usize,
        list: impl FnOnce(&mut Tx<'_>, i64) -> store::Result<Vec<User>> + Send,
    ) -> Result<Page<UserDetail>, Error> {
        caller.require(Role::Auditor)?;
        let (rows, now_ms) = (one_more(limit)?, self.clock.now_ms());
        self.store
            .read(|tx| {
                let page = Page::cut(list(tx, rows)?, limit);
                Ok(Page { rows: detail(tx, caller, page.rows, now_ms)?, more: page.more })
            })
            .await
    }
}

/// What belongs to these users, in a few queries.
pub(super) fn detail(
    tx: &mut Tx<'_>,
    caller: &Caller,
    found: Vec<User>,
    now_ms: i64,
) -> Result<Vec<UserDetail>, Error> {
    let tenant = caller.tenant;
    let ids: Vec<UserId> = found.iter().map(|user| user.id).collect();
    let groups = seats::groups_of_users(tx, tenant, &ids)?;
    let profiles = profiles::of_users(tx, tenant, &ids)?;
    let accounts = accounts::of_users(tx, tenant, &ids)?;
    let holdings = assets::holdings(tx, tenant, &ids)?;
    let roles = assets::with_roles(tx, tenant, &ids)?;
    let locks = locks(tx, tenant, &found, now_ms)?;
    let platforms = platforms::list(tx, tenant)?.into_iter().map(|platform| (platform.id, platform.name));
    let platforms: Arc<[_]> = platforms.collect();
    let detail = |user: User| UserDetail {
        profile: of(&profiles, user.id),
        groups: groups.iter().filter(|(id, _)| *id == user.id).map(|(_, group)| group.clone()).collect(),
        accounts: accounts.iter().filter(|account| account.user == user.id).cloned().collect(),
        platforms: Arc::clone(&platforms),
        holdings: of(&holdings, user.id),
        roles: roles.iter().filter(|asset| asset.owner == Some(Owner::User(user.id))).cloned().collect(),
        lock: locks.get(&user.id).copied(),
        user,
    };
    Ok(found.into_iter().map(detail).collect())
}

fn of<T: Clone + Default>(rows: &[(UserId, T)], user: UserId) -> T {
    rows.iter().find(|(id, _)| *id == user).map(|(_, row)| row.clone()).unwrap_or_default()
}
