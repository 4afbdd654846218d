//! SCIM 2.0 over JSON documents: RFC 7643, RFC 7644 and RFC 9865, and what identity providers make of them.
//!
//! Owns: the schemas, what is valid by them, filters, paths, patches, projections and the protocol's messages.
//! Never: I/O, HTTP, a store, a clock, or anything of Exeunt: a face gives this crate documents and gets documents.

pub mod attribute;
pub mod discovery;
mod error;
pub mod filter;
pub mod message;
mod name;
pub mod patch;
pub mod path;
pub mod projection;
pub mod resource;
mod resource_type;
pub mod schema;
pub mod value;

pub use attribute::{Attribute, Kind, Mutability, Returned, Uniqueness};
pub use error::{Error, ScimType};
pub use filter::{Filter, Operator};
pub use patch::Patch;
pub use path::{AttributePath, Path};
pub use projection::Projection;
pub use resource_type::{Found, ResourceType, Schema};

/// A resource: attributes by the names of their schemas, extensions below their URN.
pub type Document = serde_json::Map<String, serde_json::Value>;
