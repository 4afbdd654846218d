//! The schemas of RFC 7643, as Exeunt keeps them.
//!
//! Owns: what each attribute is. Never decides: whatever reads, checks or shows a document asks here.

mod base;
mod discovery;
mod enterprise;
mod group;
mod user;

pub use base::COMMON;
pub use discovery::{CONFIG_SCHEMA, RESOURCE_TYPE_SCHEMA, SCHEMA_SCHEMA};
pub use enterprise::ENTERPRISE_SCHEMA;
pub use group::{GROUP, GROUP_SCHEMA};
pub use user::{USER, USER_SCHEMA};
