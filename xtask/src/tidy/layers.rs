//! Who may know whom.

use std::collections::BTreeSet;

use super::rust::mentions;
use super::{Finding, Tree};

/// Our libraries, and which of our crates each may depend on, its tests included.
const CRATES: [(&str, &[&str]); 3] = [("domain", &[]), ("store", &["domain"]), ("connectors", &["domain"])];
const OURS: [&str; 5] = ["domain", "store", "connectors", "exeunt", "xtask"];

const FACES: &str = "crates/server/src/faces/";

/// What no file under a folder may mention.
struct Wall {
    under: &'static str,
    phrases: &'static [&'static str],
    why: &'static str,
}

const WALLS: [Wall; 3] = [
    Wall {
        under: "crates/domain/",
        phrases: &[
            "async fn",
            "rand::",
            "std::env",
            "std::fs",
            "std::net",
            "std::process",
            "std::thread",
            "std::time::Instant",
            "SystemTime",
            "tokio",
        ],
        why: "the domain is pure: clock, randomness and I/O are its callers' business",
    },
    Wall {
        under: "crates/connectors/",
        phrases: &["store::", "use store"],
        why: "a connector speaks to a platform and never sees the store",
    },
    Wall { under: FACES, phrases: &["store::", "use store"], why: "a face calls `app`, never the store" },
];

pub(super) fn crates_point_inward(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (name, allowed) in CRATES {
        let Some(manifest) = tree.find(&format!("crates/{name}/Cargo.toml")) else { continue };
        let mut section = "";
        for (index, line) in manifest.text.lines().enumerate() {
            if line.starts_with('[') {
                section = line;
            }
            let key = line.split(['.', '=', ' ']).next().unwrap_or_default();
            if section.ends_with("dependencies]")
                && OURS.contains(&key)
                && key != name
                && !allowed.contains(&key)
            {
                findings.push(Finding::new(manifest, index + 1, format!("`{name}` must not know `{key}`")));
            }
        }
    }
    findings
}

pub(super) fn walls_hold(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (wall, (file, rust)) in WALLS.iter().flat_map(|wall| tree.rust().map(move |file| (wall, file))) {
        if !file.is_under(&[wall.under]) {
            continue;
        }
        for phrase in wall.phrases {
            let finding = |line| Finding::new(file, line, format!("`{phrase}`: {}", wall.why));
            findings.extend(mentions(&rust.code, phrase).map(finding));
        }
    }
    findings
}

/// Every folder of `faces` is a face; a file beside them may serve all faces, and only `mod.rs` knows them.
pub(super) fn faces_are_strangers(tree: &Tree) -> Vec<Finding> {
    let inside = || tree.rust().filter_map(|(file, rust)| Some((file, rust, file.path.strip_prefix(FACES)?)));
    let faces: BTreeSet<&str> = inside().filter_map(|(.., path)| Some(path.split_once('/')?.0)).collect();
    let mut findings = Vec::new();
    for (file, rust, path) in inside().filter(|(.., path)| *path != "mod.rs") {
        let own = path.split('/').next();
        for other in faces.iter().filter(|face| Some(**face) != own) {
            let why = format!("wire types never leave their face, and `{other}` is another");
            let finding = |line| Finding::new(file, line, &*why);
            findings.extend(mentions(&rust.code, &format!("faces::{other}")).map(finding));
            findings.extend(mentions(&rust.code, &format!("super::{other}")).map(finding));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn a_crate_depends_on_inner_ones_only() {
        let manifest = "[package]\nname = \"connectors\"\n\n[dependencies]\ndomain.workspace = true\nstore.workspace = true\n";
        assert_eq!(
            found(crates_point_inward, &[("crates/connectors/Cargo.toml", manifest)]),
            ["crates/connectors/Cargo.toml:6"]
        );
        let tests = "[dev-dependencies]\nexeunt = { path = \"../server\" }\n";
        assert_eq!(
            found(crates_point_inward, &[("crates/domain/Cargo.toml", tests)]),
            ["crates/domain/Cargo.toml:2"]
        );
        assert!(found(crates_point_inward, &[("crates/server/Cargo.toml", manifest)]).is_empty());
    }

    #[test]
    fn walls_are_seen_in_code_and_not_in_comments() {
        let files = [
            ("crates/domain/src/a.rs", "// tokio\nuse std::time::Duration;\nuse std::fs;\n"),
            ("crates/connectors/src/a.rs", "use store::Store;\nlet a = restore::a();\n"),
            ("crates/server/src/faces/rest/a.rs", "fn a() { store::open() }\n"),
            ("crates/server/src/app/a.rs", "use store::Store;\n"),
        ];
        let expected =
            ["crates/domain/src/a.rs:3", "crates/connectors/src/a.rs:1", "crates/connectors/src/a.rs:1"];
        let found = found(walls_hold, &files);
        assert_eq!(found[..3], expected);
        assert_eq!(found[3..], ["crates/server/src/faces/rest/a.rs:1"]);
    }

    #[test]
    fn a_face_knows_no_other() {
        let files = [
            ("crates/server/src/faces/mod.rs", "use self::netex; use crate::faces::rest;"),
            ("crates/server/src/faces/body.rs", "use super::rest::Page;"),
            ("crates/server/src/faces/netex/mod.rs", "use super::body;\nuse super::rest::Page;\n"),
            (
                "crates/server/src/faces/rest/mod.rs",
                "use crate::faces::rest::users;\nuse crate::faces::netex;\n",
            ),
        ];
        let expected =
            ["body.rs:1", "netex/mod.rs:2", "rest/mod.rs:2"].map(|place| format!("{FACES}{place}"));
        assert_eq!(found(faces_are_strangers, &files), expected);
    }
}
