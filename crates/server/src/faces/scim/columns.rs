//! From a filter to what the store can answer: a condition that every resource found must meet, and whether it says
//! all that the filter says. Where it does not, the filter itself is asked of each document that the store found.
//!
//! The one table of which attribute is kept in which column.

use scim::schema::{GROUP, USER};
use scim::{Attribute, AttributePath, Document, Filter, Kind, Operator, ResourceType, value};
use serde_json::{Value, json};

use crate::app::{
    Comparison, Condition, GroupOrder, GroupTerm, MAX_CONDITION_DEPTH, MAX_CONDITIONS, Reference, Term, Text,
    UserOrder, UserTerm,
};

/// What a resource must meet to match a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Needed<T> {
    pub condition: Condition<T>,
    /// Whatever meets the condition matches.
    pub exact: bool,
}

impl<T> Needed<T> {
    fn exactly(condition: impl Into<Condition<T>>) -> Self {
        Self { condition: condition.into(), exact: true }
    }

    fn about(condition: impl Into<Condition<T>>) -> Self {
        Self { condition: condition.into(), exact: false }
    }

    /// The store knows nothing of this.
    fn unknown() -> Self {
        Self::about(Condition::All)
    }

    fn constant(holds: bool) -> Self {
        Self::exactly(if holds { Condition::All } else { Condition::None })
    }
}

/// What is asked of one attribute.
enum Asked<'a> {
    Compares(Operator, &'a Value),
    Present,
}

impl Asked<'_> {
    fn text(&self) -> Option<Text> {
        let Self::Compares(operator, value) = self else { return Some(Text::Present) };
        let value = value.as_str()?.to_owned();
        match operator {
            Operator::StartsWith => Some(Text::StartsWith(value)),
            other => Some(Text::Compares(comparison(*other)?, value)),
        }
    }

    /// Names are kept without spaces around them and with `/` for `\`: their order is another one then.
    fn name(&self) -> Option<(Text, bool)> {
        let Self::Compares(Operator::Equal | Operator::StartsWith, value) = self else { return None };
        let value = value.as_str()?;
        Some((self.text()?, !value.contains(['/', '\\']) && value.trim() == value))
    }

    fn link(&self) -> Option<Reference> {
        match self {
            Self::Compares(Operator::Equal, value) => Some(Reference::To(value.as_str()?.to_owned())),
            Self::Compares(..) => None,
            Self::Present => Some(Reference::Present),
        }
    }

    /// As the column keeps it, in whole milliseconds.
    fn time(&self) -> Option<Result<(Comparison, i64), bool>> {
        let Self::Compares(operator, value) = self else { return Some(Err(true)) };
        let comparison = comparison(*operator)?;
        let nanoseconds = value::instant(value.as_str()?)?.as_nanosecond();
        let ms = i64::try_from(nanoseconds.div_euclid(1_000_000)).ok()?;
        if nanoseconds.rem_euclid(1_000_000) == 0 {
            return Some(Ok((comparison, ms)));
        }
        Some(match comparison {
            Comparison::Equal => Err(false),
            Comparison::Greater | Comparison::GreaterOrEqual => Ok((Comparison::Greater, ms)),
            Comparison::Less | Comparison::LessOrEqual => Ok((Comparison::LessOrEqual, ms)),
        })
    }
}

fn comparison(operator: Operator) -> Option<Comparison> {
    match operator {
        Operator::Equal => Some(Comparison::Equal),
        Operator::Greater => Some(Comparison::Greater),
        Operator::GreaterOrEqual => Some(Comparison::GreaterOrEqual),
        Operator::Less => Some(Comparison::Less),
        Operator::LessOrEqual => Some(Comparison::LessOrEqual),
        Operator::NotEqual | Operator::Contains | Operator::StartsWith | Operator::EndsWith => None,
    }
}

/// A table with columns for attributes.
pub(super) trait Columns: Term + Clone {
    fn resource_type() -> &'static ResourceType;

    /// What an attribute means here, by its path in canonical spelling; nothing if it has no column for that.
    #[expect(private_interfaces, reason = "only this table asks it")]
    fn needed(name: &str, asked: &Asked<'_>) -> Option<Needed<Self>>;

    /// The column that holds an attribute's order, if there is one.
    fn order(name: &str) -> Option<<Self as Term>::Order>;
}

impl Columns for UserTerm {
    fn resource_type() -> &'static ResourceType {
        &USER
    }

    #[expect(private_interfaces, reason = "only this table asks it")]
    fn needed(name: &str, asked: &Asked<'_>) -> Option<Needed<Self>> {
        Some(match (name, asked) {
            ("id" | "userName" | "active", Asked::Present) => Needed::constant(true),
            ("id", _) => Needed::exactly(Self::Guid(asked.text()?)),
            ("externalId", _) => Needed::exactly(Self::ExternalId(asked.text()?)),
            ("userName", _) => {
                let (text, exact) = asked.name()?;
                Needed { exact, ..Needed::exactly(Self::Name(text)) }
            }
            // Whoever has no displayName has a full name made of the others.
            ("displayName", _) => Needed::about(Self::FullName(asked.text()?)),
            ("emails.value", _) => Needed::about(Self::Email(asked.text()?)),
            // Also of those who are not shown it, because a client removed it: whoever asks wants the state.
            ("active", Asked::Compares(Operator::Equal, wanted)) => {
                Needed::exactly(Self::Active(value::boolean(wanted)?))
            }
            // Who is seen no more is in no document, and still somebody's manager here.
            ("manager.value", _) => Needed::about(Self::Manager(asked.link()?)),
            ("groups.value", _) => Needed::exactly(Self::Group(asked.link()?)),
            ("meta.created", _) => time(asked, Self::Created)?,
            ("meta.lastModified", _) => time(asked, Self::Modified)?,
            _ => return None,
        })
    }

    fn order(name: &str) -> Option<UserOrder> {
        Some(match name {
            "id" => UserOrder::Guid,
            "userName" => UserOrder::Name,
            "externalId" => UserOrder::ExternalId,
            "displayName" => UserOrder::FullName,
            "meta.created" => UserOrder::Number,
            "meta.lastModified" => UserOrder::Modified,
            _ => return None,
        })
    }
}

impl Columns for GroupTerm {
    fn resource_type() -> &'static ResourceType {
        &GROUP
    }

    #[expect(private_interfaces, reason = "only this table asks it")]
    fn needed(name: &str, asked: &Asked<'_>) -> Option<Needed<Self>> {
        Some(match (name, asked) {
            ("id" | "displayName", Asked::Present) => Needed::constant(true),
            ("id", _) => Needed::exactly(Self::Guid(asked.text()?)),
            ("externalId", _) => Needed::exactly(Self::ExternalId(asked.text()?)),
            ("displayName", _) => {
                let (text, exact) = asked.name()?;
                Needed { exact, ..Needed::exactly(Self::Name(text)) }
            }
            ("members.value", _) => Needed::exactly(Self::Member(asked.link()?)),
            ("meta.created", _) => time(asked, Self::Created)?,
            ("meta.lastModified", _) => time(asked, Self::Modified)?,
            _ => return None,
        })
    }

    fn order(name: &str) -> Option<GroupOrder> {
        Some(match name {
            "id" => GroupOrder::Guid,
            "displayName" => GroupOrder::Name,
            "externalId" => GroupOrder::ExternalId,
            "meta.created" => GroupOrder::Number,
            "meta.lastModified" => GroupOrder::Modified,
            _ => return None,
        })
    }
}

fn time<T>(asked: &Asked<'_>, term: impl FnOnce(Comparison, i64) -> T) -> Option<Needed<T>> {
    Some(match asked.time()? {
        Ok((comparison, ms)) => Needed::exactly(Condition::Where(term(comparison, ms))),
        Err(holds) => Needed::constant(holds),
    })
}

/// What every match of the filter meets.
pub(super) fn needed<T: Columns>(filter: &Filter) -> Needed<T> {
    let needed = of(filter, None);
    let (parts, depth) = size(&needed.condition);
    if parts > MAX_CONDITIONS || depth > MAX_CONDITION_DEPTH { Needed::unknown() } else { needed }
}

/// By the column of the path's attribute.
pub(super) fn order<T: Columns>(path: &AttributePath) -> Option<<T as Term>::Order> {
    T::order(&column::<T>(path, None)?)
}

fn of<T: Columns>(filter: &Filter, within: Option<&'static Attribute>) -> Needed<T> {
    match filter {
        Filter::And(parts) => {
            let parts: Vec<Needed<T>> = parts.iter().map(|part| of(part, within)).collect();
            // In brackets they are about one and the same value, which no column knows.
            let exact = within.is_none() && parts.iter().all(|part| part.exact);
            Needed { condition: Condition::And(conditions(parts)), exact }
        }
        Filter::Or(parts) => {
            let parts: Vec<Needed<T>> = parts.iter().map(|part| of(part, within)).collect();
            let exact = parts.iter().all(|part| part.exact);
            Needed { condition: Condition::Or(conditions(parts)), exact }
        }
        Filter::Not(inner) if within.is_none() => negated(of(inner, None)),
        Filter::Compare { path, operator: Operator::NotEqual, value } if within.is_none() => {
            negated(leaf(path, within, filter, &Asked::Compares(Operator::Equal, value)))
        }
        Filter::Not(_) | Filter::Compare { operator: Operator::NotEqual, .. } => Needed::unknown(),
        Filter::Compare { path, operator, value } => {
            leaf(path, within, filter, &Asked::Compares(*operator, value))
        }
        Filter::Present(path) => leaf(path, within, filter, &Asked::Present),
        Filter::ValuePath { path, filter: inner } => match path.find(T::resource_type()) {
            Some(found) if found.sub.is_none() => of(inner, Some(found.attribute)),
            Some(_) => Needed::unknown(),
            None => Needed::constant(false),
        },
    }
}

fn conditions<T>(parts: Vec<Needed<T>>) -> Vec<Condition<T>> {
    parts.into_iter().map(|part| part.condition).collect()
}

fn negated<T>(needed: Needed<T>) -> Needed<T> {
    if needed.exact { Needed::exactly(Condition::Not(Box::new(needed.condition))) } else { Needed::unknown() }
}

fn leaf<T: Columns>(
    path: &AttributePath,
    within: Option<&'static Attribute>,
    filter: &Filter,
    asked: &Asked<'_>,
) -> Needed<T> {
    let resource_type = T::resource_type();
    let Some(name) = column::<T>(path, within) else {
        // What the type does not have, it has no value of; one that it has, but that is only a part, is another matter.
        return if within.is_none()
            && path.find(resource_type).is_none()
            && path.schema(resource_type).is_none()
        {
            Needed::constant(equal_part(filter).matches(resource_type, &Document::new()))
        } else {
            Needed::unknown()
        };
    };
    if name == "meta.resourceType" {
        let (part, meta) = (equal_part(filter), json!({"resourceType": resource_type.name}));
        return Needed::constant(match within {
            Some(attribute) => part.matches_item(attribute, &meta),
            None => part.matches(resource_type, &Document::from_iter([("meta".to_owned(), meta)])),
        });
    }
    if matches!(asked, Asked::Compares(_, Value::Null)) {
        return Needed::unknown();
    }
    T::needed(&name, asked).unwrap_or_else(Needed::unknown)
}

/// The comparison that a `ne` is the negation of.
fn equal_part(filter: &Filter) -> Filter {
    match filter.clone() {
        Filter::Compare { path, operator: Operator::NotEqual, value } => {
            Filter::Compare { path, operator: Operator::Equal, value }
        }
        other => other,
    }
}

/// An attribute's path in canonical spelling, down to the value that is compared.
fn column<T: Columns>(path: &AttributePath, within: Option<&'static Attribute>) -> Option<String> {
    let (attribute, sub) = if let Some(attribute) = within {
        (attribute, Some(attribute.sub(&path.name)?))
    } else {
        let found = path.find(T::resource_type())?;
        (found.attribute, found.sub)
    };
    Some(match sub {
        Some(sub) => format!("{}.{}", attribute.name, sub.name),
        None if attribute.kind == Kind::Complex => format!("{}.value", attribute.name),
        None => attribute.name.to_owned(),
    })
}

/// How many conditions there are, and how deep.
fn size<T>(condition: &Condition<T>) -> (usize, usize) {
    let below = |parts: &[Condition<T>]| {
        let sizes = parts.iter().map(size);
        let (parts, depth) = sizes.fold((0, 0), |all, one| (all.0 + one.0, all.1.max(one.1)));
        (parts + 1, depth + 1)
    };
    match condition {
        Condition::All | Condition::None | Condition::Where(_) => (1, 1),
        Condition::And(parts) | Condition::Or(parts) => below(parts),
        Condition::Not(part) => below(std::slice::from_ref(part)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(filter: &str) -> Needed<UserTerm> {
        needed(&Filter::parse(filter).expect("a filter"))
    }

    fn equal(value: &str) -> Text {
        Text::Compares(Comparison::Equal, value.to_owned())
    }

    #[test]
    fn filters_of_providers_are_indexed() {
        for (filter, expected) in [
            ("userName eq \"bob\"", Needed::exactly(UserTerm::Name(equal("bob")))),
            ("externalId eq \"7\"", Needed::exactly(UserTerm::ExternalId(equal("7")))),
            ("emails eq \"b@x\"", Needed::about(UserTerm::Email(equal("b@x")))),
            ("emails.value eq \"b@x\"", Needed::about(UserTerm::Email(equal("b@x")))),
            ("userName eq \"a/b\"", Needed::about(UserTerm::Name(equal("a/b")))),
            ("active eq \"False\"", Needed::exactly(UserTerm::Active(false))),
            ("not (active eq true)", negated(Needed::exactly(UserTerm::Active(true)))),
            ("active ne true", negated(Needed::exactly(UserTerm::Active(true)))),
            ("title eq \"x\"", Needed::unknown()),
            ("not (title eq \"x\")", Needed::unknown()),
            ("members.value eq \"x\"", Needed::constant(false)),
            ("members.value ne \"x\"", Needed::exactly(Condition::Not(Box::new(Condition::None)))),
            ("meta.resourceType eq \"user\"", Needed::constant(false)),
            ("meta.resourceType eq \"User\"", Needed::constant(true)),
        ] {
            assert_eq!(user(filter), expected, "{filter}");
        }
    }

    #[test]
    fn parts_are_put_together() {
        let work = user("emails[type eq \"work\" and value eq \"b@x\"]");
        let mail = Condition::Where(UserTerm::Email(equal("b@x")));
        assert_eq!(work, Needed::about(Condition::And(vec![Condition::All, mail.clone()])));
        assert_eq!(user("emails[not (value eq \"b@x\")]"), Needed::unknown());
        let both = user("userName eq \"bob\" and title pr");
        assert!(!both.exact);
        let either = user("userName eq \"bob\" or title pr");
        assert_eq!(
            either.condition,
            Condition::Or(vec![user("userName eq \"bob\"").condition, Condition::All])
        );
        let many: Vec<String> = (0..200).map(|n| format!("userName eq \"{n}\"")).collect();
        assert_eq!(user(&many.join(" or ")), Needed::unknown());
    }

    #[test]
    fn times_are_compared_in_milliseconds() {
        let ms = 1_795_305_600_000;
        for (filter, expected) in [
            (
                "ge \"2026-11-22T00:00:00Z\"",
                Needed::exactly(UserTerm::Modified(Comparison::GreaterOrEqual, ms)),
            ),
            (
                "ge \"2026-11-22T00:00:00.0001Z\"",
                Needed::exactly(UserTerm::Modified(Comparison::Greater, ms)),
            ),
            (
                "lt \"2026-11-22T00:00:00.0001Z\"",
                Needed::exactly(UserTerm::Modified(Comparison::LessOrEqual, ms)),
            ),
            ("eq \"2026-11-22T00:00:00.0001Z\"", Needed::constant(false)),
        ] {
            assert_eq!(user(&format!("meta.lastModified {filter}")), expected, "{filter}");
        }
    }
}
