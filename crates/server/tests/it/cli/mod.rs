//! See the module list in `main.rs`.

mod administration; // users, tokens, tenants, platforms, schema, backup
pub(crate) mod binary; // the real binary in a folder of its own
mod configuration; // file, environment, flags, and what `serve --check` says of them
mod departures; // the verbs, what they say, and their exit codes
mod files; // imports from files
mod held; // departures that wait for an administrator
mod help; // every help text is in the documentation
mod postgres; // a shared store is migrated by command only
mod server; // start, first start, stop
