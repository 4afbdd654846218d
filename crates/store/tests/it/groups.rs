//! Groups that go.

use domain::{Goal, GroupId, Handover, Owner, UserId};
use store::members::{self, Seat};
use store::{Error, assets, groups, offboardings};

use crate::fixture::each;
use crate::sample::{OTHER, T, asset, group, offboarding};

const OPS: GroupId = GroupId(22);

#[test]
fn what_refers_to_a_group_is_seen_and_keeps_it() {
    each(|base| async move {
        base.company(T, 2).await;
        base.company(OTHER, 2).await;
        let held =
            base.read(|tx| Ok((assets::any_of_group(tx, T, OPS)?, offboardings::any_to_group(tx, T, OPS)?)));
        assert_eq!(held.await.expect("reads"), (false, false));
        base.add_assets(T, vec![asset(1, "alert", Owner::Group(OPS))]).await;
        let mut handed = offboarding(1, 1, Goal::Transfer);
        handed.handover = Some(Handover::To(Owner::Group(OPS)));
        base.accept(T, handed, vec![]).await;
        for (tenant, expected) in [(T, true), (OTHER, false)] {
            let held = base.read(|tx| {
                Ok([assets::any_of_group(tx, tenant, OPS)?, offboardings::any_to_group(tx, tenant, OPS)?])
            });
            assert_eq!(held.await.expect("reads"), [expected; 2]);
        }
        let refused = base.write(|tx| groups::remove(tx, T, OPS)).await;
        assert!(matches!(refused, Err(Error::Constraint(_))), "{refused:?}");
        base.write(|tx| groups::remove(tx, OTHER, OPS)).await.expect("removes");
        assert_eq!(base.read(|tx| groups::by_id(tx, T, OPS)).await.expect("reads"), Some(group(22)));
        assert_eq!(base.read(|tx| groups::by_id(tx, OTHER, OPS)).await.expect("reads"), None);
    });
}

#[test]
fn only_one_groups_administrators_go() {
    each(|base| async move {
        base.company(T, 2).await;
        base.company(OTHER, 2).await;
        let left = base.write(|tx| {
            groups::insert(tx, T, &group(23))?;
            for (tenant, group) in [(T, OPS), (T, GroupId(23)), (OTHER, OPS)] {
                members::add(tx, tenant, group, UserId(1), Seat::Admin)?;
            }
            members::add(tx, T, OPS, UserId(2), Seat::Member)?;
            members::remove_admins(tx, T, OPS)?;
            let of = |tx: &mut store::Tx<'_>, tenant, group, seat| {
                members::list(tx, tenant, group, seat, UserId(0), 9)
            };
            Ok([
                of(tx, T, OPS, Seat::Admin)?,
                of(tx, T, OPS, Seat::Member)?,
                of(tx, T, GroupId(23), Seat::Admin)?,
                of(tx, OTHER, OPS, Seat::Admin)?,
            ])
        });
        let expected = [vec![], vec![UserId(2)], vec![UserId(1)], vec![UserId(1)]];
        assert_eq!(left.await.expect("writes"), expected);
    });
}
