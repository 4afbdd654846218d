//! What may be asked of users, and the orders they come in.

use domain::{NameKey, User, text};

use super::drive::Reach;
use super::link::{Link, Reference};
use super::order::{Key, KeyValue, Sort};
use super::term::{Term, hits_of_column};
use super::text::{Comparison, Fold, Text, TextColumn};
use crate::db::{Composed, Row};
use crate::{Result, users};

/// A question to one column of a user. Without an index, and thus answered by reading all users unless another
/// question narrows them down: `Active`, `Created`, and what is `Present`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserTerm {
    Guid(Text),
    Name(Text),
    ExternalId(Text),
    FullName(Text),
    /// Of any of its addresses.
    Email(Text),
    Active(bool),
    Created(Comparison, i64),
    Modified(Comparison, i64),
    Manager(Link),
    /// That the user is a member of.
    Group(Link),
}

/// What users are ordered by. Numbers are given as users are created: their order is that of creation, and of
/// whoever has the same value otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserOrder {
    #[default]
    Number,
    Guid,
    Name,
    /// Whoever has none comes last. Without an index.
    ExternalId,
    /// Whoever has none comes first.
    FullName,
    Modified,
}

const GUID: TextColumn = TextColumn { name: "guid", present: "TRUE", fold: Fold::Exact };
const NAME: TextColumn = TextColumn { name: "name_key", present: "TRUE", fold: Fold::Name };
const EXTERNAL_ID: TextColumn =
    TextColumn { name: "external_id", present: "external_id IS NOT NULL", fold: Fold::Exact };
const FULL_NAME: TextColumn =
    TextColumn { name: "full_name_key", present: "full_name_key <> ''", fold: Fold::Case };
const EMAIL: TextColumn =
    TextColumn { name: "users.email_key", present: "users.email_key <> ''", fold: Fold::Case };
const OTHER_EMAIL: TextColumn =
    TextColumn { name: "e.email_key", present: "e.email_key <> ''", fold: Fold::Case };

const MANAGER: Reference = Reference {
    exists: "EXISTS (SELECT 1 FROM users m WHERE m.tenant_id = users.tenant_id AND m.id = users.manager_id AND ",
    hits: "SELECT u.id AS hit FROM users m CROSS JOIN users u WHERE m.tenant_id = $1 AND u.tenant_id = $1 \
           AND u.manager_id IS NOT NULL AND u.manager_id = m.id AND u.state <> 'removed' AND ",
    guid: TextColumn { name: "m.guid", present: "TRUE", fold: Fold::Exact },
};
const GROUP: Reference = Reference {
    exists: "EXISTS (SELECT 1 FROM members m CROSS JOIN groups g WHERE m.tenant_id = users.tenant_id \
             AND m.user_id = users.id AND g.tenant_id = m.tenant_id AND g.id = m.group_id AND ",
    hits: "SELECT m.user_id AS hit FROM groups g CROSS JOIN members m WHERE g.tenant_id = $1 \
           AND m.tenant_id = $1 AND m.group_id = g.id AND ",
    guid: TextColumn { name: "g.guid", present: "TRUE", fold: Fold::Exact },
};

impl Term for UserTerm {
    type Row = User;
    type Order = UserOrder;

    const TABLE: &'static str = "users";
    const COLUMNS: &'static str = users::COLUMNS;
    const SHOWN: &'static str = "state <> 'removed' AND NOT hidden AND ";
    const HITS: &'static str = "SELECT id AS hit FROM users WHERE tenant_id = $1 AND state <> 'removed' AND ";

    fn read(row: &mut Row<'_>) -> Result<User> {
        users::read(row)
    }

    fn test(&self, sql: &mut Composed) {
        match self {
            Self::Guid(asked) => GUID.test(asked, sql),
            Self::Name(asked) => NAME.test(asked, sql),
            Self::ExternalId(asked) => EXTERNAL_ID.test(asked, sql),
            Self::FullName(asked) => FULL_NAME.test(asked, sql),
            Self::Email(asked) => {
                sql.push("(");
                EMAIL.test(asked, sql);
                sql.push(
                    " OR EXISTS (SELECT 1 FROM other_emails e WHERE e.tenant_id = users.tenant_id \
                     AND e.user_id = users.id AND ",
                );
                OTHER_EMAIL.test(asked, sql);
                sql.push("))");
            }
            Self::Active(active) => {
                sql.push(if *active { "state = 'active'" } else { "state <> 'active'" });
            }
            Self::Created(comparison, ms) => comparison.test("created_ms", *ms, sql),
            Self::Modified(comparison, ms) => comparison.test("modified_ms", *ms, sql),
            Self::Manager(link) => MANAGER.test(link, sql),
            Self::Group(link) => GROUP.test(link, sql),
        }
    }

    fn reach(&self) -> Option<Reach> {
        match self {
            Self::Guid(asked) | Self::Name(asked) | Self::ExternalId(asked) => asked.reach(Reach::One),
            Self::FullName(asked) | Self::Email(asked) => asked.reach(Reach::Few),
            Self::Manager(link) | Self::Group(link) => link.reach(),
            Self::Modified(..) => Some(Reach::Many),
            Self::Active(_) | Self::Created(..) => None,
        }
    }

    fn hits(&self, sql: &mut Composed) {
        match self {
            Self::Email(asked) => {
                sql.push(Self::HITS);
                EMAIL.test(asked, sql);
                sql.push(" UNION ALL SELECT e.user_id FROM other_emails e WHERE e.tenant_id = $1 AND ");
                OTHER_EMAIL.test(asked, sql);
            }
            Self::Manager(link) => MANAGER.hits(link, sql),
            Self::Group(link) => GROUP.hits(link, sql),
            _ => hits_of_column(self, sql),
        }
    }
}

impl From<UserOrder> for Sort {
    fn from(order: UserOrder) -> Self {
        match order {
            UserOrder::Number => Self::Number,
            UserOrder::Guid => Self::Unique("guid"),
            UserOrder::Name => Self::Unique("name_key"),
            UserOrder::ExternalId => Self::ExternalId,
            UserOrder::FullName => Self::Text("full_name_key"),
            UserOrder::Modified => Self::Millis("modified_ms"),
        }
    }
}

impl UserOrder {
    /// Where `user` is in this order.
    pub fn key(self, user: &User) -> Key {
        let value = match self {
            Self::Number => KeyValue::None,
            Self::Guid => KeyValue::Text(user.guid.clone()),
            Self::Name => KeyValue::Text(NameKey::new(&user.user_name).as_str().to_owned()),
            Self::ExternalId => user.external_id.clone().map_or(KeyValue::None, KeyValue::Text),
            Self::FullName => KeyValue::Text(text::fold(&user.full_name)),
            Self::Modified => KeyValue::Millis(user.modified_ms),
        };
        Key { value, number: user.id.0 }
    }
}
