//! Changing users and groups through `app`: what it takes, what is refused, what is logged. On both databases.

use domain::{Error, OffboardingState, Profile, Refusal, Role, UserState};
use exeunt::app::{
    Caller, Changed, GroupRef, GroupsChange, Leaving, NewName, NewUser, Seat, SeatChange, UserChange, UserRef,
};
use secrecy::SecretString;

use crate::fixture::{Company, PASSWORD};
use crate::home::both;

fn named(user_name: &str) -> UserRef {
    UserRef::Name(user_name.to_owned())
}

async fn change(company: &Company, user_name: &str, change: UserChange) -> Result<Changed, Error> {
    company.app.update_user(&company.console, &named(user_name), change).await
}

fn renamed(to: &str) -> UserChange {
    UserChange { user_name: Some(NewName::Exactly(to.to_owned())), ..UserChange::default() }
}

fn switched(enabled: bool) -> UserChange {
    UserChange { enabled: Some(enabled), ..UserChange::default() }
}

fn groups(names: &[&str]) -> Vec<GroupRef> {
    names.iter().map(|name| GroupRef::Name((*name).to_owned())).collect()
}

async fn group_names(company: &Company, user_name: &str) -> Vec<String> {
    company.detail(user_name).await.groups.into_iter().map(|group| group.name).collect()
}

#[test]
fn every_field_can_be_changed_in_one_transaction() {
    both(|company| async move {
        company.user("jsmith", Role::None).await;
        let head = company.log_head().await;
        let profile = Profile { language: Some("en".to_owned()), ..Profile::default() };
        let all = UserChange {
            email: Some("new@example.com".to_owned()),
            full_name: Some("John".to_owned()),
            description: Some("left soon".to_owned()),
            external_id: Some("hr-1".to_owned()),
            role: Some(Role::Auditor),
            profile: Some(profile.clone()),
            ..renamed("jsmith2")
        };
        change(&company, "jsmith", all.clone()).await.expect("changed");
        let detail = company.detail("jsmith2").await;
        assert_eq!((detail.user.email.as_str(), detail.user.full_name.as_str()), ("new@example.com", "John"));
        assert_eq!((detail.user.external_id.as_deref(), detail.user.role), (Some("hr-1"), Role::Auditor));
        assert_eq!(detail.profile, profile);
        // Once more changes nothing, and nothing is logged.
        change(&company, "jsmith2", all).await.expect("the same");
        assert_eq!(company.log_kinds(head).await, ["user.changed"]);
        let cleared = UserChange { external_id: Some(String::new()), ..UserChange::default() };
        assert_eq!(change(&company, "jsmith2", cleared).await.expect("cleared").user.external_id, None);
    });
}

#[test]
fn a_name_that_could_be_taken_for_another_user_is_refused() {
    both(|company| async move {
        company.add(NewUser { external_id: Some("hr-9".to_owned()), ..NewUser::named("kjones") }).await;
        company.person("jsmith").await;
        let guid = company.detail("kjones").await.user.guid;
        for taken in ["KJones", "hr-9", &guid] {
            let refused = change(&company, "jsmith", renamed(taken)).await;
            assert!(matches!(refused, Err(Error::Conflict(_))), "{taken}: {refused:?}");
            let refused = company.app.create_user(&company.console, NewUser::named(taken)).await;
            assert!(matches!(refused, Err(Error::Conflict(_))), "{taken}: {refused:?}");
        }
        for taken in ["hr-9", "kjones", &guid] {
            let external = UserChange { external_id: Some((*taken).to_owned()), ..UserChange::default() };
            let refused = change(&company, "jsmith", external).await;
            assert!(matches!(refused, Err(Error::Conflict(_))), "{taken}: {refused:?}");
        }
        let invalid = change(&company, "jsmith", renamed("engine")).await;
        assert!(matches!(invalid, Err(Error::Invalid { field: "userName", .. })), "{invalid:?}");
        assert_eq!(company.detail("jsmith").await.user.external_id, None);
    });
}

#[test]
fn a_name_sent_back_in_lower_case_is_no_rename() {
    both(|company| async move {
        company.person("Company\\JSmith").await;
        let lower = |name: &str| Some(NewName::UnlessTheSame(name.to_owned()));
        let same = UserChange { user_name: lower("company/jsmith"), ..UserChange::default() };
        let kept = change(&company, "company/jsmith", same).await.expect("no change");
        assert_eq!(kept.user.user_name, "Company\\JSmith");
        let other = UserChange { user_name: lower("jsmith"), ..UserChange::default() };
        assert_eq!(
            change(&company, "company/jsmith", other).await.expect("renamed").user.user_name,
            "jsmith"
        );
        assert_eq!(
            change(&company, "jsmith", renamed("JSmith")).await.expect("renamed").user.user_name,
            "JSmith"
        );
    });
}

#[test]
fn enabled_is_a_departure_or_a_return() {
    both(|company| async move {
        company.user("jsmith", Role::None).await;
        let session = company.session("jsmith").await;
        let both = UserChange { full_name: Some("John".to_owned()), ..switched(false) };
        let cut = change(&company, "jsmith", both).await.expect("cut");
        assert_eq!((cut.user.state, cut.user.full_name.as_str()), (UserState::Deactivated, "John"));
        let state = cut.started.map(|started| started.offboarding.state);
        assert_eq!(state, Some(OffboardingState::Completed));
        assert!(company.app.authenticate(&session).await.is_err(), "the session has ended");
        assert!(change(&company, "jsmith", switched(false)).await.expect("so already").started.is_none());
        let back = change(&company, "jsmith", switched(true)).await.expect("back");
        assert_eq!(back.user.state, UserState::Active);
        let refused =
            change(&company, "admin", UserChange { email: Some("x".to_owned()), ..switched(false) });
        assert!(matches!(refused.await, Err(Error::Refused(_))));
        assert_eq!(company.detail("admin").await.user.email, "", "a refusal changes nothing");
    });
}

#[test]
fn the_last_administrator_keeps_the_role() {
    both(|company| async move {
        let demoted = || UserChange { role: Some(Role::Operator), ..UserChange::default() };
        let refused = change(&company, "admin", demoted()).await;
        assert!(
            matches!(&refused, Err(Error::Refused(why)) if matches!(why[..], [Refusal::Protected { .. }])),
            "{refused:?}"
        );
        company.user("second", Role::Admin).await;
        change(&company, "second", demoted()).await.expect("one is left");
    });
}

#[test]
fn groups_are_joined_and_left() {
    both(|company| async move {
        for name in ["Ops", "Finance", "Design"] {
            company.group(name).await;
        }
        company.person("jsmith").await;
        let set = |join: &[&str], leave, skip_unknown| UserChange {
            groups: Some(GroupsChange { join: groups(join), leave, skip_unknown }),
            ..UserChange::default()
        };
        let these = |names: &[&str]| Leaving::These(groups(names));
        change(&company, "jsmith", set(&["Ops", "Finance"], these(&[]), false)).await.expect("joined");
        assert_eq!(group_names(&company, "jsmith").await, ["Ops", "Finance"]);
        let unknown = change(&company, "jsmith", set(&["Design", "Nobody"], these(&[]), false)).await;
        assert!(matches!(unknown, Err(Error::NotFound { what: "group", .. })), "{unknown:?}");
        change(&company, "jsmith", set(&["Nobody"], these(&["Ops"]), true)).await.expect("skipped");
        assert_eq!(group_names(&company, "jsmith").await, ["Finance"]);
        change(&company, "jsmith", set(&["Design"], Leaving::Others, false)).await.expect("set");
        assert_eq!(group_names(&company, "jsmith").await, ["Design"]);
    });
}

#[test]
fn members_and_administrators_of_a_group() {
    both(|company| async move {
        company.group("Ops").await;
        company.person("jsmith").await;
        company.person("kjones").await;
        let ops = GroupRef::Name("Ops".to_owned());
        let put = async |seat, change, users: &[&str]| {
            let users = users.iter().map(|name| named(name)).collect();
            company.app.change_seats(&company.console, &ops, seat, change, users).await
        };
        let both = ["jsmith", "kjones"];
        assert_eq!(put(Seat::Member, SeatChange::Add, &both).await.expect("added").len(), 2);
        assert_eq!(put(Seat::Member, SeatChange::Add, &both).await.expect("again").len(), 0);
        let unknown = put(Seat::Member, SeatChange::Remove, &["jsmith", "nobody"]).await;
        assert!(matches!(unknown, Err(Error::NotFound { what: "user", .. })), "{unknown:?}");
        // Of administrators, the unknown and the unfit are passed over.
        let seated = put(Seat::Admin, SeatChange::Add, &["operator", "jsmith", "nobody"]).await;
        assert_eq!(seated.expect("one"), [company.detail("operator").await.user.id]);
        let after = domain::UserId(0);
        let page = company.app.seats(&company.console, &ops, Seat::Member, after, 1).await.expect("a page");
        assert_eq!((page.rows[0].user.user_name.as_str(), page.more), ("jsmith", true));
    });
}

#[test]
fn a_change_of_password_ends_sessions() {
    both(|company| async move {
        company.user("jsmith", Role::None).await;
        let session = company.session("jsmith").await;
        let password = Some(SecretString::from("another horse"));
        change(&company, "jsmith", UserChange { password, ..UserChange::default() }).await.expect("changed");
        assert!(company.app.authenticate(&session).await.is_err());
        let old = company.app.sign_in(Company::attempt("jsmith", PASSWORD)).await;
        assert!(matches!(old, Err(Error::BadPassword)), "{:?}", old.err());
        company.app.sign_in(Company::attempt("jsmith", "another horse")).await.expect("the new one");
    });
}

#[test]
fn an_operator_switches_and_edits_nothing_else() {
    both(|company| async move {
        company.person("jsmith").await;
        let operator = Caller { role: Role::Operator, ..company.console.clone() };
        let update = async |change| company.app.update_user(&operator, &named("jsmith"), change).await;
        update(switched(false)).await.expect("a departure");
        for change in [
            renamed("other"),
            UserChange { email: Some(String::new()), ..switched(true) },
            UserChange { password: Some(SecretString::from("another horse")), ..UserChange::default() },
            UserChange { profile: Some(Profile::default()), ..UserChange::default() },
        ] {
            assert!(matches!(update(change).await, Err(Error::Forbidden)));
        }
    });
}
