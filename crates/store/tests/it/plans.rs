//! No statement reads all of a table that grows: `SQLite` is asked how it would run each of them.

use crate::fixture::on_sqlite;

/// What may be read from end to end, and why.
const BOUNDED: &[(&str, &str)] = &[
    ("SCAN picked", "a chunk, cut off by its LIMIT"),
    ("SCAN t", "the tenants of a chunk"),
    ("SCAN h", "the heads of those tenants"),
    ("SCAN (subquery-", "a chunk with its numbers"),
    ("SCAN counted", "cut off by its LIMIT"),
    ("SCAN admins", "cut off by LIMIT 2"),
    ("SCAN due", "a row per platform with work"),
    ("SCAN nodes", "as many rows as programs on this store"),
    ("SCAN offboardings USING COVERING INDEX offboardings_state", "holds what is open and nothing else"),
    ("SCAN log USING INDEX log_unsealed", "holds what waits for the sealer, and is cut off by its LIMIT"),
];

#[test]
fn no_statement_reads_a_whole_table_that_grows() {
    on_sqlite(|base| async move {
        let plans = store::statements()
            .into_iter()
            .flat_map(|sql| base.plan(sql).into_iter().map(move |line| (line, sql)).collect::<Vec<_>>());
        let bounded = |line: &str| BOUNDED.iter().any(|(start, _)| line.starts_with(start));
        let bad: Vec<_> = plans.filter(|(line, _)| line.starts_with("SCAN ") && !bounded(line)).collect();
        assert!(bad.is_empty(), "{bad:#?}");
    });
}

/// A tenant may hold nearly all rows: its number alone narrows nothing down, unless a LIMIT of a list does.
#[test]
fn no_statement_reads_all_of_a_large_tenant() {
    on_sqlite(|base| async move {
        for sql in store::statements() {
            for line in base.plan(sql) {
                let has_few_rows = line.contains(" platforms_") || line.contains(" offboardings_state ");
                let is_list = sql.starts_with("SELECT") && sql.contains("LIMIT");
                let reads_all = line.starts_with("SEARCH") && line.contains("(tenant_id=?)") && !is_list;
                let of_a_chunk = line.contains(" AUTOMATIC ");
                assert!(has_few_rows || of_a_chunk || !reads_all, "{line}: {sql}");
            }
        }
    });
}

#[test]
fn holdings_are_counted_in_the_index() {
    on_sqlite(|base| async move {
        let counts = store::statements().into_iter().find(|sql| sql.contains("kind, COUNT(*) FROM assets"));
        let plan = base.plan(counts.expect("a statement that counts")).join("; ");
        assert!(plan.contains("USING COVERING INDEX assets_of_user"), "{plan}");
    });
}
