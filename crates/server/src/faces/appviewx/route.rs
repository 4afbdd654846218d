//! Which path and method is which call: the one table of this face.
//!
//! Paths are matched in any case, with and without the prefix. Never looks at a header, a query or a body.

use axum::http::{Method, StatusCode};

use super::failure::Failure;

const PREFIX: &str = "/avxapi/";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    Login,
    Logout,
    RemoveUser,
    SearchUsers,
    AddUser,
    UpdateGroupsOfUser,
    UpdateGroupsOfProgram,
    AddGroup,
    RemoveGroup,
    GetServiceToken,
    AddServiceAccount,
}

struct Route {
    method: Method,
    endpoint: &'static str,
    call: Call,
}

const ROUTES: [Route; 12] = [
    Route { method: Method::POST, endpoint: "login", call: Call::Login },
    Route { method: Method::POST, endpoint: "acctmgmt-perform-login", call: Call::Login },
    Route { method: Method::POST, endpoint: "acctmgmt-perform-logout", call: Call::Logout },
    Route { method: Method::POST, endpoint: "acctmgmt-remove-user", call: Call::RemoveUser },
    Route { method: Method::POST, endpoint: "user-search", call: Call::SearchUsers },
    Route { method: Method::POST, endpoint: "user", call: Call::AddUser },
    Route { method: Method::PUT, endpoint: "user-updateUsergroups", call: Call::UpdateGroupsOfUser },
    Route { method: Method::POST, endpoint: "usergroup", call: Call::AddGroup },
    Route { method: Method::DELETE, endpoint: "userGroup", call: Call::RemoveGroup },
    Route { method: Method::POST, endpoint: "acctmgmt-get-service-token", call: Call::GetServiceToken },
    Route { method: Method::POST, endpoint: "acctmgmt-add-service-account", call: Call::AddServiceAccount },
    Route {
        method: Method::PUT,
        endpoint: "platform-assign-usergroup-to-service-account",
        call: Call::UpdateGroupsOfProgram,
    },
];

/// All that this face serves: method and endpoint.
pub fn endpoints() -> impl Iterator<Item = (&'static Method, &'static str)> {
    ROUTES.iter().map(|route| (&route.method, route.endpoint))
}

pub(super) fn is_ours(path: &str) -> bool {
    has_prefix(path) || matching(path).next().is_some()
}

pub(super) fn find(method: &Method, path: &str) -> Result<Call, Failure> {
    if matching(path).next().is_none() {
        return Err(Failure::new(StatusCode::NOT_FOUND, None, "The endpoint does not exist."));
    }
    match matching(path).find(|route| route.method == *method) {
        Some(route) => Ok(route.call),
        None => Err(Failure::method(matching(path).map(|route| route.method.as_str()))),
    }
}

fn has_prefix(path: &str) -> bool {
    path.get(..PREFIX.len()).is_some_and(|head| head.eq_ignore_ascii_case(PREFIX))
}

fn matching(path: &str) -> impl Iterator<Item = &'static Route> {
    let start = if has_prefix(path) { PREFIX.len() } else { 1 };
    let endpoint = path.get(start..).unwrap_or_default();
    ROUTES.iter().filter(move |route| route.endpoint.eq_ignore_ascii_case(endpoint))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn known_endpoints_with_and_without_prefix_in_any_case() {
        for (path, call) in [
            ("/avxapi/login", Call::Login),
            ("/login", Call::Login),
            ("/AVXAPI/Acctmgmt-Perform-Login", Call::Login),
            ("/acctmgmt-perform-logout", Call::Logout),
            ("/ACCTMGMT-REMOVE-USER", Call::RemoveUser),
        ] {
            assert!(is_ours(path), "{path}");
            assert_eq!(find(&Method::POST, path).ok(), Some(call), "{path}");
        }
    }

    #[test]
    fn of_unknown_endpoints_only_those_under_the_prefix_are_ours() {
        for (path, ours) in [
            ("/avxapi/nothing", true),
            ("/avxapi/", true),
            ("/avxapi", false),
            ("/nothing", false),
            ("/v1/login", false),
            ("/login/", false),
            ("", false),
        ] {
            assert_eq!(is_ours(path), ours, "{path}");
            assert!(find(&Method::POST, path).is_err(), "{path}");
        }
    }
    proptest! {
        #[test]
        fn never_panics(path in any::<String>(), likely in "/?[avxpiAVXPI/é]{0,9}/?[a-zA-Z/-]{0,20}") {
            for path in [path, likely] {
                let found = find(&Method::POST, &path);
                prop_assert!(found.is_err() || is_ours(&path), "{path}");
            }
        }
    }
}
