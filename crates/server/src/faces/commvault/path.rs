//! A raw request target, undecoded as the client sent it, cut into segments and query.
//!
//! Owns the four roots and the cutting. Never decides what a segment means: that is `route`.

use domain::Error;

use super::by_name::{ByName, CLOSING};
use super::percent;
use super::query::Query;

/// The roots under which the vendor's clients look for the same API.
const ROOTS: [&[&str]; 4] = [
    &["commandcenter", "api"],
    &["webconsole", "api"],
    &["SearchSvc", "CVWebService.svc"],
    &["WebServerCore"],
];

const FIELD: &str = "path";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Percent-decoded.
    Plain(String),
    ByName(ByName),
}

impl Segment {
    /// Whether this is the fixed segment `word`, in any case.
    pub fn is(&self, word: &str) -> bool {
        matches!(self, Self::Plain(text) if text.eq_ignore_ascii_case(word))
    }
}

/// What follows the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target<'a> {
    pub segments: Vec<Segment>,
    pub query: Query<'a>,
}

impl<'a> Target<'a> {
    /// Reads a path and query. Nothing if the path is under none of the four roots.
    pub fn parse(raw: &'a str) -> Option<Result<Self, Error>> {
        let (path, query) = raw.split_once('?').unwrap_or((raw, ""));
        let rest = ROOTS.into_iter().find_map(|root| below(path, root))?;
        Some(segments(rest).map(|segments| Self { segments, query: Query::parse(query) }))
    }
}

/// Whether a path, readable or not, is one of the newest generation, whose answers look different.
pub fn is_v4(path: &str) -> bool {
    let rest = ROOTS.into_iter().find_map(|root| below(path, root)).unwrap_or_default();
    below(rest, &["V4"]).is_some()
}

/// What follows `root` in `path`, if it begins so.
fn below<'a>(path: &'a str, root: &[&str]) -> Option<&'a str> {
    root.iter().try_fold(path, |rest, word| {
        let rest = rest.strip_prefix('/')?.trim_start_matches('/');
        let (head, tail) = rest.split_at_checked(word.len())?;
        let ends = tail.is_empty() || tail.starts_with('/');
        (ends && head.eq_ignore_ascii_case(word)).then_some(tail)
    })
}

fn segments(path: &str) -> Result<Vec<Segment>, Error> {
    let mut segments = Vec::new();
    let mut rest = path.trim_start_matches('/');
    while !rest.is_empty() {
        let (raw, after) = rest.split_at(end_of_segment(rest));
        if !after.is_empty() && !after.starts_with('/') {
            return Err(Error::invalid(FIELD, "goes on after byName(…)"));
        }
        segments.push(segment(raw)?);
        rest = after.trim_start_matches('/');
    }
    Ok(segments)
}

/// A name may hold a raw slash, so `byName(` is looked for before `/`, and its last closing ends it.
fn end_of_segment(rest: &str) -> usize {
    let closing = if ByName::opens(rest) { rest.rfind(CLOSING) } else { None };
    match closing {
        Some(at) => at + CLOSING.len(),
        None => rest.find('/').unwrap_or(rest.len()),
    }
}

fn segment(raw: &str) -> Result<Segment, Error> {
    let decoded = percent::decode(FIELD, raw)?;
    if ByName::opens(&decoded) {
        return ByName::parse(FIELD, raw).map(Segment::ByName);
    }
    Ok(Segment::Plain(decoded))
}

#[cfg(test)]
mod tests {
    use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
    use proptest::prelude::*;

    use super::*;

    fn parse(raw: &str) -> Result<Vec<Segment>, Error> {
        Target::parse(raw).expect("a root").map(|target| target.segments)
    }

    #[track_caller]
    fn plain(raw: &str, expected: &[&str]) {
        let expected: Vec<_> = expected.iter().map(|&s| Segment::Plain(s.to_owned())).collect();
        assert_eq!(parse(raw).unwrap(), expected, "{raw}");
    }

    #[track_caller]
    fn user_in_second_place(raw: &str, expected: &str) {
        match parse(raw).unwrap().get(1) {
            Some(Segment::ByName(by_name)) => assert_eq!(by_name.only("userName"), Some(expected), "{raw}"),
            other => panic!("{raw}: {other:?}"),
        }
    }

    #[test]
    fn the_four_roots_in_any_case() {
        for root in [
            "/commandcenter/api",
            "/CommandCenter/API",
            "/webconsole/api",
            "/SearchSvc/CVWebService.svc",
            "/searchsvc/cvwebservice.svc",
            "/WebServerCore",
        ] {
            plain(root, &[]);
            plain(&format!("{root}/"), &[]);
            plain(&format!("{root}?x=1"), &[]);
            plain(&format!("{root}/User/2"), &["User", "2"]);
        }
        for raw in ["", "/", "/v1/users", "/commandcenter", "/commandcenter/apis/User", "/api/User", "User"] {
            assert!(Target::parse(raw).is_none(), "{raw}");
        }
    }

    #[test]
    fn the_generation_is_told_even_where_the_rest_cannot_be_read() {
        for path in ["/webconsole/api/V4/user/2", "/commandcenter/api//v4/user/%zz", "/WebServerCore/V4"] {
            assert!(is_v4(path), "{path}");
        }
        for path in ["/webconsole/api/User/V4", "/webconsole/api/V40/user", "/V4/user", ""] {
            assert!(!is_v4(path), "{path}");
        }
    }

    #[test]
    fn slashes_collapse_and_segments_are_decoded_once() {
        plain("/commandcenter/api//V4/AccessToken", &["V4", "AccessToken"]);
        plain("//commandcenter//api///User//2/", &["User", "2"]);
        plain("/webconsole/api/a%2Fb/%2541", &["a/b", "%41"]);
        assert!(parse("/webconsole/api/wHoAmI").unwrap()[0].is("WhoAmI"));
    }

    #[test]
    fn by_name_is_found_before_slashes() {
        let root = "/webconsole/api/User";
        user_in_second_place(&format!("{root}/byName(userName='jsmith')"), "jsmith");
        user_in_second_place(&format!("{root}/byName(userName='company/jsmith')"), "company/jsmith");
        user_in_second_place(&format!("{root}/byName(userName='a//b')"), "a//b");
        user_in_second_place(&format!("{root}/BYNAME(username='x')/Security"), "x");
        user_in_second_place(&format!("{root}/byName%28userName=%27a%2Fb%27%29"), "a/b");
        user_in_second_place(&format!("{root}/byName(userName='a')/b')"), "a')/b");
        let segments = parse(&format!("{root}/byName(userName='company/x')//Security")).unwrap();
        assert!(segments.len() == 3 && segments[2].is("Security"));
    }

    #[test]
    fn malformed_paths_are_errors() {
        for rest in [
            "%",
            "%zz",
            "%FF",
            "User/byName(userName='x')y",
            "User/byName(userName='x",
            "User/byName(userName='%')",
            "User/byName('x')",
        ] {
            let error = parse(&format!("/webconsole/api/{rest}")).unwrap_err();
            assert!(error.to_string().starts_with("path: "), "{rest}: {error}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in any::<String>(), likely in "[a-zA-Z'/()=%?&é0-9]{0,60}") {
            let _ = Target::parse(&text);
            let _ = Target::parse(&format!("/WebServerCore/{text}"));
            let _ = Target::parse(&format!("/WebServerCore/byName({likely}"));
        }

        #[test]
        fn any_encoded_name_comes_back(name in any::<String>()) {
            let name_sent = utf8_percent_encode(&name, NON_ALPHANUMERIC);
            let raw = format!("/webconsole/api/User/byName(userName='{name_sent}')/Security");
            user_in_second_place(&raw, &name);
        }
    }
}
