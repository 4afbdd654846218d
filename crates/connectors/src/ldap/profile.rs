//! What the directories that we know have in common with nobody else.

use serde::Deserialize;

use super::settings::{LeaveGroups, Lock};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Profile {
    /// OpenLDAP with the overlay ppolicy.
    #[default]
    #[serde(rename = "openldap")]
    OpenLdap,
    #[serde(rename = "active_directory")]
    ActiveDirectory,
    /// 389 Directory Server, FreeIPA's and Red Hat's.
    #[serde(rename = "389ds")]
    Ds389,
    /// Any other: the lock must be described.
    #[serde(rename = "custom")]
    Custom,
}

/// What holds where the settings say nothing.
pub(super) struct Defaults {
    pub(super) user_filter: &'static str,
    pub(super) id_attribute: &'static str,
    pub(super) user_name: &'static str,
    pub(super) email: &'static str,
    pub(super) external_id: &'static str,
    pub(super) lock: Option<Lock>,
    pub(super) former_ou_attribute: Option<&'static str>,
    pub(super) group_attributes: &'static [&'static str],
    pub(super) leave_groups: LeaveGroups,
    pub(super) references: &'static [&'static str],
    pub(super) protected_filter: Option<&'static str>,
}

impl Profile {
    pub(super) fn defaults(self) -> Defaults {
        let lock = |attribute: &str, disabled: &str| Lock {
            attribute: attribute.to_owned(),
            disabled: disabled.to_owned(),
            enabled: None,
        };
        let general = Defaults {
            user_filter: "(objectClass=person)",
            id_attribute: "entryUUID",
            user_name: "uid",
            email: "mail",
            external_id: "employeeNumber",
            lock: None,
            former_ou_attribute: Some("description"),
            group_attributes: &["member", "uniqueMember", "memberUid"],
            leave_groups: LeaveGroups::OnDelete,
            references: &["manager", "owner", "secretary"],
            protected_filter: None,
        };
        match self {
            Self::Custom => general,
            // No such moment: locked for good, until an administrator says otherwise.
            Self::OpenLdap => {
                Defaults { lock: Some(lock("pwdAccountLockedTime", "000001010000Z")), ..general }
            }
            Self::Ds389 => {
                Defaults { id_attribute: "nsUniqueId", lock: Some(lock("nsAccountLock", "true")), ..general }
            }
            Self::ActiveDirectory => Defaults {
                // Computers are of the class user as well.
                user_filter: "(&(objectCategory=person)(objectClass=user))",
                id_attribute: "objectGUID",
                user_name: "sAMAccountName",
                external_id: "employeeID",
                // References there follow an entry that moves by themselves.
                former_ou_attribute: None,
                group_attributes: &["member"],
                leave_groups: LeaveGroups::Never,
                references: &["manager", "managedBy", "secretary", "assistant"],
                protected_filter: Some("(adminCount=1)"),
                ..general
            },
        }
    }
}
