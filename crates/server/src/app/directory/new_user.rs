//! Creating users.

use domain::text::{self, MAX_TEXT_CHARS};
use domain::{Error, Fact, Profile, Role, User, UserId, UserState};
use secrecy::SecretString;
use serde_json::json;
use store::members::{self, Seat};
use store::numbers::{self, Series};
use store::{Tx, groups, profiles, tenants, users};

use super::check;
use crate::app::{App, Caller, GroupRef, Pen, UserRef};
use crate::passwords;

/// Most users created by one request: each password takes some 30 ms of a core.
pub const MAX_NEW_USERS: usize = 100;

#[derive(Clone, Debug)]
pub struct NewUser {
    pub user_name: String,
    pub email: String,
    pub full_name: String,
    pub description: String,
    pub role: Role,
    /// Whether the user begins active or deactivated.
    pub enabled: bool,
    pub protected: bool,
    pub manager: Option<UserRef>,
    pub external_id: Option<String>,
    /// Without one the user cannot sign in here.
    pub password: Option<SecretString>,
    pub groups: Vec<GroupRef>,
    pub profile: Profile,
}

impl NewUser {
    /// Somebody of whom nothing but the name is known, who may do nothing and cannot sign in.
    pub fn named(user_name: impl Into<String>) -> Self {
        Self {
            user_name: user_name.into(),
            email: String::new(),
            full_name: String::new(),
            description: String::new(),
            role: Role::None,
            enabled: true,
            protected: false,
            manager: None,
            external_id: None,
            password: None,
            groups: Vec::new(),
            profile: Profile::default(),
        }
    }

    pub(in crate::app) fn check(&self) -> Result<(), Error> {
        domain::name::check_user("userName", &self.user_name)?;
        self.role.check_of_user()?;
        text::check("email", &self.email, MAX_TEXT_CHARS)?;
        text::check("fullName", &self.full_name, MAX_TEXT_CHARS)?;
        text::check("description", &self.description, MAX_TEXT_CHARS)?;
        if let Some(external_id) = &self.external_id {
            domain::name::check("externalId", external_id)?;
        }
        if let Some(password) = &self.password {
            passwords::check("password", password)?;
        }
        self.profile.check()
    }
}

impl App {
    pub async fn create_user(&self, caller: &Caller, new: NewUser) -> Result<User, Error> {
        let created = self.create_users(caller, vec![new]).await?.pop();
        created.ok_or_else(|| Error::internal(&"a created user is missing"))
    }

    /// All of them or none, in the order sent.
    pub async fn create_users(&self, caller: &Caller, new: Vec<NewUser>) -> Result<Vec<User>, Error> {
        caller.require(Role::Admin)?;
        if new.len() > MAX_NEW_USERS {
            return Err(Error::TooMany { what: "new users", limit: MAX_NEW_USERS });
        }
        new.iter().try_for_each(NewUser::check)?;
        let mut prepared = Vec::with_capacity(new.len());
        for new in new {
            let hash = match &new.password {
                None => None,
                Some(password) => Some(self.passwords.hash(password, &self.random).await?),
            };
            prepared.push((new, self.random.guid(), hash));
        }
        let create = move |tx: &mut Tx<'_>, pen: &Pen| {
            tenants::lock(tx, pen.tenant)?;
            let created = prepared.into_iter().map(|(new, guid, hash)| create(tx, pen, new, guid, hash));
            created.collect::<Result<Vec<_>, Error>>()
        };
        self.write_for(caller, create).await
    }
}

/// First lock the tenant: of two at once, each could take the other's name for an id.
pub(in crate::app) fn create(
    tx: &mut Tx<'_>,
    pen: &Pen,
    new: NewUser,
    guid: String,
    hash: Option<String>,
) -> Result<User, Error> {
    let user = User {
        id: UserId(numbers::take(tx, pen.tenant, Series::Users, 1)?),
        guid,
        manager: manager(tx, pen, new.manager.as_ref())?,
        user_name: new.user_name,
        email: new.email,
        full_name: new.full_name,
        description: new.description,
        state: if new.enabled { UserState::Active } else { UserState::Deactivated },
        role: new.role,
        protected: new.protected,
        external_id: new.external_id,
        notice: None,
        created_ms: pen.now_ms,
        modified_ms: pen.now_ms,
        hidden: false,
        last_sign_in_ms: None,
    };
    check::is_nobody_elses(tx, pen.tenant, &user)?;
    users::insert(tx, pen.tenant, &user, hash.as_deref()).map_err(|error| match error {
        store::Error::Unique(_) => check::name_taken(&user.user_name),
        other => other.into(),
    })?;
    let mut seats = Vec::with_capacity(new.groups.len());
    for reference in &new.groups {
        let group = reference.find(tx, pen.tenant)?;
        seats.push(group.ok_or_else(|| Error::not_found("group", reference.shown()))?.id);
    }
    groups::lock_all(tx, pen.tenant, &mut seats)?;
    for group in seats {
        members::add(tx, pen.tenant, group, user.id, Seat::Member)?;
        groups::touch(tx, pen.tenant, group, pen.now_ms)?;
    }
    // By the same rules as later: what is empty was not told.
    let profile = Profile::default().changed_by(&new.profile);
    if profile != Profile::default() {
        profiles::put(tx, pen.tenant, user.id, &profile)?;
    }
    let detail = json!({ "user_name": user.user_name, "role": user.role, "state": user.state });
    pen.write(tx, &Fact::new("user.created", detail).on(user.id))?;
    Ok(user)
}

fn manager(tx: &mut Tx<'_>, pen: &Pen, manager: Option<&UserRef>) -> Result<Option<UserId>, Error> {
    let Some(manager) = manager else { return Ok(None) };
    let found = manager.find(tx, pen.tenant)?.filter(|user| user.state != UserState::Removed);
    let found = found.ok_or_else(|| Error::not_found("user", manager.shown()))?;
    Ok(Some(found.id))
}
