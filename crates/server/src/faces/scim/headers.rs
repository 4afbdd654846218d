//! The request's headers: who asks, which version is meant, what the body is.

use axum::http::header::{CONTENT_TYPE, HOST, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderName, StatusCode};
use domain::Error;
use scim::ScimType;
use serde_json::Value;

use super::failure::Failure;
use super::route::ROOT;
use crate::app::{App, Caller};
use crate::faces::{Exchange, json};

/// RFC 6750: the only way to say who one is here.
pub(super) async fn caller(app: &App, exchange: &Exchange) -> Result<Caller, Failure> {
    let value = exchange.header("authorization").ok_or(Error::NoCredential)?;
    let (scheme, token) = value.trim().split_once(' ').ok_or(Error::NoCredential)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::NoCredential.into());
    }
    Ok(app.authenticate_provider(token.trim()).await?)
}

/// Where the client believes this face to be; its own words go back to it, and to nobody else.
pub(super) fn base(exchange: &Exchange) -> String {
    let is_host = |host: &&str| {
        let fits = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]_".contains(letter);
        !host.is_empty() && host.chars().all(fits)
    };
    let forwarded =
        exchange.header("x-forwarded-proto").filter(|scheme| scheme.eq_ignore_ascii_case("https"));
    let scheme = if forwarded.is_some() || exchange.encrypted { "https" } else { "http" };
    match exchange.header(HOST.as_str()).filter(is_host) {
        Some(host) => format!("{scheme}://{host}{ROOT}"),
        None => ROOT.to_owned(),
    }
}

/// A JSON body. Most clients declare it as RFC 7644 wants it, some as plain JSON, few not at all.
pub(super) fn body(exchange: &Exchange) -> Result<Value, Failure> {
    let body = exchange.body()?;
    let media =
        exchange.headers.get(CONTENT_TYPE).map_or(Ok("application/scim+json"), |value| value.to_str());
    let media = media.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !["application/scim+json", "application/json"].iter().any(|own| media.eq_ignore_ascii_case(own)) {
        let detail = "Content-Type must be application/scim+json or application/json";
        return Err(Failure::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    json::parse(body)
        .map_err(|error| Failure::typed(StatusCode::BAD_REQUEST, ScimType::InvalidSyntax, error.outside()))
}

/// Which versions a request is for (RFC 7644 section 3.14). Compared weakly: there are no strong ones.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Conditions {
    matching: Option<String>,
    none_matching: Option<String>,
}

impl Conditions {
    pub(super) fn of(exchange: &Exchange) -> Self {
        let text = |name: HeaderName| {
            // One that is no text is no version of ours; left out, the change would be made unconditionally.
            let values = exchange.headers.get_all(name).iter();
            let values: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
            (!values.is_empty()).then(|| values.join(","))
        };
        Self { matching: text(IF_MATCH), none_matching: text(IF_NONE_MATCH) }
    }

    /// As `version` in an operation of a bulk request says it.
    pub(super) fn matching(version: Option<&str>) -> Self {
        Self { matching: version.map(str::to_owned), none_matching: None }
    }

    /// Whether a resource of this version may be changed.
    pub(super) fn check(&self, version: &str) -> Result<(), Failure> {
        let fails = self.matching.as_deref().is_some_and(|list| !names(list, version));
        if fails || self.is_known(version) { Err(Failure::precondition()) } else { Ok(()) }
    }

    /// The same, without working the version out where nobody asks for it.
    pub(super) fn check_with(&self, version: impl FnOnce() -> String) -> Result<(), Failure> {
        if *self == Self::default() { Ok(()) } else { self.check(&version()) }
    }

    /// Whether the client has this version already.
    pub(super) fn is_known(&self, version: &str) -> bool {
        self.none_matching.as_deref().is_some_and(|list| names(list, version))
    }
}

fn names(list: &str, version: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").trim_matches('"').to_owned();
    list.split(',').any(|tag| tag.trim() == "*" || bare(tag) == bare(version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_weakly() {
        for (list, fits) in [
            ("W/\"7\"", true),
            ("\"7\"", true),
            ("7", true),
            ("*", true),
            ("\"6\", W/\"7\"", true),
            ("W/\"8\"", false),
            ("", false),
            ("\"\"", false),
        ] {
            assert_eq!(names(list, "W/\"7\""), fits, "{list}");
            let conditions = Conditions::matching(Some(list));
            assert_eq!(conditions.check("W/\"7\"").is_ok(), fits, "{list}");
        }
        assert!(Conditions::default().check("W/\"7\"").is_ok());
    }
}
