//! The OpenAPI document is checked in, whole and used.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use exeunt::faces::rest;
use serde_json::Value;

use crate::fixture::Company;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

#[test]
fn the_document_is_the_one_that_is_checked_in() {
    let path = repository().join("docs/openapi.json");
    let made = rest::document();
    if std::env::var_os("EXEUNT_BLESS").is_some() {
        std::fs::write(&path, &made).expect("written");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/openapi.json is not what the operations say. If they are right, refresh it:\n\
         EXEUNT_BLESS=1 cargo test -p exeunt --test it rest::document"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_served_to_everybody() {
    let company = Company::new().await;
    let answer = company.call("GET", "/v1/openapi.json", &[], "").await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.body, rest::document());
}

#[test]
fn the_document_is_whole() {
    let document: Value = serde_json::from_str(&rest::document()).expect("JSON");
    assert_eq!(document["openapi"], "3.1.0");
    let mut ids = BTreeSet::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("an id");
            assert!(ids.insert(id.to_owned()), "{id} stands for two operations");
            assert!(operation["summary"].is_string(), "{method} {path} does not say what it does");
            assert!(
                operation["responses"]["default"].is_object(),
                "{method} {path} does not say how it fails"
            );
            assert!(operation["security"].is_array(), "{method} {path} does not say who may call it");
        }
    }
    let mut wanted = Vec::new();
    references(&document, &mut wanted);
    assert!(wanted.len() > 50);
    for reference in wanted {
        let pointer = reference.strip_prefix('#').expect("a local reference");
        assert!(document.pointer(pointer).is_some(), "{reference} leads nowhere");
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(target) if name == "$ref" => found.push(target.clone()),
                    _ => references(value, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

/// A route is registered by its description; what is registered otherwise would be missing in the document.
#[test]
fn no_route_bypasses_the_document() {
    let mut folders = vec![repository().join("crates/server/src/faces/rest")];
    let mut files = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("text");
            for bypass in [".route(", ".route_service(", ".nest(", ".nest_service("] {
                assert!(!text.contains(bypass), "{} uses {bypass}", path.display());
            }
            files += 1;
        }
    }
    assert!(files > 10);
}

#[test]
fn every_problem_type_is_explained() {
    let text = std::fs::read_to_string(repository().join("docs/rest.md")).expect("docs/rest.md");
    for kind in rest::ProblemKind::ALL {
        let (code, status, _) = kind.row();
        let row = format!("| `{code}` | {} |", status.as_u16());
        assert!(text.contains(&row), "docs/rest.md has no row {row}");
    }
}
