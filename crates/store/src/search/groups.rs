//! What may be asked of groups, and the orders they come in.

use domain::{Group, NameKey};

use super::drive::Reach;
use super::link::{Link, Reference};
use super::order::{Key, KeyValue, Sort};
use super::term::{Term, hits_of_column};
use super::text::{Comparison, Fold, Text, TextColumn};
use crate::db::{Composed, Row};
use crate::{Result, groups};

/// A question to one column of a group. Without an index: `Created`, and what is `Present`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GroupTerm {
    Guid(Text),
    Name(Text),
    ExternalId(Text),
    Created(Comparison, i64),
    Modified(Comparison, i64),
    /// A user.
    Member(Link),
}

/// What groups are ordered by; as for users.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupOrder {
    #[default]
    Number,
    Guid,
    Name,
    /// Whichever has none comes last. Without an index.
    ExternalId,
    Modified,
}

const GUID: TextColumn = TextColumn { name: "guid", present: "TRUE", fold: Fold::Exact };
const NAME: TextColumn = TextColumn { name: "name_key", present: "TRUE", fold: Fold::Name };
const EXTERNAL_ID: TextColumn =
    TextColumn { name: "external_id", present: "external_id IS NOT NULL", fold: Fold::Exact };
const MEMBER: Reference = Reference {
    exists: "EXISTS (SELECT 1 FROM members m CROSS JOIN users u WHERE m.tenant_id = groups.tenant_id \
             AND m.group_id = groups.id AND u.tenant_id = m.tenant_id AND u.id = m.user_id AND ",
    hits: "SELECT m.group_id AS hit FROM users u CROSS JOIN members m WHERE u.tenant_id = $1 \
           AND m.tenant_id = $1 AND m.user_id = u.id AND ",
    guid: TextColumn { name: "u.guid", present: "TRUE", fold: Fold::Exact },
};

impl Term for GroupTerm {
    type Row = Group;
    type Order = GroupOrder;

    const TABLE: &'static str = "groups";
    const COLUMNS: &'static str = groups::COLUMNS;
    const SHOWN: &'static str = "";
    const HITS: &'static str = "SELECT id AS hit FROM groups WHERE tenant_id = $1 AND ";

    fn read(row: &mut Row<'_>) -> Result<Group> {
        groups::read(row)
    }

    fn test(&self, sql: &mut Composed) {
        match self {
            Self::Guid(asked) => GUID.test(asked, sql),
            Self::Name(asked) => NAME.test(asked, sql),
            Self::ExternalId(asked) => EXTERNAL_ID.test(asked, sql),
            Self::Created(comparison, ms) => comparison.test("created_ms", *ms, sql),
            Self::Modified(comparison, ms) => comparison.test("modified_ms", *ms, sql),
            Self::Member(link) => MEMBER.test(link, sql),
        }
    }

    fn reach(&self) -> Option<Reach> {
        match self {
            Self::Guid(asked) | Self::Name(asked) | Self::ExternalId(asked) => asked.reach(Reach::One),
            Self::Member(link) => link.reach(),
            Self::Modified(..) => Some(Reach::Many),
            Self::Created(..) => None,
        }
    }

    fn hits(&self, sql: &mut Composed) {
        match self {
            Self::Member(link) => MEMBER.hits(link, sql),
            _ => hits_of_column(self, sql),
        }
    }
}

impl From<GroupOrder> for Sort {
    fn from(order: GroupOrder) -> Self {
        match order {
            GroupOrder::Number => Self::Number,
            GroupOrder::Guid => Self::Unique("guid"),
            GroupOrder::Name => Self::Unique("name_key"),
            GroupOrder::ExternalId => Self::ExternalId,
            GroupOrder::Modified => Self::Millis("modified_ms"),
        }
    }
}

impl GroupOrder {
    /// Where `group` is in this order.
    pub fn key(self, group: &Group) -> Key {
        let value = match self {
            Self::Number => KeyValue::None,
            Self::Guid => KeyValue::Text(group.guid.clone()),
            Self::Name => KeyValue::Text(NameKey::new(&group.name).as_str().to_owned()),
            Self::ExternalId => group.external_id.clone().map_or(KeyValue::None, KeyValue::Text),
            Self::Modified => KeyValue::Millis(group.modified_ms),
        };
        Key { value, number: group.id.0 }
    }
}
