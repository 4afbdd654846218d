//! A group as a SCIM resource, and what a resource tells the directory.

use scim::schema::GROUP;
use scim::{Document, Error, resource};
use serde_json::{Value, json};

use super::answer::{self, Resource};
use super::{person, seats};
use crate::app::{Member, SeatsTold, Team, TeamTold};

/// The whole resource; without members where they were not wanted.
pub(super) fn resource(team: &Team, base: &str) -> Resource {
    let group = &team.group;
    let mut document = written(team);
    document.shift_insert(1, "id".to_owned(), group.guid.as_str().into());
    for member in document.get_mut("members").and_then(Value::as_array_mut).into_iter().flatten() {
        if let Some(guid) = member.get("value").and_then(Value::as_str) {
            member["$ref"] = person::location(base, guid).into();
        }
    }
    let location = location(base, &group.guid);
    let version = version(team);
    let meta = answer::meta("Group", (group.created_ms, group.modified_ms), &location, &version);
    document.insert("meta".to_owned(), meta);
    Resource { document, location, version }
}

pub(super) fn location(base: &str, guid: &str) -> String {
    format!("{base}/Groups/{guid}")
}

/// Counts the changes, of members too.
pub(super) fn version(team: &Team) -> String {
    format!("W/\"{}\"", team.group.revision)
}

/// What a client may write, as it is now, and the names of members.
pub(super) fn written(team: &Team) -> Document {
    let mut document = Document::new();
    if let Some(external_id) = &team.group.external_id {
        document.insert("externalId".to_owned(), external_id.as_str().into());
    }
    document.insert("displayName".to_owned(), team.group.name.as_str().into());
    if let Some(members) = team.members.as_deref().filter(|members| !members.is_empty()) {
        document.insert("members".to_owned(), members.iter().map(member).collect());
    }
    resource::set_schemas(&GROUP, &mut document);
    document
}

fn member(member: &Member) -> Value {
    let mut shown = json!({"value": member.guid, "type": "User"});
    if !member.full_name.is_empty() {
        shown["display"] = member.full_name.as_str().into();
    }
    shown
}

/// The group as a whole: whoever the document does not name leaves.
pub(super) fn told(document: &Document) -> Result<TeamTold, Error> {
    let text = |name| document.get(name).and_then(Value::as_str).map(str::to_owned);
    Ok(TeamTold {
        name: text("displayName").unwrap_or_default(),
        external_id: text("externalId"),
        seats: vec![SeatsTold::Only(members(document)?)],
    })
}

/// By id, in the order of the document.
pub(super) fn members(document: &Document) -> Result<Vec<String>, Error> {
    let items = document.get("members").and_then(Value::as_array).into_iter().flatten();
    items.map(|item| seats::check_member(item).map(str::to_owned)).collect()
}
