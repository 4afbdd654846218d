//! From rows to what the store takes, with every problem on the way.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use domain::platform::is_sought;
use domain::text::{self, MAX_TEXT_CHARS};
use domain::{
    Account, Asset, AssetId, AssetKind, Error, Group, GroupId, NameKey, Owner, PlatformKind, User, UserId,
    UserState, name, plan,
};
use store::numbers::{self, Series};
use store::{Tx, accounts, assets, groups, users};

use super::problem::{ImportError, Problems, Table};
use super::seek::Names;
use super::{AccountRow, AssetRow, GroupRow, Import, OwnerName, UserRow};
use crate::app::Pen;
use crate::passwords;

/// Largest id that may be given: the vendors' clients keep ids in 32 bits.
const MAX_ID: i64 = i32::MAX as i64;
const TWICE: &str = "stands in an earlier row";
const THERE: &str = "is there already";

/// Rows as the store takes them, in the order they came.
#[derive(Debug, Default)]
pub(super) struct Resolved {
    pub groups: Vec<Group>,
    pub users: Vec<User>,
    pub members: Vec<(GroupId, UserId)>,
    pub assets: Vec<Asset>,
    pub accounts: Vec<Account>,
}

/// Gives every row its id and every name its meaning, or says what is wrong with all of them.
pub(super) fn resolve(tx: &mut Tx<'_>, pen: &Pen, import: &Import) -> Result<Resolved, ImportError> {
    let names = Names::new(tx, pen.tenant)?;
    let mut rows = Resolver { tx, pen, names, problems: Problems::default() };
    let mut resolved = Resolved { groups: rows.groups(&import.groups)?, ..Resolved::default() };
    rows.users(&import.users, &mut resolved)?;
    resolved.assets = rows.assets(&import.assets)?;
    resolved.accounts = rows.accounts(&import.accounts)?;
    rows.problems.none_or_err()?;
    Ok(resolved)
}

struct Resolver<'a, 't> {
    tx: &'a mut Tx<'t>,
    pen: &'a Pen,
    names: Names,
    problems: Problems,
}

impl Resolver<'_, '_> {
    fn groups(&mut self, rows: &[GroupRow]) -> Result<Vec<Group>, Error> {
        let ids = self.ids(Table::Groups, Series::Groups, rows.iter().map(|row| row.id))?;
        let mut seen = HashSet::new();
        let mut found = Vec::with_capacity(rows.len());
        for (index, (row, id)) in rows.iter().zip(ids).enumerate() {
            let place = (Table::Groups, index);
            let key = NameKey::new(&row.name);
            self.problems.check(place, "name", &row.name, name::check("name", &row.name));
            self.text(place, "description", &row.description);
            self.once(place, "name", &row.name, &mut seen, key.clone());
            if groups::by_name(self.tx, self.pen.tenant, &key)?.is_some() {
                self.problems.add(place, "name", &row.name, THERE);
            }
            if row.id.is_some() && groups::by_id(self.tx, self.pen.tenant, GroupId(id))?.is_some() {
                self.problems.add(place, "id", id.to_string(), THERE);
            }
            self.names.add_group(key, GroupId(id));
            let group = Group::new(GroupId(id), self.pen.random.guid(), &row.name, self.pen.now_ms);
            found.push(Group { description: row.description.clone(), ..group });
        }
        Ok(found)
    }

    fn users(&mut self, rows: &[UserRow], resolved: &mut Resolved) -> Result<(), Error> {
        let ids = self.ids(Table::Users, Series::Users, rows.iter().map(|row| row.id))?;
        let keys: Vec<NameKey> = rows.iter().map(|row| NameKey::new(&row.user_name)).collect();
        self.users_are_new(rows, &ids, &keys)?;
        // All of them, before any is read: a manager may stand in a later row.
        for (key, id) in keys.into_iter().zip(&ids) {
            self.names.add_user(key, UserId(*id));
        }
        let (mut guids, mut externals) = (HashSet::new(), HashSet::new());
        for (index, (row, id)) in rows.iter().zip(ids).enumerate() {
            let place = (Table::Users, index);
            self.user_reads_well(place, row);
            let guid = self.guid(place, row, &mut guids)?;
            self.external_id(place, row, &mut externals)?;
            let manager = self.manager(place, row)?;
            for group in &row.groups {
                match self.names.group(self.tx, group)? {
                    Some(group) => resolved.members.push((group, UserId(id))),
                    None => self.problems.add(place, "groups", group, "there is no such group"),
                }
            }
            resolved.users.push(User {
                id: UserId(id),
                guid,
                user_name: row.user_name.clone(),
                email: row.email.clone(),
                full_name: row.full_name.clone(),
                description: row.description.clone(),
                state: row.state,
                role: row.role,
                protected: row.protected,
                manager,
                external_id: row.external_id.clone(),
                notice: None,
                created_ms: self.pen.now_ms,
                modified_ms: self.pen.now_ms,
                hidden: false,
                last_sign_in_ms: None,
            });
        }
        Ok(())
    }

    fn users_are_new(&mut self, rows: &[UserRow], ids: &[i64], keys: &[NameKey]) -> Result<(), Error> {
        let there = users::by_names(self.tx, self.pen.tenant, keys)?;
        let present = there.iter().filter(|user| user.state != UserState::Removed);
        let present: HashSet<NameKey> = present.map(|user| NameKey::new(&user.user_name)).collect();
        let given: Vec<UserId> =
            rows.iter().zip(ids).filter(|(row, _)| row.id.is_some()).map(|(_, id)| UserId(*id)).collect();
        let taken = users::by_ids(self.tx, self.pen.tenant, &given)?;
        let taken: HashSet<i64> = taken.into_iter().map(|user| user.id.0).collect();
        let mut seen = HashSet::new();
        for (index, ((row, id), key)) in rows.iter().zip(ids).zip(keys).enumerate() {
            let place = (Table::Users, index);
            self.once(place, "user_name", &row.user_name, &mut seen, key);
            if present.contains(key) {
                self.problems.add(place, "user_name", &row.user_name, THERE);
            }
            if taken.contains(id) {
                self.problems.add(place, "id", id.to_string(), THERE);
            }
        }
        Ok(())
    }

    fn user_reads_well(&mut self, place: (Table, usize), row: &UserRow) {
        self.problems.check(
            place,
            "user_name",
            &row.user_name,
            name::check_user("user_name", &row.user_name),
        );
        self.problems.check(place, "role", row.role.as_str(), row.role.check_of_user());
        self.text(place, "email", &row.email);
        self.text(place, "full_name", &row.full_name);
        self.text(place, "description", &row.description);
        if let Some(password) = &row.password {
            let checked = passwords::check("password", password);
            self.problems.check(place, "password", "(hidden)", checked);
        }
        if row.state == UserState::Removed {
            let message = "must be active or deactivated: tombstones are made by removals";
            self.problems.add(place, "state", row.state.as_str(), message);
        }
    }

    /// The given guid in our form, or a fresh one.
    fn guid(
        &mut self,
        place: (Table, usize),
        row: &UserRow,
        seen: &mut HashSet<String>,
    ) -> Result<String, Error> {
        let Some(given) = &row.guid else { return Ok(self.pen.random.guid()) };
        let Ok(parsed) = uuid::Uuid::try_parse(given) else {
            self.problems.add(place, "guid", given, "must be a UUID");
            return Ok(String::new());
        };
        let guid = parsed.simple().to_string();
        self.once(place, "guid", given, seen, guid.clone());
        if users::by_guid(self.tx, self.pen.tenant, &guid)?.is_some() {
            self.problems.add(place, "guid", given, "belongs to a user who is or was here");
        }
        Ok(guid)
    }

    fn external_id<'r>(
        &mut self,
        place: (Table, usize),
        row: &'r UserRow,
        seen: &mut HashSet<&'r str>,
    ) -> Result<(), Error> {
        let Some(external_id) = &row.external_id else { return Ok(()) };
        self.problems.check(place, "external_id", external_id, name::check("external_id", external_id));
        self.once(place, "external_id", external_id, seen, external_id.as_str());
        if users::by_external_id(self.tx, self.pen.tenant, external_id)?.is_some() {
            self.problems.add(place, "external_id", external_id, THERE);
        }
        Ok(())
    }

    fn manager(&mut self, place: (Table, usize), row: &UserRow) -> Result<Option<UserId>, Error> {
        let Some(manager) = &row.manager else { return Ok(None) };
        let found = self.names.user(self.tx, manager)?;
        if found.is_none() {
            self.problems.add(place, "manager", manager, "there is no such user");
        }
        Ok(found)
    }

    fn assets(&mut self, rows: &[AssetRow]) -> Result<Vec<Asset>, Error> {
        let ids = self.ids(Table::Assets, Series::Assets, rows.iter().map(|row| row.id))?;
        let mut externals = HashSet::new();
        let mut found = Vec::with_capacity(rows.len());
        for (index, (row, id)) in rows.iter().zip(ids).enumerate() {
            let place = (Table::Assets, index);
            self.problems.check(place, "name", &row.name, name::check("name", &row.name));
            if let Some(role) = &row.owner_role {
                self.text(place, "owner_role", role);
            }
            if row.id.is_some() && assets::by_id(self.tx, self.pen.tenant, AssetId(id))?.is_some() {
                self.problems.add(place, "id", id.to_string(), THERE);
            }
            let owner = self.owner(place, &row.owner)?;
            let kind = match AssetKind::new(&row.kind) {
                Ok(kind) => kind,
                Err(error) => {
                    self.problems.check(place, "kind", &row.kind, Err(error));
                    continue;
                }
            };
            self.external_id_of_asset(place, row, &kind, &mut externals)?;
            found.push(Asset {
                id: AssetId(id),
                kind,
                name: row.name.clone(),
                owner,
                owner_role: row.owner_role.clone(),
                orphaned: false,
                external_id: row.external_id.clone(),
            });
        }
        Ok(found)
    }

    /// Unique among the assets of its kind.
    fn external_id_of_asset(
        &mut self,
        place: (Table, usize),
        row: &AssetRow,
        kind: &AssetKind,
        seen: &mut HashSet<(AssetKind, NameKey)>,
    ) -> Result<(), Error> {
        let Some(external_id) = &row.external_id else { return Ok(()) };
        let key = NameKey::new(external_id);
        self.problems.check(place, "external_id", external_id, name::check("external_id", external_id));
        if assets::by_external_id(self.tx, self.pen.tenant, kind, &key)?.is_some() {
            self.problems.add(place, "external_id", external_id, THERE);
        }
        self.once(place, "external_id", external_id, seen, (kind.clone(), key));
        Ok(())
    }

    fn owner(&mut self, place: (Table, usize), owner: &OwnerName) -> Result<Option<Owner>, Error> {
        let (column, name, found) = match owner {
            OwnerName::User(name) => ("owner_user", name, self.names.user(self.tx, name)?.map(Owner::User)),
            OwnerName::Group(name) => {
                ("owner_group", name, self.names.group(self.tx, name)?.map(Owner::Group))
            }
        };
        if found.is_none() {
            self.problems.add(place, column, name, "there is no such owner");
        }
        Ok(found)
    }

    fn accounts(&mut self, rows: &[AccountRow]) -> Result<Vec<Account>, Error> {
        let mut seen = HashSet::new();
        let mut counts: HashMap<UserId, usize> = HashMap::new();
        let mut found = Vec::with_capacity(rows.len());
        for (index, row) in rows.iter().enumerate() {
            let place = (Table::Accounts, index);
            self.problems.check(place, "remote_id", &row.remote_id, name::check("remote_id", &row.remote_id));
            if is_sought(&row.remote_id) {
                self.problems.add(place, "remote_id", &row.remote_id, "must not begin with ?");
            }
            let user = self.names.user(self.tx, &row.user)?;
            let platform = self.names.platform(&row.platform);
            let platform = platform.filter(|platform| platform.kind != PlatformKind::Local).map(|p| p.id);
            match (user, platform) {
                (Some(user), Some(platform)) => {
                    self.once(place, "remote_id", &row.remote_id, &mut seen, (platform, &row.remote_id));
                    if accounts::exists(self.tx, platform, &row.remote_id)? {
                        self.problems.add(place, "remote_id", &row.remote_id, THERE);
                    }
                    self.has_room(place, row, user, &mut counts)?;
                    let remote_id = row.remote_id.clone();
                    found.push(Account { platform, user, remote_id, state: row.state });
                }
                (user, platform) => {
                    if user.is_none() {
                        self.problems.add(place, "user", &row.user, "there is no such user");
                    }
                    if platform.is_none() {
                        self.problems.add(place, "platform", &row.platform, "there is no such platform");
                    }
                }
            }
        }
        Ok(found)
    }

    /// A user's accounts bound the steps of every plan for that user.
    fn has_room(
        &mut self,
        place: (Table, usize),
        row: &AccountRow,
        user: UserId,
        counts: &mut HashMap<UserId, usize>,
    ) -> Result<(), Error> {
        let count = match counts.entry(user) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(unknown) => {
                let most = i64::try_from(plan::MAX_ACCOUNTS).unwrap_or(i64::MAX);
                let there = accounts::count(self.tx, self.pen.tenant, user, most)?;
                unknown.insert(usize::try_from(there).unwrap_or(usize::MAX))
            }
        };
        *count = count.saturating_add(1);
        if *count > plan::MAX_ACCOUNTS {
            let message = format!("must not have more than {} accounts", plan::MAX_ACCOUNTS);
            self.problems.add(place, "user", &row.user, message);
        }
        Ok(())
    }

    /// The given ids, and fresh ones behind the largest of them for the rest.
    fn ids(
        &mut self,
        table: Table,
        series: Series,
        given: impl Iterator<Item = Option<i64>> + Clone,
    ) -> Result<Vec<i64>, Error> {
        let mut seen = HashSet::new();
        for (row, id) in given.clone().enumerate() {
            let Some(id) = id else { continue };
            if !(1..=MAX_ID).contains(&id) {
                self.problems.add((table, row), "id", id.to_string(), format!("must be 1 to {MAX_ID}"));
            }
            self.once((table, row), "id", &id.to_string(), &mut seen, id);
        }
        if let Some(largest) = seen.into_iter().filter(|id| (1..=MAX_ID).contains(id)).max() {
            numbers::raise(self.tx, self.pen.tenant, series, largest)?;
        }
        let missing = given.clone().filter(Option::is_none).count();
        let count = i64::try_from(missing).map_err(|error| Error::internal(&error))?;
        let mut fresh = if count > 0 { numbers::take(self.tx, self.pen.tenant, series, count)? } else { 0 };
        let mut next = || {
            fresh += 1;
            fresh - 1
        };
        Ok(given.map(|id| id.unwrap_or_else(&mut next)).collect())
    }

    fn once<T: Eq + Hash>(
        &mut self,
        place: (Table, usize),
        column: &'static str,
        value: &str,
        seen: &mut HashSet<T>,
        key: T,
    ) {
        if !seen.insert(key) {
            self.problems.add(place, column, value, TWICE);
        }
    }

    fn text(&mut self, place: (Table, usize), column: &'static str, value: &str) {
        if let Err(error) = text::check(column, value, MAX_TEXT_CHARS) {
            self.problems.check(place, column, &value.chars().take(40).collect::<String>(), Err(error));
        }
    }
}
