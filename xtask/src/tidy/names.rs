//! What a module is called, and what it says of itself.

use super::rust::Rust;
use super::{Finding, Tree};

/// Names under which anything could be put.
const EMPTY_WORDS: [&str; 5] = ["common", "helper", "manager", "service", "util"];

pub(super) fn modules_say_what_they_own(tree: &Tree) -> Vec<Finding> {
    let silent = tree.rust().filter(|(file, _)| !file.is_test() && !file.text.starts_with("//!"));
    let why = "a module begins with `//!`: what it owns and what it must never do";
    silent.map(|(file, _)| Finding::new(file, 1, why)).collect()
}

pub(super) fn names_mean_something(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (file, rust) in tree.rust() {
        let parts = file.path.trim_end_matches(".rs").split('/').map(|part| (1, part));
        for (line, name) in parts.chain(inline_modules(rust)) {
            let why = |word| format!("`{word}` in a name does not say what is inside");
            findings.extend(empty_word(name).map(|word| Finding::new(file, line, why(word))));
        }
    }
    findings
}

fn inline_modules(rust: &Rust) -> impl Iterator<Item = (usize, &str)> {
    rust.code.lines().enumerate().filter_map(|(index, line)| {
        let (before, name) = line.split_once("mod ")?;
        let name = name.strip_suffix('{')?.trim();
        (before.is_empty() || before.ends_with(' ')).then_some((index + 1, name))
    })
}

fn empty_word(name: &str) -> Option<&'static str> {
    let mut words = name.split(['_', '-']).map(|word| word.strip_suffix('s').unwrap_or(word));
    words.find_map(|word| EMPTY_WORDS.into_iter().find(|empty| *empty == word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn only_tests_may_be_silent() {
        let files = [("a.rs", "//! Owns a.\n"), ("b.rs", "// Owns b.\n"), ("tests/c.rs", "fn c() {}\n")];
        assert_eq!(found(modules_say_what_they_own, &files), ["b.rs:1"]);
    }

    #[test]
    fn empty_words_are_found_in_paths_and_inline() {
        let files = [
            ("src/utils.rs", ""),
            ("src/http_helper/mod.rs", ""),
            ("src/utilization.rs", ""),
            ("src/a.rs", "\n    pub(crate) mod user_service {\n"),
        ];
        let expected = ["src/utils.rs:1", "src/http_helper/mod.rs:1", "src/a.rs:2"];
        assert_eq!(found(names_mean_something, &files), expected);
    }
}
