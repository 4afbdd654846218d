//! Where an AppViewX listens. The vendor's own pages disagree on the prefix: both forms are known here.

use reqwest::Url;

use super::Settings;
use crate::SettingsError;

#[derive(Clone, Debug)]
pub(super) struct Gateway {
    address: Url,
    /// The configured one, then none.
    prefixes: Vec<String>,
    source: String,
    key: Option<String>,
}

impl Gateway {
    pub(super) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let mut prefixes = vec![settings.prefix.trim_end_matches('/').to_owned(), String::new()];
        prefixes.dedup();
        Ok(Self {
            address: settings.address()?,
            prefixes,
            source: settings.gwsource.clone(),
            key: settings.gwkey.clone(),
        })
    }

    pub(super) fn prefixes(&self) -> &[String] {
        &self.prefixes
    }

    pub(super) fn url(&self, prefix: &str, endpoint: &str) -> Url {
        let mut url = self.address.clone();
        url.set_path(&format!("{}{prefix}/{endpoint}", self.address.path().trim_end_matches('/')));
        let mut query = url.query_pairs_mut();
        query.append_pair("gwsource", &self.source);
        if let Some(key) = &self.key {
            query.append_pair("gwkey", key);
        }
        drop(query);
        url
    }

    pub(super) fn host(&self) -> &str {
        self.address.host_str().unwrap_or_default()
    }
}
