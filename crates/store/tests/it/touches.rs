//! What tells that a user or a group was changed, and the addresses by which a user is found besides its own.

use domain::{GroupId, TenantId, User, UserId, UserState};
use store::members::{self, Seat};
use store::search::{self, Comparison, Condition, Page, Text, UserTerm};
use store::{emails, groups, users};

use crate::fixture::{Base, each};
use crate::sample::{OTHER, T, group, user};

async fn modified(base: &Base, tenant: TenantId, id: i64) -> i64 {
    let found = base.read(|tx| users::by_id(tx, tenant, UserId(id))).await.expect("reads");
    found.expect("a user").modified_ms
}

#[test]
fn states_and_touches_are_changes_and_signing_in_is_none() {
    each(|base| async move {
        base.company(T, 2).await;
        base.company(OTHER, 2).await;
        base.write(|tx| users::signed_in(tx, T, UserId(1), 50)).await.expect("signs in");
        assert_eq!(modified(&base, T, 1).await, 1);
        base.write(|tx| users::touch(tx, T, UserId(1), 60)).await.expect("touches");
        assert_eq!(modified(&base, T, 1).await, 60);
        let deactivated = UserState::Deactivated;
        base.write(move |tx| users::set_state(tx, T, UserId(1), deactivated, None, 70)).await.expect("sets");
        assert_eq!(modified(&base, T, 1).await, 70);
        base.write(|tx| users::remove(tx, T, UserId(1), 80)).await.expect("removes");
        assert_eq!(modified(&base, T, 1).await, 80);
        assert_eq!((modified(&base, T, 2).await, modified(&base, OTHER, 1).await), (1, 1));
    });
}

#[test]
fn an_update_writes_what_users_are_found_by() {
    each(|base| async move {
        base.company(T, 2).await;
        let found = base.write(|tx| {
            let changed = User { full_name: "ÉMILE".to_owned(), email: "Émile@X".to_owned(), ..user(1) };
            users::update(tx, T, &changed)?;
            let full_name = Text::Compares(Comparison::Equal, "émile".to_owned());
            let email = Text::Compares(Comparison::Equal, "émile@x".to_owned());
            let seen = search::count(tx, T, &UserTerm::FullName(full_name.clone()).into())?;
            let by_email = search::count(tx, T, &UserTerm::Email(email).into())?;
            users::update(tx, T, &User { hidden: true, ..changed })?;
            assert!(users::by_id(tx, T, UserId(1))?.is_some_and(|user| user.hidden));
            Ok([seen, by_email, search::count(tx, T, &UserTerm::FullName(full_name).into())?])
        });
        assert_eq!(found.await.expect("finds"), [1, 1, 0]);
    });
}

#[test]
fn every_change_of_a_group_counts() {
    each(|base| async move {
        base.company(T, 2).await;
        base.company(OTHER, 2).await;
        let revisions = base.write(|tx| {
            groups::insert(tx, T, &group(23))?;
            for (tenant, group, user) in [(T, 22, 1), (T, 23, 1), (T, 23, 2), (OTHER, 22, 1)] {
                members::add(tx, tenant, GroupId(group), UserId(user), Seat::Member)?;
            }
            groups::touch(tx, T, GroupId(23), 5)?;
            groups::touch_of_user(tx, T, UserId(1), 6)?;
            groups::touch_of_user(tx, T, UserId(2), 7)?;
            let mut of = |tenant, id| {
                let group = groups::by_id(tx, tenant, GroupId(id))?.expect("a group");
                Ok::<_, store::Error>((group.revision, group.modified_ms))
            };
            Ok([of(T, 22)?, of(T, 23)?, of(OTHER, 22)?])
        });
        assert_eq!(revisions.await.expect("touches"), [(2, 6), (4, 7), (1, 1)]);
    });
}

async fn found(base: &Base, tenant: TenantId, email: &str) -> Vec<i64> {
    let asked = Text::Compares(Comparison::Equal, email.to_owned());
    let condition = Condition::from(UserTerm::Email(asked));
    let page = Page { limit: 9, ..Page::default() };
    let found = base.read(|tx| search::find(tx, tenant, &condition, &page)).await.expect("finds");
    found.iter().map(|user| user.id.0).collect()
}

#[test]
fn other_addresses_are_replaced_and_deleted() {
    each(|base| async move {
        base.company(T, 2).await;
        base.company(OTHER, 2).await;
        let set = |tenant, id, emails: &[&str]| {
            let emails: Vec<String> = emails.iter().map(ToString::to_string).collect();
            base.write(move |tx| emails::replace(tx, tenant, UserId(id), &emails))
        };
        set(T, 1, &["Ann@Home", "ann@home", "shared@x"]).await.expect("sets");
        set(T, 2, &["SHARED@X"]).await.expect("sets");
        set(OTHER, 1, &["shared@x"]).await.expect("sets");
        assert_eq!(found(&base, T, "ANN@home").await, [1]);
        assert_eq!(found(&base, T, "shared@x").await, [1, 2]);
        set(T, 1, &["new@x"]).await.expect("sets");
        assert_eq!((found(&base, T, "ann@home").await, found(&base, T, "new@x").await), (vec![], vec![1]));
        assert_eq!(found(&base, T, "user1@example.com").await, [1], "its own stays");
        base.write(|tx| emails::delete_of_user(tx, T, UserId(2))).await.expect("deletes");
        assert!(found(&base, T, "shared@x").await.is_empty());
        assert_eq!(found(&base, OTHER, "shared@x").await, [1]);
    });
}
