//! How Exeunt acts on a platform.
//!
//! Owns: the `Connector` trait, its kinds, and `perform`, the one way an attempt is made.
//! Never: sees the store, schedules, retries or sleeps on its own account.

pub mod connector;
pub mod perform;

pub use connector::{Connector, Heir, Observation, Order};
pub use perform::perform;
