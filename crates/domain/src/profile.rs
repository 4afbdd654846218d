//! What clients tell about a user beyond the directory's own fields.
//!
//! Owns the limits. Nothing here decides anything about a departure.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::text::{self, MAX_TEXT_CHARS};
use crate::{Error, name};

/// Largest profile, in bytes of its JSON, an embedded image included.
pub const MAX_PROFILE_BYTES: usize = 64 * 1024;

/// `None`, and what is empty, was never told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub given_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_name: Option<String>,
    /// As a client wrote it: `en`, `pt-BR`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// By its IANA name: `Europe/London`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub office_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mobile_phone: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interests: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub about_me: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<Value>,
    /// Roles on platforms, by platform; what the user may do in Exeunt itself is its `Role`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub roles: BTreeMap<String, Vec<String>>,
    /// Whatever else a client keeps with its users, by name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub more: Map<String, Value>,
}

impl Profile {
    /// Accepts what a client told.
    pub fn check(&self) -> Result<(), Error> {
        let texts = [
            ("givenName", &self.given_name),
            ("familyName", &self.family_name),
            ("language", &self.language),
            ("timezone", &self.time_zone),
            ("officePhone", &self.office_phone),
            ("mobilePhone", &self.mobile_phone),
            ("interests", &self.interests),
            ("aboutMe", &self.about_me),
            ("location", &self.location),
        ];
        for (field, value) in texts {
            text::check(field, value.as_deref().unwrap_or_default(), MAX_TEXT_CHARS)?;
        }
        for (platform, roles) in &self.roles {
            name::check("roles", platform)?;
            roles.iter().try_for_each(|role| name::check("roles", role))?;
        }
        let bytes = serde_json::to_vec(self).map_err(|error| Error::internal(&error))?.len();
        if bytes > MAX_PROFILE_BYTES {
            return Err(Error::TooMany { what: "the profile's size in bytes", limit: MAX_PROFILE_BYTES });
        }
        Ok(())
    }

    pub fn has_role(&self, platform: &str, role: &str) -> bool {
        self.roles.get(platform).is_some_and(|roles| roles.iter().any(|held| held == role))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_told_takes_no_room() {
        assert_eq!(serde_json::to_string(&Profile::default()).unwrap(), "{}");
        let told: Profile = serde_json::from_str(r#"{"given_name":"Oliver"}"#).unwrap();
        assert_eq!(told, Profile { given_name: Some("Oliver".to_owned()), ..Profile::default() });
    }

    #[test]
    fn limits_name_their_field() {
        let long = Profile { about_me: Some("x".repeat(MAX_TEXT_CHARS + 1)), ..Profile::default() };
        assert!(matches!(long.check(), Err(Error::Invalid { field: "aboutMe", .. })));
        let image = Some(Value::String("x".repeat(MAX_PROFILE_BYTES)));
        assert!(matches!(Profile { image, ..Profile::default() }.check(), Err(Error::TooMany { .. })));
        let roles = BTreeMap::from([("training".to_owned(), vec!["user".to_owned()])]);
        let roles = Profile { roles, ..Profile::default() };
        assert!(
            roles.check().is_ok() && roles.has_role("training", "user") && !roles.has_role("play", "user")
        );
    }
}
