//! Identifiers. A tenant's users, groups and assets count from 1, as Commvault's clients expect.

use std::fmt;

use serde::{Deserialize, Serialize};

macro_rules! number {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

number! {
    TenantId
    /// Unique within a tenant; user 1 is the administrator made at installation.
    UserId
    /// Unique within a tenant.
    GroupId
    /// Unique within a tenant.
    AssetId
    /// Unique in the whole store, so that the engine can queue by platform alone.
    PlatformId
    /// The place of a step in its offboarding, from 1.
    StepNo
}

/// A UUID v7 in its usual form: its order is the order of acceptance.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OffboardingId(pub String);

impl fmt::Display for OffboardingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
