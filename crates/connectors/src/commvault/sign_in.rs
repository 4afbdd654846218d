//! How a CommCell lets us in: by name and password for a session, or by an access token.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Method, RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::root;
use super::said::{Said, words_in};
use crate::Failure;
use crate::outbound::{Answer, HttpClient, SignIn, loose, one_line, refused_sign_in};

const AUTHTOKEN: HeaderName = HeaderName::from_static("authtoken");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// What we show.
pub(super) enum Credential {
    Password { user_name: String, password: SecretString },
    Token(SecretString),
}

pub(super) struct Door {
    pub address: Url,
    pub credential: Credential,
    /// The same in every session, else none can be renewed.
    pub device: String,
}

pub(super) struct Session {
    pub root: Url,
    pub headers: HeaderMap,
    token: SecretString,
    /// As the vendor's gateway wants it: it is not renewed.
    bearer: bool,
}

impl Session {
    fn new(root: Url, token: SecretString, bearer: bool) -> Result<Self, Failure> {
        let (name, shown) = if bearer {
            (AUTHORIZATION, format!("Bearer {}", token.expose_secret()))
        } else {
            (AUTHTOKEN, token.expose_secret().to_owned())
        };
        let mut shown = HeaderValue::from_str(&shown).map_err(|_| {
            Failure::Credentials("the token has characters that no header can hold".to_owned())
        })?;
        shown.set_sensitive(true);
        let headers = HeaderMap::from_iter([(ACCEPT, JSON), (name, shown)]);
        Ok(Self { root, headers, token, bearer })
    }
}

#[async_trait]
impl SignIn for Door {
    type Session = Session;

    async fn sign_in(&self, client: &HttpClient) -> Result<Session, Failure> {
        let root = root::find(client, &self.address).await?;
        match &self.credential {
            Credential::Token(token) => Session::new(root, token.clone(), false),
            Credential::Password { user_name, password } => {
                let body = json!({
                    "mode": 4,
                    "username": user_name,
                    "password": STANDARD.encode(password.expose_secret()),
                    "deviceId": self.device,
                    "clientType": 30,
                });
                let request =
                    client.request(Method::POST, below(&root, "Login")).header(ACCEPT, JSON).json(&body);
                let answer = client.ask(request).await?;
                signed_in(&answer, root)
            }
        }
    }

    /// An access token has no session that could be renewed: a person makes a new one.
    async fn renew(&self, client: &HttpClient, old: &Session, refused: Failure) -> Result<Session, Failure> {
        if matches!(self.credential, Credential::Token(_)) {
            return Err(refused);
        }
        if !old.bearer {
            let body = json!({ "sessionId": old.token.expose_secret(), "deviceId": self.device });
            let url = below(&old.root, "RenewLoginToken");
            let request = client.request(Method::POST, url).headers(old.headers.clone()).json(&body);
            match client.ask(request).await.map(|answer| renewed(&answer)) {
                Ok(Some(token)) => return Session::new(old.root.clone(), token, false),
                // A server that is not there will not take a password either.
                Err(failure @ (Failure::Unreached(_) | Failure::Refused(_))) => return Err(failure),
                Ok(None) | Err(_) => {}
            }
        }
        self.sign_in(client).await
    }

    fn refusal(&self, answer: &Answer) -> Failure {
        answer.failure_saying(&words_in(answer))
    }

    fn sign_out(&self, client: &HttpClient, session: &Session) -> Option<RequestBuilder> {
        let Credential::Password { .. } = self.credential else { return None };
        Some(client.request(Method::POST, below(&session.root, "Logout")).headers(session.headers.clone()))
    }
}

/// `path` is one of ours, relative to the root; never a name.
pub(super) fn below(root: &Url, path: &str) -> Url {
    let mut url = root.clone();
    url.set_path(&format!("{}{path}", root.path()));
    url
}

/// Both a right and a wrong password are answered 200; only a token makes the difference.
fn signed_in(answer: &Answer, root: Url) -> Result<Session, Failure> {
    if !answer.status.is_success() {
        return Err(refused_sign_in(answer, &words_in(answer)));
    }
    let said = Said::in_answer(answer)?;
    let tree = said.tree();
    let inner = tree.get("data").and_then(|data| loose::text(data, "authToken"));
    match (loose::text(tree, "token"), inner) {
        (Some(token), _) => Session::new(root, token.into(), false),
        (None, Some(token)) => Session::new(root, token.into(), true),
        (None, None) => Err(Failure::Credentials(turned_down(&answer.asked, &said))),
    }
}

fn turned_down(asked: &str, said: &Said) -> String {
    let tree = said.tree();
    let words = said.code().map(|code| code.words).filter(|words| !words.is_empty());
    let words = words.or_else(|| said_in_list(tree)).unwrap_or_else(|| "no token, and no reason".to_owned());
    let locked = match (loose::truth(tree, "isAccountLocked"), loose::integer(tree, "remainingLockTime")) {
        (Some(true), Some(seconds)) => format!(" (locked for {seconds} s)"),
        (Some(true), None) => " (locked)".to_owned(),
        _ => String::new(),
    };
    format!("{asked} was turned down: {words}{locked}")
}

/// An element of `errList` may have words and no code.
fn said_in_list(tree: &Value) -> Option<String> {
    let list = loose::list(tree, "errList")?;
    list.into_iter().find_map(|error| loose::text(error, "errLogMessage")).map(|words| one_line(&words))
}

fn renewed(answer: &Answer) -> Option<SecretString> {
    let said = Said::in_answer(answer).ok()?;
    loose::text(said.tree(), "token").map(SecretString::from)
}
