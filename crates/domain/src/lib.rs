//! The rules of a departure, and nothing else.
//!
//! Owns: what a plan contains, when a step may run, what an outcome leads to, who is refused and why.
//! Never: I/O, async, a clock or randomness (both are arguments), SQL, HTTP.

pub mod action;
pub mod asset;
pub mod breaker;
pub mod correlation;
pub mod error;
pub mod fact;
pub mod id;
pub mod name;
pub mod offboarding;
pub mod outcome;
pub mod plan;
pub mod platform;
pub mod policy;
pub mod profile;
pub mod refusal;
pub mod retry;
pub mod settle;
pub mod step;
pub mod terms;
pub mod text;
pub mod token;
pub mod user;

pub use action::{Action, Goal};
pub use asset::{Asset, AssetKind, Handover, Holdings, Owner};
pub use correlation::{Identity, RemoteAccount};
pub use error::Error;
pub use fact::Fact;
pub use id::{AssetId, GroupId, OffboardingId, PlatformId, StepNo, TenantId, UserId};
pub use name::NameKey;
pub use offboarding::{Offboarding, OffboardingState};
pub use outcome::Outcome;
pub use plan::Plan;
pub use platform::{Account, AccountState, Capabilities, Platform, PlatformKind, Support};
pub use policy::Policy;
pub use profile::Profile;
pub use refusal::Refusal;
pub use step::{Step, StepState};
pub use terms::Terms;
pub use token::TokenKind;
pub use user::{Group, Role, User, UserState};
