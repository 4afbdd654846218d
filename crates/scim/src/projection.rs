//! Which attributes of a resource are shown (RFC 7644 section 3.9, `returned` of RFC 7643 section 7).
//!
//! Owns: `attributes` and `excludedAttributes`. Never: what a resource holds.

use serde_json::Value;

use crate::name::Named;
use crate::{Attribute, Document, Error, Found, ResourceType, Returned, ScimType};

/// Names in one list.
pub const MAX_NAMES: usize = 200;

/// What a client asked to see. Names that no schema knows are ignored (RFC 7644 section 3.4.2).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Projection {
    #[default]
    Default,
    /// These, and what is always shown.
    Only(Vec<String>),
    /// All but these, and still what is always shown.
    Except(Vec<String>),
}

impl Projection {
    /// From the lists of a URL, separated by commas.
    pub fn parse(attributes: Option<&str>, excluded: Option<&str>) -> Result<Self, Error> {
        let split = |list: Option<&str>| list.unwrap_or_default().split(',').map(str::to_owned).collect();
        Self::new(split(attributes), split(excluded))
    }

    /// From two lists, of which one is empty: the RFC lets a client give either (section 3.9).
    pub fn new(attributes: Vec<String>, excluded: Vec<String>) -> Result<Self, Error> {
        let attributes = named("attributes", attributes)?;
        let excluded = named("excludedAttributes", excluded)?;
        match (attributes.is_empty(), excluded.is_empty()) {
            (true, true) => Ok(Self::Default),
            (false, true) => Ok(Self::Only(attributes)),
            (true, false) => Ok(Self::Except(excluded)),
            (false, false) => Err(Error::new(
                ScimType::InvalidValue,
                "attributes and excludedAttributes exclude each other: give one of them",
            )),
        }
    }

    /// Whether any of a core or common attribute may be shown: if not, it need not be loaded.
    pub fn wants(&self, resource_type: &ResourceType, name: &str) -> bool {
        resource_type
            .find(None, name, None)
            .is_some_and(|found| Rule::new(self, resource_type).part(None, found.attribute) != Part::Nothing)
    }

    /// The document without what is not to be shown.
    pub fn apply(&self, resource_type: &ResourceType, document: Document) -> Document {
        let rule = Rule::new(self, resource_type);
        let mut shown = Document::new();
        for (name, value) in document {
            let value = match (resource_type.extension(&name), value) {
                (Some(extension), Value::Object(fields)) => {
                    let fields = fields.into_iter().filter_map(|(name, value)| {
                        let value = rule.show(Some(extension.id), extension.attribute(&name)?, value)?;
                        Some((name, value))
                    });
                    let fields: Document = fields.collect();
                    (!fields.is_empty()).then_some(Value::Object(fields))
                }
                (_, value) => resource_type
                    .find(None, &name, None)
                    .and_then(|found| rule.show(None, found.attribute, value)),
            };
            if let Some(value) = value {
                shown.insert(name, value);
            }
        }
        shown
    }
}

fn named(list: &str, names: Vec<String>) -> Result<Vec<String>, Error> {
    if names.len() > MAX_NAMES {
        return Err(Error::new(ScimType::InvalidValue, format!("{list} has more than {MAX_NAMES} names")));
    }
    let names = names.iter().map(|name| name.trim()).filter(|name| !name.is_empty());
    Ok(names.map(str::to_owned).collect())
}

/// A projection, in the words of one resource type.
struct Rule {
    /// What is not named is shown.
    rest: bool,
    named: Vec<Named>,
}

/// How much of an attribute is shown.
#[derive(PartialEq, Eq)]
enum Part {
    Nothing,
    Whole,
    /// Without the sub-attributes that [`Rule::sub`] refuses.
    Some,
}

impl Rule {
    fn new(projection: &Projection, resource_type: &ResourceType) -> Self {
        let (rest, names) = match projection {
            Projection::Default => (true, &[][..]),
            Projection::Only(names) => (false, names.as_slice()),
            Projection::Except(names) => (true, names.as_slice()),
        };
        Self { rest, named: names.iter().filter_map(|name| resource_type.named(name)).collect() }
    }

    fn part(&self, extension: Option<&str>, attribute: &Attribute) -> Part {
        let whole = self.named.iter().any(|named| match named {
            Named::Extension(schema) => Some(schema.id) == extension,
            Named::Attribute(found) => is(found, extension, attribute) && found.sub.is_none(),
        });
        let some = self
            .named
            .iter()
            .any(|named| matches!(named, Named::Attribute(found) if is(found, extension, attribute)));
        match (attribute.returned, whole, some) {
            (Returned::Never, ..) => Part::Nothing,
            (Returned::Always, ..) => Part::Whole,
            (Returned::Default, true, _) => {
                if self.rest {
                    Part::Nothing
                } else {
                    Part::Whole
                }
            }
            (Returned::Default, false, true) => Part::Some,
            (Returned::Default, false, false) => {
                if self.rest {
                    Part::Whole
                } else {
                    Part::Nothing
                }
            }
        }
    }

    fn sub(&self, extension: Option<&str>, attribute: &Attribute, sub: &Attribute) -> bool {
        let named = self.named.iter().any(|named| {
            matches!(named, Named::Attribute(found) if is(found, extension, attribute) && found.sub == Some(sub))
        });
        named != self.rest
    }

    fn show(&self, extension: Option<&str>, attribute: &Attribute, value: Value) -> Option<Value> {
        match self.part(extension, attribute) {
            Part::Nothing => None,
            Part::Whole => Some(value),
            Part::Some => self.show_some(extension, attribute, value),
        }
    }

    fn show_some(&self, extension: Option<&str>, attribute: &Attribute, value: Value) -> Option<Value> {
        match value {
            Value::Array(items) => {
                let items = items.into_iter().filter_map(|item| self.show_some(extension, attribute, item));
                let items: Vec<Value> = items.collect();
                (!items.is_empty()).then_some(Value::Array(items))
            }
            Value::Object(fields) => {
                let shown =
                    |name: &str| attribute.sub(name).is_some_and(|sub| self.sub(extension, attribute, sub));
                let fields: Document = fields.into_iter().filter(|(name, _)| shown(name)).collect();
                (!fields.is_empty()).then_some(Value::Object(fields))
            }
            other => Some(other),
        }
    }
}

fn is(found: &Found, extension: Option<&str>, attribute: &Attribute) -> bool {
    found.extension.map(|schema| schema.id) == extension && found.attribute.name == attribute.name
}
