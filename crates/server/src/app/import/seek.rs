//! From the names in an import to ids: new rows first, then what the store holds, each asked for once.

use std::collections::HashMap;

use domain::{GroupId, NameKey, Platform, TenantId, UserId, UserState};
use store::{Tx, groups, platforms, users};

pub(super) struct Names {
    tenant: TenantId,
    users: HashMap<NameKey, Option<UserId>>,
    groups: HashMap<NameKey, Option<GroupId>>,
    platforms: Vec<Platform>,
}

impl Names {
    pub(super) fn new(tx: &mut Tx<'_>, tenant: TenantId) -> store::Result<Self> {
        let platforms = platforms::list(tx, tenant)?;
        Ok(Self { tenant, users: HashMap::new(), groups: HashMap::new(), platforms })
    }

    pub(super) fn add_user(&mut self, key: NameKey, id: UserId) {
        self.users.insert(key, Some(id));
    }

    pub(super) fn add_group(&mut self, key: NameKey, id: GroupId) {
        self.groups.insert(key, Some(id));
    }

    /// A user who is present, not a tombstone.
    pub(super) fn user(&mut self, tx: &mut Tx<'_>, name: &str) -> store::Result<Option<UserId>> {
        let key = NameKey::new(name);
        if let Some(known) = self.users.get(&key) {
            return Ok(*known);
        }
        let found = users::by_name(tx, self.tenant, &key)?;
        let found = found.filter(|user| user.state != UserState::Removed).map(|user| user.id);
        self.users.insert(key, found);
        Ok(found)
    }

    pub(super) fn group(&mut self, tx: &mut Tx<'_>, name: &str) -> store::Result<Option<GroupId>> {
        let key = NameKey::new(name);
        if let Some(known) = self.groups.get(&key) {
            return Ok(*known);
        }
        let found = groups::by_name(tx, self.tenant, &key)?.map(|group| group.id);
        self.groups.insert(key, found);
        Ok(found)
    }

    pub(super) fn platform(&self, name: &str) -> Option<&Platform> {
        self.platforms.iter().find(|platform| platform.name == name)
    }
}
