//! Which descriptions are accepted, and how the others are complained about.

use connectors::{check_rules, check_settings, rules};
use domain::correlation::Rule;
use domain::{Capabilities, PlatformKind, Support};
use serde_json::{Value, json};

use super::wiki;

/// The description with `value` at `pointer`; without what is there if it is null.
fn changed(pointer: &str, value: Value) -> Value {
    let mut settings = wiki::description("http://wiki.example.com");
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
    let parent = settings.pointer_mut(parent).expect(pointer);
    match (parent, value) {
        (Value::Object(table), Value::Null) => drop(table.remove(name).expect(pointer)),
        (Value::Object(table), value) => drop(table.insert(name.to_owned(), value)),
        (list, value) => list[name.parse::<usize>().expect("a number")] = value,
    }
    settings
}

fn complaint(settings: &Value) -> String {
    let refused = check_settings(PlatformKind::Http, &settings.to_string());
    refused.expect_err(&settings.to_string()).to_string()
}

/// Every complaint begins with the name of its field.
fn complain<const CASES: usize>(cases: [(&str, Value, &str); CASES]) {
    for (pointer, value, expected) in cases {
        let complaint = complaint(&changed(pointer, value));
        assert!(complaint.starts_with(expected), "{pointer}: {complaint}");
        assert!(!complaint.contains("hunter2"), "{complaint}");
    }
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    complain([
        ("/base_url", Value::Null, "base_url: is missing"),
        (
            "/base_url",
            json!("https://me:secret@wiki.example.com"),
            "base_url: must be an https or http URL without",
        ),
        ("/base_url", json!("ftp://wiki.example.com"), "base_url: must be an https or http URL without"),
        ("/account", Value::Null, "account: is missing"),
        ("/look", Value::Null, "look: is missing"),
        ("/check", Value::Null, "check: is missing"),
        ("/account/id", Value::Null, "account: missing field `id`"),
        ("/account/email", json!("mail"), "account.email: \"mail\" is not a JSON pointer"),
        ("/account/active/no", json!(["active"]), "account.active: has a value that is both yes and no"),
        ("/authentication/secret", json!("hunter2"), "authentication.secret: must be a reference"),
        ("/authentication", json!({ "kind": "magic" }), "authentication.kind: unknown variant `magic`"),
        ("/headers/Authorization", json!("Bearer hunter2"), "headers.Authorization: cannot be set here"),
        ("/headers/x-for", json!("{account}"), "headers.x-for: has no placeholders"),
        ("/look/unlisted_is_absent", json!(true), "look.unlisted_is_absent: belongs to a list"),
        ("/nothing", json!(["delete"]), "nothing: delete is described"),
        ("/nothing", json!(["manual"]), "nothing: manual is what an action becomes"),
        ("/find/1/by", json!("user_name"), "find[1].by: is described twice"),
        ("/find/0/request/path", json!("/u/{account}"), "find[0].request: {account} is not known here"),
        (
            "/accounts/paging",
            json!({ "by": "cursor", "parameter": "after" }),
            "accounts.paging.next: is missing",
        ),
        ("/accounts/paging", json!({ "by": "link", "first": 1 }), "accounts.paging.first: belongs to pages"),
        ("/owned/0/kind", json!(""), "owned[0].kind: must be 1 to 64 characters"),
        ("/connection/timeout_ms", json!(0), "connection.timeout_ms: must be 1 to 60000"),
        (
            "/owned",
            json!(vec![wiki::description("http://w")["owned"][0].clone(); 17]),
            "owned: must not hold more than 16",
        ),
    ]);
}

#[test]
fn a_request_is_one_that_can_be_sent() {
    complain([
        ("/disable/0/request/pth", json!("/x"), "disable[0].request.pth: unknown field `pth`"),
        (
            "/disable/0/request/path",
            json!("/u/{acount}"),
            "disable[0].request.path: {acount} is none of {account}",
        ),
        ("/disable/0/request/path", json!("/u/{heir}"), "disable[0].request: {heir} is not known here"),
        ("/disable/0/request/path", json!("u/{account}"), "disable[0].request.path: must begin with a slash"),
        (
            "/disable/0/request/path",
            json!("/u/../{account}"),
            "disable[0].request.path: must begin with a slash",
        ),
        (
            "/disable/0/request/path",
            json!("/u?id={account}"),
            "disable[0].request.path: must begin with a slash",
        ),
        ("/disable/0/request/method", Value::Null, "disable[0].request.method: is missing"),
        ("/disable/0/request/method", json!("BREW"), "disable[0].request.method: unknown variant `BREW`"),
        ("/disable/0/request/accepted", json!([200, 403]), "disable[0].request.accepted: 403 is no success"),
        ("/disable/0/request/form", json!({ "a": "b" }), "disable[0].request.form: excludes a body"),
        ("/look/request/method", json!("DELETE"), "look.request.method: must be GET or POST"),
        (
            "/delete",
            json!(vec![wiki::description("http://w")["delete"][0].clone(); 9]),
            "delete: must not hold more than 8",
        ),
    ]);
}

#[test]
fn what_could_not_be_seen_is_not_accepted() {
    let absent = json!({ "statuses": [404] });
    let weak = json!({ "request": { "path": "/x" }, "when": [{ "at": "/x", "present": false }] });
    let twice = json!([{ "request": { "method": "PUT", "path": "/a" } }, { "request": { "method": "PUT", "path": "/b" } }]);
    let no_proof = |field| {
        format!("{field}.seen: is missing: a success that cannot be seen is no proof, say where it is seen")
    };
    complain([
        (
            "/disable/0/request/absent",
            absent.clone(),
            "disable[0].request.absent.when: is missing, and no witness",
        ),
        ("/look/request/absent", absent, "look.request.absent.when: is missing, and no witness"),
        (
            "/look/request/absent/statuses",
            json!([500]),
            "look.request.absent.statuses: 500 does not mean an absent",
        ),
        (
            "/look/request/absent/statuses",
            json!([401]),
            "look.request.absent.statuses: 401 does not mean an absent",
        ),
        ("/account/active", Value::Null, &no_proof("disable[0]")),
        ("/end_sessions/0/seen", Value::Null, &no_proof("end_sessions[0]")),
        ("/transfer/0/seen", Value::Null, &no_proof("transfer[0]")),
        ("/disable", twice.clone(), &no_proof("disable[1]")),
        ("/delete", twice, &no_proof("delete[1]")),
        (
            "/release/0/seen",
            weak,
            "release[0].seen.when: must hold something that a wrong answer would not show",
        ),
        (
            "/release/0/seen/when",
            json!([{ "at": "/x" }]),
            "release[0].seen.when[0]: must have exactly one of",
        ),
    ]);
}

#[test]
fn what_is_not_described_is_done_by_hand() {
    let able =
        |settings: &Value| check_settings(PlatformKind::Http, &settings.to_string()).expect("settings");
    assert_eq!(able(&wiki::description("http://wiki.example.com")), Capabilities::FULL);
    let mut settings = changed("/transfer", Value::Null);
    assert_eq!(able(&settings), Capabilities { transfer: Support::ByHand, ..Capabilities::FULL });
    settings["nothing"] = json!(["transfer"]);
    assert_eq!(able(&settings), Capabilities { transfer: Support::Nothing, ..Capabilities::FULL });
    settings["nothing"] = json!([]);
    settings["delete"][0]["request"]["query"] = json!({ "pages_to": "{heir}" });
    assert_eq!(able(&settings), Capabilities { transfer: Support::WithDelete, ..Capabilities::FULL });
}

#[test]
fn accounts_are_matched_by_what_they_can_be_found_by() {
    let by_name = changed("/find/1/by", json!("external_id")).to_string();
    let shown = |settings: &str| {
        rules(PlatformKind::Http, settings, &[]).iter().map(Rule::to_string).collect::<Vec<_>>()
    };
    assert_eq!(shown(&wiki::description("http://wiki.example.com").to_string()), ["user_name", "email"]);
    assert_eq!(shown(&by_name), ["user_name"]);
    let rule = |text: &str| [text.parse::<Rule>().expect(text)];
    let check = |settings: &str, rules: &[Rule]| check_rules(PlatformKind::Http, settings, rules);
    assert_eq!(check(&by_name, &rule("guid=external_id")), Ok(()));
    let refused = check(&by_name, &rule("email")).expect_err("cannot be asked");
    assert_eq!(refused.to_string(), "match: http cannot be asked for email here");
    let mut neither = wiki::description("http://wiki.example.com");
    neither["find"] = json!([{ "by": "external_id", "request": { "path": "/u/{value}" } }]);
    let refused = check(&neither.to_string(), &[]).expect_err("nothing agreed");
    assert_eq!(refused.field, "match");
    assert_eq!(check(&neither.to_string(), &rule("guid=external_id")), Ok(()));
}
