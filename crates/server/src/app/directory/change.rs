//! Changing a user: one transaction for everything that a request says, a departure or return included.

use domain::text::{self, MAX_TEXT_CHARS};
use domain::{
    Error, Fact, Goal, GroupId, NameKey, Offboarding, Profile, Refusal, Role, TenantId, User, UserId,
    UserState, name,
};
use secrecy::SecretString;
use serde_json::{Value, json};
use store::members::{self, Seat};
use store::{Tx, emails, groups, offboardings, profiles, tenants, users};

use super::{check, password};
use crate::app::accept::accept;
use crate::app::start::{Start, Started};
use crate::app::{App, Caller, GroupRef, MAX_PAGE, Pen, UserRef};
use crate::passwords;

/// What a client may change of a user; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct UserChange {
    pub user_name: Option<NewName>,
    pub email: Option<String>,
    pub full_name: Option<String>,
    pub description: Option<String>,
    /// Empty takes it away.
    pub external_id: Option<String>,
    pub role: Option<Role>,
    pub manager: Option<NewManager>,
    pub groups: Option<GroupsChange>,
    pub password: Option<SecretString>,
    /// By the rules of [`Profile::changed_by`].
    pub profile: Option<Profile>,
    /// By which the user is found besides `email`; looked at where the profile is told otherwise.
    pub other_emails: Option<Vec<String>>,
    /// If it is otherwise now, this is a deactivation or a restoration, with all that belongs to it. If it is so
    /// already, but not everywhere yet, the answer is what is under way.
    pub enabled: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewName {
    Exactly(String),
    /// For clients that send a name's lower case back: the same name by the rules of names stays as it is.
    UnlessTheSame(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewManager {
    Nobody,
    Is(UserId),
}

#[derive(Clone, Debug)]
pub struct GroupsChange {
    pub join: Vec<GroupRef>,
    pub leave: Leaving,
    /// Else an unknown group is an error.
    pub skip_unknown: bool,
}

#[derive(Clone, Debug)]
pub enum Leaving {
    These(Vec<GroupRef>),
    /// Every group but those that the change joins.
    Others,
}

/// A changed user, and the departure or return that the change was.
#[derive(Clone, Debug)]
pub struct Changed {
    pub user: User,
    pub started: Option<Started>,
}

impl UserChange {
    /// Deactivating and restoring takes an operator; every other change an administrator.
    fn needs(&self) -> Role {
        let Self { user_name, email, full_name, description, external_id, role, groups, .. } = self;
        let texts = [email, full_name, description, external_id].into_iter().any(Option::is_some);
        let others = user_name.is_some() || role.is_some() || groups.is_some() || self.password.is_some();
        let others = others || self.manager.is_some();
        if texts || others || self.profile.is_some() { Role::Admin } else { Role::Operator }
    }

    /// Whether it leaves everything as it is.
    pub fn is_nothing(&self) -> bool {
        self.needs() == Role::Operator && self.enabled.is_none()
    }

    pub(in crate::app) fn check(&self) -> Result<(), Error> {
        if let Some(NewName::Exactly(new)) = &self.user_name {
            name::check_user("userName", new)?;
        }
        let texts =
            [("email", &self.email), ("fullName", &self.full_name), ("description", &self.description)];
        for (field, value) in texts {
            text::check(field, value.as_deref().unwrap_or_default(), MAX_TEXT_CHARS)?;
        }
        if let Some(external_id) = self.external_id.as_deref().filter(|id| !id.is_empty()) {
            name::check("externalId", external_id)?;
        }
        self.role.map_or(Ok(()), Role::check_of_user)?;
        if let Some(password) = &self.password {
            passwords::check("password", password)?;
        }
        if let Some(GroupsChange { join, leave, .. }) = &self.groups {
            let leaving = if let Leaving::These(groups) = leave { groups.len() } else { 0 };
            if join.len() + leaving > MAX_PAGE {
                return Err(Error::TooMany { what: "groups", limit: MAX_PAGE });
            }
        }
        self.profile.as_ref().map_or(Ok(()), Profile::check)
    }
}

impl App {
    /// Refusals are those of a departure; what is refused changes nothing.
    pub async fn update_user(
        &self,
        caller: &Caller,
        user: &UserRef,
        change: UserChange,
    ) -> Result<Changed, Error> {
        caller.require(change.needs())?;
        change.check()?;
        let hash = match &change.password {
            None => None,
            Some(password) => Some(self.passwords.hash(password, &self.random).await?),
        };
        let (by, user, jitter) = (caller.clone(), user.clone(), self.random.jitter());
        let changed = self
            .write_for(caller, move |tx, pen| {
                let before = present(tx, pen.tenant, &user, &change)?;
                apply(tx, pen, &by, before, &change, hash.as_deref(), jitter)
            })
            .await?;
        self.hint_started(changed.started.as_slice());
        Ok(changed)
    }
}

/// All of a change to a user who is present and locked, as [`must_lock_tenant`] asks for.
pub(in crate::app) fn apply(
    tx: &mut Tx<'_>,
    pen: &Pen,
    by: &Caller,
    before: User,
    change: &UserChange,
    hash: Option<&str>,
    jitter: u64,
) -> Result<Changed, Error> {
    let id = before.id;
    let edited = Edits { tx, pen, change }.apply(before, hash)?;
    let started = match turn(tx, pen.tenant, &edited, change.enabled)? {
        None => None,
        Some(goal) => accept(tx, pen, by, &Start::new(goal, vec![UserRef::Id(id)]), jitter)?.pop(),
    };
    let user = users::by_id(tx, pen.tenant, id)?.ok_or_else(|| Error::internal(&"a user is gone"))?;
    Ok(Changed { user, started })
}

/// Whether an administrator may be lost, or two users could take each other's name for an id. First lock the tenant,
/// then the user.
pub(in crate::app) fn must_lock_tenant(user: &User, change: &UserChange) -> bool {
    let loses = user.role == Role::Admin && (change.role.is_some() || change.enabled == Some(false));
    loses || change.user_name.is_some() || change.external_id.is_some()
}

/// The user, locked, behind the lock of the tenant where that is needed.
fn present(tx: &mut Tx<'_>, tenant: TenantId, asked: &UserRef, change: &UserChange) -> Result<User, Error> {
    let missing = || Error::not_found("user", asked.shown());
    let there = |user: &User| user.state != UserState::Removed;
    let found = asked.find(tx, tenant)?.filter(there).ok_or_else(missing)?;
    if must_lock_tenant(&found, change) {
        tenants::lock(tx, tenant)?;
    }
    if !users::lock(tx, tenant, &[found.id])? {
        return Ok(found);
    }
    users::by_id(tx, tenant, found.id)?.filter(there).ok_or_else(missing)
}

/// What `enabled` asks for, if it is not so already, here and wherever it is still under way.
fn turn(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    user: &User,
    enabled: Option<bool>,
) -> Result<Option<Goal>, Error> {
    let Some(enabled) = enabled else { return Ok(None) };
    let (goal, so_here) = if enabled {
        (Goal::Restore, user.state == UserState::Active)
    } else {
        (Goal::Deactivate, user.state == UserState::Deactivated)
    };
    if !so_here {
        return Ok(Some(goal));
    }
    let asks_the_same = |open: &Offboarding| open.goal == goal || (open.goal.cuts() && goal.cuts());
    let open = offboardings::open_of_users(tx, tenant, &[user.id])?;
    Ok(open.iter().any(asks_the_same).then_some(goal))
}

/// The directory's own part of a change.
struct Edits<'a, 't> {
    tx: &'a mut Tx<'t>,
    pen: &'a Pen,
    change: &'a UserChange,
}

impl Edits<'_, '_> {
    fn apply(mut self, before: User, hash: Option<&str>) -> Result<User, Error> {
        let after = self.edited(&before)?;
        let mut detail = differences(&before, &after);
        if after != before {
            self.keeps_an_administrator(&before, &after)?;
            check::is_nobody_elses(self.tx, self.pen.tenant, &after)?;
            users::update(self.tx, self.pen.tenant, &after).map_err(|error| match error {
                store::Error::Unique(_) => check::name_taken(&after.user_name),
                other => other.into(),
            })?;
        }
        self.regroup(after.id, &mut detail)?;
        if let Some(change) = &self.change.profile
            && self.tell(after.id, change)?
        {
            if let Some(emails) = &self.change.other_emails {
                emails::replace(self.tx, self.pen.tenant, after.id, emails)?;
            }
            detail.insert("profile".to_owned(), json!(true));
        }
        if !detail.is_empty() {
            users::touch(self.tx, self.pen.tenant, after.id, self.pen.now_ms)?;
            self.pen.write(self.tx, &Fact::new("user.changed", Value::Object(detail)).on(after.id))?;
        }
        if let Some(hash) = hash {
            password::replace(self.tx, self.pen, &after, hash)?;
        }
        Ok(after)
    }

    fn edited(&self, before: &User) -> Result<User, Error> {
        let mut user = before.clone();
        let change = self.change;
        match &change.user_name {
            Some(NewName::Exactly(new)) => user.user_name.clone_from(new),
            Some(NewName::UnlessTheSame(new)) if NameKey::new(new) != NameKey::new(&user.user_name) => {
                name::check_user("userName", new)?;
                user.user_name.clone_from(new);
            }
            _ => {}
        }
        for (field, new) in [
            (&mut user.email, &change.email),
            (&mut user.full_name, &change.full_name),
            (&mut user.description, &change.description),
        ] {
            if let Some(new) = new {
                field.clone_from(new);
            }
        }
        if let Some(external_id) = &change.external_id {
            user.external_id = Some(external_id.clone()).filter(|id| !id.is_empty());
        }
        user.manager = match change.manager {
            None => user.manager,
            Some(NewManager::Nobody) => None,
            Some(NewManager::Is(manager)) => Some(manager),
        };
        user.role = change.role.unwrap_or(user.role);
        Ok(user)
    }

    /// Neither the last administrator nor a protected one loses the role.
    fn keeps_an_administrator(&mut self, before: &User, after: &User) -> Result<(), Error> {
        if before.role != Role::Admin || after.role == Role::Admin {
            return Ok(());
        }
        let user = before.user_name.clone();
        if before.protected {
            return Err(Refusal::Protected { user }.into());
        }
        let others = users::active_admins(self.tx, self.pen.tenant, 2)?;
        if before.state == UserState::Active && others < 2 {
            return Err(Refusal::LastAdministrator { user }.into());
        }
        Ok(())
    }

    /// Answers whether anything is told otherwise now.
    fn tell(&mut self, user: UserId, change: &Profile) -> Result<bool, Error> {
        let before = profiles::of_user(self.tx, self.pen.tenant, user)?;
        let after = before.clone().changed_by(change);
        if after == before {
            return Ok(false);
        }
        after.check()?;
        profiles::put(self.tx, self.pen.tenant, user, &after)?;
        Ok(true)
    }

    fn regroup(&mut self, user: UserId, detail: &mut serde_json::Map<String, Value>) -> Result<(), Error> {
        let Some(change) = &self.change.groups else { return Ok(()) };
        let tenant = self.pen.tenant;
        let join = self.groups(&change.join, change.skip_unknown)?;
        let leave = match &change.leave {
            Leaving::These(groups) => self.groups(groups, change.skip_unknown)?,
            Leaving::Others => {
                let now = members::groups_of_users(self.tx, tenant, &[user])?;
                now.into_iter().map(|(_, group)| group.id).filter(|id| !join.contains(id)).collect()
            }
        };
        let mut both: Vec<GroupId> = leave.iter().chain(&join).copied().collect();
        groups::lock_all(self.tx, tenant, &mut both)?;
        let (mut joined, mut left) = (Vec::new(), Vec::new());
        for group in leave {
            if members::remove(self.tx, tenant, group, user, Seat::Member)? {
                groups::touch(self.tx, tenant, group, self.pen.now_ms)?;
                left.push(group);
            }
        }
        for group in join {
            if members::add(self.tx, tenant, group, user, Seat::Member)? {
                groups::touch(self.tx, tenant, group, self.pen.now_ms)?;
                joined.push(group);
            }
        }
        for (what, groups) in [("groups_joined", joined), ("groups_left", left)] {
            if !groups.is_empty() {
                detail.insert(what.to_owned(), json!(groups));
            }
        }
        Ok(())
    }

    fn groups(&mut self, asked: &[GroupRef], skip_unknown: bool) -> Result<Vec<GroupId>, Error> {
        let mut found = Vec::new();
        for group in asked {
            match group.find(self.tx, self.pen.tenant)? {
                Some(group) => found.push(group.id),
                None if skip_unknown => {}
                None => return Err(Error::not_found("group", group.shown())),
            }
        }
        Ok(found)
    }
}

/// Names and roles with their values, of texts only that they changed.
fn differences(before: &User, after: &User) -> serde_json::Map<String, Value> {
    let mut detail = serde_json::Map::new();
    if before.user_name != after.user_name {
        detail.insert("user_name".to_owned(), json!({ "from": before.user_name, "to": after.user_name }));
    }
    if before.role != after.role {
        detail.insert("role".to_owned(), json!({ "from": before.role, "to": after.role }));
    }
    let texts = [
        ("email", before.email != after.email),
        ("full_name", before.full_name != after.full_name),
        ("description", before.description != after.description),
        ("external_id", before.external_id != after.external_id),
        ("manager", before.manager != after.manager),
    ];
    for (field, _) in texts.into_iter().filter(|(_, changed)| *changed) {
        detail.insert(field.to_owned(), json!(true));
    }
    detail
}
