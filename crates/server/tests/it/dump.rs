//! Everything that a store holds, as text: two of these are equal where nothing was changed.

use std::collections::BTreeMap;

use store::StoreUrl;

use crate::home::Home;

/// The rows of every table, in the order of their texts.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Dump(BTreeMap<String, Vec<String>>);

impl Dump {
    /// What belongs to one tenant.
    pub(crate) fn of_tenant(home: &Home, tenant: domain::TenantId) -> Self {
        Self::narrowed(&home.url, &format!(" WHERE tenant_id = {tenant}"))
    }

    fn narrowed(url: &StoreUrl, condition: &str) -> Self {
        tokio::task::block_in_place(|| match url {
            StoreUrl::Sqlite(path) => {
                sqlite(&rusqlite::Connection::open(path).expect("the store"), condition)
            }
            StoreUrl::Postgres(url) => {
                postgres(&mut postgres::Client::connect(url, postgres::NoTls).expect("the store"), condition)
            }
        })
    }

    /// Which tables differ, and how.
    pub(crate) fn differences(&self, other: &Self) -> Vec<String> {
        let mut found = Vec::new();
        for (table, rows) in &self.0 {
            let others = &other.0[table];
            found.extend(
                rows.iter().filter(|row| !others.contains(row)).map(|row| format!("{table} - {row}")),
            );
            found.extend(
                others.iter().filter(|row| !rows.contains(row)).map(|row| format!("{table} + {row}")),
            );
        }
        found
    }
}

/// Looks again and again whether anything was changed.
pub(crate) struct Watch {
    url: StoreUrl,
    last: Dump,
    sign: Sign,
}

/// A quick sign that somebody has written, so that not everything is read every time.
enum Sign {
    /// A number that changes with every commit of another connection.
    Sqlite(rusqlite::Connection, i64),
    /// The log: every change is told there. Taken out where the connection is closed.
    Postgres(Option<Box<postgres::Client>>, String),
}

impl Watch {
    pub(crate) fn begin(home: &Home) -> Self {
        let sign = match &home.url {
            StoreUrl::Sqlite(path) => Sign::Sqlite(rusqlite::Connection::open(path).expect("the store"), 0),
            StoreUrl::Postgres(url) => {
                let connect = || postgres::Client::connect(url, postgres::NoTls).expect("the store");
                Sign::Postgres(Some(Box::new(tokio::task::block_in_place(connect))), String::new())
            }
        };
        let mut watch = Self { url: home.url.clone(), last: Dump::narrowed(&home.url, ""), sign };
        watch.anybody_wrote();
        watch
    }

    fn anybody_wrote(&mut self) -> bool {
        match &mut self.sign {
            Sign::Sqlite(connection, known) => {
                let now = connection.pragma_query_value(None, "data_version", |row| row.get(0));
                let now = now.expect("a number");
                std::mem::replace(known, now) != now
            }
            Sign::Postgres(client, known) => {
                let sql = "SELECT CAST(COUNT(*) AS TEXT) || COALESCE(MAX(id), '') FROM log";
                let client = client.as_mut().expect("a connection");
                let now: String =
                    tokio::task::block_in_place(|| client.query_one(sql, &[])).expect("the log").get(0);
                std::mem::replace(known, now.clone()) != now
            }
        }
    }

    /// What was changed since this was asked last.
    pub(crate) fn changes(&mut self) -> Vec<String> {
        if self.anybody_wrote() { self.all_changes() } else { Vec::new() }
    }

    /// As [`Self::changes`], without a look at signs.
    pub(crate) fn all_changes(&mut self) -> Vec<String> {
        let now = Dump::narrowed(&self.url, "");
        let changes = self.last.differences(&now);
        self.last = now;
        changes
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        // Closing a connection drives a runtime of its own.
        if let Sign::Postgres(client, _) = &mut self.sign {
            let client = client.take();
            tokio::task::block_in_place(|| drop(client));
        }
    }
}

fn sqlite(connection: &rusqlite::Connection, condition: &str) -> Dump {
    connection.busy_timeout(std::time::Duration::from_secs(10)).expect("waits");
    let mut tables = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .expect("tables");
    let tables: Vec<String> =
        tables.query_map([], |row| row.get(0)).expect("tables").collect::<Result<_, _>>().expect("tables");
    let rows = |table: &String| -> Option<Vec<String>> {
        // A table without the column of the condition is left out.
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}{condition}")).ok()?;
        let columns = statement.column_count();
        let texts = statement.query_map([], |row| {
            let values = (0..columns).map(|column| row.get::<_, rusqlite::types::Value>(column));
            Ok(format!("{:?}", values.collect::<Result<Vec<_>, _>>()?))
        });
        let mut rows = texts.expect(table).collect::<Result<Vec<_>, _>>().expect(table);
        rows.sort_unstable();
        Some(rows)
    };
    Dump(tables.iter().filter_map(|table| Some((table.clone(), rows(table)?))).collect())
}

fn postgres(client: &mut postgres::Client, condition: &str) -> Dump {
    let tables = client
        .query("SELECT table_name::TEXT FROM information_schema.tables WHERE table_schema = 'public'", &[])
        .expect("tables");
    let mut rows = |table: &String| -> Option<Vec<String>> {
        let sql = format!("SELECT CAST({table} AS TEXT) FROM {table}{condition} ORDER BY 1");
        Some(client.query(&sql, &[]).ok()?.iter().map(|row| row.get(0)).collect())
    };
    let tables: Vec<String> = tables.iter().map(|row| row.get(0)).collect();
    Dump(tables.iter().filter_map(|table| Some((table.clone(), rows(table)?))).collect())
}

#[test]
fn nothing_escapes_the_watch() {
    crate::home::both(|company| async move {
        let mut watch = Watch::begin(&company.home);
        assert!(watch.changes().is_empty());
        company.person("newcomer").await;
        let changes = watch.changes();
        assert!(
            changes.iter().any(|change| change.starts_with("users +") && change.contains("newcomer")),
            "{changes:?}"
        );
        assert!(changes.iter().any(|change| change.starts_with("log +")), "{changes:?}");
        assert!(watch.changes().is_empty());
        let dump = Dump::of_tenant(&company.home, domain::TenantId(2));
        assert!(dump.0.values().all(Vec::is_empty) && dump.0.len() > 10, "{dump:?}");
    });
}
