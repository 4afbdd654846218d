//! The text of filters and paths: what is accepted, what is refused and how, and how a tree is written.

use proptest::prelude::*;
use scim::filter::{MAX_FILTER_BYTES, MAX_FILTER_DEPTH, MAX_FILTER_TERMS};
use scim::schema::USER;
use scim::{AttributePath, Filter, Operator, Path, ScimType};
use serde_json::{Value, json};

#[test]
fn filters_are_written_as_they_are_understood() {
    for (given, written) in [
        ("userName Eq \"bjensen\"", "userName eq \"bjensen\""),
        ("  userName\teq   \"a\"  ", "userName eq \"a\""),
        ("userName eq\"a\"", "userName eq \"a\""),
        ("title PR", "title pr"),
        ("a pr AND b pr Or c pr", "a pr and b pr or c pr"),
        ("a pr or b pr and c pr", "a pr or b pr and c pr"),
        ("(a pr or b pr) and c pr", "(a pr or b pr) and c pr"),
        ("((a pr)) and (b pr and c pr)", "a pr and (b pr and c pr)"),
        ("not(a pr)", "not (a pr)"),
        ("NOT (a pr) and b pr", "not (a pr) and b pr"),
        ("not (a pr and not (b pr))", "not (a pr and not (b pr))"),
        ("emails [ type eq \"work\" ]", "emails[type eq \"work\"]"),
        ("emails[not (type eq \"work\")]", "emails[not (type eq \"work\")]"),
        ("emails[type eq \"work\"].value eq \"x\"", "emails[type eq \"work\" and value eq \"x\"]"),
        ("emails[type eq \"work\"].value pr", "emails[type eq \"work\" and value pr]"),
        ("active eq TRUE", "active eq true"),
        ("a eq null", "a eq null"),
        ("a gt -12.5", "a gt -12.5"),
        ("a eq \"q\\\"\\u00e9\\n]\"", "a eq \"q\\\"é\\n]\""),
        ("urn:x:2.0:User:manager.$ref sw \"a\"", "urn:x:2.0:User:manager.$ref sw \"a\""),
        ("urn:x:2.0:User:roles[value eq \"a\"]", "urn:x:2.0:User:roles[value eq \"a\"]"),
    ] {
        assert_eq!(Filter::parse(given).map(|filter| filter.to_string()), Ok(written.to_owned()), "{given}");
    }
}

#[test]
fn malformed_filters_are_refused() {
    for text in [
        "",
        "   ",
        "userName",
        "userName eq",
        "userName is \"a\"",
        "userName eq a",
        "userName eq 'a'",
        "userName eq \"a",
        "userName eq \"\\x\"",
        "userName eq \"\\ud800\"",
        "userName eq \"line\nbreak\"",
        "userName eq 01",
        "userName eq {}",
        "userName eq \"a\" userName pr",
        "userName eq \"a\" and",
        "and userName pr",
        "not userName pr",
        "(userName pr",
        "userName pr)",
        "()",
        "emails[type eq \"work\"",
        "emails[]",
        "emails[type eq \"work\"]]",
        "emails[type eq \"work\"].",
        "emails[type eq \"work\"].value",
        "emails.value[type eq \"work\"]",
        "emails[type[value eq \"a\"]]",
        "1a pr",
        "a.b.c pr",
        "a. pr",
        ".a pr",
        "x:a pr",
        "urn:x:2.0: pr",
        "é pr",
        "userName eq \"a\" && title pr",
    ] {
        assert_eq!(
            Filter::parse(text).map_err(|error| error.scim_type),
            Err(ScimType::InvalidFilter),
            "{text}"
        );
    }
}

#[test]
fn filters_have_limits() {
    let chain = |terms| vec!["a pr"; terms].join(" or ");
    let nest = |depth| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    let long = |bytes| format!("a eq \"{}\"", "x".repeat(bytes - 7));
    for (within, beyond) in [
        (chain(MAX_FILTER_TERMS), chain(MAX_FILTER_TERMS + 1)),
        (nest(MAX_FILTER_DEPTH), nest(MAX_FILTER_DEPTH + 1)),
        (long(MAX_FILTER_BYTES), long(MAX_FILTER_BYTES + 1)),
    ] {
        Filter::parse(&within).unwrap();
        assert_eq!(Filter::parse(&beyond).unwrap_err().scim_type, ScimType::InvalidFilter);
    }
    Filter::parse(&"not (".repeat(3000)).unwrap_err();
}

#[test]
fn a_mistake_is_shown_where_it_is() {
    for (text, detail) in [
        ("userName eq", "Expected a text in quotes, a number, true, false or null at byte 11"),
        ("(a pr or b pr", "Expected a closing parenthesis at byte 13"),
        ("a pr b pr", "Expected the end at byte 5"),
        ("a like \"b\"", "Expected one of eq, ne, co, sw, ew, gt, ge, lt, le and pr at byte 2"),
        ("a eq \"b", "Nothing in a filter or path is written like the text at byte 5"),
        ("a.b.c pr", "\"a.b.c\" is not the name of an attribute"),
    ] {
        assert_eq!(Filter::parse(text).unwrap_err().detail, detail);
    }
}

#[test]
fn a_filter_tells_its_paths_and_equalities() {
    let filter = Filter::parse("a eq 1 and (b.c pr or not (emails[value eq \"x\"]))").unwrap();
    let paths: Vec<String> = filter.paths().iter().map(|path| path.to_string()).collect();
    assert_eq!(paths, ["a", "b.c", "emails"]);
    assert_eq!(filter.equalities(), None);
    let filter = Filter::parse("a eq 1 and (b eq \"x\" and c eq true)").unwrap();
    let equalities: Vec<(String, Value)> = filter
        .equalities()
        .unwrap()
        .into_iter()
        .map(|(path, value)| (path.to_string(), value.clone()))
        .collect();
    let expected = [("a", json!(1)), ("b", json!("x")), ("c", json!(true))];
    assert_eq!(equalities, expected.map(|(path, value)| (path.to_owned(), value)));
}

#[test]
fn paths_are_read() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    for text in [
        "members".to_owned(),
        "name.familyName".to_owned(),
        "emails[type eq \"work\"]".to_owned(),
        "emails[type eq \"work\" and value ew \"example.com\"].displayName".to_owned(),
        format!("{enterprise}:manager.value"),
        enterprise.to_owned(),
    ] {
        assert_eq!(Path::parse(&text).unwrap().to_string(), text);
    }
    let path = Path::parse(&format!("{}:MANAGER.Value", enterprise.to_uppercase())).unwrap();
    let found = path.find(&USER).unwrap();
    assert_eq!((found.attribute.name, found.sub.unwrap().name), ("manager", "value"));
    assert_eq!(AttributePath::parse(enterprise).unwrap().schema(&USER).unwrap().id, enterprise);
    for (text, scim_type) in [
        ("", ScimType::InvalidPath),
        ("/name", ScimType::InvalidPath),
        ("name familyName", ScimType::InvalidPath),
        ("name.familyName.x", ScimType::InvalidPath),
        ("emails.value[type eq \"x\"]", ScimType::InvalidPath),
        ("emails[type eq \"work\"]value", ScimType::InvalidPath),
        ("emails[type eq \"work\"].value.x", ScimType::InvalidPath),
        ("emails[0]", ScimType::InvalidFilter),
        ("emails[type eq work]", ScimType::InvalidFilter),
        ("emails[type eq \"work\"", ScimType::InvalidFilter),
    ] {
        assert_eq!(Path::parse(text).unwrap_err().scim_type, scim_type, "{text}");
    }
}

/// Trees as the parser makes them: value paths stand at the top only, and lists of parts have two or more.
pub(crate) fn filters() -> impl Strategy<Value = Filter> {
    let inner = trees(comparisons().boxed());
    let value_path =
        (names(), inner).prop_map(|(path, filter)| Filter::ValuePath { path, filter: Box::new(filter) });
    trees(prop_oneof![3 => comparisons(), 1 => value_path].boxed())
}

fn trees(leaf: BoxedStrategy<Filter>) -> BoxedStrategy<Filter> {
    let grow = |inner: BoxedStrategy<Filter>| {
        let many = prop::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            many.clone().prop_map(Filter::And),
            many.prop_map(Filter::Or),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    };
    leaf.prop_recursive(3, 16, 3, grow).boxed()
}

fn names() -> impl Strategy<Value = AttributePath> {
    const NAMES: &[&str] = &["userName", "EMAILS", "active", "$ref", "value", "type", "primary", "unknown"];
    (any::<bool>(), prop::sample::select(NAMES)).prop_map(|(qualified, name)| AttributePath {
        urn: qualified.then(|| "urn:ietf:params:scim:schemas:core:2.0:User".to_owned()),
        name: name.to_owned(),
        sub: None,
    })
}

fn comparisons() -> impl Strategy<Value = Filter> {
    use Operator::{
        Contains, EndsWith, Equal, Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual, StartsWith,
    };
    let operators =
        vec![Equal, NotEqual, Contains, StartsWith, EndsWith, Greater, GreaterOrEqual, Less, LessOrEqual];
    let path = (names(), prop::option::of(prop::sample::select(&["value", "type", "givenName"][..])))
        .prop_map(|(path, sub)| AttributePath { sub: sub.map(str::to_owned), ..path });
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    (path, prop::option::of(prop::sample::select(operators)), value).prop_map(|(path, operator, value)| {
        match operator {
            Some(operator) => Filter::Compare { path, operator, value },
            None => Filter::Present(path),
        }
    })
}

/// Texts that are nearly filters.
fn nearly() -> impl Strategy<Value = String> {
    let pieces = [
        "userName",
        "emails",
        "[",
        "]",
        "(",
        ")",
        " ",
        "and",
        "or",
        "not",
        "eq",
        "pr",
        "\"",
        "\\",
        "work",
        ".",
        "value",
        "1",
        "true",
        "urn:x:2.0:User:",
        "é",
        "\"x\"",
        "[type eq \"work\"]",
    ];
    prop::collection::vec(prop::sample::select(pieces.to_vec()), 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn a_written_tree_is_read_as_the_same(filter in filters()) {
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn parsers_never_panic_and_agree_with_what_they_write(text in prop_oneof![any::<String>(), nearly()]) {
        if let Ok(filter) = Filter::parse(&text) {
            prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
        }
        if let Ok(path) = Path::parse(&text) {
            prop_assert_eq!(Path::parse(&path.to_string()), Ok(path));
        }
    }
}
