//! What the platform tells of itself: ServiceProviderConfig and ResourceTypes (RFC 7644, section 4).
//!
//! Neither is needed: without them the platform is taken for one that does as RFC 7644 says.

use reqwest::StatusCode;
use serde_json::{Map, Value};
use url::Url;

use super::Scim;
use super::attribute::get;
use super::settings::Supports;
use crate::Failure;

const USER_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const GROUP_SCHEMA: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Features {
    pub patch: bool,
    pub filter: bool,
    /// `None` where it is not told: a version that is shown is used then.
    pub etag: Option<bool>,
    pub cursor: bool,
    /// What it says that it can do, in its own words; `None` where it has no ServiceProviderConfig.
    pub told: Option<String>,
    /// Where the users are, below the base.
    pub users: Vec<String>,
    /// `None` where there are no groups.
    pub groups: Option<Vec<String>>,
}

impl Scim {
    /// Asked once: kept as long as the connector is open.
    pub(super) async fn features(&self) -> Result<&Features, Failure> {
        self.features.get_or_try_init(|| self.discover()).await
    }

    async fn discover(&self) -> Result<Features, Failure> {
        let config = self.told("ServiceProviderConfig").await?;
        let types = self.told("ResourceTypes").await?;
        Ok(Features::read(config.as_ref(), types.as_ref(), self.settings.supports, &self.wire.base))
    }

    /// `None` where the platform has no such thing. A platform that is unwell is asked again.
    async fn told(&self, what: &str) -> Result<Option<Value>, Failure> {
        let answer = self.wire.get(self.wire.place(&[what.to_owned()])?).await?;
        match answer.status {
            status if status.is_success() => Ok(answer.json().ok()),
            StatusCode::NOT_IMPLEMENTED => Ok(None),
            _ => match answer.failure() {
                Failure::Refused(_) | Failure::Absent(_) => Ok(None),
                failure => Err(failure),
            },
        }
    }
}

impl Features {
    fn read(config: Option<&Value>, types: Option<&Value>, settled: Supports, base: &Url) -> Self {
        let config = config.and_then(Value::as_object);
        let supported = |name| config.and_then(|config| is_supported(config, name));
        let cursor = || get(get(config?, "pagination")?.as_object()?, "cursor")?.as_bool();
        let endpoint = |schema, name| endpoint(types?, schema, name, base);
        let groups = match (listed(types), endpoint(GROUP_SCHEMA, "Group")) {
            (_, Some(groups)) => Some(groups),
            (Some(_), None) => None,
            (None, None) => Some(vec!["Groups".to_owned()]),
        };
        Self {
            patch: settled.patch.or(supported("patch")).unwrap_or(true),
            filter: settled.filter.or(supported("filter")).unwrap_or(true),
            etag: settled.etag.or(supported("etag")),
            cursor: settled.cursor.or_else(cursor).unwrap_or(false),
            told: config.filter(|config| get(config, "patch").is_some()).map(summary),
            users: endpoint(USER_SCHEMA, "User").unwrap_or_else(|| vec!["Users".to_owned()]),
            groups,
        }
    }
}

fn is_supported(config: &Map<String, Value>, name: &str) -> Option<bool> {
    get(get(config, name)?.as_object()?, "supported")?.as_bool()
}

fn summary(config: &Map<String, Value>) -> String {
    let word = |name| match is_supported(config, name) {
        Some(true) => format!("{name} yes"),
        Some(false) => format!("{name} no"),
        None => format!("{name} untold"),
    };
    let features = ["patch", "filter", "etag", "sort", "changePassword"].map(word).join(", ");
    let schemes = get(config, "authenticationSchemes").and_then(Value::as_array);
    let kind = |scheme: &Value| Some(scheme["type"].as_str()?.to_owned());
    let schemes: Vec<String> = schemes.into_iter().flatten().filter_map(kind).take(5).collect();
    if schemes.is_empty() { features } else { format!("{features}; signs in by {}", schemes.join(", ")) }
}

/// A list as SCIM writes it, or a bare one.
fn listed(types: Option<&Value>) -> Option<&Vec<Value>> {
    let types = types?;
    let list = types.as_array().or_else(|| get(types.as_object()?, "Resources")?.as_array())?;
    (!list.is_empty()).then_some(list)
}

fn endpoint(types: &Value, schema: &str, name: &str, base: &Url) -> Option<Vec<String>> {
    let is_it = |entry: &&Value| entry["schema"] == schema || entry["name"] == name || entry["id"] == name;
    let told = listed(Some(types))?.iter().find(is_it)?["endpoint"].as_str()?;
    below(told, base)
}

/// `/Users` means "below the base"; a few platforms tell the whole path, or the whole address.
fn below(told: &str, base: &Url) -> Option<Vec<String>> {
    let path = match Url::parse(told) {
        Ok(url) if url.origin() == base.origin() => url.path().to_owned(),
        Ok(_) => return None,
        Err(_) => told.to_owned(),
    };
    let parts = |path: &str| -> Vec<String> {
        path.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect()
    };
    let (whole, start) = (parts(&path), parts(base.path()));
    let rest = whole.strip_prefix(&start[..]).unwrap_or(&whole).to_vec();
    (!rest.is_empty()).then_some(rest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(config: Value, types: Value) -> Features {
        let base = "https://example.com/scim/v2".parse().expect("a URL");
        Features::read(Some(&config), Some(&types), Supports::default(), &base)
    }

    #[test]
    fn whoever_tells_nothing_does_as_the_rfc_says() {
        let base = "https://example.com/scim/v2".parse().expect("a URL");
        let untold = Features::read(None, None, Supports::default(), &base);
        assert_eq!(read(json!("<html>"), json!({})), untold);
        assert!(untold.patch && untold.filter && !untold.cursor);
        assert_eq!((untold.etag, untold.told, untold.users.concat()), (None, None, "Users".to_owned()));
        assert_eq!(untold.groups, Some(vec!["Groups".to_owned()]));
    }

    #[test]
    fn what_is_told_counts_and_settings_count_more() {
        let config = json!({
            "patch": { "supported": false }, "filter": { "supported": false }, "etag": { "supported": true },
            "pagination": { "cursor": true, "index": true }, "authenticationSchemes": [{ "type": "oauth2" }],
        });
        let told = read(config.clone(), json!({}));
        assert!(!told.patch && !told.filter && told.cursor);
        assert_eq!(told.etag, Some(true));
        let expected =
            "patch no, filter no, etag yes, sort untold, changePassword untold; signs in by oauth2";
        assert_eq!(told.told.as_deref(), Some(expected));
        let settled =
            Supports { patch: Some(true), filter: Some(true), etag: Some(false), cursor: Some(false) };
        let base = "https://example.com".parse().expect("a URL");
        let told = Features::read(Some(&config), None, settled, &base);
        assert!(told.patch && told.filter && !told.cursor);
        assert_eq!(told.etag, Some(false));
    }

    #[test]
    fn endpoints_are_found_below_the_base_however_they_are_told() {
        for endpoint in ["/People", "People", "/scim/v2/People", "https://example.com/scim/v2/People"] {
            let types = json!({ "Resources": [{ "name": "User", "endpoint": endpoint }] });
            let told = read(json!({}), types);
            assert_eq!(told.users, ["People"], "{endpoint}");
            assert_eq!(told.groups, None, "no type of that name");
        }
        let elsewhere = json!([{ "schema": USER_SCHEMA, "endpoint": "https://elsewhere.example/Users" }]);
        assert_eq!(read(json!({}), elsewhere).users, ["Users"]);
    }
}
