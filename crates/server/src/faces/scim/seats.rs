//! What a patch does to a group's members, told as seats, so that nobody has to read the others: they may be many.

use scim::patch::{Op, Operation};
use scim::schema::GROUP;
use scim::{Document, Error, Filter, Operator, Patch, ScimType, value};
use serde_json::Value;

use super::team;
use crate::app::SeatsTold;

const MEMBERS: &str = "members";

/// The operations on members as seats, and all others as they are; nothing if some can only be done to all members.
pub(super) fn of(patch: &Patch) -> Result<Option<(Patch, Vec<SeatsTold>)>, Error> {
    let mut rest = Vec::new();
    let mut seats = Vec::new();
    for operation in &patch.operations {
        if operation.path.attribute.schema(&GROUP).is_some() {
            return Ok(None);
        }
        let found = operation.path.find(&GROUP);
        if found.is_none_or(|found| found.attribute.name != MEMBERS) {
            rest.push(operation.clone());
            continue;
        }
        match told(operation)? {
            Some(told) => seats.push(told),
            None => return Ok(None),
        }
    }
    Ok(Some((Patch { operations: rest }, seats)))
}

fn told(operation: &Operation) -> Result<Option<SeatsTold>, Error> {
    let path = &operation.path;
    if path.sub().is_some() {
        return Ok(None);
    }
    let whom = operation.value.as_ref().filter(|value| !value.is_null());
    Ok(match (operation.op, &path.filter, whom) {
        (Op::Remove, Some(filter), _) => wanted(filter).map(SeatsTold::Remove),
        (_, Some(_), _) | (Op::Add, None, None) => None,
        (Op::Add, None, Some(whom)) => Some(SeatsTold::Add(ids(whom)?)),
        (Op::Remove, None, Some(whom)) => Some(SeatsTold::Remove(ids(whom)?)),
        (Op::Remove | Op::Replace, None, None) => Some(SeatsTold::Only(Vec::new())),
        (Op::Replace, None, Some(whom)) => Some(SeatsTold::Only(ids(whom)?)),
    })
}

fn ids(whom: &Value) -> Result<Vec<String>, Error> {
    let Some(attribute) = GROUP.schema.attribute(MEMBERS) else { return Ok(Vec::new()) };
    let mut document = Document::new();
    if let Some(members) = value::read(attribute, whom)? {
        document.insert(MEMBERS.to_owned(), members);
    }
    team::members(&document)
}

/// `value eq "…"`, or several of them with `or`; nothing if the filter asks for anything else.
fn wanted(filter: &Filter) -> Option<Vec<String>> {
    match filter {
        Filter::Compare { path, operator: Operator::Equal, value: Value::String(id) }
            if path.name.eq_ignore_ascii_case("value") && path.urn.is_none() && path.sub.is_none() =>
        {
            Some(vec![id.clone()])
        }
        Filter::Or(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(wanted).collect();
            Some(parts?.concat())
        }
        _ => None,
    }
}

/// What a member must be: one of our users, by id.
pub(super) fn check_member(member: &Value) -> Result<&str, Error> {
    let invalid = |detail: &str| Error::new(ScimType::InvalidValue, detail);
    let kind = member.get("type").and_then(Value::as_str);
    if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("User")) {
        return Err(invalid("members.type must be User: groups hold users only"));
    }
    member.get("value").and_then(Value::as_str).ok_or_else(|| invalid("members.value is required"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn seats(operation: Value) -> Option<Vec<SeatsTold>> {
        let patch = Patch::parse(&json!({"Operations": [operation]})).expect("a patch");
        of(&patch).expect("valid").map(|(_, seats)| seats)
    }

    fn texts(ids: &[&str]) -> Vec<String> {
        ids.iter().map(|id| (*id).to_owned()).collect()
    }

    #[test]
    fn what_providers_send_needs_no_other_member() {
        let add = |ids: &[&str]| Some(vec![SeatsTold::Add(texts(ids))]);
        let remove = |ids: &[&str]| Some(vec![SeatsTold::Remove(texts(ids))]);
        let only = |ids: &[&str]| Some(vec![SeatsTold::Only(texts(ids))]);
        for (operation, expected) in [
            (json!({"op": "Add", "path": "members", "value": [{"value": "a", "display": "A"}]}), add(&["a"])),
            (json!({"op": "add", "value": {"members": [{"value": "a"}, {"value": "b"}]}}), add(&["a", "b"])),
            (json!({"op": "add", "path": "members", "value": "a"}), add(&["a"])),
            (json!({"op": "Remove", "path": "members[value eq \"a\"]"}), remove(&["a"])),
            (
                json!({"op": "remove", "path": "members[value eq \"a\" or value eq \"b\"]"}),
                remove(&["a", "b"]),
            ),
            (json!({"op": "Remove", "path": "members", "value": [{"value": "a"}]}), remove(&["a"])),
            (json!({"op": "remove", "path": "members"}), only(&[])),
            (json!({"op": "replace", "path": "members", "value": [{"value": "a"}]}), only(&["a"])),
            (json!({"op": "replace", "path": "members", "value": []}), only(&[])),
            (json!({"op": "replace", "value": {"displayName": "Ops"}}), Some(Vec::new())),
            (json!({"op": "remove", "path": "members[type eq \"User\"]"}), None),
            (json!({"op": "replace", "path": "members[value eq \"a\"].type", "value": "User"}), None),
        ] {
            assert_eq!(seats(operation.clone()), expected, "{operation}");
        }
    }

    #[test]
    fn only_users_are_members() {
        for member in [json!({"value": "a", "type": "Group"}), json!({"type": "User"})] {
            let operation = json!({"op": "add", "path": "members", "value": [member]});
            let patch = Patch::parse(&json!({"Operations": [operation]})).expect("a patch");
            let error = of(&patch).expect_err("no member");
            assert_eq!(error.scim_type, ScimType::InvalidValue);
        }
    }
}
