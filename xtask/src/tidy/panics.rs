//! Errors are values. clippy says so too, but can be told to look away; this rule cannot.

use super::rust::mentions;
use super::{Finding, Tree};

/// A suite that every kind of connector passes: a library, so that several crates' tests can use it.
const SUITE: &str = "crates/connectors/src/conformance/";

const PANICS: [&str; 6] = [".unwrap()", ".expect(", "panic!", "todo!", "unimplemented!", "dbg!"];

pub(super) fn errors_are_values(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in tree.rust().filter(|(file, _)| !file.is_test() && !file.is_under(&[SUITE])) {
        for panic in PANICS {
            let finding =
                |line| Finding::new(file, line, format!("`{panic}` outside tests: return an error"));
            findings.extend(mentions(&rust.production, panic).map(finding));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn tests_may_panic_and_nothing_else() {
        let text = "// todo!()\nfn a() { b.unwrap_or(\"panic!\"); }\nfn c() { d.expect(\"\") }\n#[cfg(test)]\nmod tests { fn e() { f.unwrap() } }\n";
        let files = [("a.rs", text), ("tests/it/b.rs", text), ("c/tests.rs", text)];
        assert_eq!(found(errors_are_values, &files), ["a.rs:3"]);
        assert_eq!(found(errors_are_values, &[("a.rs", "fn a() {\n    todo!()\n}\n")]), ["a.rs:2"]);
    }
}
