//! The settings with the profile's defaults in place of what was left out.

use super::{LeaveGroups, Lock, Settings};
use crate::ldap::profile::Profile;

/// What the directory is like, with nothing left open.
#[derive(Clone, Debug)]
pub(in crate::ldap) struct Resolved {
    pub(in crate::ldap) profile: Profile,
    pub(in crate::ldap) base: String,
    pub(in crate::ldap) user_base: String,
    pub(in crate::ldap) user_filter: String,
    pub(in crate::ldap) id_attribute: String,
    pub(in crate::ldap) user_name: String,
    pub(in crate::ldap) email: String,
    pub(in crate::ldap) external_id: String,
    /// None: the second bit of `userAccountControl`.
    pub(in crate::ldap) lock: Option<Lock>,
    pub(in crate::ldap) leavers_ou: Option<String>,
    pub(in crate::ldap) former_ou_attribute: Option<String>,
    pub(in crate::ldap) group_attributes: Vec<String>,
    pub(in crate::ldap) leave_groups: LeaveGroups,
    pub(in crate::ldap) references: Vec<String>,
    pub(in crate::ldap) delete_children: bool,
    pub(in crate::ldap) protected: Vec<String>,
    pub(in crate::ldap) protected_filter: Option<String>,
}

impl Settings {
    pub(in crate::ldap) fn resolved(self) -> Resolved {
        let defaults = self.profile.defaults();
        let or = |given: Option<String>, default: &str| given.unwrap_or_else(|| default.to_owned());
        let list = |given: Option<Vec<String>>, default: &[&str]| {
            given.unwrap_or_else(|| default.iter().map(|name| (*name).to_owned()).collect())
        };
        Resolved {
            user_base: self.user_base.unwrap_or_else(|| self.base.clone()),
            base: self.base,
            user_filter: or(self.user_filter, defaults.user_filter),
            id_attribute: or(self.id_attribute, defaults.id_attribute),
            user_name: or(self.attributes.user_name, defaults.user_name),
            email: or(self.attributes.email, defaults.email),
            external_id: or(self.attributes.external_id, defaults.external_id),
            lock: self.lock.or(defaults.lock),
            leavers_ou: self.leavers_ou,
            former_ou_attribute: self.former_ou_attribute.or(defaults.former_ou_attribute.map(str::to_owned)),
            group_attributes: list(self.group_attributes, defaults.group_attributes),
            leave_groups: self.leave_groups.unwrap_or(defaults.leave_groups),
            references: list(self.references, defaults.references),
            delete_children: self.delete_children,
            protected: self.protected,
            protected_filter: self.protected_filter.or(defaults.protected_filter.map(str::to_owned)),
            profile: self.profile,
        }
    }
}
