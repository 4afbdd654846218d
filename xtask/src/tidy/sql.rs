//! SQL for our own data lives in the store, where a test prepares every statement on both databases.

use super::{Finding, Tree};

/// Connectors speak SQL to platforms, a benchmark compares with the bare statement, a test that says that nothing was
/// changed looks for itself, and a database that plays a platform is set up.
const HOMES: [&str; 5] = [
    "crates/store/",
    "crates/connectors/",
    "xtask/",
    "crates/server/tests/it/dump.rs",
    "crates/server/tests/it/crash/grounds.rs",
];

/// How a statement begins, and a word that it then must have.
const STATEMENTS: [(&str, &[&str]); 8] = [
    ("ALTER", &["TABLE"]),
    ("CREATE", &["INDEX", "TABLE", "TRIGGER", "VIEW"]),
    ("DELETE", &["FROM"]),
    ("DROP", &["INDEX", "TABLE", "TRIGGER", "VIEW"]),
    ("INSERT", &["INTO"]),
    ("SELECT", &["FROM"]),
    ("UPDATE", &["SET"]),
    ("WITH", &["AS"]),
];

pub(super) fn only_in_the_store(tree: &Tree) -> Vec<Finding> {
    let outside = tree.rust().filter(|(file, _)| !file.is_under(&HOMES));
    let literals = outside.flat_map(|(file, rust)| rust.literals.iter().map(move |literal| (file, literal)));
    let statements = literals.filter(|(_, literal)| is_statement(&literal.text));
    statements.map(|(file, literal)| Finding::new(file, literal.line, "SQL belongs to the store")).collect()
}

fn is_statement(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let first = words.next();
    let Some((_, then)) = STATEMENTS.iter().find(|(verb, _)| first == Some(*verb)) else { return false };
    words.any(|word| then.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    #[test]
    fn a_statement_is_known_by_its_verb_and_its_table_word() {
        assert!(is_statement("\n    SELECT id\n    FROM users"));
        assert!(is_statement("CREATE UNIQUE INDEX a ON b (c)"));
        assert!(is_statement("WITH ready AS (…)"));
        assert!(!is_statement("DELETE"));
        assert!(!is_statement("DELETE /User/2"));
        assert!(!is_statement("Select one from the list"));
    }

    #[test]
    fn only_the_store_and_platforms_are_spoken_to_in_sql() {
        let text = "fn a() {\n    run(\"SELECT 1 FROM users\");\n}\n";
        let files =
            ["crates/server/src/app/a.rs", "crates/store/tests/it/a.rs", "crates/connectors/src/sql.rs"];
        let files = files.map(|path| (path, text));
        assert_eq!(found(only_in_the_store, &files), ["crates/server/src/app/a.rs:2"]);
    }
}
