//! The only home of SQL for Exeunt's own data.
//!
//! Owns: the schema, every statement, and the two databases behind one `Tx`.
//! Never: decides anything, knows HTTP, a face, a connector, a clock or randomness.

pub mod accounts;
pub mod assets;
pub mod clients;
mod db;
pub mod emails;
mod error;
pub mod groups;
pub mod held;
pub mod keys;
pub mod lockouts;
pub mod log;
pub mod members;
pub mod migrate;
pub mod nodes;
pub mod numbers;
pub mod offboardings;
pub mod platforms;
pub mod profiles;
pub mod search;
pub mod sessions;
pub mod steps;
pub mod tenants;
pub mod tokens;
pub mod users;

pub use db::{Store, StoreOptions, StoreUrl, Tx};
use db::{for_one, list};
pub use error::{Error, Result};

/// Every statement of this crate, for the test that prepares each of them on both databases.
pub fn statements() -> Vec<&'static str> {
    let mut statements = [
        accounts::ALL,
        assets::ALL,
        clients::ALL,
        emails::ALL,
        groups::ALL,
        held::ALL,
        keys::ALL,
        lockouts::ALL,
        log::ALL,
        members::ALL,
        migrate::ALL,
        nodes::ALL,
        numbers::ALL,
        offboardings::ALL,
        platforms::ALL,
        profiles::ALL,
        sessions::ALL,
        steps::ALL,
        tenants::ALL,
        tokens::ALL,
        users::ALL,
    ]
    .concat();
    let for_one: Vec<_> =
        statements.iter().filter(|sql| sql.contains(list!())).map(|sql| for_one(sql)).collect();
    statements.extend(for_one);
    statements
}
