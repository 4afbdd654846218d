//! `acctmgmt-get-service-token`: an OAuth client's id and secret to a token, which is the string in `response`.

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Error;
use secrecy::SecretString;
use serde_json::Value;

use super::FACE;
use super::credential;
use super::envelope::{Envelope, Tags};
use super::failure::{Failure, UNPARSABLE};
use crate::app::{App, ClientSignIn};
use crate::faces::{Exchange, json, percent};

const ID: &str = "client_id";
const SECRET: &str = "client_secret";
const GRANT_TYPE: &str = "grant_type";
const CLIENT_CREDENTIALS: &str = "client_credentials";
const INVALID_CLIENT: &str = "ACCT_SA_001";
const NO_ACCOUNT: &str = "ACCT_SA_003";
const WRONG_SECRET: &str = "OAUTH_CLNT_015";

pub(super) async fn issue(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    let (client_id, secret) = credentials(exchange)?;
    grants(exchange.body()?)?;
    let attempt = ClientSignIn {
        host: exchange.host().map(str::to_owned),
        client_id,
        secret,
        address: exchange.peer,
        face: FACE,
    };
    let token = app.issue_service_token(attempt).await.map_err(refused)?;
    let mut envelope = Envelope::of(token);
    envelope.tags = Some(Tags::none());
    Ok(envelope.with(StatusCode::OK))
}

/// By `Authorization: Basic`, or by two headers; the first one sent decides.
fn credentials(exchange: &Exchange) -> Result<(String, SecretString), Failure> {
    let sent = match exchange.headers.get(AUTHORIZATION) {
        Some(value) => basic(value.as_bytes()),
        None => credential::text(exchange, ID).zip(credential::text(exchange, SECRET)),
    };
    let (id, secret) = sent
        .filter(|(id, secret)| !id.is_empty() && !secret.is_empty())
        .ok_or_else(|| bad(INVALID_CLIENT, "Invalid Request::[Invalid client Id or secret]"))?;
    Ok((id, SecretString::from(secret)))
}

fn basic(header: &[u8]) -> Option<(String, String)> {
    let (scheme, encoded) = str::from_utf8(header).ok()?.trim().split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// The vendor's own scripts name no grant type; whoever names another means something that is not served.
fn grants(body: &[u8]) -> Result<(), Failure> {
    match grant_type(body)? {
        Some(sent) if !sent.eq_ignore_ascii_case(CLIENT_CREDENTIALS) => {
            Err(Error::invalid(GRANT_TYPE, format!("must be {CLIENT_CREDENTIALS}")).into())
        }
        _ => Ok(()),
    }
}

/// From a form, or from JSON with or without a payload, whatever its Content-Type.
fn grant_type(body: &[u8]) -> Result<Option<String>, Failure> {
    let body = body.trim_ascii();
    if !body.starts_with(b"{") {
        return form_value(body);
    }
    let unparsable = |error: Error| Failure::new(StatusCode::BAD_REQUEST, Some(UNPARSABLE), error.outside());
    let body = json::parse(body).map_err(unparsable)?;
    let sent = body.get("payload").unwrap_or(&body).get(GRANT_TYPE);
    match sent {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(Error::invalid(GRANT_TYPE, "must be a string").into()),
    }
}

fn form_value(body: &[u8]) -> Result<Option<String>, Failure> {
    let body = str::from_utf8(body).map_err(|_| Error::invalid("body", "is not UTF-8"))?;
    let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
    let sent = pairs.find(|(name, _)| name.eq_ignore_ascii_case(GRANT_TYPE)).map(|(_, value)| value);
    Ok(sent.filter(|value| !value.is_empty()).map(|value| percent::decode(GRANT_TYPE, value)).transpose()?)
}

/// In the vendor's words.
fn refused(error: Error) -> Failure {
    match error {
        Error::NotFound { .. } => bad(
            NO_ACCOUNT,
            "Service account is invalid/not found::[Service account not found in the database]",
        ),
        Error::BadPassword => bad(WRONG_SECRET, "Client Password is incorrect::[Invalid Client credential]"),
        other => other.into(),
    }
}

fn bad(code: &'static str, message: &str) -> Failure {
    Failure::new(StatusCode::BAD_REQUEST, Some(code), message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grant_type_in_every_form() {
        for body in [
            "grant_type=client_credentials",
            "grant_type=Client_Credentials&scope=x",
            "a=b&GRANT_TYPE=client%5Fcredentials",
            r#"{"grant_type":"CLIENT_CREDENTIALS"}"#,
            r#"{"payload":{"grant_type":"client_credentials"}}"#,
            "",
            " \n",
            "{}",
            r#"{"payload":{}}"#,
            r#"{"grant_type":null}"#,
            "grant_type=",
        ] {
            assert!(grants(body.as_bytes()).is_ok(), "{body}");
        }
        for body in [
            "grant_type=password",
            "grant_type=client%",
            r#"{"grant_type":"password"}"#,
            r#"{"grant_type":1}"#,
            r#"{"grant_type":"client_credentials","grant_type":"password"}"#,
            "{",
        ] {
            let failure = grants(body.as_bytes()).unwrap_err();
            assert_eq!(failure.status, StatusCode::BAD_REQUEST, "{body}");
        }
        assert!(grants(b"grant_type=\xff").is_err());
    }

    #[test]
    fn basic_credentials() {
        let split = |header: &str| basic(header.as_bytes());
        let pair = |id: &str, secret: &str| Some((id.to_owned(), secret.to_owned()));
        assert_eq!(split("Basic Y2xpZW50OnNlY3JldA=="), pair("client", "secret"));
        assert_eq!(split("basic  YTpiOmM="), pair("a", "b:c"));
        for header in ["", "Basic", "Basic !", "Basic YQ==", "Bearer Y2xpZW50OnNlY3JldA==", "Basic /w=="] {
            assert_eq!(split(header), None, "{header}");
        }
    }
}
