//! Searches by conditions begin at an index wherever one fits, and are read in order from one where none does.

use store::search::{
    At, Comparison, Condition, GroupOrder, GroupTerm, Link, Page, Term, Text, UserOrder, UserTerm, sql,
};

use crate::fixture::{Base, on_postgres, on_sqlite};
use crate::sample::{T, user};

const USERS: i64 = 5_000;

fn is(text: &str) -> Text {
    Text::Compares(Comparison::Equal, text.to_owned())
}

fn starts(text: &str) -> Text {
    Text::StartsWith(text.to_owned())
}

fn to(guid: i64) -> Link {
    Link::To(format!("{guid:032x}"))
}

/// Questions that an index answers, each with the loop that it begins with on SQLite.
fn of_users() -> Vec<(UserTerm, &'static str)> {
    let guid = format!("{:032x}", 7);
    vec![
        (UserTerm::Guid(is(&guid)), "users_guid (tenant_id=? AND guid=?)"),
        (UserTerm::Name(is("user7")), "users_name (tenant_id=? AND name_key=?)"),
        (UserTerm::Name(starts("user70")), "users_name (tenant_id=? AND name_key>? AND name_key<?)"),
        (UserTerm::ExternalId(is("hr-7")), "users_external (tenant_id=? AND external_id=?)"),
        (
            UserTerm::ExternalId(starts("hr-70")),
            "users_external (tenant_id=? AND external_id>? AND external_id<?)",
        ),
        (UserTerm::FullName(is("user 7")), "users_full_name (tenant_id=? AND full_name_key=?)"),
        (
            UserTerm::FullName(starts("user 70")),
            "users_full_name (tenant_id=? AND full_name_key>? AND full_name_key<?)",
        ),
        (UserTerm::Email(is("user7@example.com")), "users_email (tenant_id=? AND email_key=?)"),
        (UserTerm::Email(starts("user70")), "users_email (tenant_id=? AND email_key>? AND email_key<?)"),
        (
            UserTerm::Modified(Comparison::Greater, USERS - 9),
            "users_modified (tenant_id=? AND modified_ms>?)",
        ),
        (UserTerm::Modified(Comparison::Equal, 7), "users_modified (tenant_id=? AND modified_ms=?)"),
        (UserTerm::Manager(to(7)), "users_guid (tenant_id=? AND guid=?)"),
        (UserTerm::Group(to(22)), "groups_guid (tenant_id=? AND guid=?)"),
    ]
}

fn of_groups() -> Vec<(GroupTerm, &'static str)> {
    let guid = format!("{:032x}", 7);
    vec![
        (GroupTerm::Guid(is(&guid)), "groups_guid (tenant_id=? AND guid=?)"),
        (GroupTerm::Name(is("a")), "groups_name (tenant_id=? AND name_key=?)"),
        (GroupTerm::Name(starts("a")), "groups_name (tenant_id=? AND name_key>? AND name_key<?)"),
        (GroupTerm::ExternalId(is("a")), "groups_external (tenant_id=? AND external_id=?)"),
        (GroupTerm::Modified(Comparison::Less, 7), "groups_modified (tenant_id=? AND modified_ms<?)"),
        (GroupTerm::Member(to(7)), "users_guid (tenant_id=? AND guid=?)"),
    ]
}

/// Each question alone, each together with one that has no index, and all of them as alternatives.
fn indexed<T: Term + Clone>(
    terms: &[(T, &'static str)],
    without: T,
    never: T,
) -> Vec<(Condition<T>, Vec<&'static str>)> {
    let alternatives = terms.iter().map(|(term, _)| term.clone().into()).collect();
    let all = terms.iter().map(|(_, index)| *index).collect();
    let mut conditions = vec![(Condition::Or(alternatives), all)];
    for (term, index) in terms {
        let not = Condition::Not(Box::new(never.clone().into()));
        let parts = vec![not, without.clone().into(), term.clone().into()];
        conditions.push((term.clone().into(), vec![*index]));
        conditions.push((Condition::And(parts), vec![*index]));
    }
    conditions
}

fn page<O>(by: O) -> Page<O> {
    Page { by, descending: false, at: At::Offset(0), limit: 10 }
}

/// The loops of `texts`: they begin at `indexes`, and none reads a table or all that a tenant has in it.
#[track_caller]
fn begins_at(base: &Base, text: &str, indexes: &[&str]) {
    let plan = base.plan(text);
    for index in indexes {
        assert!(plan.iter().any(|line| line.ends_with(index)), "{index}: {plan:#?} {text}");
    }
    for line in &plan {
        let scans = line.starts_with("SCAN ") && !["SCAN found", "SCAN hits"].contains(&line.as_str());
        assert!(!scans && !line.contains("(tenant_id=?)"), "{line}: {text}");
    }
}

#[test]
fn sqlite_begins_at_the_index_of_a_condition() {
    on_sqlite(|base| async move {
        let orders = [UserOrder::Number, UserOrder::Name, UserOrder::Modified, UserOrder::ExternalId];
        let never = UserTerm::Name(is("b"));
        for (condition, indexes) in indexed(&of_users(), UserTerm::Active(true), never) {
            let pages = orders.map(|by| Some(page(by)));
            for page in pages.iter().chain([&None]) {
                begins_at(&base, &sql(&condition, page.as_ref()).expect("a text"), &indexes);
            }
        }
        let orders = [GroupOrder::Number, GroupOrder::Name, GroupOrder::Modified, GroupOrder::ExternalId];
        let without = GroupTerm::Created(Comparison::Less, 9);
        for (condition, indexes) in indexed(&of_groups(), without, GroupTerm::Name(is("b"))) {
            let pages = orders.map(|by| Some(page(by)));
            for page in pages.iter().chain([&None]) {
                begins_at(&base, &sql(&condition, page.as_ref()).expect("a text"), &indexes);
            }
        }
    });
}

#[test]
fn the_narrower_question_of_two_leads() {
    on_sqlite(|base| async move {
        let many = UserTerm::Name(starts("a"));
        let one = UserTerm::ExternalId(is("a"));
        for parts in [[many.clone(), one.clone()], [one, many]] {
            let both = Condition::And(parts.map(Condition::Where).into());
            let plan = base.plan(&sql(&both, Some(&page(UserOrder::Number))).expect("a text"));
            assert!(plan.iter().any(|line| line.contains(" users_external (")), "{plan:#?}");
            assert!(!plan.iter().any(|line| line.contains(" users_name (")), "{plan:#?}");
        }
    });
}

#[test]
fn sqlite_reads_all_in_the_order_of_an_index() {
    on_sqlite(|base| async move {
        let orders = [
            (UserOrder::Number, "sqlite_autoindex_users_1"),
            (UserOrder::Guid, "users_guid"),
            (UserOrder::Name, "users_name"),
            (UserOrder::FullName, "users_full_name"),
            (UserOrder::Modified, "users_modified"),
        ];
        for condition in
            [Condition::All, UserTerm::Active(true).into(), UserTerm::Manager(Link::Present).into()]
        {
            for (by, index) in orders {
                for (descending, at) in [
                    (false, At::Offset(7)),
                    (false, At::After(by.key(&user(1)))),
                    (true, At::After(by.key(&user(1)))),
                ] {
                    let text = sql(&condition, Some(&Page { at, descending, ..page(by) })).expect("a text");
                    let plan = base.plan(&text).join("; ");
                    assert!(
                        plan.starts_with(&format!("SEARCH users USING INDEX {index} (tenant_id=?")),
                        "{plan}"
                    );
                    assert!(!plan.contains("TEMP B-TREE"), "{plan}: {text}");
                }
            }
        }
    });
}

#[test]
fn all_and_the_active_are_counted_in_the_index() {
    on_sqlite(|base| async move {
        for condition in [Condition::All, UserTerm::Active(true).into(), UserTerm::Active(false).into()] {
            let plan = base.plan(&sql(&condition, None).expect("a text")).join("; ");
            assert_eq!(plan, "SEARCH users USING COVERING INDEX users_present (tenant_id=?)");
        }
    });
}

/// Whatever the values are: a plan that fits all of them.
#[test]
fn postgres_reads_no_whole_table_for_what_is_equal() {
    on_postgres(|base| async move {
        base.company(T, USERS).await;
        base.raw(
            "UPDATE users SET external_id = 'hr-' || id, modified_ms = id, manager_id = id / 10; \
             INSERT INTO other_emails SELECT tenant_id, 'other' || id, id FROM users; \
             INSERT INTO members SELECT tenant_id, 22, id FROM users WHERE id % 500 = 0; \
             ANALYZE users; ANALYZE other_emails; ANALYZE members; ANALYZE groups",
        )
        .expect("a directory");
        let mut terms = of_users();
        terms.retain(|(_, index)| !index.contains('>'));
        assert_eq!(terms.len(), 8, "equal to a text or a time, or linked");
        let never = UserTerm::Name(is("b"));
        for (condition, _) in indexed(&terms, UserTerm::Active(true), never) {
            for page in [Some(page(UserOrder::Number)), Some(page(UserOrder::Name)), None] {
                let text = sql(&condition, page.as_ref()).expect("a text");
                let values = vec!["NULL"; highest(&text)].join(", ");
                let plan = base.plan_for(&text, &values);
                let bad = ["Seq Scan on users", "Seq Scan on other_emails", "Index Cond: (tenant_id = $1)"];
                assert!(
                    !plan.iter().any(|line| bad.iter().any(|scan| line.contains(scan))),
                    "{plan:#?} {text}"
                );
            }
        }
    });
}

/// The number of the last parameter: they are numbered as they come.
fn highest(text: &str) -> usize {
    let last = text.rsplit('$').next().expect("a tenant");
    last.trim_end_matches(|c: char| !c.is_ascii_digit()).parse().expect("a number")
}
