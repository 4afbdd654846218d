//! Roles by section: which there are, and what `management` means for Exeunt's own role.
//!
//! This is the one place of that choice; docs/faces/netex.md tells it.

use std::collections::{BTreeMap, HashSet};

use domain::{Error, Profile, Role};
use serde_json::{Map, Value, json};

use super::body::{Fields, texts};

const MANAGEMENT: &str = "management";
const ADMIN: &str = "admin";
const USER: &str = "user";
const FIELD: &str = "roles";

/// Sections in the vendor's order, and the roles of each (contract section 3.4).
const SECTIONS: [(&str, &[&str]); 6] = [
    (MANAGEMENT, &[USER, "groupadmin", ADMIN]),
    ("training", &[USER, "trainer", "groupadmin", ADMIN]),
    ("social", &[USER, ADMIN]),
    ("play", &[USER, "author", "validator", ADMIN, "groupadmin"]),
    ("talent", &[ADMIN, "employee"]),
    ("content", &["author", "manager", "reviewer", "projectowner"]),
];
/// Who was told nothing of these sections is shown as a user there.
const EVERYBODYS: usize = 4;

/// What a client told of a user's roles.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Whether `management` holds `admin`; none where nothing was told of it.
    pub administers: Option<bool>,
    /// By section, without that `admin`: Exeunt's own role has it.
    pub others: BTreeMap<String, Vec<String>>,
}

impl Told {
    pub(super) fn read(fields: Fields) -> Result<Self, Error> {
        let mut told = Self::default();
        for (section, list) in fields {
            let Some((_, known)) = SECTIONS.iter().find(|(name, _)| *name == section) else {
                let names: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
                return Err(Error::invalid(FIELD, format!("there are {}", names.join(", "))));
            };
            let mut roles = texts(FIELD, list)?;
            let mut seen = HashSet::new();
            roles.retain(|role| seen.insert(role.clone()));
            let unknown = roles.iter().any(|role| !known.contains(&role.as_str()));
            if unknown || (section == MANAGEMENT && roles.is_empty()) {
                let rule = format!("{section} must name at least one of {}", known.join(", "));
                return Err(Error::invalid(FIELD, rule));
            }
            if section == MANAGEMENT {
                told.administers = Some(roles.iter().any(|role| role == ADMIN));
                roles.retain(|role| role != ADMIN);
            }
            told.others.insert(section, roles);
        }
        Ok(told)
    }

    /// Forgets what is shown already: a client that sends back what it got tells nothing new.
    pub(super) fn forget_shown(&mut self, own: Role, profile: &Profile) {
        self.others
            .retain(|section, roles| held(section, own, roles) != held(section, own, told(profile, section)));
    }

    /// What this makes of Exeunt's own role. An operator is shown as `admin` too, and stays what it is.
    pub(super) fn own_role(&self, now: Role) -> Option<Role> {
        match self.administers? {
            true if now < Role::Operator => Some(Role::Admin),
            false if now >= Role::Operator => Some(Role::None),
            _ => None,
        }
    }
}

/// A user's roles as they are shown.
pub(super) fn shown(own: Role, profile: &Profile) -> Map<String, Value> {
    let sections = SECTIONS.iter().map(|(section, _)| (*section, held(section, own, told(profile, section))));
    let held = sections.filter(|(_, roles)| !roles.is_empty());
    held.map(|(section, roles)| (section.to_owned(), json!(roles))).collect()
}

fn told<'a>(profile: &'a Profile, section: &str) -> &'a [String] {
    profile.roles.get(section).map_or(&[], Vec::as_slice)
}

/// The roles of one section, with what goes without saying.
fn held<'a>(section: &str, own: Role, told: &'a [String]) -> Vec<&'a str> {
    let mut roles: Vec<&str> = told.iter().map(String::as_str).collect();
    if section == MANAGEMENT && own >= Role::Operator {
        roles.push(ADMIN);
    }
    if roles.is_empty() && SECTIONS[..EVERYBODYS].iter().any(|(name, _)| *name == section) {
        roles.push(USER);
    }
    roles
}

pub(super) fn of_group() -> Map<String, Value> {
    Map::from_iter([(MANAGEMENT.to_owned(), json!([USER]))])
}
