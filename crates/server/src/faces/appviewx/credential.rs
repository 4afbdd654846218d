//! Who calls: sessionId, then Token, then name and password; the first one sent decides (contract section 2.1).

use domain::Error;
use secrecy::SecretString;

use super::FACE;
use crate::app::{App, Caller, SecretForm, SignIn};
use crate::faces::Exchange;

pub(super) const SESSION_ID: &str = "sessionid";
const TOKEN: &str = "token";
pub(super) const USER_NAME: &str = "username";
pub(super) const PASSWORD: &str = "password";
/// A session ends when it was not used for this long; a lower limit of the server goes first.
const IDLE_MS: i64 = 15 * 60_000;

pub(super) async fn caller(app: &App, exchange: &Exchange) -> Result<Caller, Error> {
    if let Some(secret) = text(exchange, SESSION_ID).or_else(|| text(exchange, TOKEN)) {
        return app.authenticate(&secret).await;
    }
    let name_and_password = text(exchange, USER_NAME).zip(text(exchange, PASSWORD));
    let (user_name, password) = name_and_password.ok_or(Error::NoCredential)?;
    app.verify(attempt(exchange, user_name, password)).await
}

pub(super) fn attempt(exchange: &Exchange, user_name: String, password: String) -> SignIn {
    SignIn {
        host: exchange.host().map(str::to_owned),
        user_name,
        password: SecretString::from(password),
        address: exchange.peer,
        face: FACE,
        device: None,
        idle_ms: Some(IDLE_MS),
        form: SecretForm::Uuid,
    }
}

/// A header's value; an empty one counts as not sent. Clients put names and passwords there as raw UTF-8.
pub(super) fn text(exchange: &Exchange, name: &str) -> Option<String> {
    let value = exchange.headers.get(name).filter(|value| !value.is_empty())?;
    Some(String::from_utf8_lossy(value.as_bytes()).into_owned())
}
