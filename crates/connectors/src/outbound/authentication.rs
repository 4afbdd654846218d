//! How we show who we are, with every request.
//!
//! Owns: the credentials, the token of an OAuth 2 client, and that credentials which were refused are not shown again.
//! Never: what is asked.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::Url;

use super::{Answer, HttpClient};
use crate::{Failure, SettingsError, Vault, secret};

/// The table `authentication`. Whatever is secret is a reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Authentication {
    #[default]
    None,
    Bearer {
        token: String,
    },
    Basic {
        user_name: String,
        password: String,
    },
    Header {
        name: String,
        secret: String,
        /// What comes before the secret: `Token token=`.
        #[serde(default)]
        prefix: String,
    },
    /// OAuth 2 client credentials (RFC 6749, 4.4).
    Oauth2 {
        token_url: Url,
        client_id: String,
        client_secret: String,
        #[serde(default)]
        scope: Option<String>,
        #[serde(default)]
        audience: Option<String>,
        /// Whether the client shows its credentials in the form, not in a header.
        #[serde(default)]
        in_form: bool,
    },
}

impl Authentication {
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        let bad = |field, message: &str| Err(SettingsError::new(field, message));
        match self {
            Self::None => Ok(()),
            Self::Bearer { token } => secret::check("authentication.token", token),
            Self::Basic { user_name, .. } if user_name.is_empty() || user_name.contains(':') => {
                bad("authentication.user_name", "must not be empty or hold a colon")
            }
            Self::Basic { password, .. } => secret::check("authentication.password", password),
            Self::Header { name, .. } if name.parse::<HeaderName>().is_err() => {
                bad("authentication.name", "is not the name of a header")
            }
            Self::Header { secret, .. } => secret::check("authentication.secret", secret),
            Self::Oauth2 { token_url, .. } if !is_plain(token_url) => bad(
                "authentication.token_url",
                "must be an https or http URL without user, query and fragment",
            ),
            Self::Oauth2 { client_secret, .. } => {
                secret::check("authentication.client_secret", client_secret)
            }
        }
    }

    /// Who we are, as far as it tells.
    pub(crate) fn who(&self) -> String {
        match self {
            Self::None => "nobody in particular".to_owned(),
            Self::Bearer { .. } | Self::Header { .. } => "the holder of the token".to_owned(),
            Self::Basic { user_name, .. } => user_name.clone(),
            Self::Oauth2 { client_id, .. } => format!("the client {client_id}"),
        }
    }
}

/// Nothing but a place: what is secret does not stand in a URL.
pub(crate) fn is_plain(url: &Url) -> bool {
    let named = matches!(url.scheme(), "http" | "https") && url.host().is_some();
    let bare = url.username().is_empty() && url.password().is_none();
    named && bare && url.query().is_none() && url.fragment().is_none()
}

/// Our credentials, in use.
#[derive(Debug)]
pub(crate) struct Credentials {
    shown: Shown,
    /// What was said when they were refused: whoever repeats them is locked out.
    refused: OnceLock<String>,
    /// Whether they were taken once.
    taken: AtomicBool,
    /// A password that was never taken is shown by one request at a time: many at once would lock our account.
    first: tokio::sync::Mutex<()>,
}

#[derive(Debug)]
enum Shown {
    Nothing,
    /// The secret as it stands in the header, for what must not be told.
    Header(HeaderName, SecretString, SecretString),
    Basic(String, SecretString),
    Token(Grant),
}

#[derive(Debug)]
struct Grant {
    token_url: Url,
    client_id: String,
    client_secret: SecretString,
    more: Vec<(&'static str, String)>,
    in_form: bool,
    token: Mutex<Option<SecretString>>,
    /// One login at a time.
    login: tokio::sync::Mutex<()>,
}

impl Credentials {
    pub(crate) fn open(authentication: &Authentication, vault: &Vault) -> Result<Self, SettingsError> {
        let shown = match authentication {
            Authentication::None => Shown::Nothing,
            Authentication::Bearer { token } => {
                let token = vault.reveal("authentication.token", token)?;
                let value = format!("Bearer {}", token.expose_secret());
                header("authentication.token", AUTHORIZATION, value, token)?
            }
            Authentication::Basic { user_name, password } => {
                Shown::Basic(user_name.clone(), vault.reveal("authentication.password", password)?)
            }
            Authentication::Header { name, secret, prefix } => {
                let name = name
                    .parse()
                    .map_err(|_| SettingsError::new("authentication.name", "is not the name of a header"))?;
                let secret = vault.reveal("authentication.secret", secret)?;
                let value = format!("{prefix}{}", secret.expose_secret());
                header("authentication.secret", name, value, secret)?
            }
            Authentication::Oauth2 { token_url, client_id, client_secret, scope, audience, in_form } => {
                let client_secret = vault.reveal("authentication.client_secret", client_secret)?;
                let more = [("scope", scope), ("audience", audience)];
                let more = more.into_iter().filter_map(|(name, value)| Some((name, value.clone()?)));
                Shown::Token(Grant {
                    token_url: token_url.clone(),
                    client_id: client_id.clone(),
                    client_secret,
                    more: more.collect(),
                    in_form: *in_form,
                    token: Mutex::default(),
                    login: tokio::sync::Mutex::default(),
                })
            }
        };
        Ok(Self {
            shown,
            refused: OnceLock::new(),
            taken: AtomicBool::new(false),
            first: tokio::sync::Mutex::default(),
        })
    }

    /// Asks with our credentials; a token that is not taken any more is renewed once.
    pub(crate) async fn ask(&self, client: &HttpClient, request: RequestBuilder) -> Result<Answer, Failure> {
        let untried = matches!(self.shown, Shown::Basic(..)) && !self.taken.load(Ordering::Relaxed);
        let _one_at_a_time = if untried { Some(self.first.lock().await) } else { None };
        if let Some(said) = self.refused.get() {
            return Err(Failure::Credentials(format!("not tried again: {said}")));
        }
        let again = request.try_clone();
        let answer = match &self.shown {
            Shown::Nothing => client.ask(request).await?,
            Shown::Header(name, value, _) => client.ask(request.header(name, value.expose_secret())).await?,
            Shown::Basic(user_name, password) => {
                client.ask(request.basic_auth(user_name, Some(password.expose_secret()))).await?
            }
            Shown::Token(grant) => {
                let token = self.token(grant, client).await?;
                let answer = client.ask(request.bearer_auth(token.expose_secret())).await?;
                match again {
                    Some(again) if answer.status == StatusCode::UNAUTHORIZED => {
                        grant.forget(&token);
                        let token = self.token(grant, client).await?;
                        client.ask(again.bearer_auth(token.expose_secret())).await?
                    }
                    _ => answer,
                }
            }
        };
        if answer.status == StatusCode::UNAUTHORIZED {
            return Err(self.refuse(answer.failure()));
        }
        if answer.status.is_success() {
            self.taken.store(true, Ordering::Relaxed);
        }
        Ok(answer)
    }

    /// The text without our credentials, should the platform have repeated them.
    pub(crate) fn hide(&self, text: String) -> String {
        self.secrets().iter().fold(text, |text, secret| text.replace(secret.expose_secret(), "…"))
    }

    fn secrets(&self) -> Vec<SecretString> {
        match &self.shown {
            Shown::Nothing => Vec::new(),
            Shown::Header(_, _, secret) | Shown::Basic(_, secret) => vec![secret.clone()],
            Shown::Token(grant) => {
                std::iter::once(grant.client_secret.clone()).chain(grant.current()).collect()
            }
        }
    }

    fn refuse(&self, failure: Failure) -> Failure {
        self.refused.get_or_init(|| failure.to_string());
        failure
    }

    async fn token(&self, grant: &Grant, client: &HttpClient) -> Result<SecretString, Failure> {
        let _one_at_a_time = grant.login.lock().await;
        if let Some(token) = grant.current() {
            return Ok(token);
        }
        if let Some(said) = self.refused.get() {
            return Err(Failure::Credentials(format!("not tried again: {said}")));
        }
        let token = grant.log_in(client).await.map_err(|failure| match failure {
            Failure::Credentials(_) => self.refuse(failure),
            // Whatever became of the login, what it was for was not sent.
            Failure::Unheard(text) => Failure::Unreached(text),
            failure => failure,
        })?;
        *grant.token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token.clone());
        Ok(token)
    }
}

impl Grant {
    fn current(&self) -> Option<SecretString> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Unless somebody else has a new one already.
    fn forget(&self, used: &SecretString) {
        let mut token = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        if token.as_ref().is_some_and(|token| token.expose_secret() == used.expose_secret()) {
            *token = None;
        }
    }

    async fn log_in(&self, client: &HttpClient) -> Result<SecretString, Failure> {
        let mut form = vec![("grant_type", "client_credentials")];
        form.extend(self.more.iter().map(|(name, value)| (*name, value.as_str())));
        let request = client.request(Method::POST, self.token_url.clone());
        let request = if self.in_form {
            form.push(("client_id", &self.client_id));
            form.push(("client_secret", self.client_secret.expose_secret()));
            request
        } else {
            request.basic_auth(&self.client_id, Some(self.client_secret.expose_secret()))
        };
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body);
        let answer = client.ask(request).await?;
        if !answer.status.is_success() {
            return Err(match answer.failure() {
                // RFC 6749, 5.2: 400 for whatever is wrong with the client or with what it asks for.
                Failure::Refused(text) | Failure::Absent(text) => Failure::Credentials(text),
                failure => failure,
            });
        }
        let document = answer.json()?;
        let token = document.get("access_token").and_then(|token| token.as_str());
        token
            .map(SecretString::from)
            .ok_or_else(|| Failure::Unheard(format!("{} was answered without an access_token", answer.asked)))
    }
}

fn header(
    field: &str,
    name: HeaderName,
    value: String,
    secret: SecretString,
) -> Result<Shown, SettingsError> {
    if HeaderValue::from_str(&value).is_err() {
        return Err(SettingsError::new(field, "cannot stand in a header"));
    }
    Ok(Shown::Header(name, SecretString::from(value), secret))
}
