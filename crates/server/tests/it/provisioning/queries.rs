use domain::Error;
use exeunt::app::{MAX_SCANNED, Matches, Order, PeopleQuery, Person, Query, SeatsTold, TeamTold};
use store::search::{At, Comparison, Condition, GroupOrder, Text, UserOrder, UserTerm};

use super::{create, provider, remove, told};
use crate::home::both;

fn by(column: UserOrder, at: At) -> Order<'static, Person> {
    Order::By { column, descending: false, at }
}

fn starting_with(prefix: &str) -> Condition<UserTerm> {
    UserTerm::Name(Text::StartsWith(prefix.to_owned())).into()
}

fn names(found: &Matches<Person>) -> Vec<&str> {
    found.rows.iter().map(|person| person.user.user_name.as_str()).collect()
}

#[test]
fn conditions_orders_and_pages() {
    both(|company| async move {
        let caller = provider(&company).await;
        for (name, title) in [("p1", "c"), ("p2", "b"), ("p3", ""), ("p4", "a"), ("q1", "x")] {
            let mut new = told(name);
            new.other_emails = vec![format!("{name}@home.example")];
            if !title.is_empty() {
                new.profile.scim.insert("title".to_owned(), title.into());
            }
            create(&company, &caller, new).await;
        }
        let query = |limit, at| PeopleQuery {
            condition: starting_with("P"),
            keep: None,
            order: by(UserOrder::Name, at),
            limit,
            with_seats: false,
        };
        let ask = async |query: PeopleQuery<'_>| company.app.people(&caller, &query).await.expect("found");
        let first = ask(query(3, At::Offset(0))).await;
        assert_eq!((names(&first), first.total, first.more), (vec!["p1", "p2", "p3"], 4, true));
        let key = UserOrder::Name.key(&first.rows[2].user);
        let rest = ask(query(3, At::After(key.clone()))).await;
        assert_eq!((names(&rest), rest.total, rest.more), (vec!["p4"], 4, false));
        assert_eq!(names(&ask(query(3, At::Offset(3))).await), ["p4"]);
        let counted = ask(query(0, At::Offset(0))).await;
        assert_eq!((counted.rows.len(), counted.total), (0, 4));

        let has_title = |person: &Person| person.profile.scim.contains_key("title");
        let keeping = |limit, at| PeopleQuery { keep: Some(&has_title), ..query(limit, at) };
        let found = ask(keeping(2, At::Offset(0))).await;
        assert_eq!((names(&found), found.total, found.more), (vec!["p1", "p2"], 3, true));
        let found = ask(keeping(2, At::After(key))).await;
        assert_eq!((names(&found), found.total, found.more), (vec!["p4"], 3, false));

        let title = |person: &Person| Some(person.profile.scim.get("title")?.as_str()?.to_owned());
        let ranked = |descending, offset| PeopleQuery {
            order: Order::Ranked { rank: &title, descending, offset },
            ..query(3, At::Offset(0))
        };
        let found = ask(ranked(false, 0)).await;
        assert_eq!((names(&found), found.total, found.more), (vec!["p4", "p2", "p1"], 4, true));
        assert_eq!(names(&ask(ranked(false, 3)).await), ["p3"], "whoever has none comes last");
        assert_eq!(names(&ask(ranked(true, 0)).await), ["p3", "p1", "p2"]);

        let email = Text::Compares(Comparison::Equal, "Q1@Home.example".to_owned());
        let found =
            ask(PeopleQuery { condition: UserTerm::Email(email).into(), ..query(9, At::default()) }).await;
        assert_eq!((names(&found), found.total), (vec!["q1"], 1), "by another address");
        remove(&company, &caller, &found.rows[0].user.guid).await.expect("removed");
        let gone = PeopleQuery { condition: starting_with("q"), ..query(9, At::default()) };
        assert_eq!(ask(gone).await.total, 0);
        let refused = company.app.people(&caller, &query(501, At::default())).await;
        assert!(matches!(refused, Err(Error::TooMany { limit: 500, .. })), "{refused:?}");
    });
}

#[test]
fn groups_with_their_members() {
    both(|company| async move {
        let caller = provider(&company).await;
        let user = create(&company, &caller, told("a")).await.user;
        for name in ["One", "Two"] {
            let seats = vec![SeatsTold::Add(vec![user.guid.clone()])];
            let told = TeamTold { name: name.to_owned(), external_id: None, seats };
            company.app.create_team(&caller, told, false).await.expect("a group");
        }
        let query = |with_seats| Query {
            condition: Condition::All,
            keep: None,
            order: Order::By { column: GroupOrder::Name, descending: true, at: At::default() },
            limit: 2,
            with_seats,
        };
        let found = company.app.teams(&caller, &query(true)).await.expect("found");
        let told: Vec<_> = found.rows.iter().map(|team| (team.group.name.as_str(), &team.members)).collect();
        assert!(
            matches!(told[..], [("View All", Some(none)), ("Two", Some(one))] if none.is_empty() && one.len() == 1)
        );
        assert_eq!((found.total, found.more), (4, true));
        let found = company.app.teams(&caller, &query(false)).await.expect("found");
        assert!(found.rows.iter().all(|team| team.members.is_none()));
    });
}

#[test]
fn what_no_index_answers_is_bounded() {
    both(|company| async move {
        let caller = provider(&company).await;
        let tenant = company.console.tenant;
        let insert = move |tx: &mut store::Tx<'_>| {
            let model =
                store::users::by_name(tx, tenant, &domain::NameKey::new("operator"))?.expect("a user");
            for n in 0..MAX_SCANNED {
                let id = 10_000 + i64::try_from(n).expect("few");
                let (guid, user_name) = (format!("{n:032x}"), format!("u{n:05}"));
                let user = domain::User { id: domain::UserId(id), guid, user_name, ..model.clone() };
                store::users::insert(tx, tenant, &user, None)?;
            }
            Ok::<_, store::Error>(())
        };
        company.app.store.write(insert).await.expect("users");
        let keep = |person: &Person| person.user.user_name.ends_with("77");
        let query = |condition| PeopleQuery {
            condition,
            keep: Some(&keep),
            order: by(UserOrder::Number, At::Offset(90)),
            limit: 20,
            with_seats: false,
        };
        let refused = company.app.people(&caller, &query(Condition::All)).await;
        assert!(matches!(refused, Err(Error::TooMany { limit: MAX_SCANNED, .. })), "{refused:?}");
        let found = company.app.people(&caller, &query(starting_with("u"))).await.expect("found");
        assert_eq!((found.rows.len(), found.total, found.more), (10, 100, false));
    });
}
