//! One user: how it is seen, and how it becomes what a provider tells.

use domain::{Error, Fact, Refusal, Role, TenantId, User, UserState};
use secrecy::SecretString;
use store::{Tx, groups, tenants, users};

use super::belongings::{is_shown, persons, seen_manager};
use super::create_person::manager;
use super::held::withdraw;
use super::{Person, PersonTold, Provisioned, guard, no_user};
use crate::app::directory::change::{apply, must_lock_tenant};
use crate::app::start::Started;
use crate::app::{App, Caller, NewManager, NewName, Pen, UserChange, lookup};

impl App {
    /// Whoever is removed, or hidden from providers, is not found.
    pub async fn person(&self, caller: &Caller, guid: &str) -> Result<Person, Error> {
        caller.require_provisioning()?;
        self.store
            .look_up(|tx| {
                let user = shown(tx, caller.tenant, guid)?;
                person(tx, caller.tenant, user)
            })
            .await
    }

    /// Makes of a user what `revise` makes of it. It may be asked twice, and the last word counts: the user is
    /// locked then. What it tells as it is already is no change.
    pub async fn revise_person<E>(
        &self,
        caller: &Caller,
        guid: &str,
        password: Option<SecretString>,
        revise: impl Fn(&Person) -> Result<PersonTold, E> + Send + 'static,
    ) -> Result<Provisioned<Person>, E>
    where
        E: From<Error> + Send + 'static,
    {
        caller.require_provisioning()?;
        let hash = self.hash_of(password.as_ref()).await?;
        let (by, guid, jitter) = (caller.clone(), guid.to_owned(), self.random.jitter());
        let revised = self
            .write_with(caller, move |tx, pen| {
                let (before, told) = locked(tx, pen, &guid, &revise)?;
                Ok::<_, E>(revised(tx, pen, &by, before, &told, hash.as_deref(), jitter)?)
            })
            .await?;
        Ok(match revised {
            Provisioned::Held(hold) => Provisioned::Held(hold),
            Provisioned::Done((person, started)) => {
                self.hint_started(started.as_slice());
                Provisioned::Done(person)
            }
        })
    }
}

/// The user of that id.
pub(super) fn shown(tx: &mut Tx<'_>, tenant: TenantId, guid: &str) -> Result<User, Error> {
    let found = if lookup::is_guid(guid) { users::by_guid(tx, tenant, guid)? } else { None };
    found.filter(is_shown).ok_or_else(|| no_user(guid))
}

/// One user with all that belongs to it.
pub(super) fn person(tx: &mut Tx<'_>, tenant: TenantId, user: User) -> Result<Person, Error> {
    let found = persons(tx, tenant, vec![user], true)?.pop();
    found.ok_or_else(|| Error::internal(&"a person is missing"))
}

/// The user, locked, and what is told of it: what must be locked before it is known only when that has been asked.
fn locked<E: From<Error>>(
    tx: &mut Tx<'_>,
    pen: &Pen,
    guid: &str,
    revise: &impl Fn(&Person) -> Result<PersonTold, E>,
) -> Result<(Person, PersonTold), E> {
    let tenant = pen.tenant;
    let found = shown(tx, tenant, guid)?;
    let found = person(tx, tenant, found)?;
    let told = revise(&found)?;
    let is_exclusive = |found: &Person, told| must_lock_tenant(&found.user, &identity(found, told));
    let exclusive = is_exclusive(&found, &told);
    if exclusive {
        tenants::lock(tx, tenant).map_err(Error::from)?;
    }
    if !users::lock(tx, tenant, &[found.user.id]).map_err(Error::from)? {
        return Ok((found, told));
    }
    let fresh = shown(tx, tenant, guid)?;
    let fresh = person(tx, tenant, fresh)?;
    if fresh == found {
        return Ok((found, told));
    }
    let told = revise(&fresh)?;
    if is_exclusive(&fresh, &told) && !exclusive {
        let inside = format!("user {} was changed meanwhile", fresh.user.id);
        return Err(Error::Unavailable { inside }.into());
    }
    Ok((fresh, told))
}

fn revised(
    tx: &mut Tx<'_>,
    pen: &Pen,
    by: &Caller,
    before: Person,
    told: &PersonTold,
    hash: Option<&str>,
    jitter: u64,
) -> Result<Provisioned<(Person, Option<Started>)>, Error> {
    let revision = Revision { by, before: &before, told, active: told.active };
    let change = revision.change(tx, pen, hash.is_some())?;
    change.check()?;
    match change.enabled {
        Some(false) if before.user.state == UserState::Active => {
            if let Some(hold) = guard::holds(tx, pen, by, &before.user, false)? {
                return Ok(Provisioned::Held(hold));
            }
        }
        // The provider's last word counts.
        Some(true) => withdraw(tx, pen, before.user.id)?,
        _ => {}
    }
    let Person { user, profile, manager, groups } = before;
    let changed = apply(tx, pen, by, user, &change, hash, jitter)?;
    // The rest is known: a provider's change of a user is none of its groups.
    let manager =
        if change.manager.is_none() { manager } else { seen_manager(tx, pen.tenant, &changed.user)? };
    let profile = change.profile.as_ref().map_or(profile.clone(), |told| profile.changed_by(told));
    Ok(Provisioned::Done((Person { user: changed.user, profile, manager, groups }, changed.started)))
}

/// What providers are told of a user, against what it is.
pub(super) struct Revision<'a> {
    pub by: &'a Caller,
    pub before: &'a Person,
    pub told: &'a PersonTold,
    pub active: Option<bool>,
}

impl Revision<'_> {
    /// Only what differs is a change: a provider repeats what it knows with every request.
    pub(super) fn change(&self, tx: &mut Tx<'_>, pen: &Pen, new_password: bool) -> Result<UserChange, Error> {
        let Self { before, told, .. } = *self;
        let was = before.manager.as_ref().map(|manager| manager.guid.as_str());
        let manager = if was == told.manager.as_deref() {
            None
        } else {
            match manager(tx, pen, told.manager.as_deref()) {
                // Nobody stays because the manager is not there.
                Err(Error::Invalid { .. }) if self.active == Some(false) => None,
                found => Some(found?.map_or(NewManager::Nobody, NewManager::Is)),
            }
        };
        let differs = |before: &str, told: &String| Some(told.clone()).filter(|told| told != before);
        let change = UserChange {
            email: differs(&before.user.email, &told.email),
            full_name: differs(&before.user.full_name, &told.full_name),
            manager,
            profile: Some(&told.profile)
                .filter(|told| before.profile.clone().changed_by(told) != before.profile)
                .cloned(),
            other_emails: Some(told.other_emails.clone()),
            enabled: self.active,
            ..identity(before, told)
        };
        self.keeps_roles_safe(&change, new_password)?;
        Ok(change)
    }

    /// Whoever may provision could else sign in as an administrator.
    fn keeps_roles_safe(&self, change: &UserChange, new_password: bool) -> Result<(), Error> {
        let User { role, user_name, .. } = &self.before.user;
        let touches = change.user_name.is_some() || change.email.is_some() || new_password;
        if self.by.role == Role::Scim && *role > Role::None && touches {
            return Err(Refusal::Privileged { user: user_name.clone() }.into());
        }
        Ok(())
    }
}

/// The part of a change that decides what must be locked.
fn identity(before: &Person, told: &PersonTold) -> UserChange {
    let user = &before.user;
    UserChange {
        user_name: Some(told.user_name.clone()).filter(|name| *name != user.user_name).map(NewName::Exactly),
        external_id: (user.external_id != told.external_id)
            .then(|| told.external_id.clone().unwrap_or_default()),
        enabled: told.active,
        ..UserChange::default()
    }
}

/// Takes a user out of providers' sight, or puts it back.
pub(super) fn hide(tx: &mut Tx<'_>, pen: &Pen, user: User, hidden: bool) -> Result<User, Error> {
    if user.hidden == hidden {
        return Ok(user);
    }
    let user = User { hidden, modified_ms: pen.now_ms, ..user };
    users::update(tx, pen.tenant, &user)?;
    users::touch(tx, pen.tenant, user.id, pen.now_ms)?;
    // Providers see other members now.
    groups::touch_of_user(tx, pen.tenant, user.id, pen.now_ms)?;
    let kind = if hidden { "user.hidden" } else { "user.shown" };
    pen.write(tx, &Fact::bare(kind).on(user.id))?;
    Ok(user)
}
