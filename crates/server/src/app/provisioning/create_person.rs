//! A new user; or one that was removed by a provider, kept, and is now taken back.

use domain::{Action, Error, Goal, NameKey, Offboarding, StepState, User, UserId, UserState};
use secrecy::SecretString;
use store::{Tx, emails, offboardings, tenants, users};

use super::held::withdraw;
use super::person::{Revision, hide, person};
use super::{Person, PersonTold};
use crate::app::directory::change::apply;
use crate::app::directory::new_user::create;
use crate::app::edit::Edit;
use crate::app::start::Started;
use crate::app::{App, Caller, NewUser, Pen, UserRef};
use crate::passwords;

impl App {
    /// Whoever was removed by a provider and is kept is taken back under the same name and external id, with the
    /// same id: a removal that waits for its time is called off.
    pub async fn create_person(
        &self,
        caller: &Caller,
        told: PersonTold,
        password: Option<SecretString>,
    ) -> Result<Person, Error> {
        caller.require_provisioning()?;
        let new = NewUser {
            email: told.email.clone(),
            full_name: told.full_name.clone(),
            enabled: told.active.unwrap_or(true),
            external_id: told.external_id.clone(),
            profile: told.profile.clone(),
            ..NewUser::named(told.user_name.clone())
        };
        new.check()?;
        let hash = self.hash_of(password.as_ref()).await?;
        let (by, guid, jitter) = (caller.clone(), self.random.guid(), self.random.jitter());
        let (created, started) = self
            .write_for(caller, move |tx, pen| {
                tenants::lock(tx, pen.tenant)?;
                if let Some(kept) = kept(tx, pen, &told.user_name)? {
                    return take_back(tx, pen, &by, kept, &told, hash.as_deref(), jitter);
                }
                let manager = manager(tx, pen, told.manager.as_deref())?.map(UserRef::Id);
                let user = create(tx, pen, NewUser { manager, ..new }, guid, hash)?;
                emails::replace(tx, pen.tenant, user.id, &told.other_emails)?;
                Ok((person(tx, pen.tenant, user)?, None))
            })
            .await?;
        self.hint_started(started.as_slice());
        Ok(created)
    }

    pub(super) async fn hash_of(&self, password: Option<&SecretString>) -> Result<Option<String>, Error> {
        let Some(password) = password else { return Ok(None) };
        passwords::check("password", password)?;
        Ok(Some(self.passwords.hash(password, &self.random).await?))
    }
}

/// The user of that id, who must be seen by providers.
pub(super) fn manager(tx: &mut Tx<'_>, pen: &Pen, guid: Option<&str>) -> Result<Option<UserId>, Error> {
    let Some(guid) = guid else { return Ok(None) };
    match super::person::shown(tx, pen.tenant, guid) {
        Ok(user) => Ok(Some(user.id)),
        Err(Error::NotFound { .. }) => Err(Error::invalid("manager", format!("there is no user {guid}"))),
        Err(other) => Err(other),
    }
}

/// Who of that name was removed by a provider and is here still, locked.
fn kept(tx: &mut Tx<'_>, pen: &Pen, name: &str) -> Result<Option<User>, Error> {
    let is_kept = |user: &User| user.hidden && user.state != UserState::Removed;
    let Some(found) = users::by_name(tx, pen.tenant, &NameKey::new(name))?.filter(is_kept) else {
        return Ok(None);
    };
    if !users::lock(tx, pen.tenant, &[found.id])? {
        return Ok(Some(found));
    }
    // Its time may have come while this waited; only a tombstone gives its name away.
    Ok(users::by_id(tx, pen.tenant, found.id)?.filter(is_kept))
}

/// Makes a user who was removed by its provider what it is told to be now.
fn take_back(
    tx: &mut Tx<'_>,
    pen: &Pen,
    by: &Caller,
    kept: User,
    told: &PersonTold,
    hash: Option<&str>,
    jitter: u64,
) -> Result<(Person, Option<Started>), Error> {
    if kept.external_id != told.external_id {
        let text =
            format!("a user named {} was removed and is kept under another external id", kept.user_name);
        return Err(Error::Conflict(text));
    }
    call_off_removal(tx, pen, &kept)?;
    withdraw(tx, pen, kept.id)?;
    let shown = hide(tx, pen, kept, false)?;
    let before = person(tx, pen.tenant, shown)?;
    let active = Some(told.active.unwrap_or(true));
    let change = Revision { by, before: &before, told, active }.change(tx, pen, hash.is_some())?;
    change.check()?;
    let changed = apply(tx, pen, by, before.user, &change, hash, jitter)?;
    Ok((person(tx, pen.tenant, changed.user)?, changed.started))
}

/// Calls off a removal that has done nothing but cut; any other is in the way.
fn call_off_removal(tx: &mut Tx<'_>, pen: &Pen, user: &User) -> Result<(), Error> {
    let open = offboardings::open_of_users(tx, pen.tenant, &[user.id])?;
    for removal in open.into_iter().filter(|open| open.goal.removes()) {
        let mut edit = Edit::alone(tx, pen.tenant, &removal.id)?;
        if !is_kept(&removal, &edit, pen.now_ms) {
            let Offboarding { state, id, .. } = removal;
            let name = &user.user_name;
            let text = format!("a user named {name} is being removed; its offboarding {id} is {state}");
            return Err(Error::Conflict(text));
        }
        edit.cancel("the user is provisioned anew", pen.now_ms)?;
        edit.save(tx, pen)?;
    }
    Ok(())
}

/// Whether everything that cannot be undone is still to come.
fn is_kept(removal: &Offboarding, edit: &Edit, now_ms: i64) -> bool {
    let for_good = |action| matches!(action, Action::Transfer | Action::Release | Action::Delete);
    let mut last = edit.steps.iter().filter(|step| for_good(step.wanted()));
    let begins_later = |state| matches!(state, StepState::Waiting | StepState::Ready);
    removal.goal == Goal::Remove
        && !removal.cancel_asked
        && last.all(|step| begins_later(step.state) && step.ready_at_ms > now_ms)
}
