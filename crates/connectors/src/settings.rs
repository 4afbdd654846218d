//! How the settings of every kind are read from JSON, so that all of them complain alike.
//!
//! A kind's settings struct gives every field a default and denies unknown ones; what is required
//! or limited is checked by the kind once it is read.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::Url;

use crate::secret;

/// Why settings are not accepted. `field` is `settings` where the text as a whole is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {message}")]
pub struct SettingsError {
    pub field: String,
    pub message: String,
}

impl SettingsError {
    pub fn new(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { field: field.into(), message: message.into() }
    }

    /// The settings as a whole are wrong.
    pub(crate) fn whole(message: impl Into<String>) -> Self {
        Self::new("settings", message)
    }
}

/// Longest address of a platform.
const MAX_URL_CHARS: usize = 2_048;

/// The address of a platform: `https://host[:port][/path]`, and nothing that would belong into a request.
pub(crate) fn web_address(field: &str, text: &str) -> Result<Url, SettingsError> {
    let bad = |message: String| Err(SettingsError::new(field, message));
    if text.is_empty() {
        return bad("is required".to_owned());
    }
    if text.chars().count() > MAX_URL_CHARS {
        return bad(format!("must not exceed {MAX_URL_CHARS} characters"));
    }
    let url = match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => url,
        // The text is not repeated: it may hold a password.
        Ok(_) => return bad("must begin with https:// or http://".to_owned()),
        Err(error) => return bad(error.to_string()),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return bad("must not hold a name or a password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return bad("must end with the path".to_owned());
    }
    Ok(url)
}

/// Longest name that we sign in with.
const MAX_SIGN_IN_CHARS: usize = 320;

/// The name that we sign in with, and the reference to its password; both are required.
pub(crate) fn credentials<'a>(
    user_name: Option<&'a str>,
    password: Option<&'a str>,
) -> Result<(&'a str, &'a str), SettingsError> {
    let user_name = user_name.unwrap_or_default();
    if user_name.trim().is_empty() || user_name.chars().count() > MAX_SIGN_IN_CHARS {
        return Err(SettingsError::new("user_name", format!("must be 1 to {MAX_SIGN_IN_CHARS} characters")));
    }
    let password = password.ok_or_else(|| SettingsError::new("password", "is required"))?;
    secret::check("password", password)?;
    Ok((user_name, password))
}

pub(crate) fn parse<T: DeserializeOwned>(text: &str) -> Result<T, SettingsError> {
    let fields: Map<String, Value> =
        serde_json::from_str(text).map_err(|error| SettingsError::whole(error.to_string()))?;
    // An error within a field says where it is; one of the whole does not even name the field.
    for (field, value) in &fields {
        let alone = Map::from_iter([(field.clone(), value.clone())]);
        read::<T>(alone).map_err(|(path, message)| {
            SettingsError::new(if path == "." { field.clone() } else { path }, message)
        })?;
    }
    read(fields).map_err(|(_, message)| SettingsError::whole(message))
}

/// The error has the path to where it is, as in `disable[0].request.path`.
fn read<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, (String, String)> {
    serde_path_to_error::deserialize(Value::Object(fields))
        .map_err(|error| (error.path().to_string(), error.inner().to_string()))
}
