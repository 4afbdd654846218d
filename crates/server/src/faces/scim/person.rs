//! A user as a SCIM resource, and what a resource tells the directory.
//!
//! Owns: which part of a document is the client's own, and which part is ours. Never: decides about a user.

use domain::UserState;
use scim::schema::{ENTERPRISE_SCHEMA, USER};
use scim::{Document, resource};
use serde_json::{Value, json};

use super::answer::{self, Resource};
use super::lens::{LENSES, emails};
use crate::app::{Person, PersonTold};
use crate::random;

/// Ours: they stand in no document that is kept.
const OURS: [&str; 6] = ["schemas", "id", "meta", "groups", "active", "password"];
/// Hex digits of a version: 64 bits.
const VERSION_DIGITS: usize = 16;

/// What a client may write, as it is now: the document that it told, with what other faces changed since.
pub(super) fn written(person: &Person) -> Document {
    let mut document = person.profile.scim.clone();
    for lens in &LENSES {
        let now = (lens.of)(person);
        if (lens.get)(&document) != now {
            (lens.put)(&mut document, &now);
        }
    }
    let active = Value::from(is_active(person));
    if document.shift_remove("active").as_ref() != Some(&active) {
        document.insert("active".to_owned(), active);
    }
    resource::set_schemas(&USER, &mut document);
    document
}

/// What the document tells.
pub(super) fn told(document: Document) -> PersonTold {
    let mut told = PersonTold {
        other_emails: emails(&document).skip(1).collect(),
        active: document.get("active").and_then(Value::as_bool),
        ..PersonTold::default()
    };
    for lens in &LENSES {
        (lens.tell)(&mut told, (lens.get)(&document));
    }
    told.profile.scim = kept(document);
    told
}

/// What the document tells of somebody known: where it says what is known already, there is nothing new to be kept.
pub(super) fn retold(before: &Person, document: Document) -> PersonTold {
    let mut told = told(document);
    let was = &before.profile.scim;
    if !was.contains_key("active") && told.profile.scim == kept(written(before)) {
        told.profile.scim.clone_from(was);
    }
    told
}

fn kept(mut document: Document) -> Document {
    document.retain(|name, _| !OURS.contains(&name.as_str()));
    document
}

/// Keeps in mind that the client removed `active`, which changes nothing: it is not shown again before it is told
/// or has changed (RFC 7644 section 3.5.2.2).
pub(super) fn unassign_active(told: &mut PersonTold, was: &Person) {
    told.profile.scim.insert("active".to_owned(), is_active(was).into());
}

pub(super) fn is_active(person: &Person) -> bool {
    person.user.state == UserState::Active
}

/// The whole resource.
pub(super) fn resource(person: &Person, base: &str) -> Resource {
    let user = &person.user;
    let mut document = unplaced(person);
    let version = hashed(&document);
    refer(&mut document, base);
    let location = location(base, &user.guid);
    let meta = answer::meta("User", (user.created_ms, user.modified_ms), &location, &version);
    document.insert("meta".to_owned(), meta);
    Resource { document, location, version }
}

/// The entity tag: it changes whenever anything in the document does, and with nothing else.
pub(super) fn version(person: &Person) -> String {
    hashed(&unplaced(person))
}

/// The resource, but for where it is and when it changed.
fn unplaced(person: &Person) -> Document {
    let user = &person.user;
    let mut document = written(person);
    document.shift_insert(1, "id".to_owned(), user.guid.as_str().into());
    if !person.groups.is_empty() {
        let group =
            |group: &domain::Group| json!({"value": group.guid, "display": group.name, "type": "direct"});
        document.insert("groups".to_owned(), person.groups.iter().map(group).collect());
    }
    if let Some(manager) = person.manager.as_ref().filter(|manager| !manager.full_name.is_empty())
        && let Some(shown) = document.get_mut(ENTERPRISE_SCHEMA.id).and_then(|it| it.get_mut("manager"))
    {
        shown["displayName"] = manager.full_name.as_str().into();
    }
    document
}

pub(super) fn location(base: &str, guid: &str) -> String {
    format!("{base}/Users/{guid}")
}

fn hashed(document: &Document) -> String {
    // A map with texts for names always becomes JSON.
    let hash = random::hash(&serde_json::to_string(document).unwrap_or_default());
    format!("W/\"{}\"", hash.get(..VERSION_DIGITS).unwrap_or(&hash))
}

/// Adds `$ref` where an id stands.
fn refer(document: &mut Document, base: &str) {
    let put = |value: &mut Value, endpoint: &str| {
        if let Some(id) = value.get("value").and_then(Value::as_str) {
            value["$ref"] = format!("{base}/{endpoint}/{id}").into();
        }
    };
    for group in document.get_mut("groups").and_then(Value::as_array_mut).into_iter().flatten() {
        put(group, "Groups");
    }
    if let Some(manager) = document.get_mut(ENTERPRISE_SCHEMA.id).and_then(|it| it.get_mut("manager")) {
        put(manager, "Users");
    }
}

#[cfg(test)]
mod tests;
