//! Owns: whether a document matches a filter. This is the meaning that a store's answer must equal.

use std::cmp::Ordering;

use serde_json::Value;

use super::{Filter, Operator};
use crate::value::{boolean, fold, instant};
use crate::{Attribute, AttributePath, Document, Kind, ResourceType};

impl Filter {
    /// Of an attribute with many values one has to match; a complex one without a sub-attribute is compared by its
    /// `value`. An attribute that the resource type does not have is one without a value (RFC 7644 section 3.4.2.1).
    pub fn matches(&self, resource_type: &ResourceType, document: &Document) -> bool {
        self.holds(Scope::Resource(resource_type, document))
    }

    /// Whether one value of a multi-valued attribute matches a filter that stood in brackets.
    pub fn matches_item(&self, attribute: &Attribute, item: &Value) -> bool {
        self.holds(Scope::Item(attribute, item))
    }

    fn holds(&self, scope: Scope) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(scope)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(scope)),
            Self::Not(inner) => !inner.holds(scope),
            Self::Present(path) => scope.values(path, false).iter().any(|value| is_present(value)),
            Self::Compare { path, operator, value } => compare(scope, path, *operator, value),
            Self::ValuePath { path, filter } => {
                let Some((attribute, _)) = scope.find(path) else { return false };
                let items = scope.values(path, false);
                items.into_iter().any(|item| filter.holds(Scope::Item(attribute, item)))
            }
        }
    }
}

/// Where the names of a filter are looked up.
#[derive(Clone, Copy)]
pub(super) enum Scope<'a> {
    Resource(&'a ResourceType, &'a Document),
    /// A value of that attribute.
    Item(&'a Attribute, &'a Value),
}

impl<'a> Scope<'a> {
    /// The attribute and the sub-attribute that a path names.
    pub(super) fn find(self, path: &AttributePath) -> Option<(&'a Attribute, Option<&'a Attribute>)> {
        match self {
            Self::Resource(resource_type, _) => {
                let found = path.find(resource_type)?;
                Some((found.attribute, found.sub))
            }
            Self::Item(..) if path.urn.is_some() || path.sub.is_some() => None,
            Self::Item(attribute, _) if attribute.kind == Kind::Complex => {
                Some((attribute.sub(&path.name)?, None))
            }
            // A plain value has no parts, but `value` is a name for it.
            Self::Item(attribute, _) => path.name.eq_ignore_ascii_case("value").then_some((attribute, None)),
        }
    }

    /// The attribute whose type decides how values at a path are compared.
    pub(super) fn leaf(self, path: &AttributePath) -> Option<&'a Attribute> {
        let (attribute, sub) = self.find(path)?;
        let leaf = sub.unwrap_or(attribute);
        if leaf.kind == Kind::Complex { leaf.sub("value") } else { Some(leaf) }
    }

    /// The values at a path: of complex ones their `value` if `comparable`, else the whole.
    fn values(self, path: &AttributePath, comparable: bool) -> Vec<&'a Value> {
        let Some((attribute, sub)) = self.find(path) else {
            return self.extension(path).into_iter().collect();
        };
        let root = match self {
            Self::Resource(resource_type, document) => {
                let extension = path.find(resource_type).and_then(|found| found.extension);
                match extension {
                    Some(extension) => document.get(extension.id).and_then(|below| below.get(attribute.name)),
                    None => document.get(attribute.name),
                }
            }
            Self::Item(parent, item) if parent.kind == Kind::Complex => item.get(attribute.name),
            Self::Item(_, item) => Some(item),
        };
        let mut values = root.map(items).unwrap_or_default();
        if let Some(sub) = sub {
            values = values.iter().filter_map(|value| value.get(sub.name)).flat_map(items).collect();
        }
        if comparable && sub.unwrap_or(attribute).kind == Kind::Complex {
            values = values.iter().filter_map(|value| value.get("value")).collect();
        }
        values
    }

    /// All that stands below an extension's URN, so that `urn:… pr` can be asked.
    fn extension(self, path: &AttributePath) -> Option<&'a Value> {
        let Self::Resource(resource_type, document) = self else { return None };
        document.get(path.schema(resource_type)?.id)
    }
}

fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        single => vec![single],
    }
}

fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(_) | Value::Number(_) => true,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(is_present),
        Value::Object(fields) => fields.values().any(is_present),
    }
}

fn compare(scope: Scope, path: &AttributePath, operator: Operator, wanted: &Value) -> bool {
    let values = scope.values(path, true);
    let equal = || match scope.leaf(path) {
        _ if wanted.is_null() => !values.iter().any(|value| is_present(value)),
        Some(leaf) => values.iter().any(|value| equal(leaf, value, wanted)),
        None => false,
    };
    match operator {
        Operator::Equal => equal(),
        Operator::NotEqual => !equal(),
        _ => scope
            .leaf(path)
            .is_some_and(|leaf| values.iter().any(|value| fits(leaf, value, operator, wanted))),
    }
}

/// Whether two values of an attribute are the same by its schema: without regard to case unless it is exact, times as
/// instants, complex ones by their `value`.
pub(super) fn equal(attribute: &Attribute, one: &Value, other: &Value) -> bool {
    match attribute.kind {
        Kind::Boolean => boolean(one).is_some_and(|one| boolean(other) == Some(one)),
        Kind::Complex => one == other,
        _ => order(attribute, one, other) == Some(Ordering::Equal),
    }
}

fn fits(leaf: &Attribute, value: &Value, operator: Operator, wanted: &Value) -> bool {
    let within = |test: fn(&str, &str) -> bool| match (text(leaf, value), text(leaf, wanted)) {
        (Some(value), Some(wanted)) => test(&value, &wanted),
        _ => false,
    };
    let ordered = |test: fn(Ordering) -> bool| order(leaf, value, wanted).is_some_and(test);
    match operator {
        Operator::Equal | Operator::NotEqual => equal(leaf, value, wanted) == (operator == Operator::Equal),
        Operator::Contains => within(|value, wanted| value.contains(wanted)),
        Operator::StartsWith => within(|value, wanted| value.starts_with(wanted)),
        Operator::EndsWith => within(|value, wanted| value.ends_with(wanted)),
        Operator::Greater => ordered(Ordering::is_gt),
        Operator::GreaterOrEqual => ordered(Ordering::is_ge),
        Operator::Less => ordered(Ordering::is_lt),
        Operator::LessOrEqual => ordered(Ordering::is_le),
    }
}

fn order(leaf: &Attribute, one: &Value, other: &Value) -> Option<Ordering> {
    if leaf.kind == Kind::DateTime {
        return Some(instant(one.as_str()?)?.cmp(&instant(other.as_str()?)?));
    }
    Some(text(leaf, one)?.cmp(&text(leaf, other)?))
}

fn text(leaf: &Attribute, value: &Value) -> Option<String> {
    let text = value.as_str()?;
    let exact = leaf.case_exact || leaf.kind == Kind::Binary;
    Some(if exact { text.to_owned() } else { fold(text) })
}
