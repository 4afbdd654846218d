//! Everything that a role owns, in several databases, and what stands in the way.

use connectors::conformance::{again, order};
use connectors::{Heir, Order};
use domain::outcome::Fault;
use domain::{Action, Outcome};
use serde_json::json;

use super::ground::{Ground, quoted, signed_in};
use super::{assert_done, assert_refused, outcome, transfer};

/// One of everything that anybody can make, as the leaver.
const BELONGINGS: &str = "
    CREATE SCHEMA \"Work Shop\";
    CREATE TABLE \"Work Shop\".\"Orders\" (id serial PRIMARY KEY, note text);
    INSERT INTO \"Work Shop\".\"Orders\" (note) VALUES ('kept');
    CREATE VIEW recent AS SELECT id FROM \"Work Shop\".\"Orders\";
    CREATE MATERIALIZED VIEW daily AS SELECT 1 AS n;
    CREATE SEQUENCE numbers;
    CREATE TYPE mood AS ENUM ('fine');
    CREATE DOMAIN code AS text;
    CREATE FUNCTION answer() RETURNS int LANGUAGE sql AS 'SELECT 42';
    CREATE PROCEDURE nothing() LANGUAGE sql AS '';
    CREATE AGGREGATE total (int) (SFUNC = int4pl, STYPE = int);
    CREATE COLLATION plain (LOCALE = 'C');
    CREATE TEXT SEARCH CONFIGURATION words (COPY = pg_catalog.simple);
    CREATE STATISTICS counted ON id, note FROM \"Work Shop\".\"Orders\";
    CREATE PUBLICATION changes FOR TABLE \"Work Shop\".\"Orders\";
    SELECT lo_create(0); SELECT lo_create(0);
";
const OWNED_KINDS: [&str; 16] = [
    "aggregate",
    "collation",
    "database",
    "function",
    "large object",
    "materialized view",
    "procedure",
    "publication",
    "schema",
    "sequence",
    "statistics object",
    "table",
    "text search configuration",
    "type",
    "view",
    "default acl",
];

struct Company {
    ground: Ground,
    databases: Vec<String>,
    user: String,
    leaver: String,
    heir: String,
    reader: String,
}

/// Three databases in which the leaver owns everything, and one that is the leaver's.
async fn company(rights: &str) -> Company {
    let mut ground = Ground::new();
    let user = ground.role("exeunt", rights).await;
    // What the leaver was granted on a database can be withdrawn by whoever owns that.
    let dba = ground.role("dba", "").await;
    ground.run(&format!("GRANT {} TO {}", quoted(&dba), quoted(&user))).await;
    let leaver = ground.role("O'Leaver \"Ö\" \\ 日", "LOGIN").await;
    let heir = ground.role("Heir", "LOGIN").await;
    let reader = ground.role("reader \"1\"", "LOGIN").await;
    ground.entrust(&user, &[&leaver, &heir]).await;
    let mut databases = Vec::new();
    for base in ["sales", "Ware \"house\"", "üx"] {
        let database = ground.database(base).await;
        let (reader, name) = (quoted(&reader), quoted(&database));
        ground.run(&format!("ALTER DATABASE {name} OWNER TO {}", quoted(&dba))).await;
        let grants = format!(
            "GRANT CREATE ON SCHEMA public TO PUBLIC; GRANT CREATE ON DATABASE {name} TO {}, {}",
            quoted(&leaver),
            quoted(&heir)
        );
        ground.run_in(&database, &grants).await;
        let owner = signed_in(&leaver, &database).await;
        owner.batch_execute(BELONGINGS).await.expect("makes it all");
        let defaults = format!(
            "ALTER DEFAULT PRIVILEGES IN SCHEMA \"Work Shop\" GRANT SELECT ON TABLES TO {reader};
             ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {reader} WITH GRANT OPTION;
             ALTER DEFAULT PRIVILEGES GRANT USAGE ON SEQUENCES TO {reader}"
        );
        owner.batch_execute(&defaults).await.expect("agrees");
        databases.push(database);
    }
    let own = ground.database("own").await;
    ground.run(&format!("ALTER DATABASE {} OWNER TO {}", quoted(&own), quoted(&leaver))).await;
    Company { ground, databases, user, leaver, heir, reader }
}

async fn everything_goes_and_the_role_can(rights: &str) {
    let Company { ground, databases, user, leaver, heir, reader } = company(rights).await;
    let connector = ground.connector(&user, json!({}));
    let (id, heir_id) = (ground.id(&leaver).await, ground.id(&heir).await);

    let inventory = connector.inventory(&id).await.expect("looks").expect("tells");
    let kinds: Vec<_> = inventory.iter().map(|owned| owned.kind.as_str()).collect();
    assert!(OWNED_KINDS.iter().all(|kind| kinds.contains(kind)), "{kinds:?}");
    let of = |kind: &str| inventory.iter().find(|owned| owned.kind == kind).expect("told");
    assert_eq!((of("table").count, of("sequence").count, of("large object").count), (3, 6, 6));
    assert_eq!(
        of("table").names[0],
        format!("{}: \"Work Shop\".\"Orders\"", databases[1]),
        "in the order of names"
    );
    assert_eq!(of("large object").names.len(), 5);

    let early = outcome(&*connector, &order(Action::Delete, &id)).await;
    assert_refused(&early, "still owns objects, nothing was dropped");
    let handed = outcome(&*connector, &transfer(&id, &heir_id)).await;
    assert_done(&handed, &format!("role {id} owns nothing (pg_shdepend)"));
    let later = outcome(&*connector, &again(&transfer(&id, &heir_id))).await;
    assert!(matches!(later, Outcome::AlreadyDone { .. }), "{later:?}");

    for database in &databases {
        let kept = ground.texts(database, "SELECT note FROM \"Work Shop\".\"Orders\"").await;
        assert_eq!(kept, "kept");
        let owners = "SELECT DISTINCT r.rolname::text FROM pg_roles r WHERE oid IN (
            SELECT relowner FROM pg_class WHERE relname IN ('Orders', 'Orders_id_seq', 'recent', 'daily', 'numbers')
            UNION SELECT proowner FROM pg_proc WHERE proname IN ('answer', 'nothing', 'total')
            UNION SELECT typowner FROM pg_type WHERE typname IN ('mood', '_mood', 'code', 'Orders')
            UNION SELECT nspowner FROM pg_namespace WHERE nspname = 'Work Shop'
            UNION SELECT lomowner FROM pg_largeobject_metadata)";
        assert_eq!(ground.texts(database, owners).await, heir);
        let heirs = signed_in(&heir, database).await;
        heirs.batch_execute("CREATE TABLE \"Work Shop\".later (); CREATE FUNCTION later() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE SEQUENCE later_numbers").await.expect("goes on");
        let open = format!(
            "SELECT concat_ws(' ', has_table_privilege(r.oid, '\"Work Shop\".later', 'SELECT'),
                has_function_privilege(r.oid, 'later()', 'EXECUTE WITH GRANT OPTION'),
                has_sequence_privilege(r.oid, 'later_numbers', 'USAGE')) FROM pg_roles r WHERE rolname = '{reader}'"
        );
        assert_eq!(ground.texts(database, &open).await, "t t f", "what was agreed for schemas only");
    }

    let deleted = outcome(&*connector, &order(Action::Delete, &id)).await;
    assert_done(&deleted, &format!("no role {id}"));
    assert!(!ground.exists(&leaver).await);
    for database in &databases {
        assert_eq!(ground.texts(database, "SELECT note FROM \"Work Shop\".\"Orders\"").await, "kept");
    }
}

#[tokio::test]
async fn a_superuser_hands_everything_over() {
    everything_goes_and_the_role_can("LOGIN SUPERUSER").await;
}

/// What it needs besides for this company: to be a member of whoever owns what the leaver was granted.
#[tokio::test]
async fn a_role_with_least_rights_hands_everything_over() {
    everything_goes_and_the_role_can("LOGIN CREATEROLE IN ROLE pg_signal_backend").await;
}

#[tokio::test]
async fn a_lock_that_somebody_holds_is_waited_for_elsewhere() {
    let mut ground = Ground::new();
    let (user, leaver) =
        (ground.role("exeunt", "LOGIN SUPERUSER").await, ground.role("leaver", "LOGIN").await);
    let heir = ground.role("heir", "LOGIN").await;
    let (first, second) = (ground.database("a").await, ground.database("b").await);
    for database in [&first, &second] {
        ground
            .run_in(database, &format!("CREATE TABLE t (); ALTER TABLE t OWNER TO {}", quoted(&leaver)))
            .await;
    }
    let connector =
        ground.connector(&user, json!({ "connection": { "timeout_ms": 2_000 }, "tls": "off_on_loopback" }));
    let order = transfer(&ground.id(&leaver).await, &ground.id(&heir).await);
    let holder = signed_in("postgres", &second).await;
    holder.batch_execute("BEGIN; LOCK TABLE t").await.expect("locks");

    let busy = outcome(&*connector, &order).await;
    let Outcome::Retry { fault: Fault::Busy, after_ms: Some(_), reason } = &busy else { panic!("{busy:?}") };
    assert!(reason.contains(&second) && reason.contains("55P03"), "{reason}");
    let owner = "SELECT relowner::regrole::text FROM pg_class WHERE relname = 't'";
    assert_eq!(ground.texts(&first, owner).await, heir, "what could be handed over was");
    assert_eq!(ground.texts(&second, owner).await, leaver);

    holder.batch_execute("COMMIT").await.expect("lets go");
    assert_done(&outcome(&*connector, &again(&order)).await, "owns nothing");
}

#[tokio::test]
async fn a_database_that_cannot_be_entered_stops_the_hand_over_before_it_begins() {
    let mut ground = Ground::new();
    let user = ground.role("exeunt", "LOGIN CREATEROLE").await;
    let (leaver, heir) = (ground.role("leaver", "LOGIN").await, ground.role("heir", "LOGIN").await);
    ground.entrust(&user, &[&leaver, &heir]).await;
    let (open, closed) = (ground.database("a").await, ground.database("b").await);
    for database in [&open, &closed] {
        ground
            .run_in(database, &format!("CREATE TABLE t (); ALTER TABLE t OWNER TO {}", quoted(&leaver)))
            .await;
    }
    let id = ground.id(&leaver).await;
    let order = transfer(&id, &ground.id(&heir).await);
    let connector = ground.connector(&user, json!({}));
    ground.run(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS false", quoted(&closed))).await;
    assert_refused(&outcome(&*connector, &order).await, &format!("in {closed}, which allows no connections"));
    let inventory = connector.inventory(&id).await.expect("looks").expect("tells");
    let shown: Vec<_> =
        inventory.iter().map(|owned| (owned.kind.as_str(), owned.names[0].as_str())).collect();
    let (unseen, seen) = (format!("{closed}: not looked into"), format!("{open}: public.t"));
    assert_eq!(shown, [("object", unseen.as_str()), ("table", seen.as_str())]);

    let shut = format!(
        "ALTER DATABASE {closed} ALLOW_CONNECTIONS true; REVOKE CONNECT ON DATABASE {closed} FROM PUBLIC",
        closed = quoted(&closed)
    );
    for statement in shut.split("; ") {
        ground.run(statement).await;
    }
    assert_refused(&outcome(&*connector, &order).await, &format!("in {closed}, where we may not CONNECT"));
    let owner = "SELECT relowner::regrole::text FROM pg_class WHERE relname = 't'";
    assert_eq!(ground.texts(&open, owner).await, leaver, "nothing was touched");

    let only = ground.connector(&user, json!({ "databases": [open] }));
    let done = outcome(&*only, &order).await;
    assert_done(&done, &format!("in databases that the platform's settings leave out: 1 in {closed}"));
    let delete = connectors::conformance::order(Action::Delete, &id);
    assert_refused(&outcome(&*only, &delete).await, "still owns objects");
}

#[tokio::test]
async fn an_heir_must_be_there_and_fit() {
    let mut ground = Ground::new();
    let user = ground.role("exeunt", "LOGIN SUPERUSER").await;
    let leaver = ground.role("leaver", "LOGIN").await;
    let (team, spare) = (ground.role("team", "").await, ground.role("spare", "").await);
    let root = ground.role("root", "SUPERUSER").await;
    ground.schema(&leaver).await;
    let id = ground.id(&leaver).await;
    let plain = ground.connector(&user, json!({}));
    let to_group =
        |name: &str| Order { heir: Some(Heir::Group { name: name.to_owned() }), ..transfer(&id, "") };

    for (heir, why) in [
        (id.as_str(), "it is the leaver's own"),
        (root.as_str(), "it is a superuser"),
        ("pg_monitor", "it is one of PostgreSQL's own"),
        ("4000000000:nobody at all", "nobody can inherit: no role 4000000000:nobody at all"),
    ] {
        assert_refused(&outcome(&*plain, &transfer(&id, heir)).await, why);
    }
    assert_refused(&outcome(&*plain, &to_group("no such group")).await, "nobody can inherit");
    assert_refused(&outcome(&*plain, &Order { heir: None, ..transfer(&id, "") }).await, "nobody is named");

    assert_done(&outcome(&*plain, &to_group(&team)).await, "owns nothing");
    let mine = format!("ALTER SCHEMA {} OWNER TO {}", quoted(&ground.name("owned")), quoted(&leaver));
    let shared = ground.texts("postgres", &format!("SELECT datname::text FROM pg_database JOIN pg_shdepend ON dbid = pg_database.oid JOIN pg_roles r ON r.oid = refobjid WHERE rolname = '{team}'")).await;
    ground.run_in(&shared, &mine).await;
    let falling_back = ground.connector(&user, json!({ "heir": spare }));
    assert_done(&outcome(&*falling_back, &to_group("no such group")).await, "owns nothing");
    let owner = format!(
        "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = '{}'",
        ground.name("owned")
    );
    assert_eq!(ground.texts(&shared, &owner).await, spare);
}

#[tokio::test]
async fn a_prepared_transaction_is_a_persons() {
    let mut ground = Ground::new();
    let (user, leaver) =
        (ground.role("exeunt", "LOGIN SUPERUSER").await, ground.role("leaver", "LOGIN").await);
    let heir = ground.role("heir", "LOGIN").await;
    let database = ground.database("work").await;
    ground.run_in(&database, "GRANT CREATE ON SCHEMA public TO PUBLIC").await;
    let owner = signed_in(&leaver, &database).await;
    let prepare = format!("BEGIN; CREATE TABLE t (); PREPARE TRANSACTION '{leaver}'");
    owner.batch_execute(&prepare).await.expect("prepares");
    drop(owner);
    let connector = ground.connector(&user, json!({}));
    let (id, heir) = (ground.id(&leaver).await, ground.id(&heir).await);
    let words = format!("has prepared transactions, which a person must end: {database}: {leaver}");
    // The table is not to be seen by anybody yet.
    assert_refused(&outcome(&*connector, &transfer(&id, &heir)).await, &words);
    assert_refused(&outcome(&*connector, &order(Action::Delete, &id)).await, &words);
    ground.run_in(&database, &format!("COMMIT PREPARED '{leaver}'")).await;
    assert_done(&outcome(&*connector, &transfer(&id, &heir)).await, "owns nothing");
}

#[tokio::test]
async fn what_only_a_superuser_can_own_is_refused_in_the_servers_words() {
    let mut ground = Ground::new();
    let user = ground.role("exeunt", "LOGIN SUPERUSER").await;
    let (leaver, heir) = (ground.role("root", "LOGIN SUPERUSER").await, ground.role("heir", "LOGIN").await);
    let database = ground.database("work").await;
    let owner = signed_in(&leaver, &database).await;
    let trigger = "CREATE FUNCTION f() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
        CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION f(); ALTER EVENT TRIGGER watch DISABLE";
    owner.batch_execute(trigger).await.expect("makes it");
    let connector = ground.connector(&user, json!({ "superusers": true }));
    let order = transfer(&ground.id(&leaver).await, &ground.id(&heir).await);
    let words = "42501 (permission denied to change owner of event trigger \"watch\". The owner of an event trigger must be a superuser.)";
    assert_refused(&outcome(&*connector, &order).await, words);
}
