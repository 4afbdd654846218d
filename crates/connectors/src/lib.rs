//! How Exeunt acts on a platform.
//!
//! Owns: the `Connector` trait, its kinds, and `perform`, the one way an attempt is made.
//! Never: sees the store, schedules, retries or sleeps on its own account.

pub mod connector;
pub mod open;
pub mod perform;
pub mod settings;
pub mod simulated;

pub use connector::{Connector, Heir, Observation, Order};
pub use open::{check_settings, open};
pub use perform::perform;
pub use settings::SettingsError;
