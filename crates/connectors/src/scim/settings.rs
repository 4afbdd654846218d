//! What a SCIM platform is told to do, and the limits of it.

use domain::{Capabilities, Support};
use serde::Deserialize;
use url::Url;

use super::attribute;
use crate::outbound::Connection;
use crate::outbound::authentication::Authentication;
use crate::settings::web_address;
use crate::{SettingsError, settings};

pub(super) const DEFAULT_PAGE_SIZE: u32 = 100;
const MAX_PAGE_SIZE: u32 = 500;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Where `Users` and `Groups` are found below.
    pub base_url: String,
    pub(super) authentication: Authentication,
    pub connection: Connection,
    /// How an account is disabled, and enabled again.
    pub disable: Disabling,
    /// How an account is deleted.
    pub delete: Deletion,
    /// When an account leaves its groups.
    pub remove_from_groups: Leaving,
    /// The attributes that accounts are found by.
    pub find: Attributes,
    /// What the platform supports, where it does not tell or tells wrongly.
    pub supports: Supports,
    /// How many entries of a list are asked for at once.
    pub page_size: u32,
    pub media_type: MediaType,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Disabling {
    /// By the attribute `active`.
    #[default]
    Active,
    ByHand,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deletion {
    /// By the request of that name.
    #[default]
    Delete,
    ByHand,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Leaving {
    #[default]
    Never,
    OnDisable,
    BeforeDelete,
}

/// Paths of attributes: `userName`, `emails.value`, `urn:…:User:employeeNumber`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Attributes {
    pub user_name: String,
    pub email: String,
    pub external_id: String,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            user_name: "userName".to_owned(),
            email: "emails.value".to_owned(),
            external_id: "externalId".to_owned(),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Supports {
    pub patch: Option<bool>,
    pub filter: Option<bool>,
    pub etag: Option<bool>,
    pub cursor: Option<bool>,
}

/// How bodies are labeled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum MediaType {
    #[default]
    #[serde(rename = "application/scim+json")]
    Scim,
    #[serde(rename = "application/json")]
    Json,
}

impl MediaType {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Scim => "application/scim+json",
            Self::Json => "application/json",
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            authentication: Authentication::default(),
            connection: Connection::default(),
            disable: Disabling::default(),
            delete: Deletion::default(),
            remove_from_groups: Leaving::default(),
            find: Attributes::default(),
            supports: Supports::default(),
            page_size: DEFAULT_PAGE_SIZE,
            media_type: MediaType::default(),
        }
    }
}

impl Settings {
    /// Reads and checks a JSON object.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = settings::parse(text)?;
        settings.base()?;
        settings.authentication.check()?;
        settings.connection.check()?;
        settings.find.check()?;
        if !(1..=MAX_PAGE_SIZE).contains(&settings.page_size) {
            return Err(SettingsError::new("page_size", format!("must be 1 to {MAX_PAGE_SIZE}")));
        }
        Ok(settings)
    }

    pub(super) fn base(&self) -> Result<Url, SettingsError> {
        web_address("base_url", &self.base_url)
    }

    pub fn capabilities(&self) -> Capabilities {
        let switching = match self.disable {
            Disabling::Active => Support::Able,
            Disabling::ByHand => Support::ByHand,
        };
        let deleting = match self.delete {
            Deletion::Delete => Support::Able,
            Deletion::ByHand => Support::ByHand,
        };
        Capabilities {
            disable: switching,
            enable: switching,
            end_sessions: Support::ByHand,
            transfer: Support::ByHand,
            release: Support::Nothing,
            delete: deleting,
        }
    }
}

impl Attributes {
    fn check(&self) -> Result<(), SettingsError> {
        for (field, path) in [
            ("find.user_name", &self.user_name),
            ("find.email", &self.email),
            ("find.external_id", &self.external_id),
        ] {
            if !attribute::is_path(path) {
                let message = "must be a path of attributes, such as emails.value";
                return Err(SettingsError::new(field, message));
            }
        }
        Ok(())
    }
}
