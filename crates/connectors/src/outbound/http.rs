//! The one HTTP client: no redirects, one time-out for all, a limit on what is read, verified TLS.

use std::error::Error as _;
use std::sync::Arc;

use reqwest::{Method, RequestBuilder, Url};

use super::{Answer, Connection, Guard};
use crate::{Failure, Pace, SettingsError, Vault};

/// Most bytes of an answer; a page of 500 accounts is well below.
const MAX_ANSWER_BYTES: usize = 8 * 1024 * 1024;
const USER_AGENT: &str = concat!("exeunt/", env!("CARGO_PKG_VERSION"));

/// Speaks to one platform.
#[derive(Clone, Debug)]
pub struct HttpClient {
    client: reqwest::Client,
    guard: Guard,
    pace: Pace,
}

impl HttpClient {
    #[expect(clippy::disallowed_methods, reason = "this is the connectors' room of HTTP clients")]
    pub fn new(connection: &Connection, vault: &Vault, pace: Pace) -> Result<Self, SettingsError> {
        let guard = connection.guard();
        let mut builder = reqwest::Client::builder()
            .user_agent(USER_AGENT)
            .connect_timeout(connection.connect_timeout())
            .timeout(connection.timeout())
            .redirect(reqwest::redirect::Policy::none())
            .dns_resolver(Arc::new(guard.clone()))
            .tls_backend_preconfigured(connection.tls(vault)?);
        if connection.proxy == Some(false) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| SettingsError::new("connection", error.to_string()))?;
        Ok(Self { client, guard, pace })
    }

    pub fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// Sends it in its turn, and reads the answer to its end. Whatever its status, an answer is `Ok`.
    pub async fn ask(&self, request: RequestBuilder) -> Result<Answer, Failure> {
        let request = request.build().map_err(|error| Failure::Refused(said(&error)))?;
        let asked = format!("{} {}", request.method(), request.url().path());
        self.look_at_address(request.url())?;
        self.pace.turn().await;
        let mut response = self.client.execute(request).await.map_err(|error| transport(&asked, &error))?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| transport(&asked, &error))? {
            if body.len() + chunk.len() > MAX_ANSWER_BYTES {
                let text = format!("{asked}: the answer is longer than {MAX_ANSWER_BYTES} bytes");
                return Err(Failure::Unheard(text));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { asked, status, headers, body })
    }

    /// Names are looked at when they are resolved; an address in the URL is never resolved.
    fn look_at_address(&self, url: &Url) -> Result<(), Failure> {
        let address = match url.host() {
            Some(url::Host::Ipv4(address)) => address.into(),
            Some(url::Host::Ipv6(address)) => address.into(),
            _ => return Ok(()),
        };
        if self.guard.permits(address) {
            return Ok(());
        }
        let text = format!("{address} is not called unless connection.allow_addresses names it");
        Err(Failure::Refused(text))
    }
}

fn transport(asked: &str, error: &reqwest::Error) -> Failure {
    let text = format!("{asked}: {}", said(error));
    if error.is_connect() { Failure::Unreached(text) } else { Failure::Unheard(text) }
}

/// The innermost cause, without the URL: it may hold a secret in its query.
fn said(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause = error.source();
    while let Some(inner) = cause.and_then(std::error::Error::source) {
        cause = Some(inner);
    }
    cause.map_or_else(|| "the connection failed".to_owned(), ToString::to_string)
}
