//! Deletion: groups of any size, entries below, what stands in its way.

use std::fmt::Write as _;

use domain::{Action, Outcome};
use serde_json::json;

use super::slapd::{SUFFIX, Shape, Slapd, id, person};
use super::{attempt, done, refused};

fn children(number: usize) -> String {
    let dn = person(number);
    let mut ldif = String::new();
    for name in ["cn=phone", "cn=card\\, blue", "cn=number,cn=phone"] {
        let plain = name.split(',').next().expect("a name").trim_start_matches("cn=").trim_end_matches('\\');
        write!(ldif, "dn: {name},{dn}\nobjectClass: device\ncn: {plain}\n").expect("text");
        if name.contains('\\') {
            ldif.push_str("cn: card, blue\n");
        }
        ldif.push('\n');
    }
    ldif
}

#[tokio::test]
async fn a_large_group_loses_one_member() {
    let mut members = format!("dn: cn=all,ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: all\n");
    for number in 0..1_600 {
        writeln!(members, "member: {}", person(number)).expect("text");
    }
    let small = |number: usize| {
        let dn = format!("cn=team{number},ou=groups,{SUFFIX}");
        format!(
            "dn: {dn}\nobjectClass: groupOfUniqueNames\ncn: team{number}\nuniqueMember: {}\nuniqueMember: {SUFFIX}\n\n",
            person(7)
        )
    };
    let teams: String = (0..20).map(small).collect();
    let slapd = Slapd::start(&Shape {
        people: 1_600,
        database: "overlay memberof",
        entries: format!("{members}\n{teams}"),
        ..Shape::default()
    });
    assert_eq!(slapd.values(&person(7), "memberOf"), [format!("cn=all,ou=groups,{SUFFIX}")]);
    let connector = slapd.connector(&json!({}));
    let owned = connector.inventory(&id(7)).await.expect("an inventory").expect("it tells");
    let shown: Vec<_> = owned.iter().map(|owned| (owned.kind.as_str(), owned.count)).collect();
    assert_eq!(shown, [("member", 1), ("uniqueMember", 20)]);

    let evidence = done(attempt(&*connector, Action::Delete, 7).await);
    assert_eq!(evidence, format!("no entry below \"ou=people,{SUFFIX}\" has (entryUUID={})", id(7)));
    assert!(!slapd.exists(&person(7)));
    let left = slapd.values(&format!("cn=all,ou=groups,{SUFFIX}"), "member");
    assert_eq!(left.len(), 1_599);
    assert!(!left.contains(&person(7)));
    assert_eq!(slapd.names(&format!("(uniqueMember={})", person(7))), [""; 0]);
}

#[tokio::test]
async fn what_is_below_goes_along_only_where_that_was_agreed() {
    let slapd = Slapd::start(&Shape {
        people: 5,
        entries: [children(1), children(2)].concat(),
        rights: "access to dn.regex=\"^.+,uid=[^,]+,ou=people,dc=example,dc=com$\" attrs=entry,children\n  \
                 by dn.exact=\"cn=exeunt,dc=example,dc=com\" write by users read",
        ..Shape::default()
    });
    let connector = slapd.connector(&json!({}));
    let owned = connector.inventory(&id(1)).await.expect("an inventory").expect("it tells");
    assert_eq!(owned[0].kind, "entry below it");
    assert_eq!(owned[0].names, ["card, blue", "number", "phone"]);
    let reason = refused(attempt(&*connector, Action::Delete, 1).await);
    assert!(reason.contains("has 3 entries below it"), "{reason}");
    assert!(slapd.exists(&person(1)));

    let connector = slapd.connector(&json!({ "delete_children": true }));
    done(attempt(&*connector, Action::Delete, 1).await);
    assert!(!slapd.exists(&person(1)));
    assert_eq!(slapd.names("(objectClass=device)").len(), 4, "another's are there, and the policy");
}

#[tokio::test]
async fn a_deletion_without_the_right_to_it_is_refused() {
    let slapd = Slapd::start(&Shape {
        people: 5,
        rights: "access to dn.exact=\"uid=u0001,ou=people,dc=example,dc=com\" by users read",
        ..Shape::default()
    });
    let connector = slapd.connector(&json!({}));
    for action in [Action::Disable, Action::Delete] {
        let reason = refused(attempt(&*connector, action, 1).await);
        assert!(reason.contains("rc=50 (insufficientAccessRights)"), "{reason}");
    }
    done(attempt(&*connector, Action::Delete, 2).await);
    let again = attempt(&*connector, Action::Delete, 2).await;
    assert!(matches!(again, Outcome::AlreadyDone { .. }), "{again:?}");
}
