//! How an AppViewX lets us in: by name and password for a session, or by an OAuth client for a token.

use async_trait::async_trait;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::envelope::{is_no_endpoint, nobody_listens, response, words};
use super::gateway::Gateway;
use crate::outbound::{Answer, HttpClient, SignIn, loose, refused_sign_in};
use crate::{Failure, SettingsError};

const SESSION: HeaderName = HeaderName::from_static("sessionid");
const TOKEN: HeaderName = HeaderName::from_static("token");
const JSON: HeaderValue = HeaderValue::from_static("application/json");
/// Newer releases, then older ones.
const LOGINS: [&str; 2] = ["login", "acctmgmt-perform-login"];

/// What we show.
pub(super) enum Credential {
    /// As headers, the way the vendor wants it.
    Password {
        user_name: HeaderValue,
        password: HeaderValue,
    },
    Client {
        id: String,
        secret: SecretString,
    },
}

impl Credential {
    pub(super) fn password(user_name: &str, password: &SecretString) -> Result<Self, SettingsError> {
        Ok(Self::Password {
            user_name: header("user_name", user_name)?,
            password: header("password", password.expose_secret())?,
        })
    }
}

fn header(field: &str, text: &str) -> Result<HeaderValue, SettingsError> {
    let mut value = HeaderValue::from_bytes(text.as_bytes())
        .map_err(|_| SettingsError::new(field, "has characters that no header can hold"))?;
    value.set_sensitive(true);
    Ok(value)
}

pub(super) struct Door {
    pub gateway: Gateway,
    pub credential: Credential,
}

/// The one header that every call carries.
pub(super) struct Session {
    name: HeaderName,
    value: HeaderValue,
}

impl Session {
    fn new(name: HeaderName, shown: &str) -> Result<Self, Failure> {
        let value = header("session", shown)
            .map_err(|_| Failure::Broken("the session has characters that no header can hold".to_owned()))?;
        Ok(Self { name, value })
    }

    pub(super) fn headers(&self) -> HeaderMap {
        HeaderMap::from_iter([(ACCEPT, JSON), (self.name.clone(), self.value.clone())])
    }
}

#[async_trait]
impl SignIn for Door {
    type Session = Session;

    /// What nobody listens to is tried at the next address; what was turned down is not.
    async fn sign_in(&self, client: &HttpClient) -> Result<Session, Failure> {
        let endpoints: &[&str] = match self.credential {
            Credential::Password { .. } => &LOGINS,
            Credential::Client { .. } => &["acctmgmt-get-service-token"],
        };
        let mut asked = Vec::new();
        for prefix in self.gateway.prefixes() {
            for endpoint in endpoints {
                let request = client.request(Method::POST, self.gateway.url(prefix, endpoint));
                let answer = client.ask(self.shown_in(request).header(ACCEPT, JSON)).await?;
                if !is_no_endpoint(&answer) {
                    return self.opened(&answer);
                }
                asked.push(answer.asked);
            }
        }
        Err(nobody_listens(&asked))
    }

    fn refusal(&self, answer: &Answer) -> Failure {
        answer.failure_saying(&words(answer))
    }

    fn sign_out(&self, client: &HttpClient, session: &Session) -> Option<RequestBuilder> {
        let Credential::Password { .. } = self.credential else { return None };
        let prefix = self.gateway.prefixes().first()?;
        let url = self.gateway.url(prefix, "acctmgmt-perform-logout");
        Some(
            client
                .request(Method::POST, url)
                .headers(session.headers())
                .header(CONTENT_TYPE, JSON)
                .body("{}"),
        )
    }
}

impl Door {
    fn shown_in(&self, request: RequestBuilder) -> RequestBuilder {
        match &self.credential {
            Credential::Password { user_name, password } => request
                .header("username", user_name.clone())
                .header("password", password.clone())
                .header(CONTENT_TYPE, JSON)
                .body("{}"),
            Credential::Client { id, secret } => request
                .basic_auth(id, Some(secret.expose_secret()))
                .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                .body("grant_type=client_credentials"),
        }
    }

    fn opened(&self, answer: &Answer) -> Result<Session, Failure> {
        if !answer.status.is_success() {
            return Err(refused_sign_in(answer, &words(answer)));
        }
        let turned_down =
            || Failure::Credentials(format!("{} was turned down: {}", answer.asked, words(answer)));
        let response = match response(answer) {
            Err(Failure::Refused(_)) => return Err(turned_down()),
            response => response?,
        };
        match (&self.credential, &response) {
            (Credential::Client { .. }, Value::String(token)) if !token.is_empty() => {
                Session::new(TOKEN, token)
            }
            (Credential::Client { .. }, _) => Err(turned_down()),
            (Credential::Password { .. }, _) => {
                let session = ["sessionId", "SessionId"].iter().find_map(|key| loose::text(&response, key));
                Session::new(SESSION, &session.ok_or_else(turned_down)?)
            }
        }
    }
}
