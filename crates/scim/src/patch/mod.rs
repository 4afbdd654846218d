//! Owns: the PATCH of RFC 7644 section 3.5.2: what a message asks for, and what that makes of a document.
//!
//! Never: which resources exist, and what follows from a change.

mod apply;
mod key;
mod list;
mod parse;

pub use parse::PATCH_OP;
use serde_json::Value;

use crate::{Document, Error, Path, ResourceType, ScimType, resource};

/// The most operations in one message; the attributes of a value without a path count one each.
pub const MAX_OPERATIONS: usize = 1000;

#[derive(Clone, Debug, PartialEq)]
pub struct Patch {
    pub operations: Vec<Operation>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    Add,
    Remove,
    Replace,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    pub op: Op,
    pub path: Path,
    /// As it was sent, or nothing for null. Of a removal: which values, of an attribute with many; Entra ID and AWS send no filter.
    pub value: Option<Value>,
    /// There was no path, and this one was a name in the value. What is unknown or read-only is then left out, as it
    /// is in a whole resource: Okta sends `id` along.
    pub implied: bool,
}

impl Patch {
    /// Does all operations in turn, or leaves the document as it was.
    pub fn apply(&self, resource_type: &ResourceType, document: &mut Document) -> Result<(), Error> {
        let mut changed = document.clone();
        for operation in &self.operations {
            operation.apply(resource_type, &mut changed)?;
        }
        let core = resource_type.common.iter().chain(resource_type.schema.attributes);
        for attribute in core.filter(|attribute| attribute.required) {
            if document.contains_key(attribute.name) && !changed.contains_key(attribute.name) {
                let detail = format!("{} is required and cannot be removed", attribute.name);
                return Err(Error::new(ScimType::Mutability, detail));
            }
        }
        resource::set_schemas(resource_type, &mut changed);
        resource::check(resource_type, &changed)?;
        *document = changed;
        Ok(())
    }
}
