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
    /// The resource as an identity provider told it (RFC 7643), whole; what the directory knows better since is
    /// put into it when it is read.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub scim: Map<String, Value>,
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

    /// This profile with what `change` tells: `None` leaves a field as it is, what is empty or null takes it away.
    /// Roles change by platform, whatever else a client keeps by name, and a SCIM resource as a whole.
    #[must_use]
    pub fn changed_by(mut self, change: &Self) -> Self {
        let texts = [
            (&mut self.given_name, &change.given_name),
            (&mut self.family_name, &change.family_name),
            (&mut self.language, &change.language),
            (&mut self.time_zone, &change.time_zone),
            (&mut self.office_phone, &change.office_phone),
            (&mut self.mobile_phone, &change.mobile_phone),
            (&mut self.interests, &change.interests),
            (&mut self.about_me, &change.about_me),
            (&mut self.location, &change.location),
        ];
        for (told, new) in texts {
            if let Some(new) = new {
                *told = Some(new.clone()).filter(|new| !new.is_empty());
            }
        }
        if let Some(image) = &change.image {
            self.image = Some(image.clone()).filter(|image| !image.is_null());
        }
        if !change.scim.is_empty() {
            self.scim.clone_from(&change.scim);
        }
        self.roles.extend(change.roles.clone());
        self.roles.retain(|_, roles| !roles.is_empty());
        self.more.extend(change.more.clone());
        self.more.retain(|_, value| !value.is_null());
        self
    }

    /// Given and family name. They count while they make up the full name, which other clients may have changed
    /// since; else they are read from it, the first word as the given name.
    pub fn names<'a>(&'a self, full_name: &'a str) -> (&'a str, &'a str) {
        let given = self.given_name.as_deref().unwrap_or_default();
        let family = self.family_name.as_deref().unwrap_or_default();
        if self::full_name(given, family) == full_name {
            return (given, family);
        }
        let full_name = full_name.trim();
        full_name.split_once(' ').map_or((full_name, ""), |(given, family)| (given, family.trim_start()))
    }

    pub fn has_role(&self, platform: &str, role: &str) -> bool {
        self.roles.get(platform).is_some_and(|roles| roles.iter().any(|held| held == role))
    }
}

/// The full name of somebody whose names are told apart.
pub fn full_name(given: &str, family: &str) -> String {
    format!("{given} {family}").trim().to_owned()
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

    #[test]
    fn a_change_tells_what_becomes_different() {
        let told = |text: &str| serde_json::from_str::<Profile>(text).unwrap();
        let before = told(
            r#"{"language":"en","location":"Vigo","image":{"url":"a"},
                "roles":{"training":["user"],"play":["author"]},"more":{"a":1,"b":2}}"#,
        );
        assert_eq!(before.clone().changed_by(&Profile::default()), before);
        let change = Profile {
            image: Some(Value::Null),
            ..told(
                r#"{"language":"es","location":"","roles":{"training":["admin"],"play":[]},"more":{"a":null,"c":3}}"#,
            )
        };
        let after = told(r#"{"language":"es","roles":{"training":["admin"]},"more":{"b":2,"c":3}}"#);
        assert_eq!(before.changed_by(&change), after);
    }

    #[test]
    fn names_are_told_or_read_from_the_full_name() {
        let told = Profile {
            given_name: Some("Ana María".to_owned()),
            family_name: Some("García".to_owned()),
            ..Profile::default()
        };
        assert_eq!(told.names("Ana María García"), ("Ana María", "García"));
        assert_eq!(told.names("Ana López"), ("Ana", "López"), "changed by another client");
        let untold = Profile::default();
        assert_eq!(untold.names("Oliver van  Twist"), ("Oliver", "van  Twist"));
        assert_eq!(untold.names(" Oliver "), ("Oliver", ""));
        assert_eq!(untold.names(""), ("", ""));
        assert_eq!((full_name("Cher", ""), full_name("", "Twist")), ("Cher".to_owned(), "Twist".to_owned()));
    }
}
