//! One change of one entry, in the forms that real platforms take: PATCH in two of them, and where there is no PATCH the
//! whole entry by PUT (RFC 7644, sections 3.5.1 and 3.5.2).
//!
//! An answer of success is not believed before the entry shows it: some platforms accept a form and do nothing.

use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::{Method, StatusCode};
use serde_json::{Map, Value, json};

use super::Scim;
use super::entry::{Active, Entry};
use super::lists::Kind;
use super::look::shown;
use super::wire::{is_not_done, is_not_done_so};
use crate::Failure;
use crate::outbound::Answer;

/// Most members of a group that is written whole: beyond, some platforms do not show all of them.
const MAX_WRITTEN_MEMBERS: usize = 1_000;

/// What an entry shall become.
#[derive(Clone, Debug)]
pub(super) enum Aim {
    Active(bool),
    WithoutMember(String),
}

/// One request that may make it so.
#[derive(Clone, Debug)]
enum Form {
    Patch(Value),
    Put,
}

/// Which form was understood last, by its place: it comes first the next time.
#[derive(Debug, Default)]
pub(super) struct Preferred([AtomicUsize; 2]);

/// Whether the entry was still the one that was seen.
enum Sent {
    Answered(Box<Answer>),
    AlreadySo,
}

impl Scim {
    pub(super) async fn make_so(&self, kind: Kind, mut now: Entry, aim: &Aim) -> Result<(), Failure> {
        let patch = self.features().await?.patch;
        let mut put = !patch;
        let preferred = &self.preferred.0[usize::from(kind == Kind::Group)];
        let first = preferred.load(Ordering::Relaxed);
        let forms = aim.forms(&now).into_iter().enumerate();
        let (known, others): (Vec<_>, Vec<_>) = forms.partition(|(place, _)| *place == first);
        let mut result = Ok(());
        for (place, form) in known.into_iter().chain(others) {
            let fits = match form {
                Form::Patch(_) => patch,
                // A whole entry may lose what it does not show: never as long as PATCH is only not understood.
                Form::Put => put || place == first,
            };
            if !fits {
                continue;
            }
            let answer = match self.send(kind, &mut now, &form, aim).await? {
                Sent::AlreadySo => return Ok(()),
                Sent::Answered(answer) => answer,
            };
            if answer.status.is_success() {
                result = Ok(());
                let Some(entry) = self.after(kind, &answer, &now, aim).await else {
                    preferred.store(place, Ordering::Relaxed);
                    return Ok(());
                };
                now = entry;
            } else if is_not_done_so(answer.status) {
                put |= is_not_done(answer.status);
                if answer.status == StatusCode::NOT_FOUND {
                    // Is it this request that is not there, or the entry?
                    now = self.reread(kind, &now.id).await?;
                }
                result = result.and(Err(answer.failure().of_address()));
            } else {
                return Err(answer.failure().of_address());
            }
        }
        result
    }

    /// The entry, if it is not as it shall be. What cannot be seen now is for whoever looks afterwards.
    async fn after(&self, kind: Kind, answer: &Answer, before: &Entry, aim: &Aim) -> Option<Entry> {
        if shown(answer, &before.id).is_some_and(|entry| aim.is_shown_by(&entry)) {
            return None;
        }
        self.reread(kind, &before.id).await.ok().filter(|entry| !aim.is_met_by(entry))
    }

    /// Somebody else's change in between is read once; a second one asks for patience.
    async fn send(&self, kind: Kind, now: &mut Entry, form: &Form, aim: &Aim) -> Result<Sent, Failure> {
        let etag = self.features().await?.etag;
        let mut conditional = etag != Some(false);
        let mut overtaken = false;
        loop {
            let mut place = self.endpoint(kind).await?;
            place.push(now.id.clone());
            let (method, body) = match form {
                Form::Patch(body) => (Method::PATCH, body.clone()),
                Form::Put => (Method::PUT, aim.edited(now)?),
            };
            let version = now.version.as_deref().filter(|_| conditional);
            let answer = self.wire.change(method, self.wire.place(&place)?, version, Some(&body)).await?;
            match answer.status {
                StatusCode::PRECONDITION_REQUIRED if !conditional && now.version.is_some() => {
                    conditional = true;
                }
                StatusCode::PRECONDITION_FAILED if overtaken => {
                    let reason = format!("account or group {} is being changed by somebody else", now.id);
                    return Err(Failure::Busy { reason, after_ms: None });
                }
                StatusCode::PRECONDITION_FAILED => {
                    overtaken = true;
                    *now = self.reread(kind, &now.id).await?;
                    if aim.is_met_by(now) {
                        return Ok(Sent::AlreadySo);
                    }
                }
                _ => return Ok(Sent::Answered(Box::new(answer))),
            }
        }
    }
}

impl Aim {
    fn is_met_by(&self, entry: &Entry) -> bool {
        match self {
            Self::Active(true) => entry.active() != Active::No,
            Self::Active(false) => entry.active() == Active::No,
            // What the group does not show cannot be seen here; the account's own groups are looked at later.
            Self::WithoutMember(id) => entry.members().is_none_or(|members| !members.contains(id)),
        }
    }

    /// The same of an answer that may leave out what it likes.
    fn is_shown_by(&self, entry: &Entry) -> bool {
        let told = match self {
            Self::Active(_) => entry.active() != Active::Untold,
            Self::WithoutMember(_) => entry.members().is_some(),
        };
        told && self.is_met_by(entry)
    }

    fn forms(&self, entry: &Entry) -> Vec<Form> {
        let operations = match self {
            Self::Active(active) => {
                let value = entry.active_value(*active);
                [
                    json!({ "op": "replace", "path": "active", "value": value }),
                    json!({ "op": "replace", "value": { "active": value } }),
                ]
            }
            Self::WithoutMember(id) => [
                json!({ "op": "remove", "path": format!("members[value eq {}]", Value::from(id.as_str())) }),
                json!({ "op": "remove", "path": "members", "value": [{ "value": id }] }),
            ],
        };
        let patch = |operation| {
            Form::Patch(json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                "Operations": [operation],
            }))
        };
        operations.into_iter().map(patch).chain([Form::Put]).collect()
    }

    /// The whole entry, changed; without what only the platform writes.
    fn edited(&self, entry: &Entry) -> Result<Value, Failure> {
        let mut fields = entry.fields.clone();
        fields.retain(|name, _| !name.eq_ignore_ascii_case("meta"));
        match self {
            Self::Active(active) => {
                fields
                    .retain(|name, _| !["groups", "active"].iter().any(|own| name.eq_ignore_ascii_case(own)));
                fields.insert("active".to_owned(), entry.active_value(*active));
            }
            Self::WithoutMember(id) => remove_member(&mut fields, entry, id)?,
        }
        Ok(Value::Object(fields))
    }
}

/// A group that is written whole loses whomever it does not show.
fn remove_member(fields: &mut Map<String, Value>, group: &Entry, id: &str) -> Result<(), Failure> {
    let refused = |why: String| Failure::Refused(format!("group {}: {why}", group.name()));
    let shown = group.members().unwrap_or_default();
    if !shown.iter().any(|member| member == id) {
        return Err(refused("it does not show its members, so it cannot be written without one".to_owned()));
    }
    if shown.len() > MAX_WRITTEN_MEMBERS {
        let why = format!("a group of more than {MAX_WRITTEN_MEMBERS} members is not written as a whole");
        return Err(refused(why));
    }
    for (name, members) in fields.iter_mut() {
        if let (true, Value::Array(members)) = (name.eq_ignore_ascii_case("members"), members) {
            members.retain(|member| member["value"] != id && member != id);
        }
    }
    Ok(())
}
