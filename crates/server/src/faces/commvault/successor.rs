//! Who inherits, as a client says it in either generation of the API, mostly in the query of a DELETE.

use domain::{Error, GroupId, UserId};

use super::by_name::ByName;
use super::percent;
use super::query::Query;
use super::reference;
use crate::app::{GroupRef, HeirRef, UserRef};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Successor {
    None,
    User(UserRef),
    Group(GroupRef),
    /// A refusal, but the rule's to give: it is the same one on every face.
    Both,
}

/// The parameters of v2, then those of v4; clients mix them.
const USER_PARAMETERS: [&str; 2] = ["newUserId", "transferToUser"];
const GROUP_PARAMETERS: [&str; 2] = ["newUserGroupId", "transfertoUserGroup"];

impl Successor {
    /// `skip` is the wish that nobody inherits. A new owner named beside it goes before.
    pub fn heir(self, skip: bool) -> HeirRef {
        match self {
            Self::None if skip => HeirRef::Orphan,
            Self::None => HeirRef::Unsaid,
            Self::User(user) => HeirRef::User(user),
            Self::Group(group) => HeirRef::Group(group),
            Self::Both => HeirRef::Both,
        }
    }

    pub fn from_query(query: &Query<'_>) -> Result<Self, Error> {
        let mut user = None;
        let mut group = None;
        for parameter in USER_PARAMETERS {
            match heir(parameter, query)? {
                None => {}
                Some(Heir::Id(id)) => agree(parameter, &mut user, UserRef::Id(UserId(id)))?,
                Some(Heir::UserName(name)) => agree(parameter, &mut user, UserRef::Name(name))?,
                // One page of the vendor's documentation words the group form this way.
                Some(Heir::GroupName(name)) => agree(parameter, &mut group, GroupRef::Name(name))?,
            }
        }
        for parameter in GROUP_PARAMETERS {
            match heir(parameter, query)? {
                None => {}
                Some(Heir::Id(id)) => agree(parameter, &mut group, GroupRef::Id(GroupId(id)))?,
                Some(Heir::GroupName(name)) => agree(parameter, &mut group, GroupRef::Name(name))?,
                Some(Heir::UserName(_)) => return Err(Error::invalid(parameter, "must name a user group")),
            }
        }
        Ok(match (user, group) {
            (None, None) => Self::None,
            (Some(user), None) => Self::User(user),
            (None, Some(group)) => Self::Group(group),
            (Some(_), Some(_)) => Self::Both,
        })
    }
}

/// One parameter's value, before it is known which kind an id belongs to.
enum Heir {
    Id(i64),
    UserName(String),
    GroupName(String),
}

/// `0`, an empty value, `''` and an empty name all mean "not given".
fn heir(parameter: &'static str, query: &Query<'_>) -> Result<Option<Heir>, Error> {
    let Some(raw) = query.raw(parameter)? else { return Ok(None) };
    let decoded = percent::decode(parameter, raw)?;
    if ByName::opens(&decoded) {
        return named(parameter, &ByName::parse(parameter, raw)?);
    }
    if decoded.trim().is_empty() || decoded.trim() == "''" {
        return Ok(None);
    }
    Ok(reference::id(parameter, &decoded)?.map(Heir::Id))
}

fn named(parameter: &'static str, by_name: &ByName) -> Result<Option<Heir>, Error> {
    let (name, heir): (_, fn(String) -> Heir) =
        match (by_name.only("userName"), by_name.only("userGroupName")) {
            (Some(name), _) => (name, Heir::UserName),
            (None, Some(name)) => (name, Heir::GroupName),
            (None, None) => return Err(Error::invalid(parameter, "must give userName or userGroupName")),
        };
    Ok((!name.trim().is_empty()).then(|| heir(name.to_owned())))
}

/// Two parameters may say the same thing twice, but not two things.
fn agree<T: PartialEq>(parameter: &'static str, known: &mut Option<T>, next: T) -> Result<(), Error> {
    match known.replace(next) {
        Some(earlier) if known.as_ref() != Some(&earlier) => {
            Err(Error::invalid(parameter, "contradicts another parameter"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(raw: &str) -> Result<Successor, Error> {
        Successor::from_query(&Query::parse(raw))
    }

    #[track_caller]
    fn is(raw: &str, expected: Successor) {
        assert_eq!(read(raw), Ok(expected), "{raw}");
    }

    fn user(name: &str) -> Successor {
        Successor::User(UserRef::Name(name.to_owned()))
    }

    fn group(name: &str) -> Successor {
        Successor::Group(GroupRef::Name(name.to_owned()))
    }

    #[test]
    fn by_id_in_both_generations() {
        is("newUserId=3&newUserGroupId=0", Successor::User(UserRef::Id(UserId(3))));
        is("newUserGroupId=22&newUserId=0", Successor::Group(GroupRef::Id(GroupId(22))));
        is("NEWUSERID=3", Successor::User(UserRef::Id(UserId(3))));
        is(
            "skipOwnerShipTransfer=false&transferToUser=0&transfertoUserGroup=22",
            Successor::Group(GroupRef::Id(GroupId(22))),
        );
        is("transferToUser=3&newUserId=3", Successor::User(UserRef::Id(UserId(3))));
    }

    #[test]
    fn by_name_and_mixed() {
        is("newUserId=byName(userName='kjones')&newUserGroupId=byName(userGroupName='')", user("kjones"));
        is("newUserId=byName(userName='')&newUserGroupId=byName(userGroupName='Ops')", group("Ops"));
        is("newUserId=byName(userGroupName='R&D')", group("R&D"));
        is("newUserId=byName(userName='company%5Ckjones')&newUserGroupId=0", user("company\\kjones"));
        is("newUserId=byName%28userName%3D%27kjones%27%29", user("kjones"));
    }

    #[test]
    fn nothing_given_in_every_spelling() {
        for raw in [
            "",
            "newUserId=0&newUserGroupId=0",
            "newUserId=&newUserGroupId=''",
            "newUserId",
            "newUserId=%27%27",
        ] {
            is(raw, Successor::None);
        }
    }

    #[test]
    fn both_kinds_are_told_apart_from_contradictions() {
        is("newUserId=3&newUserGroupId=22", Successor::Both);
        is("newUserId=byName(userGroupName='Ops')&transferToUser=3", Successor::Both);
        for (raw, parameter) in [
            ("newUserId=3&transferToUser=4", "transferToUser"),
            ("newUserId=3&newuserid=4", "newUserId"),
            (
                "newUserId=byName(userGroupName='Ops')&newUserGroupId=byName(userGroupName='All')",
                "newUserGroupId",
            ),
            ("newUserGroupId=byName(userName='kjones')", "newUserGroupId"),
            ("newUserId=kjones", "newUserId"),
            ("newUserId=-3", "newUserId"),
            ("newUserId=byName(x='kjones')", "newUserId"),
            ("newUserId=byName(userName='a',userGroupName='b')", "newUserId"),
            ("newUserGroupId=%zz", "newUserGroupId"),
        ] {
            let error = read(raw).unwrap_err();
            assert!(error.to_string().starts_with(&format!("{parameter}: ")), "{raw}: {error}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), likely in "[a-zN'()=%?&é0-9]{0,40}") {
            let _ = read(&format!("newUserId={text}"));
            let _ = read(&format!("newUserId=byName(userName='{likely}"));
        }
    }
}
