//! What came back, and what its status means where a kind knows no better.

use std::time::Duration;

use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, LOCATION, RETRY_AFTER};
use serde_json::Value;

use crate::Failure;

/// What a platform says is passed on up to this length.
const MAX_SHOWN_CHARS: usize = 300;

/// An answer that was read to its end.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `PUT /users/7`: never with a query, which may hold secrets.
    pub asked: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    /// The answer, if its status is one of success; else what the status means.
    pub fn judged(self) -> Result<Self, Failure> {
        if self.status.is_success() { Ok(self) } else { Err(self.failure()) }
    }

    /// What a status that is none of success means; the platform's own words are shown, one line of them.
    pub fn failure(&self) -> Failure {
        self.failure_saying(&String::from_utf8_lossy(&self.body))
    }

    /// The same where a kind knows which words of the answer may be shown.
    pub fn failure_saying(&self, words: &str) -> Failure {
        let words = one_line(words);
        let said = if words.is_empty() { words } else { format!(": {words}") };
        let text = format!("{} was answered {}{said}", self.asked, self.status.as_u16());
        match self.status {
            StatusCode::UNAUTHORIZED | StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
                Failure::Credentials(text)
            }
            StatusCode::NOT_FOUND | StatusCode::GONE => Failure::Absent(text),
            StatusCode::TOO_MANY_REQUESTS => Failure::Busy { reason: text, after_ms: self.retry_after_ms() },
            StatusCode::SERVICE_UNAVAILABLE if self.headers.contains_key(RETRY_AFTER) => {
                Failure::Busy { reason: text, after_ms: self.retry_after_ms() }
            }
            StatusCode::REQUEST_TIMEOUT => Failure::Unheard(text),
            status if status.is_server_error() => Failure::Broken(text),
            status if status.is_redirection() => {
                let host = self.redirected_to().unwrap_or_default();
                Failure::Refused(format!("{text}; redirects are not followed{host}"))
            }
            _ => Failure::Refused(text),
        }
    }

    /// The body as JSON. An answer that is not JSON tells nothing of what happened.
    pub fn json(&self) -> Result<Value, Failure> {
        serde_json::from_slice(&self.body)
            .map_err(|error| Failure::Unheard(format!("{}: the answer is not JSON ({error})", self.asked)))
    }

    /// The platform's clock.
    pub fn clock_ms(&self) -> Option<i64> {
        let date = httpdate::parse_http_date(self.headers.get(DATE)?.to_str().ok()?).ok()?;
        let since = date.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_millis()).ok()
    }

    /// Seconds, or a date, which is compared with the platform's own clock.
    fn retry_after_ms(&self) -> Option<i64> {
        let text = self.headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse::<u32>() {
            return Some(i64::from(seconds) * 1_000);
        }
        let date = httpdate::parse_http_date(text).ok()?;
        let since = date.duration_since(
            std::time::UNIX_EPOCH + Duration::from_millis(u64::try_from(self.clock_ms()?).ok()?),
        );
        i64::try_from(since.unwrap_or_default().as_millis()).ok()
    }

    fn redirected_to(&self) -> Option<String> {
        let target = self.headers.get(LOCATION)?.to_str().ok()?;
        let url = url::Url::parse(target).ok()?;
        Some(format!(" (to {})", url.host_str()?))
    }
}

/// A platform's words as they are passed on: one line, not too long.
pub fn one_line(text: &str) -> String {
    let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    text.chars().filter(|c| !c.is_control()).take(MAX_SHOWN_CHARS).collect()
}
