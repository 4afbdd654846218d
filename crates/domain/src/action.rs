//! What is asked for (`Goal`) and what is done about it (`Action`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// An enum stored and shown by one lower-case word per variant.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)+ }

        impl $name {
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = crate::Error;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$variant),)+
                    _ => Err(crate::Error::invalid(
                        stringify!($name),
                        format!("{word:?} is none of {}", [$($word,)+].join(", ")),
                    )),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
pub(crate) use words;

words! {
    /// The verb of a request. The vendors' APIs offer all but `Leave`.
    Goal {
        /// No more sign-in anywhere, sessions end now; reversible.
        Deactivate = "deactivate",
        /// The reverse of `Deactivate`.
        Restore = "restore",
        /// Workloads stop running for the user.
        Release = "release",
        /// Everything owned goes to a successor.
        Transfer = "transfer",
        /// Cut, transfer, delete; a tombstone keeps the proof.
        Remove = "remove",
        /// The whole departure, by policy and date.
        Leave = "leave",
    }
}

impl Goal {
    /// Whether the user loses access by it.
    pub fn cuts(self) -> bool {
        matches!(self, Self::Deactivate | Self::Remove | Self::Leave)
    }

    pub fn removes(self) -> bool {
        matches!(self, Self::Remove | Self::Leave)
    }

    pub fn transfers(self) -> bool {
        matches!(self, Self::Transfer | Self::Remove | Self::Leave)
    }

    /// In a `Leave`, workloads are released rather than handed over, so that nothing goes on running for a leaver.
    pub fn transfers_workloads(self) -> bool {
        matches!(self, Self::Transfer | Self::Remove)
    }

    pub fn releases(self) -> bool {
        matches!(self, Self::Release | Self::Leave)
    }

    /// The verb in a sentence: "You cannot remove your own account".
    pub fn verb(self) -> &'static str {
        match self {
            Self::Leave => "offboard",
            other => other.as_str(),
        }
    }
}

words! {
    /// What a step does on one account.
    Action {
        Disable = "disable",
        EndSessions = "end_sessions",
        Enable = "enable",
        Transfer = "transfer",
        Release = "release",
        Delete = "delete",
        /// A platform cannot do it by itself: a person must.
        Manual = "manual",
    }
}

impl Action {
    /// The cut comes before everything else and waits for nothing.
    pub fn is_cut(self) -> bool {
        matches!(self, Self::Disable | Self::EndSessions)
    }
}

/// A count with its noun, for sentences: `1 alert`, `3 alerts`, `2 schedule policies`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Count {
    pub noun: String,
    pub count: u64,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = self.noun.replace('_', " ");
        match (self.count, noun.strip_suffix('y')) {
            (1, _) => write!(f, "1 {noun}"),
            (n, Some(stem)) => write!(f, "{n} {stem}ies"),
            (n, None) => write!(f, "{n} {noun}s"),
        }
    }
}
