//! Which endpoint a method and a path name. Every endpoint of this face is a variant here.

use axum::http::Method;
use domain::{Error, GroupId, UserId};

use super::path::Segment;
use super::reference;
use crate::app::{GroupRef, UserRef};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The probe that clients send before anything else.
    Root,
    Login,
    /// Needs a token.
    Guarded(Operation),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    Logout,
    WhoAmI,
    ListUsers,
    GetUser(UserRef),
    DisableUser(UserRef),
    EnableUser(UserRef),
    DeleteUser(UserRef),
    OffboardUser,
    ListGroups,
    GetGroup(GroupRef),
}

impl Route {
    /// Nothing if the face has no such endpoint.
    pub fn of(method: &Method, segments: &[Segment]) -> Result<Option<Self>, Error> {
        match segments {
            [] if method == Method::GET => return Ok(Some(Self::Root)),
            [word] if word.is("Login") && method == Method::POST => return Ok(Some(Self::Login)),
            _ => {}
        }
        Ok(Operation::of(method, segments)?.map(Self::Guarded))
    }
}

impl Operation {
    fn of(method: &Method, segments: &[Segment]) -> Result<Option<Self>, Error> {
        let is = |expected: Method| *method == expected;
        Ok(match segments {
            [word] => Self::of_word(method, word),
            [users, verb] if users.is("User") && verb.is("Offboard") && is(Method::POST) => {
                Some(Self::OffboardUser)
            }
            [users, who] if users.is("User") && is(Method::GET) => Some(Self::GetUser(user(who)?)),
            [users, who] if users.is("User") && is(Method::DELETE) => Some(Self::DeleteUser(user(who)?)),
            [users, who, verb] if users.is("User") && is(Method::PUT) && verb.is("Disable") => {
                Some(Self::DisableUser(user(who)?))
            }
            [users, who, verb] if users.is("User") && is(Method::PUT) && verb.is("Enable") => {
                Some(Self::EnableUser(user(who)?))
            }
            [groups, which] if groups.is("UserGroup") && is(Method::GET) => {
                Some(Self::GetGroup(group(which)?))
            }
            _ => None,
        })
    }

    fn of_word(method: &Method, word: &Segment) -> Option<Self> {
        let (expected, operation) = match word {
            word if word.is("Logout") => (Method::POST, Self::Logout),
            word if word.is("WhoAmI") => (Method::POST, Self::WhoAmI),
            word if word.is("User") => (Method::GET, Self::ListUsers),
            word if word.is("UserGroup") => (Method::GET, Self::ListGroups),
            _ => return None,
        };
        (*method == expected).then_some(operation)
    }
}

fn user(segment: &Segment) -> Result<UserRef, Error> {
    match named(segment, "userId", "userName")? {
        Named::Id(id) => Ok(UserRef::Id(UserId(id))),
        Named::Name(name) => Ok(UserRef::Name(name)),
    }
}

fn group(segment: &Segment) -> Result<GroupRef, Error> {
    match named(segment, "userGroupId", "userGroupName")? {
        Named::Id(id) => Ok(GroupRef::Id(GroupId(id))),
        Named::Name(name) => Ok(GroupRef::Name(name)),
    }
}

enum Named {
    Id(i64),
    Name(String),
}

fn named(segment: &Segment, id: &'static str, argument: &'static str) -> Result<Named, Error> {
    match segment {
        Segment::Plain(text) => match reference::id(id, text)? {
            Some(id) => Ok(Named::Id(id)),
            None => Err(Error::invalid(id, "must not be 0")),
        },
        Segment::ByName(by_name) => match by_name.only(argument) {
            Some(name) if !name.trim().is_empty() => Ok(Named::Name(name.to_owned())),
            _ => Err(Error::invalid("path", format!("must have the form byName({argument}='NAME')"))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::commvault::path::Target;

    fn route(method: &Method, path: &str) -> Result<Option<Route>, Error> {
        let raw = format!("/webconsole/api/{path}");
        let target = Target::parse(&raw).expect("a root").unwrap();
        Route::of(method, &target.segments)
    }

    #[track_caller]
    fn is(method: &Method, path: &str, expected: Operation) {
        assert_eq!(route(method, path), Ok(Some(Route::Guarded(expected))), "{method} {path}");
    }

    #[test]
    fn two_endpoints_need_no_token() {
        assert_eq!(route(&Method::GET, ""), Ok(Some(Route::Root)));
        assert_eq!(route(&Method::POST, "login"), Ok(Some(Route::Login)));
    }

    fn two() -> UserRef {
        UserRef::Id(UserId(2))
    }

    #[test]
    fn every_endpoint_is_found_in_any_case() {
        is(&Method::POST, "Logout", Operation::Logout);
        is(&Method::POST, "whoami", Operation::WhoAmI);
        is(&Method::GET, "User?level=10", Operation::ListUsers);
        is(&Method::GET, "UserGroup", Operation::ListGroups);
        is(&Method::GET, "usergroup/22", Operation::GetGroup(GroupRef::Id(GroupId(22))));
        let ops = GroupRef::Name("Ops".to_owned());
        is(&Method::GET, "UserGroup/byName(userGroupName='Ops')", Operation::GetGroup(ops));
        is(&Method::GET, "user/2", Operation::GetUser(two()));
        is(&Method::PUT, "user/2/disable", Operation::DisableUser(two()));
        is(&Method::PUT, "User/2/Enable", Operation::EnableUser(two()));
        is(&Method::DELETE, "User/2?newUserId=0", Operation::DeleteUser(two()));
        is(&Method::POST, "user/offboard", Operation::OffboardUser);
        let kim = || UserRef::Name("company/kim".to_owned());
        is(&Method::DELETE, "User/byName(userName='company/kim')", Operation::DeleteUser(kim()));
        is(&Method::PUT, "User/byName(userName='company/kim')/Disable", Operation::DisableUser(kim()));
    }

    #[test]
    fn other_methods_and_paths_are_no_endpoints() {
        for (method, path) in [
            (Method::POST, ""),
            (Method::GET, "Login"),
            (Method::GET, "User/2/Disable"),
            (Method::PUT, "User/2"),
            (Method::PUT, "User/2/Offboard"),
            (Method::GET, "Users"),
            (Method::GET, "User/2/Security/more"),
        ] {
            assert_eq!(route(&method, path), Ok(None), "{method} {path}");
        }
    }

    #[test]
    fn a_user_that_cannot_be_meant_is_an_error() {
        for path in
            ["User/jsmith", "User/0", "User/-1", "User/byName(userName='')", "User/byName(userGroupName='x')"]
        {
            assert!(route(&Method::DELETE, path).is_err(), "{path}");
        }
    }
}
