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

    /// What this makes of Exeunt's own role. An operator is shown as `admin` too, and stays what it is.
    pub(super) fn own_role(&self, now: Role) -> Option<Role> {
        match self.administers? {
            true if now < Role::Operator => Some(Role::Admin),
            false if now >= Role::Operator => Some(Role::None),
            _ => None,
        }
    }
}

pub(super) fn shown(own: Role, profile: &Profile) -> Map<String, Value> {
    let mut shown = Map::new();
    for (index, (section, _)) in SECTIONS.iter().enumerate() {
        let told = profile.roles.get(*section).into_iter().flatten();
        let mut roles: Vec<&str> = told.map(String::as_str).collect();
        if *section == MANAGEMENT && own >= Role::Operator {
            roles.push(ADMIN);
        }
        if roles.is_empty() && index < EVERYBODYS {
            roles.push(USER);
        }
        if !roles.is_empty() {
            shown.insert((*section).to_owned(), json!(roles));
        }
    }
    shown
}

pub(super) fn of_group() -> Map<String, Value> {
    Map::from_iter([(MANAGEMENT.to_owned(), json!([USER]))])
}
