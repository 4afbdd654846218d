use domain::policy::{Heir, OnDelete, Provisioning};
use domain::{Error, Policy, Refusal};
use exeunt::app::{Caller, SeatsTold, Team, TeamTold, UserRef, WithMembers};

use super::{create, is_missing, provider, remove, set_policy, set_whole_policy, told};
use crate::fixture::Company;
use crate::home::both;

const BOTH: WithMembers = WithMembers { before: true, answered: true };

fn named(name: &str, seats: Vec<SeatsTold>) -> TeamTold {
    TeamTold { name: name.to_owned(), external_id: None, seats }
}

fn members(team: &Team) -> Vec<&str> {
    team.members.iter().flatten().map(|member| member.user_name.as_str()).collect()
}

async fn reseat(company: &Company, by: &Caller, guid: &str, seats: Vec<SeatsTold>) -> Result<Team, Error> {
    let revise = move |before: &Team| {
        assert!(before.members.is_some(), "they were asked for");
        Ok::<_, Error>(named(&before.group.name, seats.clone()))
    };
    company.app.revise_team(by, guid, BOTH, revise).await
}

#[test]
fn members_come_and_go() {
    both(|company| async move {
        let by = provider(&company).await;
        let mut guids = Vec::new();
        for name in ["a", "b", "c"] {
            guids.push(create(&company, &by, told(name)).await.user.guid);
        }
        let these = |these: &[usize]| these.iter().map(|n| guids[*n].clone()).collect::<Vec<_>>();
        let made = named("Ops", vec![SeatsTold::Add(these(&[0, 1, 0]))]);
        let made = company.app.create_team(&by, made, true).await.expect("a group");
        assert_eq!(members(&made), ["a", "b"]);
        let guid = &made.group.guid;
        let person = company.app.person(&by, &guids[0]).await.expect("a member");
        assert_eq!(person.groups, [company.group_named("Ops").await]);

        let seats = vec![SeatsTold::Add(these(&[2])), SeatsTold::Remove(these(&[0]))];
        let changed = reseat(&company, &by, guid, seats.clone()).await.expect("changed");
        assert_eq!(members(&changed), ["b", "c"]);
        assert!(changed.group.revision > made.group.revision);
        let again = reseat(&company, &by, guid, seats).await.expect("changed");
        assert_eq!(again, changed, "what is so already is no change");
        let gone = vec![SeatsTold::Remove(vec!["0".repeat(32), "nobody".to_owned()])];
        assert_eq!(reseat(&company, &by, guid, gone).await.expect("harmless"), changed);
        let only = reseat(&company, &by, guid, vec![SeatsTold::Only(these(&[0, 1]))]).await.expect("changed");
        assert_eq!(members(&only), ["a", "b"]);

        for unknown in ["0".repeat(32), "a".to_owned()] {
            let seats = vec![SeatsTold::Add(these(&[2])), SeatsTold::Add(vec![unknown])];
            let refused = reseat(&company, &by, guid, seats).await;
            assert!(matches!(refused, Err(Error::Invalid { field: "members", .. })), "{refused:?}");
        }
        assert_eq!(company.app.team(&by, guid, true).await.expect("it"), only, "all or nothing");
        assert_eq!(company.app.team(&by, guid, false).await.expect("it").members, None);
    });
}

#[test]
fn who_is_hidden_keeps_a_seat_that_nobody_sees() {
    both(|company| async move {
        let by = provider(&company).await;
        let (a, b) =
            (create(&company, &by, told("a")).await.user, create(&company, &by, told("b")).await.user);
        company.asset(a.id, "alert", "Nightly").await;
        let made = named("Ops", vec![SeatsTold::Only(vec![a.guid.clone(), b.guid.clone()])]);
        let guid = company.app.create_team(&by, made, false).await.expect("a group").group.guid;
        remove(&company, &by, &a.guid).await.expect("blocked and hidden");
        assert_eq!(members(&company.app.team(&by, &guid, true).await.expect("it")), ["b"]);
        reseat(&company, &by, &guid, vec![SeatsTold::Only(Vec::new())]).await.expect("changed");
        assert_eq!(company.detail("a").await.groups.len(), 1);
        let refused = reseat(&company, &by, &guid, vec![SeatsTold::Add(vec![a.guid])]).await;
        assert!(matches!(refused, Err(Error::Invalid { .. })), "{refused:?}");
    });
}

#[test]
fn names_are_unique_and_what_differs_is_logged() {
    both(|company| async move {
        let by = provider(&company).await;
        company.group("Taken").await;
        let mut made = named("Ops", Vec::new());
        made.external_id = Some("00g1".to_owned());
        let made = company.app.create_team(&by, made, false).await.expect("a group").group;
        let refused = company.app.create_team(&by, named("taken", Vec::new()), false).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        let mut twice = named("Other", Vec::new());
        twice.external_id = Some("00g1".to_owned());
        let refused = company.app.create_team(&by, twice, false).await;
        assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        let rename = |name: &'static str| {
            let revise = move |_: &Team| Ok::<_, Error>(named(name, Vec::new()));
            company.app.revise_team(&by, &made.guid, WithMembers::default(), revise)
        };
        assert!(matches!(rename("TAKEN").await, Err(Error::Conflict(_))));
        assert!(matches!(rename("").await, Err(Error::Invalid { field: "name", .. })));
        let renamed = rename("Crew").await.expect("renamed").group;
        assert_eq!((renamed.name.as_str(), renamed.external_id), ("Crew", None));
        let before = company.log_head().await;
        rename("Crew").await.expect("the same");
        assert_eq!(company.log_head().await, before);
    });
}

#[test]
fn a_group_goes_with_its_seats_unless_something_hangs_on_it() {
    both(|company| async move {
        let by = provider(&company).await;
        let user = create(&company, &by, told("a")).await.user;
        let seats = || vec![SeatsTold::Add(vec![user.guid.clone()])];
        let made = company.app.create_team(&by, named("Ops", seats()), false).await.expect("a group").group;
        let gone = async |guid: String| company.app.remove_team(&by, &guid, |_| Ok::<_, Error>(())).await;
        let stale = company.app.remove_team(&by, &made.guid, |_| Err(Error::invalid("etag", "is old"))).await;
        assert_eq!(stale, Err(Error::invalid("etag", "is old")));
        gone(made.guid.clone()).await.expect("gone");
        assert!(is_missing(&company.app.team(&by, &made.guid, false).await));
        assert!(company.detail("a").await.groups.is_empty());

        let master = company.group_named("master").await.guid;
        let refused = gone(master).await;
        assert!(
            matches!(&refused, Err(Error::Refused(why)) if matches!(why[..], [Refusal::BuiltInGroup { .. }]))
        );
        let heirs =
            company.app.create_team(&by, named("Heirs", seats()), false).await.expect("a group").group;
        set_whole_policy(&company, Policy { heir: Heir::Group(heirs.id), ..Policy::default() }).await;
        let refused = gone(heirs.guid.clone()).await;
        assert!(
            matches!(&refused, Err(Error::Refused(why)) if matches!(why[..], [Refusal::GroupInherits { .. }]))
        );
        assert_eq!(members(&company.app.team(&by, &heirs.guid, true).await.expect("it")), ["a"]);
    });
}

#[test]
fn seats_have_a_limit_and_many_of_them_go_in_parts() {
    both(|company| async move {
        let by = provider(&company).await;
        let tenant = company.console.tenant;
        let guids: Vec<String> = (0..1_050).map(|n| format!("{n:032x}")).collect();
        let new = guids.clone();
        let insert = move |tx: &mut store::Tx<'_>| {
            let model =
                store::users::by_name(tx, tenant, &domain::NameKey::new("operator"))?.expect("a user");
            for (guid, id) in new.into_iter().zip(10_000..) {
                let user = domain::User {
                    id: domain::UserId(id),
                    user_name: format!("u{id}"),
                    role: domain::Role::None,
                    guid,
                    ..model.clone()
                };
                store::users::insert(tx, tenant, &user, None)?;
            }
            Ok::<_, store::Error>(())
        };
        company.app.store.write(insert).await.expect("users");
        let made =
            company.app.create_team(&by, named("All", vec![SeatsTold::Only(guids.clone())]), true).await;
        let made = made.expect("a group");
        assert_eq!(members(&made).len(), 1_050);
        let often: Vec<SeatsTold> = (0..10).map(|_| SeatsTold::Add(guids.clone())).collect();
        let refused = reseat(&company, &by, &made.group.guid, often).await;
        assert!(matches!(refused, Err(Error::TooMany { limit: 10_000, .. })), "{refused:?}");
        let before = company.log_head().await;
        company.app.remove_team(&by, &made.group.guid, |_| Ok::<_, Error>(())).await.expect("gone");
        assert_eq!(company.log_kinds(before).await, ["group.emptied", "group.removed"]);
        let user =
            company.app.user(&company.console, &UserRef::Guid(guids[0].clone())).await.expect("a user");
        assert!(user.groups.is_empty());
    });
}

#[test]
fn who_is_hidden_changes_what_is_seen_of_a_group() {
    both(|company| async move {
        let on_delete = OnDelete::Deactivate { keep_days: None };
        set_policy(&company, Provisioning { on_delete, ..Provisioning::default() }).await;
        let by = provider(&company).await;
        let made = create(&company, &by, told("jsmith")).await;
        let seats = vec![SeatsTold::Only(vec![made.user.guid.clone()])];
        let new = TeamTold { name: "Ops".to_owned(), seats, ..TeamTold::default() };
        let before = company.app.create_team(&by, new, true).await.expect("a group");
        remove(&company, &by, &made.user.guid).await.expect("removed");
        let without = company.app.team(&by, &before.group.guid, true).await.expect("the group");
        assert_eq!(without.members.as_deref(), Some(&[][..]));
        assert!(without.group.revision > before.group.revision, "its ETag is another");
        create(&company, &by, told("jsmith")).await;
        let again = company.app.team(&by, &before.group.guid, true).await.expect("the group");
        assert_eq!(again.members, before.members);
        assert!(again.group.revision > without.group.revision);
    });
}
