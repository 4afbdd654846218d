//! Departures that wait for an administrator.

use domain::{NameKey, TenantId};
use serde_json::json;
use store::{Store, StoreOptions, StoreUrl};

use super::binary::Console;

/// Notes that token 7 asked for these users' removal, as an identity provider's request would.
fn hold(console: &Console, names: &[&'static str]) {
    let names = names.to_vec();
    let url = StoreUrl::Sqlite(console.path("exeunt.db"));
    let hold = move |tx: &mut store::Tx<'_>| {
        for name in names {
            let user = store::users::by_name(tx, TenantId(1), &NameKey::new(name))?.expect("a user");
            let held = store::held::Held {
                user: user.id,
                user_name: user.user_name,
                token: 7,
                removes: true,
                requester: "idp (token okta)".to_owned(),
                asked_ms: 1_795_305_600_000,
            };
            store::held::hold(tx, TenantId(1), &held)?;
        }
        Ok::<_, store::Error>(())
    };
    crate::home::run(async move {
        let options = StoreOptions { connections: 1, ca_file: None };
        let store = tokio::task::block_in_place(|| Store::open(&url, &options)).expect("a store");
        store.write(hold).await.expect("held");
    });
}

#[test]
fn departures_are_listed_approved_and_rejected() {
    let console = Console::new();
    for name in ["p0", "p1", "p2"] {
        console.run(&["user", "add", name]).done();
    }
    assert_eq!(console.run(&["held", "list"]).done(), "no departure is held\n");
    hold(&console, &["p0", "p1", "p2", "admin"]);
    let listed = "\
USER   TO      TOKEN  ASKED BY          AT
admin  delete  7      idp (token okta)  2026-11-22T00:00:00Z
p0     delete  7      idp (token okta)  2026-11-22T00:00:00Z
p1     delete  7      idp (token okta)  2026-11-22T00:00:00Z
p2     delete  7      idp (token okta)  2026-11-22T00:00:00Z
";
    assert_eq!(console.run(&["held", "list"]).done(), listed);
    assert_eq!(console.run(&["held", "list", "--token", "8", "--json"]).json(), json!([]));
    let status = console.run(&["status"]).done();
    assert!(status.contains("departures held: 4; see exeunt held list\n"), "{status}");

    assert_eq!(console.run(&["held", "reject", "p0", "id:3"]).done(), "rejected: 2\n");
    let approved = console.run(&["held", "approve", "--token", "7"]);
    assert_eq!((approved.code, approved.out.as_str()), (Some(4), "approved: 1\n"));
    assert_eq!(approved.err, "admin is held still: User admin is the last active administrator\n");
    assert_eq!(console.run(&["user", "show", "p2", "--json"]).json()["state"], "removed");
    let rejected = console.run(&["held", "reject", "--all", "--json"]).json();
    assert_eq!(rejected, json!({ "departures": 1, "decision": "rejected", "refused": [] }));
    assert_eq!(console.run(&["status", "--json"]).json()["heldDepartures"], 0);
}

#[test]
fn a_decision_says_whom_it_is_about() {
    let console = Console::new();
    for arguments in
        [&["held", "approve"][..], &["held", "approve", "p0", "--all"], &["held", "reject", "--token", "x"]]
    {
        assert_eq!(console.run(arguments).code, Some(2), "{arguments:?}");
    }
    let unknown = console.run(&["held", "approve", "nobody"]);
    assert_eq!(unknown.err, "exeunt: held departure not found: nobody\n");
}
