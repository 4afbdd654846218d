//! Owns: reading a PatchOp message, in the RFC's form and in those that identity providers send.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::{MAX_OPERATIONS, Op, Operation, Patch};
use crate::message::{field, fields, syntax};
use crate::{Error, Path, ScimType};

/// What a message of this kind names in `schemas`.
pub const PATCH_OP: &str = "urn:ietf:params:scim:api:messages:2.0:PatchOp";

impl Patch {
    /// An operation without a path becomes one for each name in its value.
    pub fn parse(body: &Value) -> Result<Self, Error> {
        let list = field(fields(PATCH_OP, body)?, "Operations")?.and_then(Value::as_array);
        let list = list.filter(|list| !list.is_empty());
        let list = list.ok_or_else(|| syntax("Operations must be a list of one or more operations"))?;
        let mut operations = Vec::new();
        for (index, operation) in list.iter().enumerate() {
            let parsed = parse_operation(operation).map_err(|error| Error {
                detail: format!("Operations[{index}]: {}", error.detail),
                ..error
            })?;
            operations.extend(parsed);
            if operations.len() > MAX_OPERATIONS {
                return Err(Error::new(
                    ScimType::TooMany,
                    format!("A PATCH may have at most {MAX_OPERATIONS} operations"),
                ));
            }
        }
        Ok(Self { operations })
    }
}

fn parse_operation(operation: &Value) -> Result<Vec<Operation>, Error> {
    let operation = operation.as_object().ok_or_else(|| syntax("an operation is an object"))?;
    let op = field(operation, "op")?.and_then(Value::as_str).and_then(Op::parse);
    let op = op.ok_or_else(|| syntax("op must be \"add\", \"remove\" or \"replace\""))?;
    // Null is a value: it takes away what is there. To forget the value is a mistake.
    if op != Op::Remove && !operation.keys().any(|name| name.eq_ignore_ascii_case("value")) {
        return Err(Error::new(ScimType::InvalidValue, "value is required"));
    }
    let value = field(operation, "value")?.cloned();
    check_spelled_once(value.as_ref())?;
    let path = match field(operation, "path")? {
        None => None,
        Some(Value::String(path)) if path.trim().is_empty() => None,
        Some(Value::String(path)) => Some(Path::parse(path)?),
        Some(_) => return Err(Error::new(ScimType::InvalidPath, "path must be a text")),
    };
    match (path, op, value) {
        (Some(path), op, value) => Ok(vec![Operation { op, path, value, implied: false }]),
        (None, Op::Remove, _) => Err(Error::new(ScimType::NoTarget, "a removal needs a path")),
        (None, op, Some(Value::Object(attributes))) => implied(op, attributes),
        (None, ..) => {
            Err(Error::new(ScimType::InvalidValue, "without a path, value must be an object of attributes"))
        }
    }
}

/// Besides attributes, Entra ID has `name.givenName` and `emails[type eq "work"].value` for names in such an object.
pub(super) fn implied(op: Op, attributes: Map<String, Value>) -> Result<Vec<Operation>, Error> {
    let operation = |(name, value): (String, Value)| {
        check_spelled_once(Some(&value))?;
        Ok(Operation { op, path: Path::parse(&name)?, value: Some(value), implied: true })
    };
    attributes.into_iter().map(operation).collect()
}

/// Of two spellings of a name the last would win, and nobody knows which one was meant.
fn check_spelled_once(value: Option<&Value>) -> Result<(), Error> {
    let Some(Value::Object(fields)) = value else { return Ok(()) };
    let mut seen = HashSet::new();
    match fields.keys().find(|name| !seen.insert(name.to_ascii_lowercase())) {
        Some(name) => Err(syntax(format!("{name} is given twice"))),
        None => Ok(()),
    }
}

impl Op {
    /// Entra ID writes "Replace".
    fn parse(word: &str) -> Option<Self> {
        match word.to_ascii_lowercase().as_str() {
            "add" => Some(Self::Add),
            "remove" => Some(Self::Remove),
            "replace" => Some(Self::Replace),
            _ => None,
        }
    }
}
