//! Owns: what one operation does to a document, and to attributes with a single value.

use serde_json::{Map, Value};

use super::parse::implied;
use super::{Op, Operation, list};
use crate::value::{below, complete, fields, read, single};
use crate::{Attribute, Document, Error, Found, Kind, Mutability, ResourceType, Schema, ScimType};

impl Operation {
    pub(super) fn apply(&self, resource_type: &ResourceType, document: &mut Document) -> Result<(), Error> {
        if let Some(schema) = self.path.attribute.schema(resource_type)
            && self.path.filter.is_none()
        {
            return self.apply_to_schema(schema, resource_type, document);
        }
        let Some(found) = self.path.find(resource_type) else {
            return if self.implied { Ok(()) } else { Err(self.refused("is not known")) };
        };
        let mut parts = [Some(found.attribute), found.sub].into_iter().flatten();
        if parts.any(|part| part.mutability == Mutability::ReadOnly) {
            let error = Error::new(ScimType::Mutability, format!("{} is read-only", self.path));
            return if self.implied { Ok(()) } else { Err(error) };
        }
        let Some(extension) = found.extension else { return self.change(found, document) };
        let mut below = match document.get(extension.id) {
            Some(Value::Object(fields)) => fields.clone(),
            _ => Map::new(),
        };
        self.change(found, &mut below)?;
        let below = if below.is_empty() { None } else { Some(Value::Object(below)) };
        put(document, extension.id, below);
        Ok(())
    }

    /// The path is a URN alone, with an object of the schema's attributes for a value.
    fn apply_to_schema(
        &self,
        schema: &'static Schema,
        resource_type: &ResourceType,
        document: &mut Document,
    ) -> Result<(), Error> {
        let value = match &self.value {
            Some(value) if self.op != Op::Remove => value,
            _ => &Value::Null,
        };
        match value {
            Value::Object(attributes) => {
                for mut operation in implied(self.op, attributes.clone())? {
                    operation.path.attribute.urn = Some(schema.id.to_owned());
                    operation.apply(resource_type, document)?;
                }
                Ok(())
            }
            Value::Null if resource_type.extension(schema.id).is_some() => {
                document.shift_remove(schema.id);
                Ok(())
            }
            _ => Err(self.refused("names all of a schema and takes an object of its attributes")),
        }
    }

    /// `parent` holds the attribute.
    fn change(&self, found: Found, parent: &mut Map<String, Value>) -> Result<(), Error> {
        let attribute = found.attribute;
        // Groups can be large, so values are moved. Whoever applies a patch drops the document after an error.
        let before = parent.get_mut(attribute.name).map(Value::take);
        let fixed = before.as_ref().filter(|_| attribute.mutability == Mutability::Immutable).cloned();
        let after = if attribute.multi_valued {
            let items = match before {
                Some(Value::Array(items)) => items,
                single => single.into_iter().collect(),
            };
            list::change(self, attribute, found.sub, items)?
        } else if self.path.filter.is_some() {
            return Err(self.refused("chooses among values, but there is only one"));
        } else {
            self.change_single(attribute, found.sub, before)?
        };
        keep_immutable(attribute, fixed.as_ref(), after.as_ref())?;
        put(parent, attribute.name, after);
        Ok(())
    }

    fn change_single(
        &self,
        attribute: &Attribute,
        sub: Option<&Attribute>,
        before: Option<Value>,
    ) -> Result<Option<Value>, Error> {
        let value = self.written().unwrap_or(&Value::Null);
        let mut parts = match before {
            Some(Value::Object(parts)) => parts,
            _ => Map::new(),
        };
        match sub {
            Some(sub) => set(attribute, sub, &mut parts, value)?,
            None if attribute.kind != Kind::Complex => return read(attribute, value),
            None => match single(attribute, value)? {
                None => return Ok(None),
                Some(value) => merge(attribute, &mut parts, value)?,
            },
        }
        complete(attribute, parts)
    }

    /// What the target becomes; nothing, if the operation removes it.
    pub(super) fn written(&self) -> Option<&Value> {
        self.value.as_ref().filter(|value| self.op != Op::Remove && !value.is_null())
    }

    pub(super) fn refused(&self, what: &str) -> Error {
        Error::new(ScimType::InvalidPath, format!("{} {what}", self.path))
    }
}

/// Sets the sub-attributes that are given, and leaves the others.
pub(super) fn merge(
    attribute: &Attribute,
    parts: &mut Map<String, Value>,
    value: &Value,
) -> Result<(), Error> {
    for (name, value) in fields(attribute, value)? {
        if let Some(sub) = attribute.sub(name)
            && sub.mutability != Mutability::ReadOnly
        {
            set(attribute, sub, parts, value)?;
        }
    }
    Ok(())
}

pub(super) fn set(
    attribute: &Attribute,
    sub: &Attribute,
    parts: &mut Map<String, Value>,
    value: &Value,
) -> Result<(), Error> {
    let before = parts.get(sub.name);
    let after = read(sub, value).map_err(|error| below(attribute, error))?;
    keep_immutable(sub, before, after.as_ref()).map_err(|error| below(attribute, error))?;
    if sub.required && before.is_some() && after.is_none() {
        let detail = format!("{}.{} is required and cannot be removed", attribute.name, sub.name);
        return Err(Error::new(ScimType::Mutability, detail));
    }
    // What the server says of a value, such as a manager's name, goes with that value, as does where it is found.
    if sub.name == "value" && before != after.as_ref() {
        let is_own = |sub: &Attribute| sub.mutability != Mutability::ReadOnly && sub.name != "$ref";
        parts.retain(|name, _| attribute.sub(name).is_some_and(is_own));
    }
    put(parts, sub.name, after);
    Ok(())
}

fn keep_immutable(attribute: &Attribute, before: Option<&Value>, after: Option<&Value>) -> Result<(), Error> {
    if attribute.mutability == Mutability::Immutable && before.is_some() && before != after {
        let detail = format!("{} cannot be changed once it is set", attribute.name);
        return Err(Error::new(ScimType::Mutability, detail));
    }
    Ok(())
}

fn put(parent: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(parent.insert(name.to_owned(), value)),
        None => drop(parent.shift_remove(name)),
    }
}
