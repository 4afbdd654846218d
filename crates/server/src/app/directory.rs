//! Users and groups.

use std::sync::Arc;

use domain::text::{self, MAX_TEXT_CHARS};
use domain::{
    Account, Asset, Error, Fact, Group, GroupId, Holdings, PlatformId, Role, TenantId, User, UserId,
    UserState,
};
use secrecy::SecretString;
use serde_json::json;
use store::numbers::{self, Series};
use store::{Tx, accounts, assets, groups, platforms, sessions, tokens, users};

use super::lockout::{self, Lock};
use super::offboardings::one_more;
use super::{App, Caller, Credential, GroupRef, Page, Pen, UserRef};
use crate::passwords;

#[derive(Clone, Debug)]
pub struct NewUser {
    pub user_name: String,
    pub email: String,
    pub full_name: String,
    pub description: String,
    pub role: Role,
    pub protected: bool,
    pub manager: Option<UserRef>,
    pub external_id: Option<String>,
    /// Without one the user cannot sign in here.
    pub password: Option<SecretString>,
    pub groups: Vec<GroupRef>,
}

#[derive(Clone, Debug)]
pub struct NewGroup {
    pub name: String,
    pub description: String,
}

/// A user with what belongs to it.
#[derive(Clone, Debug)]
pub struct UserDetail {
    pub user: User,
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
                if found.as_ref().map(|user| user.id) != caller.user || caller.user.is_none() {
                    caller.require(Role::Auditor)?;
                }
                let user = found.ok_or_else(|| Error::not_found("user", user.shown()))?;
                let detail = details(tx, caller.tenant, vec![user], now_ms)?.pop();
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
        caller.require(Role::Auditor)?;
        let (rows, now_ms) = (one_more(limit)?, self.clock.now_ms());
        self.store
            .read(|tx| {
                let page = Page::cut(users::list(tx, caller.tenant, after, rows, false)?, limit);
                Ok(Page { rows: details(tx, caller.tenant, page.rows, now_ms)?, more: page.more })
            })
            .await
    }

    pub async fn create_user(&self, caller: &Caller, new: NewUser) -> Result<User, Error> {
        caller.require(Role::Admin)?;
        check_texts(&new)?;
        let hash = match &new.password {
            None => None,
            Some(password) => {
                passwords::check("password", password)?;
                Some(self.passwords.hash(password, &self.random).await?)
            }
        };
        let (pen, guid) = (self.pen(caller.tenant, caller.name.clone()), self.random.guid());
        self.store.write(move |tx| create_user(tx, &pen, new, guid, hash.as_deref())).await
    }

    /// Sets a password, and ends every session and token of that user in the same transaction. Everybody may set
    /// their own, but not by a token: its bearer would sign in with the user's role instead of the token's.
    pub async fn set_password(
        &self,
        caller: &Caller,
        user: &UserRef,
        password: &SecretString,
    ) -> Result<(), Error> {
        passwords::check("password", password)?;
        let hash = self.passwords.hash(password, &self.random).await?;
        let pen = self.pen(caller.tenant, caller.name.clone());
        let (caller, user) = (caller.clone(), user.clone());
        self.store
            .write(move |tx| {
                let found = user.find(tx, pen.tenant)?.filter(|user| user.state != UserState::Removed);
                let own = caller.user.is_some() && found.as_ref().map(|user| user.id) == caller.user;
                if !own || matches!(caller.credential, Credential::Token { .. }) {
                    caller.require(Role::Admin)?;
                }
                let user = found.ok_or_else(|| Error::not_found("user", user.shown()))?;
                users::set_password_hash(tx, pen.tenant, user.id, &hash)?;
                let ended = sessions::end_of_user(tx, pen.tenant, user.id)?;
                let revoked = tokens::revoke_of_user(tx, pen.tenant, user.id)?;
                let detail = json!({ "sessions_ended": ended, "tokens_ended": revoked });
                pen.write(tx, &Fact::new("user.password_changed", detail).on(user.id))
            })
            .await
    }

    pub async fn group(&self, caller: &Caller, group: &GroupRef) -> Result<Group, Error> {
        caller.require(Role::Auditor)?;
        let found = self.store.read(|tx| group.find(tx, caller.tenant)).await?;
        found.ok_or_else(|| Error::not_found("group", group.shown()))
    }

    pub async fn groups(&self, caller: &Caller, after: GroupId, limit: usize) -> Result<Page<Group>, Error> {
        caller.require(Role::Auditor)?;
        let rows = one_more(limit)?;
        let found =
            self.store.read(|tx| Ok::<_, Error>(groups::list(tx, caller.tenant, after, rows)?)).await?;
        Ok(Page::cut(found, limit))
    }

    pub async fn create_group(&self, caller: &Caller, new: NewGroup) -> Result<Group, Error> {
        caller.require(Role::Admin)?;
        domain::name::check("name", &new.name)?;
        text::check("description", &new.description, MAX_TEXT_CHARS)?;
        let (pen, guid) = (self.pen(caller.tenant, caller.name.clone()), self.random.guid());
        self.store
            .write(move |tx| {
                let id = GroupId(numbers::take(tx, pen.tenant, Series::Groups, 1)?);
                let group = Group { id, guid, name: new.name, description: new.description };
                groups::insert(tx, pen.tenant, &group, pen.now_ms).map_err(|error| match error {
                    store::Error::Unique(_) => {
                        Error::Conflict(format!("a group named {} exists", group.name))
                    }
                    other => other.into(),
                })?;
                pen.write(tx, &Fact::new("group.created", json!({ "group": id, "name": group.name })))?;
                Ok(group)
            })
            .await
    }
}

/// What belongs to these users, in a few queries.
pub(super) fn details(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    found: Vec<User>,
    now_ms: i64,
) -> Result<Vec<UserDetail>, Error> {
    let ids: Vec<UserId> = found.iter().map(|user| user.id).collect();
    let groups = groups::of_users(tx, tenant, &ids)?;
    let accounts = accounts::of_users(tx, tenant, &ids)?;
    let holdings = assets::holdings(tx, tenant, &ids)?;
    let roles = assets::with_roles(tx, tenant, &ids)?;
    let locks = lockout::locks(tx, tenant, &found, now_ms)?;
    let platforms = platforms::list(tx, tenant)?.into_iter().map(|platform| (platform.id, platform.name));
    let platforms: Arc<[_]> = platforms.collect();
    let detail = |user: User| UserDetail {
        groups: groups.iter().filter(|(id, _)| *id == user.id).map(|(_, group)| group.clone()).collect(),
        accounts: accounts.iter().filter(|account| account.user == user.id).cloned().collect(),
        platforms: Arc::clone(&platforms),
        holdings: holdings.iter().find(|(id, _)| *id == user.id).map(|(_, h)| h.clone()).unwrap_or_default(),
        roles: roles.iter().filter(|a| a.owner == Some(domain::Owner::User(user.id))).cloned().collect(),
        lock: locks.get(&user.id).copied(),
        user,
    };
    Ok(found.into_iter().map(detail).collect())
}

fn check_texts(new: &NewUser) -> Result<(), Error> {
    domain::name::check_user("userName", &new.user_name)?;
    text::check("email", &new.email, MAX_TEXT_CHARS)?;
    text::check("fullName", &new.full_name, MAX_TEXT_CHARS)?;
    text::check("description", &new.description, MAX_TEXT_CHARS)?;
    new.external_id.as_deref().map_or(Ok(()), |id| domain::name::check("externalId", id))
}

fn create_user(
    tx: &mut Tx<'_>,
    pen: &Pen,
    new: NewUser,
    guid: String,
    hash: Option<&str>,
) -> Result<User, Error> {
    let manager = match &new.manager {
        None => None,
        Some(manager) => {
            let found = manager.find(tx, pen.tenant)?.filter(|user| user.state != UserState::Removed);
            Some(found.ok_or_else(|| Error::not_found("user", manager.shown()))?.id)
        }
    };
    let user = User {
        id: UserId(numbers::take(tx, pen.tenant, Series::Users, 1)?),
        guid,
        user_name: new.user_name,
        email: new.email,
        full_name: new.full_name,
        description: new.description,
        state: UserState::Active,
        role: new.role,
        protected: new.protected,
        manager,
        external_id: new.external_id,
        notice: None,
        created_ms: pen.now_ms,
        last_sign_in_ms: None,
    };
    users::insert(tx, pen.tenant, &user, hash).map_err(|error| match error {
        store::Error::Unique(_) => Error::Conflict(format!("a user named {} exists", user.user_name)),
        other => other.into(),
    })?;
    for reference in &new.groups {
        let group = reference.find(tx, pen.tenant)?;
        let group = group.ok_or_else(|| Error::not_found("group", reference.shown()))?;
        groups::add_member(tx, pen.tenant, group.id, user.id)?;
    }
    let detail = json!({ "user_name": user.user_name, "role": user.role });
    pen.write(tx, &Fact::new("user.created", detail).on(user.id))?;
    Ok(user)
}
