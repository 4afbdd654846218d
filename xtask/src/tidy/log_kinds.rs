//! `docs/log.md` lists every kind of log entry that the code writes, and no other.

use std::collections::BTreeMap;

use super::{File, Finding, Tree};

const LIST: &str = "docs/log.md";
/// Where a fact begins; whatever word is given there is a kind.
const BEGINNINGS: [&str; 2] = ["Fact::new(", "Fact::bare("];

pub(super) fn listed(tree: &Tree) -> Vec<Finding> {
    let Some(list) = tree.find(LIST) else { return Vec::new() };
    let listed: BTreeMap<&str, usize> = rows(list).collect();
    let sources = tree.files.iter().filter(|file| file.path.contains("/src/") && file.has_extension("rs"));
    let sources = sources.filter(|file| file.path.starts_with("crates/"));
    let written: Vec<(&File, usize, &str)> =
        sources.flat_map(|file| kinds(file, &listed).map(move |(line, kind)| (file, line, kind))).collect();
    let unlisted = written.iter().filter(|(.., kind)| !listed.contains_key(kind));
    let unlisted =
        unlisted.map(|(file, line, kind)| Finding::new(file, *line, format!("`{kind}` is not in {LIST}")));
    let unwritten = listed.iter().filter(|(kind, _)| !written.iter().any(|(.., found)| found == *kind));
    let unwritten =
        unwritten.map(|(kind, line)| Finding::new(list, *line, format!("nothing writes `{kind}`")));
    unlisted.chain(unwritten).collect()
}

/// The kinds in the first column of the table, with their lines.
fn rows(list: &File) -> impl Iterator<Item = (&str, usize)> {
    let rows =
        list.text.lines().zip(1..).filter_map(|(line, number)| Some((line.strip_prefix("| `")?, number)));
    rows.flat_map(|(row, number)| {
        let cell = row.split(" |").next().unwrap_or_default();
        cell.split('`').filter(|word| is_kind(word)).map(move |kind| (kind, number))
    })
}

/// Literals that are the kind of a fact, or look like one of a family that is listed.
fn kinds<'f>(file: &'f File, listed: &BTreeMap<&str, usize>) -> impl Iterator<Item = (usize, &'f str)> {
    let of_family = |kind: &str| listed.keys().any(|known| family(known) == family(kind));
    let literals = file.text.lines().zip(1..).flat_map(|(line, number)| {
        let parts: Vec<&str> = line.split('"').collect();
        (1..parts.len()).step_by(2).map(move |at| (parts[at - 1], parts[at], number)).collect::<Vec<_>>()
    });
    let kinds = literals.filter(|(before, literal, _)| {
        let begins = BEGINNINGS.iter().any(|beginning| before.ends_with(beginning));
        is_kind(literal) && (begins || of_family(literal))
    });
    kinds.map(|(_, kind, number)| (number, kind)).collect::<Vec<_>>().into_iter()
}

fn is_kind(word: &str) -> bool {
    let is_word =
        |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    word.split_once('.').is_some_and(|(family, rest)| is_word(family) && is_word(rest))
}

fn family(kind: &str) -> &str {
    kind.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn list_and_code_agree() {
        let list = "| kind | when |\n|---|---|\n| `user.created`, `user.gone` | `a.b` |\n| `step.done` | |\n";
        let code = "Fact::new(\"user.created\", x)\nlet kind = \"step.failed\";\nFact::bare(\"moon.rose\")\n\"a.b\"\n";
        let files = [("docs/log.md", list), ("crates/domain/src/a.rs", code), ("crates/a/tests/b.rs", code)];
        let expected =
            ["crates/domain/src/a.rs:2", "crates/domain/src/a.rs:3", "docs/log.md:4", "docs/log.md:3"];
        assert_eq!(found(listed, &files), expected);
    }
}
