//! Disabling and enabling: the lock, the leavers' unit, groups.

use domain::{Action, Outcome};
use serde_json::json;

use super::slapd::{SUFFIX, Shape, Slapd, id, person};
use super::{attempt, done, refused};

fn leavers() -> String {
    format!("ou=leavers,{SUFFIX}")
}

fn moved(number: usize) -> String {
    format!("uid=u{number:04},{}", leavers())
}

fn people() -> Slapd {
    Slapd::start(&Shape { people: 5, ..Shape::default() })
}

#[tokio::test]
async fn who_is_disabled_cannot_sign_in_until_enabled() {
    let slapd = people();
    let connector = slapd.connector(&json!({}));
    assert!(slapd.admits(&person(1), "secret-1"));
    let evidence = done(attempt(&*connector, Action::Disable, 1).await);
    assert_eq!(evidence, format!("{} ({}): pwdAccountLockedTime is 000001010000Z", person(1), id(1)));
    assert!(!slapd.admits(&person(1), "secret-1"));
    assert!(slapd.admits(&person(2), "secret-2"), "nobody else is");
    let evidence = done(attempt(&*connector, Action::Enable, 1).await);
    assert!(evidence.ends_with("it has no pwdAccountLockedTime"), "{evidence}");
    assert!(slapd.admits(&person(1), "secret-1"));
}

#[tokio::test]
async fn leavers_are_moved_and_come_back_to_where_they_were() {
    let slapd = people();
    let sales = format!("ou=sales,ou=people,{SUFFIX}");
    let at_home = format!("uid=u0001,{sales}");
    slapd.add(&format!("dn: {sales}\nobjectClass: organizationalUnit\nou: sales\n"));
    slapd.modify(&format!(
        "dn: {}\nchangetype: modify\nadd: description\ndescription: plays the violin\n\n\
         dn: {}\nchangetype: modrdn\nnewrdn: uid=u0001\ndeleteoldrdn: 0\nnewsuperior: {sales}\n",
        person(1),
        person(1)
    ));
    // The leavers' unit is not below the people's.
    let connector = slapd.connector(&json!({ "leavers_ou": leavers() }));
    for _ in 0..2 {
        let evidence = done(attempt(&*connector, Action::Disable, 1).await);
        assert!(evidence.contains(&format!("it is below {:?}", leavers())), "{evidence}");
        assert!(slapd.exists(&moved(1)) && !slapd.exists(&at_home));
        assert!(!slapd.admits(&moved(1), "secret-1"));
        let record = format!("exeunt: moved from {sales}");
        assert_eq!(slapd.values(&moved(1), "description"), ["plays the violin", &record]);

        done(attempt(&*connector, Action::Enable, 1).await);
        assert!(slapd.exists(&at_home) && !slapd.exists(&moved(1)));
        assert_eq!(slapd.values(&at_home, "description"), ["plays the violin"]);
        assert!(slapd.admits(&at_home, "secret-1"));
    }
}

#[tokio::test]
async fn half_a_cut_is_finished() {
    let slapd = people();
    let connector = slapd.connector(&json!({ "leavers_ou": leavers() }));
    // As if a first attempt had died after the lock, and another after the record.
    for (number, more) in
        [(1, ""), (2, "-\nadd: description\ndescription: exeunt: moved from ou=elsewhere\n")]
    {
        slapd.modify(&format!(
            "dn: {}\nchangetype: modify\nadd: pwdAccountLockedTime\npwdAccountLockedTime: 000001010000Z\n{more}\n",
            person(number)
        ));
        done(attempt(&*connector, Action::Disable, number).await);
        assert!(slapd.exists(&moved(number)));
        assert_eq!(
            slapd.values(&moved(number), "description"),
            [format!("exeunt: moved from ou=people,{SUFFIX}")]
        );
    }
    // Back where it was, but the record and the lock are still there.
    slapd.modify(&format!(
        "dn: {}\nchangetype: modrdn\nnewrdn: uid=u0001\ndeleteoldrdn: 0\nnewsuperior: ou=people,{SUFFIX}\n",
        moved(1)
    ));
    done(attempt(&*connector, Action::Enable, 1).await);
    assert_eq!(slapd.values(&person(1), "description"), [""; 0]);
    assert!(slapd.admits(&person(1), "secret-1"));
}

#[tokio::test]
async fn who_has_no_way_back_is_let_in_where_they_are() {
    let slapd = people();
    let connector = slapd.connector(&json!({ "leavers_ou": leavers() }));
    done(attempt(&*connector, Action::Disable, 1).await);
    slapd.modify(&format!("dn: {}\nchangetype: modify\ndelete: description\n", moved(1)));
    let evidence = done(attempt(&*connector, Action::Enable, 1).await);
    assert!(evidence.contains("it stays with the leavers"), "{evidence}");

    done(attempt(&*connector, Action::Disable, 2).await);
    slapd.modify(&format!(
        "dn: {}\nchangetype: modify\nreplace: description\ndescription: exeunt: moved from ou=gone,{SUFFIX}\n",
        moved(2)
    ));
    let reason = refused(attempt(&*connector, Action::Enable, 2).await);
    assert!(reason.contains("rc=32 (noSuchObject)"), "{reason}");
    assert!(!slapd.admits(&moved(2), "secret-2"), "nothing was half done");
}

#[tokio::test]
async fn a_name_that_is_taken_among_the_leavers_is_refused_but_locked() {
    let slapd = people();
    slapd.add(&format!("dn: {}\nobjectClass: account\nuid: u0001\n", moved(1)));
    let connector = slapd.connector(&json!({ "leavers_ou": leavers() }));
    let reason = refused(attempt(&*connector, Action::Disable, 1).await);
    assert!(reason.contains("rc=68 (entryAlreadyExists)"), "{reason}");
    assert!(!slapd.admits(&person(1), "secret-1"), "the cut itself was made");
}

#[tokio::test]
async fn groups_are_left_with_the_cut_where_that_is_wished() {
    let slapd = Slapd::start(&Shape {
        people: 5,
        database: "overlay memberof",
        entries: format!(
            "dn: cn=staff,ou=groups,{SUFFIX}\nobjectClass: groupOfNames\ncn: staff\nmember: {}\nmember: {}\n\n\
             dn: cn=unix,ou=groups,{SUFFIX}\nobjectClass: posixGroup\ncn: unix\ngidNumber: 7\nmemberUid: u0001\n\
             memberUid: u0002\n",
            person(1),
            person(2)
        ),
        ..Shape::default()
    });
    assert_eq!(slapd.values(&person(1), "memberOf").len(), 1);
    let connector = slapd.connector(&json!({ "leave_groups": "on_disable", "leavers_ou": leavers() }));
    let evidence = done(attempt(&*connector, Action::Disable, 1).await);
    assert!(evidence.ends_with("it is in no group"), "{evidence}");
    assert_eq!(slapd.values(&moved(1), "memberOf"), [""; 0]);
    assert_eq!(slapd.values(&format!("cn=staff,ou=groups,{SUFFIX}"), "member"), [person(2)]);
    assert_eq!(slapd.values(&format!("cn=unix,ou=groups,{SUFFIX}"), "memberUid"), ["u0002"]);

    // A group of names must have one.
    let reason = refused(attempt(&*connector, Action::Disable, 2).await);
    assert!(reason.contains("cannot be without a member"), "{reason}");
    assert_eq!(slapd.names("(memberUid=u0002)"), [""; 0], "the rest was done");
    assert!(!slapd.admits(&person(2), "secret-2"));
}

#[tokio::test]
async fn another_attribute_can_be_the_lock() {
    let slapd = people();
    let connector = slapd.connector(&json!({
        "profile": "custom",
        "lock": { "attribute": "description", "disabled": "GONE", "enabled": "here" },
    }));
    let active = attempt(&*connector, Action::Enable, 1).await;
    assert!(matches!(active, Outcome::AlreadyDone { .. }), "{active:?}");
    done(attempt(&*connector, Action::Disable, 1).await);
    assert_eq!(slapd.values(&person(1), "description"), ["GONE"]);
    done(attempt(&*connector, Action::Enable, 1).await);
    assert_eq!(slapd.values(&person(1), "description"), ["here"]);
}

#[tokio::test]
async fn what_is_protected_is_not_touched() {
    let slapd = people();
    slapd.modify(&format!("dn: {}\nchangetype: modify\nadd: title\ntitle: admin\n", person(2)));
    for (number, more, why) in [
        (1, json!({ "protected": [person(1)] }), "it is in"),
        (1, json!({ "protected": [format!("OU=people, {SUFFIX}")] }), "it is in"),
        (
            1,
            json!({ "protected": [format!("ou=misspelt,{SUFFIX}")] }),
            "does not exist, so that nobody can say",
        ),
        (2, json!({ "protected_filter": "(title=admin)" }), "it fits (title=admin)"),
        (
            3,
            json!({ "bind": { "dn": person(3).to_uppercase(), "password": "file:mine" } }),
            "it is the account that we work with",
        ),
    ] {
        std::fs::write(slapd.folder().join("mine"), "secret-3").expect("a file");
        let connector = slapd.connector(&more);
        for action in [Action::Disable, Action::Delete] {
            let reason = refused(attempt(&*connector, action, number).await);
            assert!(reason.contains("is protected") && reason.contains(why), "{reason}");
        }
        assert!(slapd.admits(&person(number), &format!("secret-{number}")));
    }
    let connector = slapd.connector(&json!({ "protected_filter": "(title=admin)" }));
    done(attempt(&*connector, Action::Disable, 1).await);
}
