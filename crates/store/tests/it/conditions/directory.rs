//! Small directories full of what is easily confused: absent values, equal values, tombstones, hidden users, names
//! that languages order in other ways than bytes.

use domain::{Group, GroupId, TenantId, User, UserId, UserState};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use store::members::{self, Seat};
use store::{emails, groups, users};

use crate::fixture::Base;
use crate::sample::{group, user};

/// No two are the same name.
pub(super) const NAMES: [&str; 12] = [
    "Amy",
    "amy-2",
    "AMY.B",
    "amy\\smith",
    "amyb",
    "amy_b",
    "amyé",
    "amy日",
    "amy\u{10ffff}",
    "an",
    "Bob",
    "ΑΣ x",
];
pub(super) const TEXTS: [&str; 6] = ["", "Ann Lee", "ANN LEE", "ann", "Éa", "\u{10ffff}"];
pub(super) const EMAILS: [&str; 5] = ["a@example.com", "A@EXAMPLE.com", "b@example.com", "é@x", ""];
/// Times at which anything happens.
pub(super) const TIMES: std::ops::Range<i64> = 1..5;

#[derive(Clone, Debug)]
pub(super) struct Directory {
    pub(super) users: Vec<(User, Vec<String>)>,
    pub(super) groups: Vec<Group>,
    /// Pairs of group and user.
    pub(super) members: Vec<(i64, i64)>,
}

pub(super) fn any_directory() -> impl Strategy<Value = Directory> {
    (0..12_i64, 0..5_i64).prop_flat_map(|(users, groups)| {
        let seats: Vec<(i64, i64)> =
            (1..=groups).flat_map(|group| (1..=users).map(move |user| (group, user))).collect();
        let most = seats.len();
        let names = Just(NAMES.to_vec()).prop_shuffle();
        let users = names.prop_flat_map(move |names| {
            names.into_iter().zip(1..=users).map(|(name, id)| any_user(id, name)).collect::<Vec<_>>()
        });
        let names = Just(NAMES.to_vec()).prop_shuffle();
        let groups = names.prop_flat_map(move |names| {
            names.into_iter().zip(1..=groups).map(|(name, id)| any_group(id, name)).collect::<Vec<_>>()
        });
        (users, groups, subsequence(seats, 0..=most)).prop_map(|(users, groups, members)| Directory {
            users,
            groups,
            members,
        })
    })
}

fn any_user(id: i64, name: &'static str) -> impl Strategy<Value = (User, Vec<String>)> {
    let states =
        select(vec![UserState::Active, UserState::Active, UserState::Deactivated, UserState::Removed]);
    let others = subsequence(EMAILS[..4].to_vec(), 0..=3);
    (
        (states, proptest::bool::weighted(0.1), any::<bool>(), 0..id),
        (select(&TEXTS[..]), select(&EMAILS[..]), others),
        (TIMES, TIMES),
    )
        .prop_map(move |((state, hidden, external, manager), (full_name, email, others), times)| {
            let row = User {
                user_name: name.to_owned(),
                // Not in the order of the numbers.
                guid: format!("{:032x}", (id * 7) % 16),
                full_name: full_name.to_owned(),
                email: email.to_owned(),
                state,
                hidden,
                external_id: external.then(|| format!("Hr-{}", (id * 5) % 16)),
                manager: (manager > 0).then_some(UserId(manager)),
                created_ms: times.0,
                modified_ms: times.1,
                ..user(id)
            };
            (row, others.into_iter().map(str::to_owned).collect())
        })
}

fn any_group(id: i64, name: &'static str) -> impl Strategy<Value = Group> {
    (any::<bool>(), TIMES).prop_map(move |(external, ms)| Group {
        name: name.to_owned(),
        guid: format!("{:032x}", (id * 7) % 16),
        external_id: external.then(|| format!("Hr-{}", (id * 5) % 16)),
        created_ms: ms,
        modified_ms: ms,
        ..group(id)
    })
}

impl Directory {
    pub(super) async fn store(&self, base: &Base, tenant: TenantId) {
        base.tenant(tenant).await;
        let directory = self.clone();
        let stored = base.write(move |tx| {
            for (user, others) in &directory.users {
                users::insert(tx, tenant, user, None)?;
                if user.state != UserState::Removed {
                    // Nobody begins hidden.
                    users::update(tx, tenant, user)?;
                }
                emails::replace(tx, tenant, user.id, others)?;
            }
            for group in &directory.groups {
                groups::insert(tx, tenant, group)?;
            }
            for (group, user) in &directory.members {
                members::add(tx, tenant, GroupId(*group), UserId(*user), Seat::Member)?;
            }
            Ok(())
        });
        stored.await.expect("stores");
    }
}
