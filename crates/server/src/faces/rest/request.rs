//! The parts of a request, each with an error that names what is wrong: path, query and JSON body.

use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::error::Category;

use super::problem::{Kind, Problem};
use crate::faces::exchange::read_body;

/// The variable parts of the path, decoded.
pub(super) struct Path<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let path = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        let bad = |rejection: PathRejection| Problem::invalid("path", rejection.body_text());
        Ok(Self(path.map_err(bad)?.0))
    }
}

/// The query. Types for it hold text only, so that each value is judged under its own name.
pub(super) struct Query<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = axum::extract::Query::<T>::try_from_uri(&parts.uri).map_err(|rejection| {
            let text = rejection.body_text();
            let text = text.rsplit_once("query string: ").map_or(&*text, |(_, reason)| reason);
            Problem::invalid(quoted(text).unwrap_or("query"), text)
        })?;
        Ok(Self(query.0))
    }
}

/// A parameter of the query that is `true` or `false`, and `false` if absent.
pub(super) fn flag(field: &str, text: Option<&str>) -> Result<bool, Problem> {
    match text {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Problem::invalid(field, "must be true or false")),
    }
}

/// A JSON body within its limit.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "Content-Type must be application/json";
            return Err(Problem::new(Kind::UnsupportedMediaType, detail));
        }
        parse(&read_body(request.into_body()).await?).map(Self)
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let text = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media == "application/json" || (media.starts_with("application/") && media.ends_with("+json"))
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let parsed = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let (path, inner) = (error.path().to_string(), error.inner());
        match inner.classify() {
            Category::Data => Problem::invalid(field(&path, &inner.to_string()), inner),
            Category::Syntax | Category::Eof | Category::Io => {
                Problem::new(Kind::Malformed, inner.to_string())
            }
        }
    })?;
    reader.end().map_err(|error| Problem::new(Kind::Malformed, error.to_string()))?;
    Ok(parsed)
}

/// The dotted name of what is wrong. Of a field that is missing or unknown only the message has the name.
fn field(path: &str, message: &str) -> String {
    let names_its_field = ["missing field", "unknown field", "duplicate field"];
    let named = quoted(message).filter(|_| names_its_field.iter().any(|start| message.starts_with(start)));
    match (path, named) {
        (".", Some(name)) => name.to_owned(),
        (".", None) => "body".to_owned(),
        (path, Some(name)) if path != name && !path.ends_with(&format!(".{name}")) => {
            format!("{path}.{name}")
        }
        (path, _) => path.to_owned(),
    }
}

/// The first name between backticks.
fn quoted(text: &str) -> Option<&str> {
    text.split('`').nth(1)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Outer {
        #[expect(dead_code, reason = "read by serde only")]
        inner_part: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "read by serde only")]
        number: i64,
    }

    #[test]
    fn what_is_wrong_is_named() {
        let cases = [
            ("{}", "innerPart"),
            (r#"{"inner":1}"#, "inner"),
            (r#"{"innerPart":{}}"#, "innerPart.number"),
            (r#"{"innerPart":{"number":1,"more":2}}"#, "innerPart.more"),
            (r#"{"innerPart":{"number":"x"}}"#, "innerPart.number"),
            ("[]", "body"),
        ];
        for (body, wrong) in cases {
            let problem = parse::<Outer>(body.as_bytes()).expect_err("wrong");
            assert!(
                format!("{problem:?}").contains(&format!("field: Some({wrong:?})")),
                "{body}: {problem:?}"
            );
        }
        for body in ["", "{", r#"{"innerPart":{"number":1}} x"#] {
            assert!(format!("{:?}", parse::<Outer>(body.as_bytes())).contains("problem:malformed"), "{body}");
        }
    }
}
