//! Why a plan is not made, and a group not removed. A refusal changes nothing.

use crate::{Goal, Holdings};

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("User {user} not found")]
    UnknownUser { user: String },
    #[error("User {user} has already been removed")]
    AlreadyRemoved { user: String },
    #[error("You cannot {} your own account", .goal.verb())]
    Yourself { user: String, goal: Goal },
    #[error("User {user} is the last active administrator")]
    LastAdministrator { user: String },
    #[error("User {user} is protected")]
    Protected { user: String },
    /// Whoever set its password could sign in with its role.
    #[error("User {user} has a role here: only an administrator changes its name, address or password")]
    Privileged { user: String },
    #[error("User {user} is leaving; cancel offboarding {offboarding} first")]
    Leaving { user: String, offboarding: String },
    #[error("User {user} must be deactivated before removal")]
    NotDeactivated { user: String },
    #[error("Name either a new user or a new user group, not both")]
    TwoSuccessors,
    #[error("New owner {successor} not found")]
    SuccessorUnknown { successor: String },
    #[error("New owner {successor} is not active")]
    SuccessorInactive { successor: String },
    #[error("New owner {successor} is the user who leaves")]
    SuccessorIsLeaver { successor: String },
    #[error("New owner {successor} is leaving")]
    SuccessorLeaving { successor: String },
    #[error("User {user} owns {holdings}. Name a new owner.")]
    NoSuccessor { user: String, holdings: Holdings },
    #[error("A transfer needs a new owner")]
    NothingNamed,
    #[error("Group {group} is built in")]
    BuiltInGroup { group: String },
    #[error("Group {group} has members")]
    GroupWithMembers { group: String },
    #[error("Group {group} owns assets, or has inherited some")]
    GroupWithAssets { group: String },
    #[error("Group {group} owns assets. Name a new owner.")]
    GroupWithoutHeir { group: String },
    #[error("Group {group} inherits by policy, or has inherited in a departure that is on record")]
    GroupInherits { group: String },
}

impl Refusal {
    /// The user the refusal is about, where there is one.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::UnknownUser { user }
            | Self::AlreadyRemoved { user }
            | Self::Yourself { user, .. }
            | Self::LastAdministrator { user }
            | Self::Protected { user }
            | Self::Privileged { user }
            | Self::Leaving { user, .. }
            | Self::NotDeactivated { user }
            | Self::NoSuccessor { user, .. } => Some(user),
            Self::TwoSuccessors
            | Self::SuccessorUnknown { .. }
            | Self::SuccessorInactive { .. }
            | Self::SuccessorIsLeaver { .. }
            | Self::SuccessorLeaving { .. }
            | Self::NothingNamed
            | Self::BuiltInGroup { .. }
            | Self::GroupWithMembers { .. }
            | Self::GroupWithAssets { .. }
            | Self::GroupWithoutHeir { .. }
            | Self::GroupInherits { .. } => None,
        }
    }

    /// A stable word for machines (REST `type`, log).
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownUser { .. } => "unknown-user",
            Self::AlreadyRemoved { .. } => "already-removed",
            Self::Yourself { .. } => "yourself",
            Self::LastAdministrator { .. } => "last-administrator",
            Self::Protected { .. } => "protected-user",
            Self::Privileged { .. } => "privileged-user",
            Self::Leaving { .. } => "leaving",
            Self::NotDeactivated { .. } => "not-deactivated",
            Self::TwoSuccessors => "two-successors",
            Self::SuccessorUnknown { .. } => "successor-unknown",
            Self::SuccessorInactive { .. } => "successor-inactive",
            Self::SuccessorIsLeaver { .. } => "successor-is-leaver",
            Self::SuccessorLeaving { .. } => "successor-leaving",
            Self::NoSuccessor { .. } => "no-successor",
            Self::NothingNamed => "no-successor-named",
            Self::BuiltInGroup { .. } => "built-in-group",
            Self::GroupWithMembers { .. } => "group-with-members",
            Self::GroupWithAssets { .. } => "group-with-assets",
            Self::GroupWithoutHeir { .. } => "group-without-heir",
            Self::GroupInherits { .. } => "group-inherits",
        }
    }
}
