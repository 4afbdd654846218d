//! Deleting: never anything but the role and what it was granted.

use connectors::conformance::{again, order};
use domain::{Action, Outcome};
use serde_json::json;

use super::ground::{Ground, quoted, signed_in};
use super::{assert_done, assert_refused, outcome};

#[tokio::test]
async fn what_was_granted_goes_with_the_role() {
    let mut ground = Ground::new();
    let (user, leaver) =
        (ground.role("exeunt", "LOGIN SUPERUSER").await, ground.role("Leaver", "LOGIN").await);
    let databases = [ground.database("a").await, ground.database("b").await];
    for database in &databases {
        let grants = format!(
            "CREATE TABLE t (); ALTER TABLE t ENABLE ROW LEVEL SECURITY;
             GRANT SELECT ON t TO {leaver}; CREATE POLICY own ON t TO {leaver} USING (true);
             CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
             CREATE USER MAPPING FOR {leaver} SERVER s; GRANT USAGE ON FOREIGN SERVER s TO {leaver};
             ALTER DEFAULT PRIVILEGES FOR ROLE {leaver} GRANT SELECT ON TABLES TO PUBLIC;
             GRANT TEMPORARY ON DATABASE {database} TO {leaver}",
            leaver = quoted(&leaver),
            database = quoted(database),
        );
        ground.run_in(database, &grants).await;
    }
    let id = ground.id(&leaver).await;
    let session = signed_in(&leaver, &databases[0]).await;
    let connector = ground.connector(&user, json!({}));
    let deleted = outcome(&*connector, &order(Action::Delete, &id)).await;
    assert_done(&deleted, &format!("no role {id} (pg_roles)"));
    assert!(
        session.query_one("SELECT 1", &[]).await.is_err(),
        "nobody is left in a session of a role that is gone"
    );
    for database in &databases {
        let kept = "SELECT count(*)::text FROM pg_class WHERE relname = 't'";
        assert_eq!(ground.texts(database, kept).await, "1");
    }
    let gone = outcome(&*connector, &again(&order(Action::Delete, &id))).await;
    assert!(matches!(gone, Outcome::AlreadyDone { .. }), "{gone:?}");
}

/// Whoever acts for the role while we do would lose a table by DROP OWNED.
#[tokio::test]
async fn what_appears_between_two_looks_is_not_dropped() {
    let mut ground = Ground::new();
    let (user, leaver) =
        (ground.role("exeunt", "LOGIN SUPERUSER").await, ground.role("leaver", "LOGIN").await);
    let database = ground.database("work").await;
    let late = format!(
        "CREATE TABLE granted (); GRANT SELECT ON granted TO {leaver};
         CREATE TABLE late (); CREATE FUNCTION appear() RETURNS event_trigger LANGUAGE plpgsql AS
             $$ BEGIN ALTER TABLE public.late OWNER TO {leaver}; END $$;
         CREATE EVENT TRIGGER appear ON ddl_command_start WHEN tag IN ('DROP OWNED') EXECUTE FUNCTION appear()",
        leaver = quoted(&leaver)
    );
    ground.run_in(&database, &late).await;
    let connector = ground.connector(&user, json!({}));
    let id = ground.id(&leaver).await;
    let refused = outcome(&*connector, &order(Action::Delete, &id)).await;
    assert_refused(&refused, "owns objects again, nothing was dropped");
    assert!(refused.text().contains("pg_class 1"), "{refused:?}");
    let tables = "SELECT count(*)::text FROM pg_class WHERE relname IN ('late', 'granted')";
    assert_eq!(ground.texts(&database, tables).await, "2");
    assert!(ground.exists(&leaver).await);
}

#[tokio::test]
async fn others_do_not_lose_what_they_have_by_the_role() {
    let mut ground = Ground::new();
    let (user, leaver) =
        (ground.role("exeunt", "LOGIN CREATEROLE").await, ground.role("leaver", "LOGIN").await);
    let colleague = ground.role("colleague", "LOGIN").await;
    ground.entrust(&user, &[&leaver]).await;
    ground.run(&format!("GRANT {} TO {}", quoted(&leaver), quoted(&colleague))).await;
    let connector = ground.connector(&user, json!({}));
    let delete = order(Action::Delete, &ground.id(&leaver).await);
    assert_refused(&outcome(&*connector, &delete).await, &format!("{colleague} is a member of it"));
    ground.run(&format!("REVOKE {} FROM {}", quoted(&leaver), quoted(&colleague))).await;
    assert_done(&outcome(&*connector, &delete).await, "no role");
}

/// A privilege on what somebody else owns can be withdrawn only by its owner or a superuser.
#[tokio::test]
async fn what_we_cannot_withdraw_is_told() {
    let mut ground = Ground::new();
    let user = ground.role("exeunt", "LOGIN CREATEROLE").await;
    let (leaver, owner) = (ground.role("leaver", "LOGIN").await, ground.role("owner", "LOGIN").await);
    ground.entrust(&user, &[&leaver]).await;
    let database = ground.database("work").await;
    let grant = format!(
        "CREATE TABLE t (); ALTER TABLE t OWNER TO {}; GRANT SELECT ON t TO {}",
        quoted(&owner),
        quoted(&leaver)
    );
    ground.run_in(&database, &grant).await;
    let connector = ground.connector(&user, json!({}));
    let delete = order(Action::Delete, &ground.id(&leaver).await);
    let refused = outcome(&*connector, &delete).await;
    assert_refused(&refused, "a member of the objects' owners can withdraw");
    assert_refused(&refused, &format!("1 in {database}"));
    ground.run(&format!("GRANT {} TO {}", quoted(&owner), quoted(&user))).await;
    assert_done(&outcome(&*connector, &delete).await, "no role");
}
