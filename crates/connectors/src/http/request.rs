//! One described request: what is sent, and what its answer means.
//!
//! Owns: the form of a request and the judgment of its answer. Never: sends anything.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use url::Url;

use super::condition::{Condition, judge};
use super::template::{Body, Placeholder, Template};
use super::values::Values;
use crate::Failure;
use crate::outbound::Answer;

/// What stands for itself in a URL (RFC 3986, 2.3); everything else in a value is encoded.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Request {
    /// GET, unless it changes something.
    pub(super) method: Option<Method>,
    /// What comes after the base URL; the query stands by itself.
    pub(super) path: Template,
    pub(super) query: BTreeMap<String, Template>,
    pub(super) headers: BTreeMap<String, Template>,
    /// Sent as JSON.
    pub(super) body: Option<Body>,
    /// Sent as a form, instead of a body.
    pub(super) form: BTreeMap<String, Template>,
    /// Statuses of success; none for all from 200 to 299.
    pub(super) accepted: Vec<u16>,
    /// What a successful answer says.
    pub(super) when: Vec<Condition>,
    pub(super) absent: Option<Absence>,
    /// A no that its status alone would not tell, such as a 500 for what will never be done.
    pub(super) refused: Option<Refusal>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Refusal {
    pub(super) statuses: Vec<u16>,
    pub(super) when: Vec<Condition>,
}

/// What says that there is no such account. A status alone does not: a wrong URL is answered 404 as well.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Absence {
    pub(super) statuses: Vec<u16>,
    /// What the answer says besides.
    pub(super) when: Vec<Condition>,
    /// A request that succeeds if the URL, and what our account may see, are right.
    pub(super) witness: Option<Box<Request>>,
}

impl Request {
    pub(super) fn method(&self) -> reqwest::Method {
        match self.method.unwrap_or(Method::Get) {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        }
    }

    pub(super) fn url(&self, base: &Url, values: &Values<'_>) -> Result<Url, Failure> {
        let path = self.path.fill(values, encoded)?;
        let mut url = at(base, &path).ok_or_else(|| {
            Failure::Refused(format!("{path} cannot be asked for: it would lead somewhere else"))
        })?;
        for (name, template) in &self.query {
            let value = template.fill(values, super::template::as_it_is)?;
            url.query_pairs_mut().append_pair(name, &value);
        }
        Ok(url)
    }

    pub(super) fn placeholders(&self) -> Vec<Placeholder> {
        let texts = [&self.query, &self.headers, &self.form].into_iter().flat_map(|texts| texts.values());
        let of_texts = std::iter::once(&self.path).chain(texts).flat_map(Template::placeholders);
        let expected = self.when.iter().filter_map(Condition::expected);
        let of_bodies = self.body.iter().chain(expected).flat_map(Body::placeholders);
        of_texts.chain(of_bodies).collect()
    }

    /// The answer, if it is one of success. Only the absence that is described counts as one.
    pub(super) fn judged(&self, answer: Answer, values: &Values<'_>) -> Result<Answer, Failure> {
        let status = answer.status;
        if let Some(refused) = &self.refused
            && says(&refused.statuses, &refused.when, &answer, values)?
        {
            return Err(Failure::Refused(answer.failure().to_string()));
        }
        if !self.accepted.is_empty() && status.is_success() && !self.accepted.contains(&status.as_u16()) {
            let text = format!("{} was answered {status}, which is not described", answer.asked);
            return Err(Failure::Unheard(text));
        }
        if !status.is_success() && !self.accepted.contains(&status.as_u16()) {
            return Err(match answer.failure() {
                Failure::Absent(text) => {
                    Failure::Refused(format!("{text}; that is not described as an absent account"))
                }
                failure => failure,
            });
        }
        if self.when.is_empty() {
            return Ok(answer);
        }
        let (holds, shown) = judge(&self.when, &answer.json()?, values)?;
        if holds {
            return Ok(answer);
        }
        let text = format!("{} was answered {}, but {shown}", answer.asked, status.as_u16());
        Err(Failure::Refused(text))
    }
}

impl Absence {
    /// Whether the answer says so; a witness is yet to be heard.
    pub(super) fn is_said_by(&self, answer: &Answer, values: &Values<'_>) -> Result<bool, Failure> {
        says(&self.statuses, &self.when, answer, values)
    }
}

fn says(statuses: &[u16], when: &[Condition], answer: &Answer, values: &Values<'_>) -> Result<bool, Failure> {
    if !statuses.contains(&answer.status.as_u16()) {
        return Ok(false);
    }
    match answer.json() {
        Ok(document) => judge(when, &document, values).map(|(holds, _)| holds),
        Err(_) => Ok(when.is_empty()),
    }
}

/// The URL of `path` below `base`; `None` where it would be another one, as with `..`.
pub(super) fn at(base: &Url, path: &str) -> Option<Url> {
    let whole = format!("{}{path}", base.path().trim_end_matches('/'));
    let mut url = base.clone();
    url.set_path(&whole);
    (url.path() == whole).then_some(url)
}

fn encoded(value: &str) -> Result<String, Failure> {
    if value.is_empty() {
        return Err(Failure::Refused("an empty text cannot stand in a path".to_owned()));
    }
    Ok(utf8_percent_encode(value, ENCODED).to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_never_leads_elsewhere() {
        let base: Url = "https://wiki.example.com/api/".parse().expect("a URL");
        let path = Template::try_from("/users/{account}/block".to_owned()).expect("a path");
        let request = Request { path, ..Request::default() };
        let url = |account| request.url(&base, &Values::of_account(account)).map(|url| url.to_string());
        assert_eq!(url("7"), Ok("https://wiki.example.com/api/users/7/block".to_owned()));
        let encoded = "https://wiki.example.com/api/users/a%2Fb%3Fc%23d%25%C3%A9/block";
        assert_eq!(url("a/b?c#d%é"), Ok(encoded.to_owned()));
        for account in ["..", ".", ""] {
            assert!(matches!(url(account), Err(Failure::Refused(_))), "{account:?}");
        }
    }
}
