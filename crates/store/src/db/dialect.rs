//! The little that differs between the two texts: `SQLite` numbers parameters `?1`, has no row locks, and orders
//! text by its bytes without being told.

/// Longest first. Readers that must not hinder inserts below their row take `NO KEY`.
const ROW_LOCKS: [&str; 3] = [" FOR NO KEY UPDATE SKIP LOCKED", " FOR NO KEY UPDATE", " FOR SHARE"];

/// The text for `SQLite`. Literals are left as they are.
pub(super) fn for_sqlite(sql: &str) -> String {
    let mut mapped = String::with_capacity(sql.len());
    for (index, part) in sql.split('\'').enumerate() {
        if index > 0 {
            mapped.push('\'');
        }
        let literal = index % 2 == 1;
        if literal { mapped.push_str(part) } else { map_outside_literals(part, &mut mapped) }
    }
    mapped
}

/// How a line of a migration ends that `SQLite` neither needs nor knows.
const POSTGRES_ONLY: &str = "-- PostgreSQL only";

/// A migration for `SQLite`.
pub(super) fn script_for_sqlite(script: &str) -> String {
    script.split_inclusive('\n').filter(|line| !line.trim_end().ends_with(POSTGRES_ONLY)).collect()
}

fn map_outside_literals(part: &str, mapped: &mut String) {
    let part = ROW_LOCKS.iter().fold(part.to_owned(), |part, lock| part.replace(lock, ""));
    let mut rest = part.as_str();
    while let Some(at) = rest.find('$') {
        let digits = rest[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        mapped.push_str(&rest[..at]);
        mapped.push(if digits { '?' } else { '$' });
        rest = &rest[at + 1..];
    }
    mapped.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::{for_sqlite, script_for_sqlite};

    #[test]
    fn only_parameters_and_locks_change() {
        let sql = "SELECT '$1 FOR NO KEY UPDATE', a$ FROM t WHERE b = $12 AND c = $1 LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED";
        let expected = "SELECT '$1 FOR NO KEY UPDATE', a$ FROM t WHERE b = ?12 AND c = ?1 LIMIT ?2";
        assert_eq!(for_sqlite(sql), expected);
        assert_eq!(for_sqlite("SELECT 1 FOR NO KEY UPDATE"), "SELECT 1");
        assert_eq!(for_sqlite("SELECT 1 FOR SHARE"), "SELECT 1");
        assert_eq!(for_sqlite("SELECT 'it''s $1', $1"), "SELECT 'it''s $1', ?1");
    }
    #[test]
    fn lines_for_the_other_database_are_left_out() {
        let script =
            "CREATE TABLE t (a TEXT); -- PostgreSQL\nALTER TABLE t x; -- PostgreSQL only\n-- Next.\n";
        assert_eq!(script_for_sqlite(script), "CREATE TABLE t (a TEXT); -- PostgreSQL\n-- Next.\n");
    }
}
