//! The conformance suite: every promise of the store, kept by both databases.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod assets;
mod backup;
mod claims;
mod commits;
mod conditions;
mod constraints;
mod counters;
mod credentials;
mod fixture;
mod groups;
mod held;
mod isolation;
mod log;
mod offboardings;
mod people;
mod plans;
mod platforms;
mod sample;
mod schema;
mod search_plans;
mod searches;
mod servers;
mod steps;
mod tokens;
mod touches;
