//! Which path and method is which call: the one table of this face.
//!
//! Knows the vendor's root and its alias. Never looks at a header or a body.

use axum::http::Method;
use domain::Error;

use super::failure::Failure;
use crate::faces::percent;

/// Everything below belongs to this face, served or not.
const OURS: &str = "/integration/";
/// The documented base.
pub(super) const BASE: &str = "/integration/ws/management/rest/";
/// Both bases: the second is in a sample of the vendor (contract section 1).
const BASES: [&str; 2] = [BASE, "/integration/zuul/management/rest/"];
/// The place of a name in a pattern; at most one each.
const NAME: &str = "{}";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    List,
    Create,
    Get,
    Update,
    Delete,
    Deactivate,
    Activate,
    ChangePassword,
    WelcomeMail,
    Groups,
    AddUsers,
    RemoveUsers,
    Admins,
    AddAdmins,
    RemoveAdmins,
}

struct Route {
    method: Method,
    pattern: &'static str,
    call: Call,
}

const fn route(method: Method, pattern: &'static str, call: Call) -> Route {
    Route { method, pattern, call }
}

static ROUTES: [Route; 15] = [
    route(Method::GET, "users", Call::List),
    route(Method::POST, "users", Call::Create),
    route(Method::GET, "users/{}", Call::Get),
    route(Method::PUT, "users/{}", Call::Update),
    route(Method::DELETE, "users/{}", Call::Delete),
    route(Method::PUT, "users/{}/deactivate", Call::Deactivate),
    route(Method::PUT, "users/{}/activate", Call::Activate),
    route(Method::PUT, "users/{}/changePassword", Call::ChangePassword),
    route(Method::POST, "users/{}/welcomeMail", Call::WelcomeMail),
    route(Method::GET, "users/{}/groups", Call::Groups),
    route(Method::POST, "groups/{}/users.add", Call::AddUsers),
    route(Method::POST, "groups/{}/users.remove", Call::RemoveUsers),
    route(Method::GET, "groups/{}/admins", Call::Admins),
    route(Method::POST, "groups/{}/admins.add", Call::AddAdmins),
    route(Method::POST, "groups/{}/admins.remove", Call::RemoveAdmins),
];

/// A call, and the name in its path, percent-decoded once.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub call: Call,
    pub name: String,
}

/// All that this face serves: method and path below the base, with `{}` for a name.
pub fn endpoints() -> impl Iterator<Item = (&'static Method, &'static str)> {
    ROUTES.iter().map(|route| (&route.method, route.pattern))
}

pub(super) fn is_ours(path: &str) -> bool {
    path.starts_with(OURS)
}

pub(super) fn find(method: &Method, path: &str) -> Result<Found, Failure> {
    let rest = BASES.iter().find_map(|base| path.strip_prefix(base));
    let matching: Vec<(&Route, &str)> = match rest {
        Some(rest) => {
            ROUTES.iter().filter_map(|route| Some((route, name_in(route.pattern, rest)?))).collect()
        }
        None => Vec::new(),
    };
    if matching.is_empty() {
        return Err(Error::not_found("service", path).into());
    }
    let Some((route, raw)) = matching.iter().find(|(route, _)| route.method == *method) else {
        return Err(Failure::method(matching.iter().map(|(route, _)| route.method.as_str())));
    };
    Ok(Found { call: route.call, name: percent::decode("path", raw)? })
}

/// The raw name where `path` fits `pattern`; empty where the pattern has none. Segments are cut before
/// anything is decoded, so `%2F` splits nothing.
fn name_in<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let mut name = "";
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let segment = segments.next()?;
        if expected == NAME && !segment.is_empty() {
            name = segment;
        } else if expected != segment {
            return None;
        }
    }
    segments.next().is_none().then_some(name)
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn found(path: &str) -> Option<(Call, String)> {
        find(&Method::PUT, path).ok().map(|found| (found.call, found.name))
    }

    #[test]
    fn both_bases_and_names_of_every_kind() {
        for base in BASES {
            for (raw, name) in [
                ("restuser.netex", "restuser.netex"),
                ("a%2Fb", "a/b"),
                ("company%5Cjsmith", "company\\jsmith"),
                ("a%2541", "a%41"),
                ("a+b", "a+b"),
                ("Zo%C3%AB", "Zoë"),
                ("deactivate", "deactivate"),
            ] {
                let path = format!("{base}users/{raw}/deactivate");
                assert_eq!(found(&path), Some((Call::Deactivate, name.to_owned())), "{path}");
            }
        }
        let path = format!("{BASE}users/x/activate");
        assert_eq!(found(&path), Some((Call::Activate, "x".to_owned())));
    }

    #[test]
    fn everything_else_is_no_service() {
        for path in [
            "/integration/ws/management/rest/users//deactivate",
            "/integration/ws/management/rest/users/x/deactivate/",
            "/integration/ws/management/rest/users/a/b/deactivate",
            "/integration/ws/training/rest/users/x/deactivate",
            "/integration/ws/management/rest/Users/x/deactivate",
            "/integration/ws/management/rest/",
            "/integration/ws/management/rest/users/",
            "/integration/ws/management/rest/groups/x/users",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }
    proptest! {
        #[test]
        fn any_encoded_name_comes_back(name in "\\PC{1,40}") {
            let sent = utf8_percent_encode(&name, NON_ALPHANUMERIC);
            let path = format!("{}users/{sent}/deactivate", BASES[1]);
            prop_assert_eq!(found(&path), Some((Call::Deactivate, name)));
        }

        #[test]
        fn never_panics(path in any::<String>(), likely in "[a-z/.%0-9é]{0,40}") {
            let _ = found(&path);
            let _ = found(&format!("{}{likely}", BASES[0]));
        }
    }
}
