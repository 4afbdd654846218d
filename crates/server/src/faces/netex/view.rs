//! Users and groups as the vendor shows them: keys, and their order, are the vendor's.
//!
//! There is no password here, not even a hash, although a sample of the vendor shows one.

use domain::UserState;
use serde::Serialize;
use serde_json::{Map, Value};

use super::person::{EXTENDED_FIELDS, EXTRA};
use super::roles;
use crate::app::UserDetail;

/// Credentials are checked here, or nowhere.
pub(super) const LOCAL: &str = "LOCAL";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct User<'a> {
    id: &'a str,
    common_id: &'a str,
    external_id: Option<&'a str>,
    username: &'a str,
    name: &'a str,
    surname: &'a str,
    email: &'a str,
    language: Option<&'a str>,
    timezone: Option<&'a str>,
    office_phone: Option<&'a str>,
    mobile_phone: Option<&'a str>,
    interests: Option<&'a str>,
    about_me: Option<&'a str>,
    location: Option<&'a str>,
    auth_source: &'static str,
    image: Option<&'a Value>,
    enabled: bool,
    roles: Map<String, Value>,
    extended_fields: Value,
    extra: Value,
}

impl<'a> User<'a> {
    pub(super) fn new(detail: &'a UserDetail) -> Self {
        let UserDetail { user, profile, .. } = detail;
        let (name, surname) = profile.names(&user.full_name);
        let kept = |name: &str| profile.more.get(name).cloned().unwrap_or_else(|| Value::Object(Map::new()));
        Self {
            id: &user.guid,
            common_id: &user.guid,
            external_id: user.external_id.as_deref(),
            username: &user.user_name,
            name,
            surname,
            email: &user.email,
            language: profile.language.as_deref(),
            timezone: profile.time_zone.as_deref(),
            office_phone: profile.office_phone.as_deref(),
            mobile_phone: profile.mobile_phone.as_deref(),
            interests: profile.interests.as_deref(),
            about_me: profile.about_me.as_deref(),
            location: profile.location.as_deref(),
            auth_source: LOCAL,
            image: profile.image.as_ref(),
            enabled: user.state == UserState::Active,
            roles: roles::shown(user.role, profile),
            extended_fields: kept(EXTENDED_FIELDS),
            extra: kept(EXTRA),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Group {
    #[serde(rename = "codGroup")]
    code: String,
    common_id: String,
    description: String,
    external_id: Option<String>,
    name: String,
    /// The vendor's spelling. Groups have no parents here.
    parent_commond_id: Option<String>,
    /// What a group confers: nothing beyond being a user.
    roles: Map<String, Value>,
}

impl Group {
    pub(super) fn new(group: domain::Group) -> Self {
        Self {
            code: group.name.clone(),
            common_id: group.guid,
            description: group.description,
            external_id: group.external_id,
            name: group.name,
            parent_commond_id: None,
            roles: roles::of_group(),
        }
    }
}
