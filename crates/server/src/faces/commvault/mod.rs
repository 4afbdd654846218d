//! The Commvault face: the vendor's user API, spoken to the vendor's own clients.
//!
//! Owns that wire: paths, queries, bodies, tokens and answers. Its types never leave this module, and nothing
//! here decides anything about a user: that is `app`.
//!
//! A request is read by [`path::Target`], [`route::Route`] and [`body::parse`]; an answer is an
//! [`answer::Reply`], made by the functions of [`answer`] in the [`media::Format`] that the client accepts.
//! Between the two, each of `ops` calls `app` for one operation, and `failure` says what an error looks like.

pub mod access_token;
pub mod answer;
pub mod body;
pub mod bulk;
pub mod by_name;
mod edit;
mod failure;
pub mod level;
pub mod locked_accounts;
pub mod login;
pub mod media;
pub mod offboard;
mod ops;
pub mod path;
pub mod query;
pub mod reference;
pub mod route;
mod secret;
mod serve;
pub mod successor;
pub mod token;
pub mod workload;

use super::percent;
pub use serve::{owns, serve};

#[cfg(test)]
mod tests;
