//! Users, tombstones and groups.

use domain::{GroupId, NameKey, Profile, Role, UserId, UserState};
use store::members::{self, Seat};
use store::{Error, groups, profiles, users};

use crate::fixture::{each, linger};
use crate::sample::{T, group, promote, user};

#[test]
fn every_field_of_a_user_is_read_back() {
    each(|base| async move {
        base.company(T, 1).await;
        let mut full = user(7);
        full.user_name = "Company\\JSmith".to_owned();
        full.role = Role::Operator;
        full.protected = true;
        full.manager = Some(UserId(1));
        full.external_id = Some("hr-7".to_owned());
        let expected = full.clone();
        base.write(move |tx| users::insert(tx, T, &full, Some("hash"))).await.expect("inserts");
        let found = base
            .read(|tx| {
                let by_name = users::by_name(tx, T, &NameKey::new("company/jsmith"))?;
                let by_guid = users::by_guid(tx, T, &format!("{:032x}", 7))?;
                let by_external = users::by_external_id(tx, T, "hr-7")?;
                assert_eq!(users::password_hash(tx, T, UserId(7))?.as_deref(), Some("hash"));
                Ok([users::by_id(tx, T, UserId(7))?, by_name, by_guid, by_external])
            })
            .await;
        assert_eq!(found.expect("reads"), [(); 4].map(|()| Some(expected.clone())));
    });
}

#[test]
fn a_tombstone_keeps_its_name_and_gives_it_free() {
    each(|base| async move {
        base.company(T, 1).await;
        let key = NameKey::new("Leaver");
        for id in [2, 3, 4] {
            let key = key.clone();
            base.write(move |tx| {
                let mut leaver = user(id);
                leaver.user_name = if id == 3 { "LEAVER".to_owned() } else { "leaver".to_owned() };
                leaver.external_id = Some("hr".to_owned());
                users::insert(tx, T, &leaver, Some("hash"))?;
                assert_eq!(
                    users::by_name(tx, T, &key)?.map(|user| user.id),
                    Some(UserId(id)),
                    "the present one"
                );
                users::remove(tx, T, UserId(id), 9)?;
                assert_eq!(users::by_name(tx, T, &key)?.map(|user| user.id), Some(UserId(id)), "the newest");
                assert_eq!(users::password_hash(tx, T, UserId(id))?, None);
                assert_eq!(users::by_external_id(tx, T, "hr")?, None, "a rehire may have it");
                Ok(())
            })
            .await
            .expect("comes and goes");
        }
        let again = base.write(|tx| {
            let mut back = user(5);
            back.guid = user(2).guid;
            users::insert(tx, T, &back, None)
        });
        assert!(matches!(again.await, Err(Error::Unique(_))), "a guid is never used again");
        let revived = base.write(|tx| users::set_password_hash(tx, T, UserId(2), "hash")).await;
        assert!(matches!(revived, Err(Error::Inconsistent(_))), "{revived:?}");
        let promoted = base.write(|tx| promote(tx, 2)).await;
        assert!(matches!(promoted, Err(Error::Inconsistent(_))), "{promoted:?}");
    });
}

#[test]
fn many_are_found_at_once() {
    each(|base| async move {
        base.company(T, 100).await;
        base.write(|tx| {
            (1..=5).try_for_each(|id| users::remove(tx, T, UserId(id), 9))?;
            let mut rehired = user(101);
            rehired.user_name = "USER1".to_owned();
            users::insert(tx, T, &rehired, None)
        })
        .await
        .expect("changes");
        let keys: Vec<NameKey> = (1..=80).map(|id| NameKey::new(&format!("User{id}"))).collect();
        let found = base.read(|tx| users::by_names(tx, T, &keys)).await.expect("reads");
        let (present, tombstones): (Vec<_>, Vec<_>) =
            found.iter().map(|user| user.id.0).partition(|id| *id > 5);
        assert_eq!(present.len(), 76);
        assert!(present.contains(&101));
        assert_eq!(tombstones, [1, 2, 3, 4, 5]);
        assert!(found[..76].iter().all(|user| user.state == UserState::Active), "present ones first");

        let ids: Vec<UserId> = (1..=70).map(UserId).collect();
        let found = base.read(|tx| users::by_ids(tx, T, &ids)).await.expect("reads");
        assert_eq!(found.len(), 70);
        assert!(base.read(|tx| users::by_ids(tx, T, &[])).await.expect("reads").is_empty());
    });
}

#[test]
fn lists_go_on_where_they_stopped() {
    each(|base| async move {
        base.company(T, 10).await;
        base.write(|tx| users::remove(tx, T, UserId(4), 9)).await.expect("removes");
        let pages = base
            .read(|tx| {
                let ids = |users: Vec<domain::User>| users.iter().map(|user| user.id.0).collect::<Vec<_>>();
                Ok([
                    ids(users::list(tx, T, UserId(2), 3, false)?),
                    ids(users::list(tx, T, UserId(2), 3, true)?),
                    ids(users::page(tx, T, 3, 3)?),
                    ids(users::list(tx, T, UserId(10), 3, true)?),
                ])
            })
            .await;
        assert_eq!(pages.expect("reads"), [vec![3, 5, 6], vec![3, 4, 5], vec![5, 6, 7], vec![]]);
    });
}

#[test]
fn administrators_count_to_two() {
    each(|base| async move {
        base.company(T, 4).await;
        let mut counts = Vec::new();
        for id in 1..=3 {
            counts.push(base.read(|tx| users::active_admins(tx, T, 2)).await.expect("reads"));
            base.write(move |tx| promote(tx, id)).await.expect("promotes");
        }
        counts.push(base.read(|tx| users::active_admins(tx, T, 2)).await.expect("reads"));
        for id in 1..=2 {
            let cut = base.write(move |tx| {
                users::set_state(tx, T, UserId(id), UserState::Deactivated, Some("bye"), 9)?;
                users::signed_in(tx, T, UserId(id), 8)
            });
            cut.await.expect("cuts");
        }
        counts.push(base.read(|tx| users::active_admins(tx, T, 2)).await.expect("reads"));
        assert_eq!(counts, [0, 1, 2, 2, 1]);
        let cut = base.read(|tx| users::by_id(tx, T, UserId(1))).await.expect("reads").expect("there");
        assert_eq!((cut.notice.as_deref(), cut.last_sign_in_ms), (Some("bye"), Some(8)));
    });
}

/// Two removals of two administrators must not both see the other one.
#[test]
fn whoever_locks_is_waited_for() {
    each(|base| async move {
        base.company(T, 2).await;
        base.write(|tx| (1..=2).try_for_each(|id| promote(tx, id))).await.expect("promotes");
        let remove = |id: i64| {
            base.spawn_write(move |tx| {
                store::tenants::lock(tx, T)?;
                users::lock(tx, T, &[UserId(id)])?;
                if users::active_admins(tx, T, 2)? < 2 {
                    return Ok(false);
                }
                linger(50);
                users::remove(tx, T, UserId(id), 9).map(|()| true)
            })
        };
        let (one, two) = (remove(1), remove(2));
        let answers = [one.await.expect("answers"), two.await.expect("answers")];
        let removed = answers.into_iter().filter(|answer| matches!(answer, Ok(true))).count();
        assert_eq!(removed, 1, "one administrator is left");
    });
}

#[test]
fn groups_have_members() {
    each(|base| async move {
        base.company(T, 5).await;
        let left = base
            .write(|tx| {
                groups::insert(tx, T, &group(23))?;
                for (group, user) in [(22, 1), (22, 2), (22, 2), (22, 3), (23, 2)] {
                    members::add(tx, T, GroupId(group), UserId(user), Seat::Member)?;
                }
                assert_eq!(groups::by_id(tx, T, GroupId(23))?, Some(group(23)));
                assert_eq!(groups::by_name(tx, T, &NameKey::new("GROUP 23"))?, Some(group(23)));
                assert_eq!(groups::list(tx, T, GroupId(22), 5)?, [group(23)]);
                assert_eq!(
                    members::list(tx, T, GroupId(22), Seat::Member, UserId(1), 5)?,
                    [UserId(2), UserId(3)]
                );
                let named = members::named(tx, T, GroupId(22), GroupId(23), 9)?;
                let member = |group, user| (GroupId(group), UserId(user), format!("user{user}"));
                assert_eq!(named, [member(22, 1), member(22, 2), member(22, 3), member(23, 2)]);
                assert_eq!(members::named(tx, T, GroupId(22), GroupId(22), 2)?, named[..2]);
                let of = members::groups_of_users(tx, T, &[UserId(1), UserId(2)])?;
                assert_eq!(of, [(UserId(1), group(22)), (UserId(2), group(22)), (UserId(2), group(23))]);
                assert!(
                    members::list(tx, T, GroupId(22), Seat::Admin, UserId(0), 5)?.is_empty(),
                    "a member is no admin"
                );
                assert!(members::remove(tx, T, GroupId(22), UserId(3), Seat::Member)?);
                assert!(!members::remove(tx, T, GroupId(22), UserId(3), Seat::Member)?, "has left before");
                let left = members::remove_everywhere(tx, T, UserId(2), Seat::Member)?;
                assert!(members::list(tx, T, GroupId(23), Seat::Member, UserId(0), 5)?.is_empty());
                Ok(left)
            })
            .await;
        assert_eq!(left.expect("reads and writes"), 2);
    });
}

#[test]
fn what_was_told_of_a_user_is_read_back() {
    each(|base| async move {
        base.company(T, 2).await;
        let told = Profile { given_name: Some("Zoë".to_owned()), ..Profile::default() };
        let expected = told.clone();
        let found = base
            .write(move |tx| {
                profiles::put(tx, T, UserId(2), &Profile::default())?;
                profiles::put(tx, T, UserId(2), &told)?;
                let nobody = profiles::of_user(tx, T, UserId(1))?;
                let found = profiles::of_users(tx, T, &[UserId(1), UserId(2)])?;
                profiles::delete(tx, T, UserId(2))?;
                Ok((nobody, found, profiles::of_user(tx, T, UserId(2))?))
            })
            .await;
        let nothing = Profile::default();
        assert_eq!(found.expect("reads"), (nothing.clone(), vec![(UserId(2), expected)], nothing));
    });
}

#[test]
fn a_text_with_a_nul_is_kept_by_neither() {
    each(|base| async move {
        base.company(T, 1).await;
        let mut odd = user(7);
        odd.description = "a\0b".to_owned();
        let refused = base.write(move |tx| users::insert(tx, T, &odd, None)).await;
        assert!(matches!(refused, Err(Error::Nul)), "{refused:?}");
        let asked = base.read(|tx| users::by_external_id(tx, T, "a\0b")).await;
        assert!(matches!(asked, Err(Error::Nul)), "{asked:?}");
    });
}
