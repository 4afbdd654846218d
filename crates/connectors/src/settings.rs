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
    // serde_json does not say in which field a wrong type was met: each field is read by itself first.
    for (field, value) in &fields {
        let alone = Map::from_iter([(field.clone(), value.clone())]);
        read::<T>(alone).map_err(|message| SettingsError::new(field, message))?;
    }
    read(fields).map_err(SettingsError::whole)
}

fn read<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, String> {
    serde_json::from_value(Value::Object(fields)).map_err(|error| error.to_string())
}
