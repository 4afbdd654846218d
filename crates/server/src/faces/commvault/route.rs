//! Which operation a method and a path name. Every endpoint of this face is a variant here.

use axum::http::Method;
use domain::{Error, UserId};

use super::path::Segment;
use super::reference;
use crate::app::UserRef;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The probe that clients send before anything else.
    Root,
    Login,
    Logout,
    WhoAmI,
    ListUsers,
    GetUser(UserRef),
    DisableUser(UserRef),
    EnableUser(UserRef),
    DeleteUser(UserRef),
    OffboardUser,
    ListGroups,
}

impl Route {
    /// Nothing if the face has no such endpoint.
    pub fn of(method: &Method, segments: &[Segment]) -> Result<Option<Self>, Error> {
        Ok(match segments {
            [] if method == Method::GET => Some(Self::Root),
            [word] => fixed(method, word),
            [users, verb] if users.is("User") && verb.is("Offboard") && method == Method::POST => {
                Some(Self::OffboardUser)
            }
            [users, who] if users.is("User") && method == Method::GET => Some(Self::GetUser(user(who)?)),
            [users, who] if users.is("User") && method == Method::DELETE => {
                Some(Self::DeleteUser(user(who)?))
            }
            [users, who, verb] if users.is("User") && method == Method::PUT => match verb {
                verb if verb.is("Disable") => Some(Self::DisableUser(user(who)?)),
                verb if verb.is("Enable") => Some(Self::EnableUser(user(who)?)),
                _ => None,
            },
            _ => None,
        })
    }
}

fn fixed(method: &Method, word: &Segment) -> Option<Route> {
    let (expected, route) = match word {
        word if word.is("Login") => (Method::POST, Route::Login),
        word if word.is("Logout") => (Method::POST, Route::Logout),
        word if word.is("WhoAmI") => (Method::POST, Route::WhoAmI),
        word if word.is("User") => (Method::GET, Route::ListUsers),
        word if word.is("UserGroup") => (Method::GET, Route::ListGroups),
        _ => return None,
    };
    (*method == expected).then_some(route)
}

fn user(segment: &Segment) -> Result<UserRef, Error> {
    match segment {
        Segment::Plain(text) => match reference::id("userId", text)? {
            Some(id) => Ok(UserRef::Id(UserId(id))),
            None => Err(Error::invalid("userId", "must not be 0")),
        },
        Segment::ByName(by_name) => match by_name.only("userName") {
            Some(name) if !name.trim().is_empty() => Ok(UserRef::Name(name.to_owned())),
            _ => Err(Error::invalid("path", "must have the form byName(userName='NAME')")),
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
    fn is(method: &Method, path: &str, expected: Route) {
        assert_eq!(route(method, path), Ok(Some(expected)), "{method} {path}");
    }

    fn two() -> UserRef {
        UserRef::Id(UserId(2))
    }

    #[test]
    fn every_endpoint_is_found_in_any_case() {
        is(&Method::GET, "", Route::Root);
        is(&Method::POST, "login", Route::Login);
        is(&Method::POST, "Logout", Route::Logout);
        is(&Method::POST, "whoami", Route::WhoAmI);
        is(&Method::GET, "User?level=10", Route::ListUsers);
        is(&Method::GET, "UserGroup", Route::ListGroups);
        is(&Method::GET, "user/2", Route::GetUser(two()));
        is(&Method::PUT, "user/2/disable", Route::DisableUser(two()));
        is(&Method::PUT, "User/2/Enable", Route::EnableUser(two()));
        is(&Method::DELETE, "User/2?newUserId=0", Route::DeleteUser(two()));
        is(&Method::POST, "user/offboard", Route::OffboardUser);
        let kim = || UserRef::Name("company/kim".to_owned());
        is(&Method::DELETE, "User/byName(userName='company/kim')", Route::DeleteUser(kim()));
        is(&Method::PUT, "User/byName(userName='company/kim')/Disable", Route::DisableUser(kim()));
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
