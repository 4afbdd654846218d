//! Owns: which comparisons make sense by the schema.

use serde_json::Value;

use super::matches::Scope;
use super::{Filter, Operator};
use crate::value::{boolean, instant};
use crate::{Attribute, AttributePath, Document, Error, Kind, ResourceType, Returned, ScimType};

impl Filter {
    /// Refuses comparisons that do not fit an attribute's type and those that would tell what is never returned.
    ///
    /// An attribute that the resource type does not have is allowed and has no value: a query over several resource
    /// types names some (RFC 7644 section 3.4.2.1). A sub-attribute that a known attribute lacks is a mistake.
    pub fn check(&self, resource_type: &ResourceType) -> Result<(), Error> {
        self.check_in(Scope::Resource(resource_type, &Document::new()))
    }

    /// The same for a filter that stood in brackets after the attribute.
    pub fn check_item(&self, attribute: &Attribute) -> Result<(), Error> {
        self.check_in(Scope::Item(attribute, &Value::Null))
    }

    fn check_in(&self, scope: Scope) -> Result<(), Error> {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().try_for_each(|part| part.check_in(scope)),
            Self::Not(inner) => inner.check_in(scope),
            Self::Present(path) => known(scope, path).map(|_| ()),
            Self::ValuePath { path, filter } => match known(scope, path)? {
                Some(attribute) => filter.check_item(attribute),
                None => Ok(()),
            },
            Self::Compare { path, operator, value } => {
                if known(scope, path)?.is_none() {
                    return Ok(());
                }
                let leaf = scope.leaf(path);
                let leaf = leaf.ok_or_else(|| refused(path, "is compared by one of its sub-attributes"))?;
                check_operator(leaf, *operator, value).map_err(|what| refused(path, what))
            }
        }
    }
}

fn known<'a>(scope: Scope<'a>, path: &AttributePath) -> Result<Option<&'a Attribute>, Error> {
    if let Some((attribute, sub)) = scope.find(path) {
        let secret =
            [Some(attribute), sub].into_iter().flatten().any(|part| part.returned == Returned::Never);
        return if secret { Err(refused(path, "cannot be asked for")) } else { Ok(Some(attribute)) };
    }
    let whole = AttributePath { sub: None, ..path.clone() };
    match scope {
        Scope::Resource(..) if path.sub.is_none() || scope.find(&whole).is_none() => Ok(None),
        _ => Err(refused(path, "is not known")),
    }
}

fn check_operator(leaf: &Attribute, operator: Operator, wanted: &Value) -> Result<(), &'static str> {
    use Operator::{
        Contains, EndsWith, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual, StartsWith,
    };
    match (leaf.kind, operator) {
        (_, Equal | NotEqual) if wanted.is_null() => Ok(()),
        (Kind::Boolean, Equal | NotEqual) if boolean(wanted).is_some() => Ok(()),
        (Kind::Boolean, _) => Err("can only be equal (eq, ne) to true or false"),
        (Kind::Binary, Greater | GreaterOrEqual | Less | LessOrEqual) => Err("has no order"),
        (Kind::DateTime, Contains | StartsWith | EndsWith) if wanted.is_string() => Ok(()),
        (Kind::DateTime, _) if wanted.as_str().and_then(instant).is_some() => Ok(()),
        (Kind::DateTime, _) => Err("is compared with a time such as \"2026-01-31T12:00:00Z\""),
        _ if wanted.is_string() => Ok(()),
        _ => Err("is compared with a text"),
    }
}

fn refused(path: &AttributePath, what: &str) -> Error {
    Error::new(ScimType::InvalidFilter, format!("{path} {what}"))
}
