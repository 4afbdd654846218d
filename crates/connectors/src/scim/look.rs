//! One account by its id, and everybody by an attribute.
//!
//! Owns: when a 404 means that there is no such account. A wrong address answers 404 as well, and must not prove a
//! departure.

use reqwest::StatusCode;

use super::Scim;
use super::attribute::{equals, holds, values};
use super::entry::Entry;
use super::lists::Kind;
use super::wire::is_scim_error;
use crate::Failure;
use crate::outbound::Answer;

impl Scim {
    /// `Absent` is proven.
    pub(super) async fn account(&self, id: &str) -> Result<Entry, Failure> {
        let answer = self.ask_for(Kind::User, id).await?;
        match answer.status {
            StatusCode::NOT_FOUND | StatusCode::GONE => Err(self.absence(id, &answer).await?),
            _ => read(&answer, id),
        }
    }

    pub(super) async fn user_with(&self, id: &str) -> Result<Vec<Entry>, Failure> {
        match self.account(id).await {
            Ok(entry) => Ok(vec![entry]),
            Err(Failure::Absent(_)) => Ok(Vec::new()),
            Err(failure) => Err(failure),
        }
    }

    /// The entry anew, when it was seen before.
    pub(super) async fn reread(&self, kind: Kind, id: &str) -> Result<Entry, Failure> {
        match kind {
            Kind::User => self.account(id).await,
            Kind::Group => read(&self.ask_for(kind, id).await?, id),
        }
    }

    async fn ask_for(&self, kind: Kind, id: &str) -> Result<Answer, Failure> {
        let mut place = self.endpoint(kind).await?;
        place.push(id.to_owned());
        self.wire.get(self.wire.place(&place)?).await
    }

    /// The list of users must be there; and unless the 404 is SCIM's own, no user in it may have this id.
    async fn absence(&self, id: &str, answer: &Answer) -> Result<Failure, Failure> {
        let said = answer.failure().of_address();
        if is_scim_error(answer) {
            // Each time: what was a platform yesterday may be a wrong address today.
            self.glance(Kind::User).await?;
            return Ok(Failure::Absent(format!("there is no account {id}: {said}")));
        }
        let found = self.users_by("id", id).await?;
        if found.iter().any(|entry| entry.id == id) {
            return Err(Failure::Refused(format!("{said}; but the list of users shows account {id}")));
        }
        Ok(Failure::Absent(format!(
            "there is no account {id}: the list of users does not show it, and {said}"
        )))
    }

    /// By a filter where it is understood, else by looking at everybody.
    pub(super) async fn users_by(&self, path: &str, value: &str) -> Result<Vec<Entry>, Failure> {
        if self.features().await?.filter {
            for filter in [Some(equals(path, value)), holds(path, value)].into_iter().flatten() {
                match self.walk(Kind::User, Some(&filter), |_| true).await {
                    Ok(found) => return Ok(found),
                    Err(no_page) if no_page.not_so => {}
                    Err(no_page) => return Err(no_page.into()),
                }
            }
        }
        let is_it = |entry: &Entry| {
            values(&entry.fields, path).iter().any(|known| known.to_lowercase() == value.to_lowercase())
        };
        Ok(self.walk(Kind::User, None, is_it).await?)
    }
}

/// A guid of ours has no dashes; a platform's copy of it may have them.
pub(super) fn spellings(value: &str) -> Vec<String> {
    let mut spellings = vec![value.to_owned()];
    if value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        let parts = [0..8, 8..12, 12..16, 16..20, 20..32].map(|part| &value[part]);
        spellings.push(parts.join("-"));
    }
    spellings
}

/// Only the entry that was asked for is taken for it.
fn read(answer: &Answer, id: &str) -> Result<Entry, Failure> {
    if !answer.status.is_success() {
        return Err(answer.failure().of_address());
    }
    let etag = answer.headers.get(reqwest::header::ETAG).and_then(|etag| etag.to_str().ok());
    match Entry::read(answer.json()?, etag) {
        Some(entry) if entry.id.eq_ignore_ascii_case(id) => Ok(entry),
        Some(entry) => {
            Err(Failure::Unheard(format!("{} was answered with entry {}", answer.asked, entry.id)))
        }
        None => Err(Failure::Unheard(format!("{}: the answer has no id", answer.asked))),
    }
}

/// What the answer to a change shows of the entry, where it shows all of it.
pub(super) fn shown(answer: &Answer, id: &str) -> Option<Entry> {
    read(answer, id).ok()
}
