//! From what a caller names to what the store holds.

use domain::{Asset, AssetId, AssetKind, Error, Group, GroupId, NameKey, TenantId, User, UserId};
use store::{Tx, assets, groups, users};

/// How a caller may name a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserRef {
    Id(UserId),
    /// By the rules of names: case is ignored, `\` and `/` are one.
    Name(String),
    /// To the letter.
    ExactName(String),
    Guid(String),
    /// Netex's order: id (our guid), external id, user name; each to the letter.
    AnyId(String),
}

impl UserRef {
    /// As it is shown in an answer.
    pub fn shown(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Name(text) | Self::ExactName(text) | Self::Guid(text) | Self::AnyId(text) => text.clone(),
        }
    }

    /// No stored name or id holds a NUL, and PostgreSQL fails when it is asked for one.
    fn holds_nul(&self) -> bool {
        match self {
            Self::Id(_) => false,
            Self::Name(text) | Self::ExactName(text) | Self::Guid(text) | Self::AnyId(text) => {
                text.contains('\0')
            }
        }
    }

    /// Finds the user, tombstones included.
    pub fn find(&self, tx: &mut Tx<'_>, tenant: TenantId) -> Result<Option<User>, Error> {
        if self.holds_nul() {
            return Ok(None);
        }
        let by_exact_name = |tx: &mut Tx<'_>, name: &str| -> Result<Option<User>, Error> {
            Ok(users::by_name(tx, tenant, &NameKey::new(name))?.filter(|user| user.user_name == name))
        };
        Ok(match self {
            Self::Id(id) => users::by_id(tx, tenant, *id)?,
            Self::Name(name) => users::by_name(tx, tenant, &NameKey::new(name))?,
            Self::ExactName(name) => by_exact_name(tx, name)?,
            Self::Guid(guid) => users::by_guid(tx, tenant, guid)?,
            Self::AnyId(text) => {
                // Most callers give a name, which can be no guid.
                let by_guid = if is_guid(text) { users::by_guid(tx, tenant, text)? } else { None };
                if by_guid.is_some() {
                    return Ok(by_guid);
                }
                if let Some(user) = users::by_external_id(tx, tenant, text)? {
                    return Ok(Some(user));
                }
                by_exact_name(tx, text)?
            }
        })
    }
}

pub(super) fn is_guid(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// How a caller may name a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupRef {
    Id(GroupId),
    Name(String),
    /// Netex's order: id (our guid), external id, name; each to the letter.
    AnyId(String),
}

impl GroupRef {
    pub fn shown(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Name(text) | Self::AnyId(text) => text.clone(),
        }
    }

    pub fn find(&self, tx: &mut Tx<'_>, tenant: TenantId) -> Result<Option<Group>, Error> {
        Ok(match self {
            Self::Id(id) => groups::by_id(tx, tenant, *id)?,
            Self::Name(text) | Self::AnyId(text) if text.contains('\0') => None,
            Self::Name(name) => groups::by_name(tx, tenant, &NameKey::new(name))?,
            Self::AnyId(text) => {
                let by_guid = if is_guid(text) { groups::by_guid(tx, tenant, text)? } else { None };
                if by_guid.is_some() {
                    return Ok(by_guid);
                }
                if let Some(group) = groups::by_external_id(tx, tenant, text)? {
                    return Ok(Some(group));
                }
                groups::by_name(tx, tenant, &NameKey::new(text))?.filter(|group| group.name == *text)
            }
        })
    }
}

/// How a caller may name an asset of a kind that goes without saying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AssetRef {
    Id(AssetId),
    /// As its platform calls it, by the rules of names.
    ExternalId(String),
}

impl AssetRef {
    pub fn shown(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::ExternalId(text) => text.clone(),
        }
    }

    pub fn find(&self, tx: &mut Tx<'_>, tenant: TenantId, kind: &AssetKind) -> Result<Option<Asset>, Error> {
        Ok(match self {
            Self::Id(id) => assets::by_id(tx, tenant, *id)?.filter(|asset| asset.kind == *kind),
            Self::ExternalId(text) if text.contains('\0') => None,
            Self::ExternalId(text) => assets::by_external_id(tx, tenant, kind, &NameKey::new(text))?,
        })
    }
}

/// Who inherits, as the caller named it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeirRef {
    /// Nobody named: policy decides, else the user must own nothing.
    Unsaid,
    /// Assets stay with the tombstone, flagged as orphaned.
    Orphan,
    User(UserRef),
    Group(GroupRef),
    /// Refused.
    Both,
}

/// Finds many at once: names and ids in few queries, the rest one by one.
pub(super) fn find_all(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    asked: &[UserRef],
) -> Result<Vec<Option<User>>, Error> {
    let mut keys = Vec::new();
    let mut ids = Vec::new();
    for reference in asked.iter().filter(|reference| !reference.holds_nul()) {
        match reference {
            UserRef::Name(name) | UserRef::ExactName(name) => keys.push(NameKey::new(name)),
            UserRef::Id(id) => ids.push(*id),
            UserRef::Guid(_) | UserRef::AnyId(_) => {}
        }
    }
    let mut by_key = std::collections::HashMap::new();
    // Present users come first, then tombstones, the latest last: a tombstone yields to the present only.
    for user in users::by_names(tx, tenant, &keys)? {
        let key = NameKey::new(&user.user_name);
        let present = by_key.get(&key).is_some_and(|kept: &User| kept.state != domain::UserState::Removed);
        if !present {
            by_key.insert(key, user);
        }
    }
    let by_id: std::collections::HashMap<UserId, User> =
        users::by_ids(tx, tenant, &ids)?.into_iter().map(|user| (user.id, user)).collect();
    asked
        .iter()
        .map(|reference| match reference {
            UserRef::Name(name) => Ok(by_key.get(&NameKey::new(name)).cloned()),
            UserRef::ExactName(name) => {
                Ok(by_key.get(&NameKey::new(name)).filter(|user| user.user_name == *name).cloned())
            }
            UserRef::Id(id) => Ok(by_id.get(id).cloned()),
            UserRef::Guid(_) | UserRef::AnyId(_) => reference.find(tx, tenant),
        })
        .collect()
}
