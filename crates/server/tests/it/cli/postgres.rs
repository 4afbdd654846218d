//! A shared store is migrated by command only.

use super::binary::Console;
use crate::home::Home;

#[tokio::test(flavor = "multi_thread")]
async fn a_shared_store_is_migrated_by_command_only() {
    let home = Home::postgres();
    let store::StoreUrl::Postgres(url) = &home.url else { panic!("not PostgreSQL") };
    let console = Console::empty();
    let on = |arguments: &[&str]| console.run(&[arguments, &["--store", url]].concat());
    let unprepared = on(&["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(unprepared.code, Some(1));
    assert!(
        unprepared.err.contains("(a PostgreSQL store is prepared by exeunt migrate)"),
        "{}",
        unprepared.err
    );
    assert_eq!(on(&["migrate"]).done(), format!("schema 0 brought to {}\n", store::migrate::known()));
    let server = console.serve(&["--store", url, "--admin-password", "correct horse", "--node", "n1"]);
    on(&["user", "add", "jsmith"]).done();
    let left = on(&["leave", "jsmith", "--wait"]).done();
    assert!(left.contains("leave of jsmith is completed"), "{left}");
    assert_eq!(on(&["status"]).done(), "no offboarding is open\n1 node at work: n1\n");
    let backup = on(&["backup", "copy.db"]);
    assert_eq!(backup.code, Some(1));
    assert!(backup.err.contains("pg_dump"), "{}", backup.err);
    server.stop();
    let ended = on(&["status"]).done();
    assert!(
        ended.ends_with("no exeunt serve is running on this store: remote steps wait for one\n"),
        "{ended}"
    );
}
