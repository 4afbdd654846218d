//! What conditions and orders mean, read off the rows one by one.

use std::cmp::Ordering;

use domain::{Group, NameKey, User, UserState, text};
use store::search::{
    Comparison, Condition, GroupOrder, GroupTerm, Key, Link, Term, Text, UserOrder, UserTerm,
};

use super::directory::Directory;

pub(super) trait Reading: Term<Order: 'static> {
    const ORDERS: &'static [Self::Order];

    /// Those that may be found, in the order of their numbers.
    fn rows(directory: &Directory) -> Vec<Self::Row>;
    fn holds(&self, row: &Self::Row, directory: &Directory) -> bool;
    fn compare(by: Self::Order, one: &Self::Row, other: &Self::Row) -> Ordering;
    fn key(by: Self::Order, row: &Self::Row) -> Key;
}

pub(super) fn meets<T: Reading>(condition: &Condition<T>, row: &T::Row, directory: &Directory) -> bool {
    match condition {
        Condition::All => true,
        Condition::None => false,
        Condition::Where(term) => term.holds(row, directory),
        Condition::And(parts) => parts.iter().all(|part| meets(part, row, directory)),
        Condition::Or(parts) => parts.iter().any(|part| meets(part, row, directory)),
        Condition::Not(part) => !meets(part, row, directory),
    }
}

fn compares<V: Ord + ?Sized>(comparison: Comparison, value: &V, with: &V) -> bool {
    match comparison {
        Comparison::Equal => value == with,
        Comparison::Greater => value > with,
        Comparison::GreaterOrEqual => value >= with,
        Comparison::Less => value < with,
        Comparison::LessOrEqual => value <= with,
    }
}

/// Of a text that is there.
fn asks(asked: &Text, value: &str, fold: fn(&str) -> String) -> bool {
    match asked {
        Text::Present => true,
        Text::StartsWith(prefix) => fold(value).starts_with(&fold(prefix)),
        Text::Compares(comparison, with) => compares(*comparison, fold(value).as_str(), fold(with).as_str()),
    }
}

fn name(text: &str) -> String {
    NameKey::new(text).as_str().to_owned()
}

fn links<'g>(link: &Link, mut guids: impl Iterator<Item = &'g str>) -> bool {
    match link {
        Link::Present => guids.next().is_some(),
        Link::To(guid) => guids.any(|one| one == guid),
    }
}

/// What is absent comes last.
fn absent_last(one: Option<&String>, other: Option<&String>) -> Ordering {
    (one.is_none(), one).cmp(&(other.is_none(), other))
}

impl Reading for UserTerm {
    const ORDERS: &'static [UserOrder] = &[
        UserOrder::Number,
        UserOrder::Guid,
        UserOrder::Name,
        UserOrder::ExternalId,
        UserOrder::FullName,
        UserOrder::Modified,
    ];

    fn rows(directory: &Directory) -> Vec<User> {
        let users = directory.users.iter().map(|(user, _)| user);
        users.filter(|user| user.state != UserState::Removed && !user.hidden).cloned().collect()
    }

    fn holds(&self, row: &User, directory: &Directory) -> bool {
        let Directory { users, groups, members } = directory;
        match self {
            Self::Guid(asked) => asks(asked, &row.guid, str::to_owned),
            Self::Name(asked) => asks(asked, &row.user_name, name),
            Self::ExternalId(asked) => {
                row.external_id.as_ref().is_some_and(|value| asks(asked, value, str::to_owned))
            }
            Self::FullName(asked) => !row.full_name.is_empty() && asks(asked, &row.full_name, text::fold),
            Self::Email(asked) => {
                let others =
                    users.iter().filter(|(user, _)| user.id == row.id).flat_map(|(_, others)| others);
                let mut all = others.chain([&row.email]).filter(|email| !email.is_empty());
                all.any(|email| asks(asked, email, text::fold))
            }
            Self::Active(active) => *active == (row.state == UserState::Active),
            Self::Created(comparison, ms) => compares(*comparison, &row.created_ms, ms),
            Self::Modified(comparison, ms) => compares(*comparison, &row.modified_ms, ms),
            Self::Manager(link) => {
                let managers = users.iter().filter(|(user, _)| Some(user.id) == row.manager);
                links(link, managers.map(|(user, _)| user.guid.as_str()))
            }
            Self::Group(link) => {
                let of = groups.iter().filter(|group| members.contains(&(group.id.0, row.id.0)));
                links(link, of.map(|group| group.guid.as_str()))
            }
        }
    }

    fn compare(by: UserOrder, one: &User, other: &User) -> Ordering {
        let by_value = match by {
            UserOrder::Number => Ordering::Equal,
            UserOrder::Guid => one.guid.cmp(&other.guid),
            UserOrder::Name => name(&one.user_name).cmp(&name(&other.user_name)),
            UserOrder::ExternalId => absent_last(one.external_id.as_ref(), other.external_id.as_ref()),
            UserOrder::FullName => text::fold(&one.full_name).cmp(&text::fold(&other.full_name)),
            UserOrder::Modified => one.modified_ms.cmp(&other.modified_ms),
        };
        by_value.then(one.id.cmp(&other.id))
    }

    fn key(by: UserOrder, row: &User) -> Key {
        by.key(row)
    }
}

impl Reading for GroupTerm {
    const ORDERS: &'static [GroupOrder] = &[
        GroupOrder::Number,
        GroupOrder::Guid,
        GroupOrder::Name,
        GroupOrder::ExternalId,
        GroupOrder::Modified,
    ];

    fn rows(directory: &Directory) -> Vec<Group> {
        directory.groups.clone()
    }

    fn holds(&self, row: &Group, directory: &Directory) -> bool {
        match self {
            Self::Guid(asked) => asks(asked, &row.guid, str::to_owned),
            Self::Name(asked) => asks(asked, &row.name, name),
            Self::ExternalId(asked) => {
                row.external_id.as_ref().is_some_and(|value| asks(asked, value, str::to_owned))
            }
            Self::Created(comparison, ms) => compares(*comparison, &row.created_ms, ms),
            Self::Modified(comparison, ms) => compares(*comparison, &row.modified_ms, ms),
            Self::Member(link) => {
                let users = directory.users.iter().map(|(user, _)| user);
                let of = users.filter(|user| directory.members.contains(&(row.id.0, user.id.0)));
                links(link, of.map(|user| user.guid.as_str()))
            }
        }
    }

    fn compare(by: GroupOrder, one: &Group, other: &Group) -> Ordering {
        let by_value = match by {
            GroupOrder::Number => Ordering::Equal,
            GroupOrder::Guid => one.guid.cmp(&other.guid),
            GroupOrder::Name => name(&one.name).cmp(&name(&other.name)),
            GroupOrder::ExternalId => absent_last(one.external_id.as_ref(), other.external_id.as_ref()),
            GroupOrder::Modified => one.modified_ms.cmp(&other.modified_ms),
        };
        by_value.then(one.id.cmp(&other.id))
    }

    fn key(by: GroupOrder, row: &Group) -> Key {
        by.key(row)
    }
}
