//! What filters match: the RFC's examples on the RFC's user, and what its text says of every type.

use proptest::prelude::*;
use scim::schema::{GROUP, USER};
use scim::{Document, Filter, ScimType};
use serde_json::{Value, json};

use crate::{documents, grammar};

fn document(value: Value) -> Document {
    let Value::Object(document) = value else { panic!("{value} is no object") };
    document
}

#[track_caller]
fn check(document: &Document, expected: &[(&str, bool)]) {
    for (text, matches) in expected {
        let filter = Filter::parse(text).unwrap();
        assert_eq!(filter.check(&USER), Ok(()), "{text}");
        assert_eq!(filter.matches(&USER, document), *matches, "{text}");
    }
}

/// Figure 2 of RFC 7644.
#[test]
fn the_examples_of_the_rfc() {
    check(
        &document(documents::barbara()),
        &[
            ("userName Eq \"bjensen@example.com\"", true),
            ("userName Eq \"john\"", false),
            ("name.familyName co \"O'Malley\"", false),
            ("name.familyName co \"ENS\"", true),
            ("userName sw \"J\"", false),
            ("urn:ietf:params:scim:schemas:core:2.0:User:userName sw \"BJ\"", true),
            ("title pr", true),
            ("meta.lastModified gt \"2011-05-13T04:42:34Z\"", false),
            ("meta.lastModified ge \"2011-05-13T04:42:34Z\"", true),
            ("meta.lastModified lt \"2011-05-13T04:42:34Z\"", false),
            ("meta.lastModified le \"2011-05-13T04:42:34Z\"", true),
            ("title pr and userType eq \"Employee\"", true),
            ("title pr or userType eq \"Intern\"", true),
            ("schemas eq \"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"", true),
            ("schemas eq \"urn:ietf:params:scim:schemas:core:2.0:Group\"", false),
            (
                "userType eq \"Employee\" and (emails co \"example.com\" or emails.value co \"example.org\")",
                true,
            ),
            (
                "userType ne \"Employee\" and not (emails co \"example.com\" or emails.value co \"jensen.org\")",
                false,
            ),
            ("userType eq \"Employee\" and (emails.type eq \"work\")", true),
            ("userType eq \"Employee\" and emails[type eq \"work\" and value co \"@example.com\"]", true),
            (
                "emails[type eq \"work\" and value co \"@example.com\"] or ims[type eq \"xmpp\" and value co \"@foo.com\"]",
                true,
            ),
        ],
    );
}

#[test]
fn of_many_values_one_must_match() {
    check(
        &document(documents::barbara()),
        &[
            ("emails eq \"BABS@jensen.org\"", true),
            ("emails.type eq \"home\" and emails.value eq \"bjensen@example.com\"", true),
            ("emails[type eq \"home\" and value eq \"bjensen@example.com\"]", false),
            ("emails[type eq \"home\"].value eq \"babs@jensen.org\"", true),
            ("emails[type eq \"home\"].value eq \"bjensen@example.com\"", false),
            ("emails[not (type eq \"work\")]", true),
            ("emails[type ne \"work\"]", true),
            ("emails.type ne \"work\"", false),
            ("emails.type ne \"other\"", true),
            ("emails.primary eq true", true),
            ("emails[primary eq \"True\"].value sw \"bj\"", true),
            ("emails[type eq \"home\" and primary eq false]", false),
            ("groups eq \"e9e30dba-f08f-4109-8486-d5c6a331660a\"", true),
            ("groups.display eq \"tour guides\"", true),
            ("roles pr", false),
            ("roles[value eq \"x\"]", false),
            ("name[givenName eq \"Barbara\"]", true),
            ("schemas[value ew \":User\"]", true),
        ],
    );
}

#[test]
fn values_are_compared_by_their_type() {
    let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    check(
        &document(documents::barbara()),
        &[
            ("id eq \"2819c223-7f76-453a-919d-413861904646\"", true),
            ("id eq \"2819C223-7f76-453a-919d-413861904646\"", false),
            ("meta.resourceType eq \"User\"", true),
            ("meta.created eq \"2010-01-23T05:56:22+01:00\"", true),
            ("meta.created eq \"2010-01-23T04:56:22.000Z\"", true),
            ("meta.created ne \"2010-01-23T04:56:22\"", false),
            ("meta.created sw \"2010-01\"", true),
            ("userName gt \"Bjensen\" and userName lt \"bk\"", true),
            ("userName ge \"bjensen@example.com\"", true),
            ("active eq true", true),
            ("active eq \"True\"", true),
            ("active eq False", false),
            ("active ne false", true),
            (&format!("{enterprise}:department eq \"tour operations\""), true),
            (&format!("{enterprise}:manager eq \"26118915-6090-4610-87e4-49d8ca9f808d\""), true),
            (&format!("{enterprise}:manager.displayName co \"smith\""), true),
            (&format!("{} pr", enterprise.to_uppercase()), true),
            ("x509Certificates.value sw \"miid\"", false),
            ("x509Certificates.value sw \"MIID\"", true),
        ],
    );
}

#[test]
fn what_is_absent() {
    let user = json!({"userName": "ann", "active": false, "displayName": "", "emails": [], "name": {"givenName": ""}});
    check(
        &document(user),
        &[
            ("title pr", false),
            ("displayName pr", false),
            ("emails pr", false),
            ("name pr", false),
            ("name.givenName pr", false),
            ("active pr", true),
            ("title eq \"x\"", false),
            ("title ne \"x\"", true),
            ("not (title eq \"x\")", true),
            ("title eq null", true),
            ("title ne null", false),
            ("userName eq null", false),
            ("userName ne null", true),
            ("title gt \"\"", false),
            ("title co \"\"", false),
            ("unknown eq \"x\"", false),
            ("unknown ne \"x\"", true),
            ("unknown.value pr", false),
            ("unknown[value eq \"x\"]", false),
            ("urn:ietf:params:scim:schemas:core:2.0:Group:displayName pr", false),
            ("department eq \"x\"", false),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User pr", false),
        ],
    );
}

#[test]
fn letters_of_every_script_are_folded() {
    let user = document(json!({"userName": "ann", "displayName": "Ämilie Ñandú ΣΟΦΙΑ"}));
    check(
        &user,
        &[
            ("displayName sw \"äMILIE\"", true),
            ("displayName co \"ÑANDÚ\"", true),
            ("displayName sw \"a\"", false),
        ],
    );
}

#[test]
fn comparisons_that_do_not_fit_are_refused() {
    for text in [
        "active gt true",
        "active co \"t\"",
        "active eq \"yes\"",
        "active eq 1",
        "userName eq 1",
        "userName gt null",
        "userName co true",
        "meta.created gt \"yesterday\"",
        "meta.created eq \"2010\"",
        "x509Certificates.value gt \"A\"",
        "name eq \"Barbara\"",
        "meta eq \"x\"",
        "password eq \"secret\"",
        "password sw \"s\"",
        "password pr",
        "name.nickName eq \"x\"",
        "userName.value eq \"x\"",
        "emails[label eq \"x\"]",
        "emails[primary gt true]",
        "not (title pr or emails[primary eq 1])",
    ] {
        let error = Filter::parse(text).unwrap().check(&USER).unwrap_err();
        assert_eq!(error.scim_type, ScimType::InvalidFilter, "{text}");
    }
}

#[test]
fn members_of_a_group() {
    let group = document(json!({"displayName": "Staff", "members": [{"value": "a1"}, {"value": "b2"}]}));
    for (text, matches) in [
        ("members eq \"a1\"", true),
        ("members.value eq \"b2\"", true),
        ("members[value eq \"c3\"]", false),
        ("members[value eq \"A1\"]", false),
        ("displayName eq \"STAFF\" and members pr", true),
        ("userName pr", false),
    ] {
        let filter = Filter::parse(text).unwrap();
        assert_eq!((filter.check(&GROUP), filter.matches(&GROUP, &group)), (Ok(()), matches), "{text}");
    }
}

proptest! {
    /// And what a filter does not match, its negation does.
    #[test]
    fn any_filter_is_checked_and_evaluated(filter in grammar::filters()) {
        let barbara = document(documents::barbara());
        let _ = filter.check(&USER);
        let matches = filter.matches(&USER, &barbara);
        prop_assert_eq!(Filter::Not(Box::new(filter)).matches(&USER, &barbara), !matches);
    }
}
