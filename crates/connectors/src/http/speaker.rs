//! Sends what is described, and tells what came of it.
//!
//! Owns: the way from a described request to a judged answer, and that no secret is in a text. Never: which is next.

use std::collections::BTreeMap;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::request::{Absence, Request};
use super::template::{Template, as_it_is};
use super::values::Values;
use crate::Failure;
use crate::outbound::authentication::Credentials;
use crate::outbound::{Answer, HttpClient};

#[derive(Debug)]
pub(super) struct Speaker {
    pub(super) client: HttpClient,
    pub(super) base: Url,
    pub(super) headers: BTreeMap<String, Template>,
    pub(super) credentials: Credentials,
}

impl Speaker {
    /// `Absent` only where the description says so.
    pub(super) async fn ask(&self, request: &Request, values: &Values<'_>) -> Result<Answer, Failure> {
        self.ask_at(request, values, request.url(&self.base, values)?).await
    }

    pub(super) async fn ask_at(
        &self,
        request: &Request,
        values: &Values<'_>,
        url: Url,
    ) -> Result<Answer, Failure> {
        let heard = self.hear(request, values, url).await;
        heard.map_err(|failure| failure.reworded(|text| self.hide(text, values)))
    }

    /// The text without our credentials, the notice and the key, should the platform have repeated them.
    pub(super) fn hide(&self, text: String, values: &Values<'_>) -> String {
        values.hidden().fold(self.credentials.hide(text), |text, hidden| text.replace(hidden, "…"))
    }

    async fn hear(&self, request: &Request, values: &Values<'_>, url: Url) -> Result<Answer, Failure> {
        let answer = self.send(request, values, url).await?;
        if let Some(absence) = &request.absent
            && absence.is_said_by(&answer, values)?
        {
            self.bear_witness(absence, values).await?;
            let text = format!("no such account: {} was answered {}", answer.asked, answer.status.as_u16());
            return Err(Failure::Absent(text));
        }
        request.judged(answer, values)
    }

    /// The witness has no absence of its own to speak of.
    async fn bear_witness(&self, absence: &Absence, values: &Values<'_>) -> Result<(), Failure> {
        let Some(witness) = &absence.witness else { return Ok(()) };
        let answer = self.send(witness, values, witness.url(&self.base, values)?).await?;
        witness.judged(answer, values).map(|_| ())
    }

    async fn send(&self, request: &Request, values: &Values<'_>, url: Url) -> Result<Answer, Failure> {
        let mut headers = HeaderMap::new();
        for (name, template) in self.headers.iter().chain(&request.headers) {
            let value = template.fill(values, as_it_is)?;
            headers.insert(name_of(name)?, value_of(name, &value)?);
        }
        let mut asking = self.client.request(request.method(), url);
        if let Some(body) = &request.body {
            asking = asking.json(&body.fill(values)?);
        } else if !request.form.is_empty() {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, template) in &request.form {
                form.append_pair(name, &template.fill(values, as_it_is)?);
            }
            let form_type = HeaderValue::from_static("application/x-www-form-urlencoded");
            asking = asking.header("content-type", form_type).body(form.finish());
        }
        self.credentials.ask(&self.client, asking.headers(headers)).await
    }
}

fn name_of(name: &str) -> Result<HeaderName, Failure> {
    name.parse().map_err(|_| Failure::Refused(format!("{name} is not the name of a header")))
}

fn value_of(name: &str, value: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(value)
        .map_err(|_| Failure::Refused(format!("what the header {name} should say cannot stand in one")))
}
