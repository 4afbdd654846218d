//! Whole resources, as a client sends them to create or to replace one.
//!
//! Owns: which names, schemas, sizes and required attributes make a document valid, and its canonical form: every name
//! as its schema spells it, in the order of the schemas, with nothing unassigned. Never: changes of a kept document.
//!
//! Lenient, as RFC 7644 section 3.3 allows and identity providers need: attributes that no schema knows are ignored, as
//! are read-only ones and URNs in `schemas` that are not ours (Entra ID adds one to groups); an extension counts though
//! `schemas` leaves it out; and `name.givenName` or `urn:…:User:department` may stand as a key of its own.

use serde_json::{Map, Value};

use crate::name::Named;
use crate::{Attribute, Document, Error, Found, Mutability, ResourceType, ScimType, value};

/// Values of one attribute, such as the members of a group.
pub const MAX_VALUES: usize = 10_000;
/// Bytes of one text, such as a certificate in Base64.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;
/// Bytes of a whole document as JSON.
pub const MAX_DOCUMENT_BYTES: usize = 1024 * 1024;

/// The core schemas in a draft of RFC 7643, users and groups alike: so OneLogin names them.
const DRAFT: &str = "urn:scim:schemas:core:2.0";

/// The canonical document of a body; its `schemas` are those that it has attributes of.
pub fn read(resource_type: &ResourceType, body: &Value) -> Result<Document, Error> {
    let body = body.as_object().ok_or_else(|| syntax("the body is not a JSON object"))?;
    let given = Given::collect(resource_type, body)?;
    check_schemas(resource_type, given.schemas)?;
    let core = resource_type.common.iter().chain(resource_type.schema.attributes);
    let mut document = read_attributes(core, |name| given.value(None, name))?;
    for extension in resource_type.extensions {
        let fields =
            read_attributes(extension.attributes.iter(), |name| given.value(Some(extension.id), name))
                .map_err(|error| Error { detail: format!("{}:{}", extension.id, error.detail), ..error })?;
        if !fields.is_empty() {
            document.insert(extension.id.to_owned(), Value::Object(fields));
        }
    }
    set_schemas(resource_type, &mut document);
    check(resource_type, &document)?;
    Ok(document)
}

/// Whether a canonical document may be kept: required attributes, one primary value at most, and the limits.
pub fn check(resource_type: &ResourceType, document: &Document) -> Result<(), Error> {
    let core = resource_type.common.iter().chain(resource_type.schema.attributes);
    for attribute in core.filter(|attribute| attribute.mutability != Mutability::ReadOnly) {
        check_attribute(attribute, document.get(attribute.name))?;
    }
    for extension in resource_type.extensions {
        let Some(fields) = document.get(extension.id) else { continue };
        for attribute in extension.attributes {
            check_attribute(attribute, fields.get(attribute.name))?;
        }
    }
    let bytes = serde_json::to_string(document).map_or(usize::MAX, |text| text.len());
    if bytes > MAX_DOCUMENT_BYTES {
        return Err(invalid(format!("the resource has {bytes} bytes, more than {MAX_DOCUMENT_BYTES}")));
    }
    Ok(())
}

/// Makes `schemas` name the core schema and the extensions that the document has attributes of.
pub fn set_schemas(resource_type: &ResourceType, document: &mut Document) {
    let extensions = resource_type.extensions.iter().map(|extension| extension.id);
    let present = extensions.filter(|id| document.contains_key(*id));
    let schemas = [resource_type.schema.id].into_iter().chain(present).map(Value::from).collect();
    document.shift_insert(0, "schemas".to_owned(), Value::Array(schemas));
}

/// The values of a body by what they are values of, however their names were written.
#[derive(Default)]
struct Given<'a> {
    schemas: Option<&'a Value>,
    values: Vec<(Option<&'static str>, &'static str, Value)>,
}

impl<'a> Given<'a> {
    fn collect(resource_type: &ResourceType, body: &'a Map<String, Value>) -> Result<Self, Error> {
        let mut given = Self::default();
        for (name, value) in body {
            if name.eq_ignore_ascii_case("schemas") {
                if given.schemas.replace(value).is_some() {
                    return Err(twice("schemas"));
                }
                continue;
            }
            match resource_type.named(name) {
                Some(Named::Extension(extension)) => {
                    let fields = match value {
                        Value::Null => continue,
                        Value::Object(fields) => fields,
                        _ => return Err(invalid(format!("{} takes an object", extension.id))),
                    };
                    for (name, value) in fields {
                        if let Some(found) = resource_type.find(Some(extension.id), name, None) {
                            given.put(found, value)?;
                        }
                    }
                }
                Some(Named::Attribute(found)) => given.put(found, value)?,
                None => (),
            }
        }
        Ok(given)
    }

    /// The parts of a complex value may come apart; otherwise an attribute is given once.
    fn put(&mut self, found: Found, value: &Value) -> Result<(), Error> {
        let name = found.attribute.name;
        let extension = found.extension.map(|extension| extension.id);
        let value = match found.sub {
            None => value.clone(),
            Some(sub) => Value::Object(Map::from_iter([(sub.name.to_owned(), value.clone())])),
        };
        let earlier = self.values.iter_mut().find(|given| (given.0, given.1) == (extension, name));
        match (earlier, value) {
            (None, value) => self.values.push((extension, name, value)),
            (Some((_, _, Value::Object(parts))), Value::Object(more))
                if !more.keys().any(|key| parts.keys().any(|part| part.eq_ignore_ascii_case(key))) =>
            {
                parts.extend(more);
            }
            _ => return Err(twice(name)),
        }
        Ok(())
    }

    fn value(&self, extension: Option<&str>, name: &str) -> Option<&Value> {
        let found = self.values.iter().find(|given| given.0 == extension && given.1 == name);
        found.map(|(_, _, value)| value)
    }
}

/// RFC 7643 section 3: `schemas` is required, and names the core schema of the resource.
fn check_schemas(resource_type: &ResourceType, given: Option<&Value>) -> Result<(), Error> {
    let core = resource_type.schema.id;
    let named = |urn: &Value| {
        urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(core) || urn.eq_ignore_ascii_case(DRAFT))
    };
    match given {
        None => Err(syntax(format!("schemas is required, and must contain {core}"))),
        Some(Value::Array(urns)) if !urns.iter().all(Value::is_string) => {
            Err(syntax("schemas takes a list of texts"))
        }
        Some(Value::Array(urns)) if urns.iter().any(named) => Ok(()),
        Some(_) => Err(syntax(format!("schemas must be a list that contains {core}"))),
    }
}

fn read_attributes<'a>(
    attributes: impl Iterator<Item = &'a Attribute>,
    given: impl Fn(&str) -> Option<&'a Value>,
) -> Result<Document, Error> {
    let mut document = Document::new();
    for attribute in attributes.filter(|attribute| attribute.mutability != Mutability::ReadOnly) {
        let Some(given) = given(attribute.name) else { continue };
        if let Some(value) = value::read(attribute, given)? {
            document.insert(attribute.name.to_owned(), value);
        }
    }
    Ok(document)
}

fn check_attribute(attribute: &Attribute, value: Option<&Value>) -> Result<(), Error> {
    let name = attribute.name;
    let Some(value) = value else {
        return if attribute.required { Err(invalid(format!("{name} is required"))) } else { Ok(()) };
    };
    if let Value::Array(items) = value {
        if items.len() > MAX_VALUES {
            return Err(invalid(format!("{name} has more than {MAX_VALUES} values")));
        }
        if items.iter().filter(|item| value::is_primary(item)).count() > 1 {
            return Err(invalid(format!("{name} has more than one value that is primary")));
        }
    }
    check_texts(name, value)
}

fn check_texts(name: &str, value: &Value) -> Result<(), Error> {
    match value {
        Value::String(text) if text.len() > MAX_TEXT_BYTES => {
            Err(invalid(format!("{name} has a text of more than {MAX_TEXT_BYTES} bytes")))
        }
        // No database takes it in a text.
        Value::String(text) if text.contains('\0') => {
            Err(invalid(format!("{name} has a text with the character U+0000")))
        }
        Value::Array(items) => items.iter().try_for_each(|item| check_texts(name, item)),
        Value::Object(fields) => {
            fields.iter().try_for_each(|(sub, value)| check_texts(&format!("{name}.{sub}"), value))
        }
        _ => Ok(()),
    }
}

fn syntax(detail: impl Into<String>) -> Error {
    Error::new(ScimType::InvalidSyntax, detail)
}

fn invalid(detail: String) -> Error {
    Error::new(ScimType::InvalidValue, detail)
}

fn twice(name: &str) -> Error {
    syntax(format!("{name} is given twice"))
}
