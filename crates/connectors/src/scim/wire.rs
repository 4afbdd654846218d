//! Requests and answers as SCIM writes them (RFC 7644, section 3.1).

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ACCEPT, CONTENT_TYPE, IF_MATCH};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::Value;
use url::Url;

use super::entry::ERROR_SCHEMA;
use super::settings::MediaType;
use crate::Failure;
use crate::outbound::authentication::Credentials;
use crate::outbound::{Answer, HttpClient};

const ACCEPTED: &str = "application/scim+json, application/json";

pub(super) struct Wire {
    pub(super) client: HttpClient,
    pub(super) credentials: Credentials,
    /// Who we are there.
    pub(super) who: String,
    pub(super) base: Url,
    pub(super) media_type: MediaType,
}

impl Wire {
    /// An address below the base.
    pub(super) fn place(&self, path: &[String]) -> Result<Url, Failure> {
        let bad = || Failure::Refused(format!("{:?} is no part of an address", path.join("/")));
        // A path is shortened by these: what was meant for an account would reach the list of all of them.
        if path.iter().any(|part| matches!(part.trim(), "" | "." | "..")) {
            return Err(bad());
        }
        let mut url = self.base.clone();
        url.path_segments_mut().map_err(|()| bad())?.pop_if_empty().extend(path);
        Ok(url)
    }

    pub(super) async fn get(&self, url: Url) -> Result<Answer, Failure> {
        self.ask(self.client.request(Method::GET, url)).await
    }

    /// `version`: only if the entry is still this one.
    pub(super) async fn change(
        &self,
        method: Method,
        url: Url,
        version: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        let mut request = self.client.request(method, url);
        if let Some(version) = version {
            request = request.header(IF_MATCH, version);
        }
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, self.media_type.as_str()).body(body.to_string());
        }
        self.ask(request).await
    }

    async fn ask(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let heard = self.credentials.ask(&self.client, request.header(ACCEPT, ACCEPTED)).await;
        let mut answer = heard.map_err(|failure| failure.reworded(|text| self.credentials.hide(text)))?;
        if !answer.status.is_success() {
            // Its words will be shown.
            answer.body =
                self.credentials.hide(String::from_utf8_lossy(&answer.body).into_owned()).into_bytes();
        }
        Ok(answer)
    }
}

/// `?filter=…&count=…`. A plus sign for a space, as forms write it, is not understood everywhere.
pub(super) fn with_query(mut url: Url, pairs: &[(&str, String)]) -> Url {
    let encoded =
        |(name, value): &(&str, String)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC));
    if !pairs.is_empty() {
        url.set_query(Some(&pairs.iter().map(encoded).collect::<Vec<_>>().join("&")));
    }
    url
}

/// Whether the platform says so by SCIM's own rules: any web server answers 404.
pub(super) fn is_scim_error(answer: &Answer) -> bool {
    let Ok(said) = answer.json() else { return false };
    let schemas = said["schemas"].as_array();
    schemas.is_some_and(|schemas| schemas.iter().any(|schema| schema == ERROR_SCHEMA))
}

/// Whether the platform does not do such a thing, or not in this form; another one may be taken.
pub(super) fn is_not_done_so(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::BAD_REQUEST
            | StatusCode::NOT_FOUND
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::UNPROCESSABLE_ENTITY
            | StatusCode::NOT_IMPLEMENTED
    )
}

/// Whether the platform does not know the method, whatever the form.
pub(super) fn is_not_done(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED)
}
