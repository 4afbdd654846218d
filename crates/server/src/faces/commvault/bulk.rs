//! What a client sends to `V4/user/action/delete` and `V4/UserGroup/action/delete`: who or what is to go, and who
//! inherits from each.

use domain::Error;

use super::body::Node;
use super::reference::{self, Named};
use super::successor::Successor;
use crate::app::{Dissolution, GroupRef, HeirRef, Leaver, UserRef};

pub fn leavers(body: &Node) -> Result<Vec<Leaver>, Error> {
    body.all("users").map(leaver).collect()
}

fn leaver(entry: &Node) -> Result<Leaver, Error> {
    let user = user(entry, "user")?.ok_or_else(|| Error::invalid("user", "must be given in every entry"))?;
    Ok(Leaver { user, heir: Some(heir(entry)?) })
}

pub fn groups(body: &Node) -> Result<Vec<Dissolution>, Error> {
    const FIELD: &str = "userGroup";
    let dissolution = |entry: &Node| {
        let group = group(entry, FIELD)?;
        let group = group.ok_or_else(|| Error::invalid(FIELD, "must be given in every entry"))?;
        Ok(Dissolution { group, heir: heir(entry)? })
    };
    body.all("userGroups").map(dissolution).collect()
}

fn heir(entry: &Node) -> Result<HeirRef, Error> {
    let successor = match (user(entry, "newUser")?, group(entry, "newUserGroup")?) {
        (None, None) => Successor::None,
        (Some(user), None) => Successor::User(user),
        (None, Some(group)) => Successor::Group(group),
        (Some(_), Some(_)) => Successor::Both,
    };
    // Not the name that the query of a single deletion has for it.
    Ok(successor.heir(entry.flag("skipOwnerTransfer")?.unwrap_or(false)))
}

fn user(entry: &Node, field: &'static str) -> Result<Option<UserRef>, Error> {
    Ok(named(entry, field)?.map(UserRef::from))
}

fn group(entry: &Node, field: &'static str) -> Result<Option<GroupRef>, Error> {
    Ok(named(entry, field)?.map(GroupRef::from))
}

fn named(entry: &Node, field: &'static str) -> Result<Option<Named>, Error> {
    entry.child(field)?.map_or(Ok(None), reference::id_name)
}

#[cfg(test)]
mod tests {
    use domain::{GroupId, UserId};

    use super::*;
    use crate::faces::commvault::body;

    fn read(entries: &str) -> Result<Vec<(UserRef, Option<HeirRef>)>, Error> {
        let body = body::parse(format!(r#"{{"users":[{entries}]}}"#).as_bytes())?;
        Ok(leavers(&body)?.into_iter().map(|leaver| (leaver.user, leaver.heir)).collect())
    }

    #[test]
    fn every_entry_has_its_own_heir() {
        let read = read(
            r#"{"user":{"id":2,"name":"jsmith"},"newUser":{"id":3,"name":"kjones"},"newUserGroup":{"id":0,"name":""},"skipOwnerTransfer":false},
               {"user":{"id":0,"name":"lwong"},"newUserGroup":{"name":"Ops"},"skipOwnerTransfer":true},
               {"user":{"name":"mgarcia"},"skipOwnerTransfer":true},
               {"USER":{"ID":"7"},"newUser":{},"newUserGroup":{"id":0}},
               {"user":{"id":8},"newUser":{"id":3},"newUserGroup":{"id":22}}"#,
        );
        let id = |id| UserRef::Id(UserId(id));
        let name = |name: &str| UserRef::Name(name.to_owned());
        let expected = [
            (id(2), HeirRef::User(id(3))),
            (name("lwong"), HeirRef::Group(GroupRef::Name("Ops".to_owned()))),
            (name("mgarcia"), HeirRef::Orphan),
            (id(7), HeirRef::Unsaid),
            (id(8), HeirRef::Both),
        ];
        assert_eq!(read, Ok(expected.map(|(user, heir)| (user, Some(heir))).to_vec()));
        assert_eq!(leavers(&Node::default()).map(|leavers| leavers.len()), Ok(0));
    }

    #[test]
    fn groups_go_by_the_same_form() {
        let body = r#"{"userGroups":[{"userGroup":{"id":22,"name":"x"},"newUser":{"id":3},"skipOwnerTransfer":true},{"userGroup":{"name":"Ops"}}]}"#;
        let read = groups(&body::parse(body.as_bytes()).unwrap());
        let first =
            Dissolution { group: GroupRef::Id(GroupId(22)), heir: HeirRef::User(UserRef::Id(UserId(3))) };
        let second = Dissolution { group: GroupRef::Name("Ops".to_owned()), heir: HeirRef::Unsaid };
        assert_eq!(read, Ok(vec![first, second]));
        let nameless = body::parse(br#"{"userGroups":[{"newUser":{"id":3}}]}"#).unwrap();
        assert_eq!(groups(&nameless).unwrap_err().to_string(), "userGroup: must be given in every entry");
    }

    #[test]
    fn unclear_entries_are_errors() {
        for (entry, field) in [
            (r#"{"newUser":{"id":3}}"#, "user"),
            (r#"{"user":{"id":0,"name":""}}"#, "user"),
            (r#"{"user":{"id":-2}}"#, "id"),
            (r#"{"user":{"id":"x"}}"#, "id"),
            (r#"{"user":{"id":2},"newUser":{"id":1.5}}"#, "id"),
            (r#"{"user":{"id":2},"skipOwnerTransfer":"maybe"}"#, "skipOwnerTransfer"),
            (r#"{"user":[{"id":2},{"id":3}]}"#, "user"),
        ] {
            let error = read(entry).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{entry}: {error}");
        }
    }
}
