//! The groups that a user is to join or to leave.

use domain::{Error, GroupId};

use crate::app::{GroupRef, GroupsChange, Leaving};
use crate::faces::commvault::body::Node;

/// What a generation of the API calls the same things.
#[derive(Debug)]
pub(super) struct Words {
    groups: &'static str,
    operation: &'static str,
    id: &'static str,
    name: &'static str,
}

pub(super) const V2: Words = Words {
    groups: "associatedUserGroups",
    operation: "associatedUserGroupsOperationType",
    id: "userGroupId",
    name: "userGroupName",
};

pub(super) const V4: Words =
    Words { groups: "userGroups", operation: "userGroupOperation", id: "id", name: "name" };

/// What is to be done with a list; the vendor's clients send its word or its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operation {
    Nothing,
    Overwrite,
    Add,
    Delete,
}

impl Operation {
    pub(super) fn of(sent: &Node, field: &'static str) -> Result<Option<Self>, Error> {
        let Some(text) = sent.text(field)? else { return Ok(None) };
        Ok(Some(match text.trim().to_ascii_uppercase().as_str() {
            "0" | "NONE" => Self::Nothing,
            "1" | "OVERWRITE" => Self::Overwrite,
            "2" | "UPDATE" | "ADD" => Self::Add,
            "3" | "DELETE" => Self::Delete,
            _ => return Err(Error::invalid(field, "must be ADD, DELETE or OVERWRITE")),
        }))
    }
}

/// The groups of a new user. An id that is not 0 goes before a name; with neither, nothing is meant.
pub(super) fn of_new(sent: &Node, words: &Words) -> Result<Vec<GroupRef>, Error> {
    let mut groups = Vec::new();
    for group in sent.all(words.groups) {
        match group.number(words.id)?.filter(|&id| id != 0) {
            Some(id) => groups.push(GroupRef::Id(GroupId(id))),
            None => groups.extend(group.text(words.name)?.map(|name| GroupRef::Name(name.to_owned()))),
        }
    }
    Ok(groups)
}

/// Without an operation the groups are joined, as the vendor documents it.
pub(super) fn change(sent: &Node, words: &Words) -> Result<Option<GroupsChange>, Error> {
    let named = of_new(sent, words)?;
    let operation = Operation::of(sent, words.operation)?.unwrap_or(Operation::Add);
    let (join, leave) = match operation {
        Operation::Nothing => return Ok(None),
        // Overwritten by nothing: no group is left.
        Operation::Overwrite => (named, Leaving::Others),
        _ if named.is_empty() => return Ok(None),
        Operation::Add => (named, Leaving::These(Vec::new())),
        Operation::Delete => (Vec::new(), Leaving::These(named)),
    };
    Ok(Some(GroupsChange { join, leave, skip_unknown: false }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::commvault::body;

    /// Who joins and who leaves, in a word.
    #[track_caller]
    fn is(json: &str, expected: Option<&str>) {
        let sent = body::parse(json.as_bytes()).unwrap();
        let shown = |groups: &[GroupRef]| groups.iter().map(GroupRef::shown).collect::<Vec<_>>().join(",");
        let told = change(&sent, &V4).unwrap().map(|change| match change.leave {
            Leaving::These(leave) => format!("+{} -{}", shown(&change.join), shown(&leave)),
            Leaving::Others => format!("={}", shown(&change.join)),
        });
        assert_eq!(told.as_deref(), expected, "{json}");
    }

    #[test]
    fn operations_by_word_and_by_number() {
        let groups = r#""userGroups":[{"id":22,"name":"x"},{"id":0,"name":"Ops"},{"name":"R&D"},{"id":0,"name":""},{}]"#;
        for (operation, expected) in [
            ("", Some("+22,Ops,R&D -")),
            (r#""userGroupOperation":"ADD","#, Some("+22,Ops,R&D -")),
            (r#""userGroupOperation":2,"#, Some("+22,Ops,R&D -")),
            (r#""userGroupOperation":"delete","#, Some("+ -22,Ops,R&D")),
            (r#""userGroupOperation":3,"#, Some("+ -22,Ops,R&D")),
            (r#""userGroupOperation":"OVERWRITE","#, Some("=22,Ops,R&D")),
            (r#""userGroupOperation":1,"#, Some("=22,Ops,R&D")),
            (r#""userGroupOperation":0,"#, None),
        ] {
            is(&format!("{{{operation}{groups}}}"), expected);
        }
        is(r#"{"userGroupOperation":1,"userGroups":[]}"#, Some("="));
        is(r#"{"userGroupOperation":2,"userGroups":[{}]}"#, None);
        is("{}", None);
    }

    #[test]
    fn other_operations_are_refused() {
        for operation in ["4", "\"MERGE\"", "-1", "[1,2]"] {
            let sent = format!(r#"{{"userGroupOperation":{operation},"userGroups":[{{"id":22}}]}}"#);
            let error = change(&body::parse(sent.as_bytes()).unwrap(), &V4).unwrap_err().to_string();
            assert!(error.starts_with("userGroupOperation: "), "{operation}: {error}");
        }
    }
}
