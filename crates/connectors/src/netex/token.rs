//! How a tenant lets us in: by the token of an account. No call issues or renews one.

use async_trait::async_trait;
use reqwest::header::{ACCEPT, HeaderMap, HeaderName, HeaderValue};
use secrecy::{ExposeSecret, SecretString};

use super::envelope::words;
use crate::outbound::{Answer, HttpClient, SignIn};
use crate::{Failure, SettingsError};

const TOKEN: HeaderName = HeaderName::from_static("x-cloud-auth-token");
const SYNCHRONIZATION: HeaderName = HeaderName::from_static("x-cloud-synchronization");

pub(super) struct Token {
    /// What every call carries. Synchronous: only then do platforms tell what became of it.
    headers: HeaderMap,
}

impl Token {
    pub(super) fn new(token: &SecretString) -> Result<Self, SettingsError> {
        let mut shown = HeaderValue::from_str(token.expose_secret())
            .map_err(|_| SettingsError::new("token", "has characters that no header can hold"))?;
        shown.set_sensitive(true);
        let headers = HeaderMap::from_iter([
            (TOKEN, shown),
            (SYNCHRONIZATION, HeaderValue::from_static("synchronous")),
            (ACCEPT, HeaderValue::from_static("application/vnd.netex.nlc-api+json")),
        ]);
        Ok(Self { headers })
    }
}

#[async_trait]
impl SignIn for Token {
    type Session = HeaderMap;

    async fn sign_in(&self, _client: &HttpClient) -> Result<HeaderMap, Failure> {
        Ok(self.headers.clone())
    }

    async fn renew(&self, _: &HttpClient, _: &HeaderMap, refused: Failure) -> Result<HeaderMap, Failure> {
        let text = format!("{refused}; a person must take a new token from \"Your account\" there");
        Err(Failure::Credentials(text))
    }

    fn refusal(&self, answer: &Answer) -> Failure {
        answer.failure_saying(&words(answer))
    }
}
