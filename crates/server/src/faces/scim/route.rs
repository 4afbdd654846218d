//! Which path and method is which call: the one table of this face.
//!
//! Never looks at a header or a body.

use axum::http::{Method, StatusCode};

use super::failure::Failure;
use crate::faces::percent;

/// Everything below belongs to this face, served or not.
const OURS: &str = "/scim";
/// The root of the one version that there is.
pub(super) const ROOT: &str = "/scim/v2";
/// The place of an id in a pattern; at most one each.
const ID: &str = "{}";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    User,
    Group,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// Of one type, or of all at the root.
    List(Option<Kind>),
    /// The same with the query in a body.
    Search(Option<Kind>),
    Create(Kind),
    Get(Kind),
    Replace(Kind),
    Patch(Kind),
    Delete(Kind),
    /// Refused: whoever asks is somebody already.
    CreateMe,
    GetMe,
    ReplaceMe,
    PatchMe,
    DeleteMe,
    Bulk,
    ServiceProviderConfig,
    ResourceTypes,
    ResourceType,
    Schemas,
    Schema,
}

struct Route {
    method: Method,
    pattern: &'static str,
    call: Call,
}

const fn route(method: Method, pattern: &'static str, call: Call) -> Route {
    Route { method, pattern, call }
}

static ROUTES: [Route; 27] = [
    route(Method::GET, "", Call::List(None)),
    route(Method::POST, ".search", Call::Search(None)),
    route(Method::GET, "Users", Call::List(Some(Kind::User))),
    route(Method::POST, "Users", Call::Create(Kind::User)),
    route(Method::POST, "Users/.search", Call::Search(Some(Kind::User))),
    route(Method::GET, "Users/{}", Call::Get(Kind::User)),
    route(Method::PUT, "Users/{}", Call::Replace(Kind::User)),
    route(Method::PATCH, "Users/{}", Call::Patch(Kind::User)),
    route(Method::DELETE, "Users/{}", Call::Delete(Kind::User)),
    route(Method::GET, "Groups", Call::List(Some(Kind::Group))),
    route(Method::POST, "Groups", Call::Create(Kind::Group)),
    route(Method::POST, "Groups/.search", Call::Search(Some(Kind::Group))),
    route(Method::GET, "Groups/{}", Call::Get(Kind::Group)),
    route(Method::PUT, "Groups/{}", Call::Replace(Kind::Group)),
    route(Method::PATCH, "Groups/{}", Call::Patch(Kind::Group)),
    route(Method::DELETE, "Groups/{}", Call::Delete(Kind::Group)),
    route(Method::GET, "Me", Call::GetMe),
    route(Method::POST, "Me", Call::CreateMe),
    route(Method::PUT, "Me", Call::ReplaceMe),
    route(Method::PATCH, "Me", Call::PatchMe),
    route(Method::DELETE, "Me", Call::DeleteMe),
    route(Method::POST, "Bulk", Call::Bulk),
    route(Method::GET, "ServiceProviderConfig", Call::ServiceProviderConfig),
    route(Method::GET, "ResourceTypes", Call::ResourceTypes),
    route(Method::GET, "ResourceTypes/{}", Call::ResourceType),
    route(Method::GET, "Schemas", Call::Schemas),
    route(Method::GET, "Schemas/{}", Call::Schema),
];

/// A call, and the id in its path, percent-decoded once; empty where there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub call: Call,
    pub id: String,
}

/// All that this face serves: method and path below the root, with `{}` for an id.
pub fn endpoints() -> impl Iterator<Item = (&'static Method, &'static str)> {
    ROUTES.iter().map(|route| (&route.method, route.pattern))
}

pub(super) fn is_ours(path: &str) -> bool {
    path.strip_prefix(OURS).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What the path takes, as `Allow` says it; nothing where it is not served.
pub(super) fn allowed(path: &str) -> Option<String> {
    let methods = matching(path).flat_map(|(route, _)| match route.method {
        Method::GET => vec!["GET", "HEAD"],
        ref other => vec![other.as_str()],
    });
    let methods: Vec<&str> = methods.collect();
    (!methods.is_empty()).then(|| format!("{}, OPTIONS", methods.join(", ")))
}

/// HEAD is GET here; whoever answers leaves the body out.
pub(super) fn find(method: &Method, path: &str) -> Result<Found, Failure> {
    let method = if method == Method::HEAD { &Method::GET } else { method };
    let Some((route, raw)) = matching(path).find(|(route, _)| route.method == *method) else {
        let unknown = || Failure::new(StatusCode::NOT_FOUND, format!("There is nothing at {path}"));
        return Err(allowed(path).map_or_else(unknown, |allow| Failure::method(&allow)));
    };
    Ok(Found { call: route.call, id: percent::decode("id", raw)? })
}

/// Routes of every method that the path fits, with the raw id. One slash at the end means nothing.
fn matching(path: &str) -> impl Iterator<Item = (&'static Route, &str)> {
    let rest = path.strip_prefix(ROOT).filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let rest = rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest));
    let rest = rest.map(|rest| rest.strip_prefix('/').unwrap_or(rest));
    ROUTES.iter().filter_map(move |route| Some((route, id_in(route.pattern, rest?)?)))
}

/// The raw id where `path` fits `pattern`. Segments are cut before anything is decoded, so `%2F` splits nothing;
/// and no id begins with a dot, which is for `.search`.
fn id_in<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    let mut id = "";
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let segment = segments.next()?;
        if expected == ID && !segment.is_empty() && !segment.starts_with('.') {
            id = segment;
        } else if expected != segment {
            return None;
        }
    }
    segments.next().is_none().then_some(id)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(method: &Method, path: &str) -> Option<(Call, String)> {
        find(method, path).ok().map(|found| (found.call, found.id))
    }

    #[test]
    fn paths_are_found_with_and_without_a_slash_at_the_end() {
        let get = |path| found(&Method::GET, path);
        for root in ["/scim/v2", "/scim/v2/"] {
            assert_eq!(get(root), Some((Call::List(None), String::new())), "{root}");
        }
        for (path, call, id) in [
            ("/scim/v2/Users", Call::List(Some(Kind::User)), ""),
            ("/scim/v2/Users/", Call::List(Some(Kind::User)), ""),
            ("/scim/v2/Users/7", Call::Get(Kind::User), "7"),
            ("/scim/v2/Groups/a%2Fb", Call::Get(Kind::Group), "a/b"),
            ("/scim/v2/Schemas/urn:x", Call::Schema, "urn:x"),
        ] {
            assert_eq!(get(path), Some((call, id.to_owned())), "{path}");
        }
        assert_eq!(found(&Method::POST, "/scim/v2/.search").map(|found| found.0), Some(Call::Search(None)));
        assert_eq!(found(&Method::HEAD, "/scim/v2/Me"), get("/scim/v2/Me"));
    }

    #[test]
    fn other_paths_and_methods_are_told_apart() {
        for path in ["/scim", "/scim/v1/Users", "/scim/v2x", "/scim/v2/users", "/scim/v2/Users/7/8"] {
            let failure = find(&Method::GET, path).expect_err(path);
            assert_eq!(failure.status, StatusCode::NOT_FOUND, "{path}");
        }
        for (method, path) in [
            (Method::POST, "/scim/v2/Schemas"),
            (Method::GET, "/scim/v2/Users/.search"),
            (Method::PUT, "/scim/v2/Users"),
        ] {
            let failure = find(&method, path).expect_err(path);
            assert_eq!(failure.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        }
        assert_eq!(allowed("/scim/v2/Users").as_deref(), Some("GET, HEAD, POST, OPTIONS"));
        assert!(is_ours("/scim") && is_ours("/scim/") && !is_ours("/scimitar"));
    }

    proptest! {
        #[test]
        fn never_panics(path in any::<String>(), likely in "[A-Za-z/.%0-9é]{0,40}") {
            let _ = found(&Method::GET, &path);
            let _ = found(&Method::PATCH, &format!("{ROOT}{likely}"));
        }
    }
}
