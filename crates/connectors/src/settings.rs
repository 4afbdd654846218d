//! How the settings of every kind are read from JSON, so that all of them complain alike.
//!
//! A kind's settings struct gives every field a default and denies unknown ones; what is required
//! or limited is checked by the kind once it is read.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

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
