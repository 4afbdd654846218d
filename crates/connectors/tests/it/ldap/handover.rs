//! Transfer and inventory: what names an entry.

use std::fmt::Write as _;

use connectors::conformance::order;
use connectors::{Heir, Order};
use domain::{Action, Outcome};
use serde_json::json;

use super::slapd::{SUFFIX, Shape, Slapd, id, person};
use super::{attempt, attempt_for, attempt_order, done, refused};

const NO_LIMIT: &str =
    "limits dn.exact=\"cn=exeunt,dc=example,dc=com\" size.soft=500 size.hard=500 size.prtotal=unlimited";

fn group(name: &str, owners: &[usize]) -> String {
    let mut ldif = format!(
        "dn: cn={name},ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: {name}\nmember: {SUFFIX}\n"
    );
    for owner in owners {
        writeln!(ldif, "owner: {}", person(*owner)).expect("text");
    }
    ldif + "\n"
}

/// The manager of everybody from `first` to `last`.
fn manage(manager: usize, first: usize, last: usize) -> String {
    let manager = person(manager);
    let change =
        |number| format!("dn: {}\nchangetype: modify\nadd: manager\nmanager: {manager}\n\n", person(number));
    (first..=last).map(change).collect()
}

#[tokio::test]
async fn everything_that_names_a_leaver_names_the_successor() {
    let slapd = Slapd::start(&Shape {
        people: 1_000,
        database: NO_LIMIT,
        entries: [group("mine", &[1]), group("ours", &[1, 2]), group("theirs", &[3])].concat(),
        ..Shape::default()
    });
    // More than a server gives at once.
    slapd.modify(&manage(1, 100, 699));
    slapd.modify(&manage(1, 2, 2));
    let connector = slapd.connector(&json!({}));
    let owned = connector.inventory(&id(1)).await.expect("an inventory").expect("it tells");
    let shown: Vec<_> = owned.iter().map(|owned| (owned.kind.as_str(), owned.count)).collect();
    assert_eq!(shown, [("manager", 601), ("owner", 2)]);
    assert_eq!(owned[0].names, ["u0002", "u0100", "u0101", "u0102", "u0103"]);
    assert_eq!(owned[1].names, ["mine", "ours"]);

    let evidence = done(attempt_for(&*connector, 1, 2).await);
    assert!(evidence.starts_with("no entry below \"dc=example,dc=com\" names uid=u0001"), "{evidence}");
    assert_eq!(slapd.names(&format!("(manager={})", person(1))), [""; 0]);
    assert_eq!(slapd.names(&format!("(manager={})", person(2))).len(), 600);
    assert_eq!(slapd.values(&person(2), "manager"), [""; 0], "nobody is their own manager");
    assert_eq!(slapd.values(&format!("cn=ours,ou=groups,{SUFFIX}"), "owner"), [person(2)]);
    assert_eq!(slapd.values(&format!("cn=theirs,ou=groups,{SUFFIX}"), "owner"), [person(3)]);
}

#[tokio::test]
async fn references_to_where_a_leaver_was_are_found() {
    // This server does not keep references up to date.
    let slapd = Slapd::start(&Shape { people: 5, entries: group("mine", &[1]), ..Shape::default() });
    slapd.modify(&manage(1, 3, 4));
    let connector = slapd.connector(&json!({ "leavers_ou": format!("ou=leavers,{SUFFIX}") }));
    done(attempt(&*connector, Action::Disable, 1).await);
    done(attempt_for(&*connector, 1, 2).await);
    assert_eq!(slapd.values(&person(3), "manager"), [person(2)]);
    assert_eq!(slapd.values(&format!("cn=mine,ou=groups,{SUFFIX}"), "owner"), [person(2)]);
}

#[tokio::test]
async fn references_that_follow_a_leaver_are_found() {
    let database = "overlay refint\nrefint_attributes manager owner\nrefint_nothing \"dc=example,dc=com\"";
    let slapd = Slapd::start(&Shape { people: 5, database, ..Shape::default() });
    slapd.modify(&manage(1, 3, 4));
    let connector = slapd.connector(&json!({ "leavers_ou": format!("ou=leavers,{SUFFIX}") }));
    done(attempt(&*connector, Action::Disable, 1).await);
    done(attempt_for(&*connector, 1, 2).await);
    assert_eq!(slapd.values(&person(4), "manager"), [person(2)]);
}

#[tokio::test]
async fn a_group_can_inherit_where_its_name_is_clear() {
    let slapd = Slapd::start(&Shape {
        people: 5,
        entries: [group("mine", &[1]), group("board", &[]), group("chess", &[])].concat(),
        ..Shape::default()
    });
    slapd.add(&format!(
        "dn: cn=chess,ou=people,{SUFFIX}\nobjectClass: groupOfNames\ncn: chess\nmember: {SUFFIX}\n"
    ));
    let connector = slapd.connector(&json!({}));
    let transfer_to = |name: &str| Order {
        heir: Some(Heir::Group { name: name.to_owned() }),
        ..order(Action::Transfer, &id(1))
    };
    for (name, why) in [("nobody", "there is no group \"nobody\""), ("chess", "there are 2 groups \"chess\"")]
    {
        let reason = refused(attempt_order(&*connector, &transfer_to(name)).await);
        assert!(reason.contains(why), "{reason}");
    }
    done(attempt_order(&*connector, &transfer_to("board")).await);
    let board = format!("cn=board,ou=groups,{SUFFIX}");
    assert_eq!(slapd.values(&format!("cn=mine,ou=groups,{SUFFIX}"), "owner"), [board]);
}

#[tokio::test]
async fn whoever_cannot_inherit_gets_nothing() {
    let slapd = Slapd::start(&Shape { people: 5, ..Shape::default() });
    slapd.modify(&manage(1, 3, 3));
    let connector = slapd.connector(&json!({}));
    done(attempt(&*connector, Action::Disable, 2).await);
    for (heir, why) in [(1, "the leaver's own"), (2, "is disabled"), (99, "the successor has no entry there")]
    {
        let reason = refused(attempt_for(&*connector, 1, heir).await);
        assert!(reason.contains(why), "{reason}");
    }
    assert_eq!(slapd.values(&person(3), "manager"), [person(1)]);
}

#[tokio::test]
async fn what_may_not_be_changed_does_not_keep_the_rest() {
    let slapd = Slapd::start(&Shape {
        people: 6,
        rights: "access to dn.exact=\"uid=u0003,ou=people,dc=example,dc=com\" by users read",
        ..Shape::default()
    });
    slapd.modify(&manage(1, 3, 5));
    let connector = slapd.connector(&json!({}));
    let reason = refused(attempt_for(&*connector, 1, 2).await);
    assert!(reason.starts_with("1 of the entries could not be changed"), "{reason}");
    assert!(reason.contains("u0003") && reason.contains("rc=50 (insufficientAccessRights)"), "{reason}");
    assert_eq!(slapd.names(&format!("(manager={})", person(1))), [person(3)]);
    let again = attempt_for(&*connector, 1, 2).await;
    assert!(matches!(again, Outcome::Refused { .. }), "{again:?}");
}
