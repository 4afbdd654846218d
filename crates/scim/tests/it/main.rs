//! The SCIM crate from outside: the RFCs' own examples, and properties.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod bulk;
mod discovery;
mod documents;
mod filter;
mod grammar;
mod patch;
mod patch_properties;
mod patch_providers;
mod patch_shapes;
mod projection;
mod resource;
mod search;
