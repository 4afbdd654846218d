//! How Exeunt acts on a platform.
//!
//! Owns: the `Connector` trait, its kinds, and `perform`, the one way an attempt is made.
//! Never: sees the store, schedules, retries or sleeps on its own account.

pub mod appviewx;
pub mod commvault;
#[cfg(feature = "conformance")]
pub mod conformance;
pub mod connector;
pub mod failure;
mod heard;
pub mod http;
pub mod ldap;
pub mod manual;
pub mod netex;
pub mod open;
pub mod outbound;
pub mod pace;
pub mod perform;
pub mod postgres;
pub mod scim;
pub mod secret;
pub mod seek;
pub mod settings;
pub mod simulated;

pub use connector::{AccountPage, Checked, Connector, Heir, Order, Owned, Sight};
pub use failure::Failure;
pub use open::{Place, check_rules, check_settings, fields, open, rules};
pub use pace::Pace;
pub use perform::{Attempt, Presence, Resolved, act, perform, resolve};
pub use secret::Vault;
pub use seek::{Sought, seek};
pub use settings::SettingsError;
