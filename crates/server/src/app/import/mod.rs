//! A whole directory at once: groups, users, assets and accounts, all or nothing, in one transaction.
//!
//! Owns: what an import may contain, and every problem with it, named by row and column.
//! Never: reads files; the command line does, and the demo brings its rows in code.

mod problem;
mod resolve;
mod seek;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use domain::{AccountState, Error, Fact, GroupId, Role, UserState};
use secrecy::SecretString;
use serde_json::json;
use store::members::{self, Seat};
use store::{Tx, accounts, assets, groups, tenants, users};

use super::{App, Caller, Pen};
use crate::passwords;
pub use problem::{ImportError, MAX_PROBLEMS, Problem, Table};
use resolve::Resolved;

/// Most rows of one import: the only writer of an embedded store is held until the last of them.
pub const MAX_ROWS: usize = 500_000;
/// Most rows with a password: each takes a core some 30 ms. Others sign in after a password was set for them.
pub const MAX_PASSWORDS: usize = 100;

/// What is to be added. Users, groups and platforms are named by name, whether they are new or there already.
#[derive(Clone, Debug, Default)]
pub struct Import {
    pub groups: Vec<GroupRow>,
    pub users: Vec<UserRow>,
    pub assets: Vec<AssetRow>,
    pub accounts: Vec<AccountRow>,
}

#[derive(Clone, Debug, Default)]
pub struct GroupRow {
    pub name: String,
    pub id: Option<i64>,
    pub description: String,
}

#[derive(Clone, Debug)]
pub struct UserRow {
    pub user_name: String,
    pub id: Option<i64>,
    /// A UUID, with or without dashes.
    pub guid: Option<String>,
    pub email: String,
    pub full_name: String,
    pub description: String,
    pub role: Role,
    pub protected: bool,
    /// By user name.
    pub manager: Option<String>,
    pub external_id: Option<String>,
    pub password: Option<SecretString>,
    /// By name.
    pub groups: Vec<String>,
    pub state: UserState,
}

impl Default for UserRow {
    fn default() -> Self {
        Self {
            user_name: String::new(),
            id: None,
            guid: None,
            email: String::new(),
            full_name: String::new(),
            description: String::new(),
            role: Role::None,
            protected: false,
            manager: None,
            external_id: None,
            password: None,
            groups: Vec::new(),
            state: UserState::Active,
        }
    }
}

#[derive(Clone, Debug)]
pub struct AssetRow {
    pub kind: String,
    pub name: String,
    pub owner: OwnerName,
    pub id: Option<i64>,
    pub owner_role: Option<String>,
    /// What the platform itself calls it.
    pub external_id: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerName {
    User(String),
    Group(String),
}

#[derive(Clone, Debug)]
pub struct AccountRow {
    /// By user name.
    pub user: String,
    /// By name.
    pub platform: String,
    pub remote_id: String,
    pub state: AccountState,
}

/// How much was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    pub groups: usize,
    pub users: usize,
    pub assets: usize,
    pub accounts: usize,
}

impl Import {
    pub fn rows(&self) -> usize {
        self.groups.len() + self.users.len() + self.assets.len() + self.accounts.len()
    }
}

impl App {
    /// Adds everything or nothing. `written` counts the rows on their way, for whoever watches.
    pub async fn import(
        &self,
        caller: &Caller,
        import: Import,
        written: Arc<AtomicUsize>,
    ) -> Result<Imported, ImportError> {
        caller.require(Role::Admin)?;
        if import.rows() > MAX_ROWS {
            return Err(Error::TooMany { what: "rows", limit: MAX_ROWS }.into());
        }
        let hashes = self.hash_passwords(&import.users).await?;
        let (pen, caller) = (self.pen(caller.tenant, caller.name.clone()), caller.clone());
        let imported = self
            .store
            .write(move |tx| {
                caller.stands(tx)?;
                tenants::lock(tx, pen.tenant)?;
                let resolved = resolve::resolve(tx, &pen, &import)?;
                insert(tx, &pen, &resolved, &hashes, &written)
            })
            .await?;
        self.hint_change();
        Ok(imported)
    }

    /// One per user. What cannot be hashed is left to be found wrong with the rest.
    async fn hash_passwords(&self, users: &[UserRow]) -> Result<Vec<Option<String>>, Error> {
        let wanted = users.iter().filter(|user| user.password.is_some()).count();
        if wanted > MAX_PASSWORDS {
            return Err(Error::TooMany { what: "rows with a password", limit: MAX_PASSWORDS });
        }
        let mut hashes = Vec::with_capacity(users.len());
        for user in users {
            let fit =
                user.password.as_ref().filter(|password| passwords::check("password", password).is_ok());
            hashes.push(match fit {
                Some(password) => Some(self.passwords.hash(password, &self.random).await?),
                None => None,
            });
        }
        Ok(hashes)
    }
}

fn insert(
    tx: &mut Tx<'_>,
    pen: &Pen,
    resolved: &Resolved,
    hashes: &[Option<String>],
    written: &AtomicUsize,
) -> Result<Imported, ImportError> {
    let tick = || written.fetch_add(1, Ordering::Relaxed);
    for group in &resolved.groups {
        groups::insert(tx, pen.tenant, group)?;
        tick();
    }
    for (user, hash) in resolved.users.iter().zip(hashes) {
        users::insert(tx, pen.tenant, user, hash.as_deref())?;
        tick();
    }
    for (group, user) in &resolved.members {
        members::add(tx, pen.tenant, *group, *user, Seat::Member)?;
    }
    let joined: BTreeSet<GroupId> = resolved.members.iter().map(|(group, _)| *group).collect();
    joined.into_iter().try_for_each(|group| groups::touch(tx, pen.tenant, group, pen.now_ms))?;
    for asset in &resolved.assets {
        assets::insert(tx, pen.tenant, asset)?;
        tick();
    }
    for account in &resolved.accounts {
        accounts::insert(tx, pen.tenant, account)?;
        tick();
    }
    let imported = Imported {
        groups: resolved.groups.len(),
        users: resolved.users.len(),
        assets: resolved.assets.len(),
        accounts: resolved.accounts.len(),
    };
    let detail = json!({
        "groups": imported.groups, "users": imported.users,
        "assets": imported.assets, "accounts": imported.accounts,
    });
    pen.write(tx, &Fact::new("directory.imported", detail))?;
    Ok(imported)
}
