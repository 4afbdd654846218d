//! Assets: counted, handed over in chunks, orphaned, released; never lost, never owned twice.

use std::collections::BTreeMap;

use domain::{Asset, AssetId, AssetKind, GroupId, Holdings, NameKey, Owner, UserId};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use store::assets::{self, CHUNK};

use crate::fixture::{Base, each};
use crate::sample::{OTHER, T, asset, of};

const GROUP: Owner = Owner::Group(GroupId(22));

async fn move_chunk(base: &Base, from: i64, to: Owner, workloads: bool, limit: i64) -> u64 {
    base.write(move |tx| assets::transfer(tx, T, UserId(from), to, workloads, limit)).await.expect("moves")
}

async fn all(base: &Base) -> Vec<Asset> {
    base.read(|tx| assets::list(tx, T, AssetId(0), 10_000)).await.expect("reads")
}

#[test]
fn assets_are_read_back_and_counted() {
    each(|base| async move {
        base.company(T, 3).await;
        let mut laptop = asset(9, "subclient", of(1));
        laptop.owner_role = Some("Laptop Owner".to_owned());
        let kinds = ["workflow", "alert", "schedule_policy", "alert", "schedule", "vm_client"];
        let mut new: Vec<Asset> = (1..).zip(kinds).map(|(id, kind)| asset(id, kind, of(1))).collect();
        new.extend([asset(7, "alert", of(2)), asset(8, "alert", GROUP), laptop.clone()]);
        let shared = Asset { owner_role: Some("VM End User".to_owned()), ..asset(10, "vm_client", GROUP) };
        new.push(shared.clone());
        base.add_assets(T, new).await;

        let counted = base.read(|tx| assets::holdings(tx, T, &[UserId(1), UserId(2), UserId(3)])).await;
        let kind = |kind| AssetKind::new(kind).expect("a kind");
        let of_first = [("alert", 2), ("schedule", 1), ("schedule_policy", 1), ("subclient", 1)];
        let of_first = of_first.into_iter().chain([("vm_client", 1), ("workflow", 1)]);
        let expected = vec![
            (UserId(1), Holdings(of_first.map(|(name, count)| (kind(name), count)).collect())),
            (UserId(2), Holdings(vec![(kind("alert"), 1)])),
        ];
        assert_eq!(counted.expect("counts"), expected);
        base.read(|tx| {
            assert_eq!(assets::by_id(tx, T, AssetId(9))?, Some(laptop.clone()));
            assert_eq!(assets::with_roles(tx, T, &[UserId(1), UserId(2)])?, [laptop]);
            assert_eq!(assets::with_roles_of_group(tx, T, GroupId(22), 9)?, [shared]);
            assert!(assets::with_roles_of_group(tx, OTHER, GroupId(22), 9)?.is_empty());
            assert_eq!(assets::of_user(tx, T, UserId(1), 3)?.len(), 3);
            assert_eq!(
                assets::list(tx, T, AssetId(6), 2)?.iter().map(|a| a.id.0).collect::<Vec<_>>(),
                [7, 8]
            );
            Ok(())
        })
        .await
        .expect("reads");
    });
}

#[test]
fn large_handovers_go_in_chunks() {
    each(|base| async move {
        base.company(T, 2).await;
        let kind = |id| if id % 5 == 0 { "vm_client" } else { "alert" };
        base.add_assets(T, (1..=2_500).map(|id| asset(id, kind(id), of(1))).collect()).await;

        let mut moved = Vec::new();
        while moved.last() != Some(&0) {
            moved.push(move_chunk(&base, 1, of(2), false, CHUNK).await);
        }
        assert_eq!(moved, [1_000, 1_000, 0], "workloads stay");
        assert_eq!(move_chunk(&base, 1, GROUP, true, CHUNK).await, 500);
        let owners = all(&base).await.into_iter().map(|asset| (asset.kind.is_workload(), asset.owner));
        assert!(owners.clone().all(|(workload, owner)| owner == Some(if workload { GROUP } else { of(2) })));
        assert_eq!(owners.count(), 2_500);
    });
}

#[test]
fn workloads_are_released_and_belong_to_nobody() {
    each(|base| async move {
        base.company(T, 2).await;
        let mut laptop = asset(1, "subclient", of(1));
        laptop.owner_role = Some("Laptop Owner".to_owned());
        base.add_assets(T, vec![laptop, asset(2, "vm_client", of(1)), asset(3, "alert", of(1))]).await;
        base.add_assets(T, vec![asset(4, "vm_client", of(2))]).await;
        let released = base.write(|tx| {
            assets::orphan(tx, T, UserId(1), true, 2)?;
            Ok([assets::release(tx, T, UserId(1), 1)?, assets::release(tx, T, UserId(1), 9)?])
        });
        assert_eq!(released.await.expect("releases"), [1, 1]);
        let owners: Vec<_> = all(&base).await.iter().map(|a| (a.owner, a.owner_role.is_some())).collect();
        assert_eq!(owners, [(None, false), (None, false), (Some(of(1)), false), (Some(of(2)), false)]);
    });
}

#[test]
fn one_workload_is_found_as_its_platform_calls_it_and_released_once() {
    each(|base| async move {
        base.company(T, 2).await;
        let mut vm = asset(1, "vm_client", of(1));
        (vm.external_id, vm.owner_role) = (Some("Rack\\VM-1".to_owned()), Some("VM Owner".to_owned()));
        let of_group = asset(2, "subclient", GROUP);
        base.add_assets(T, vec![vm.clone(), of_group, asset(3, "alert", of(1))]).await;
        let find = |kind: &str, name: &str| {
            let (kind, key) = (AssetKind::new(kind).expect("a kind"), NameKey::new(name));
            move |tx: &mut store::Tx<'_>| assets::by_external_id(tx, T, &kind, &key)
        };
        assert_eq!(base.read(find("vm_client", "rack/vm-1")).await.expect("reads"), Some(vm));
        assert_eq!(base.read(find("subclient", "rack/vm-1")).await.expect("reads"), None);

        let released = base.write(|tx| {
            [1, 1, 2, 3, 4]
                .map(|id| assets::release_one(tx, T, AssetId(id)))
                .into_iter()
                .collect::<Result<Vec<_>, _>>()
        });
        assert_eq!(
            released.await.expect("releases"),
            [true, false, true, false, false],
            "an alert is no workload"
        );
        let owners: Vec<_> = all(&base).await.iter().map(|a| (a.owner, a.owner_role.is_some())).collect();
        assert_eq!(owners, [(None, false), (None, false), (Some(of(1)), false)]);
    });
}

#[test]
fn what_a_group_owns_goes_in_chunks() {
    each(|base| async move {
        base.company(T, 2).await;
        base.add_assets(T, (1..=5).map(|id| asset(id, "alert", GROUP)).collect()).await;
        base.add_assets(T, vec![asset(6, "alert", of(1))]).await;
        let mut moved = Vec::new();
        while moved.last() != Some(&0) {
            let chunk = base.write(|tx| assets::transfer_of_group(tx, T, GroupId(22), of(2), 3)).await;
            moved.push(chunk.expect("moves"));
        }
        assert_eq!(moved, [3, 2, 0]);
        let owners: Vec<_> = all(&base).await.iter().map(|asset| asset.owner).collect();
        assert_eq!(owners, [vec![Some(of(2)); 5], vec![Some(of(1))]].concat());
        assert!(!base.read(|tx| assets::any_of_group(tx, T, GroupId(22))).await.expect("reads"));
    });
}

#[test]
fn orphans_stay_and_are_no_holdings_until_somebody_takes_them() {
    each(|base| async move {
        base.company(T, 2).await;
        base.add_assets(T, (1..=3).map(|id| asset(id, "alert", of(1))).collect()).await;
        let flagged = base.write(|tx| {
            Ok([2, 2, 2].map(|limit| assets::orphan(tx, T, UserId(1), true, limit).expect("flags")))
        });
        assert_eq!(flagged.await.expect("orphans"), [2, 1, 0]);
        assert!(all(&base).await.iter().all(|asset| asset.orphaned && asset.owner == Some(of(1))));
        assert!(base.read(|tx| assets::holdings(tx, T, &[UserId(1)])).await.expect("counts").is_empty());
        move_chunk(&base, 1, of(2), true, CHUNK).await;
        assert!(all(&base).await.iter().all(|asset| !asset.orphaned && asset.owner == Some(of(2))));
    });
}

/// Two transactions hand over the same assets at once: each asset goes to exactly one of the heirs.
#[test]
fn concurrent_handovers_do_not_overwrite_each_other() {
    each(|base| async move {
        base.company(T, 3).await;
        base.add_assets(T, (1..=600).map(|id| asset(id, "alert", of(1))).collect()).await;
        let take = |heir: i64| {
            let store = std::sync::Arc::clone(&base.store);
            tokio::spawn(async move {
                let mut taken = 0;
                loop {
                    let write = store.write(move |tx| assets::transfer(tx, T, UserId(1), of(heir), true, 50));
                    match write.await {
                        Ok(0) => return taken,
                        Ok(count) => taken += count,
                        Err(store::Error::Busy(_)) => {}
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        };
        let heirs = [take(2), take(3), take(2), take(3)];
        let mut taken = 0;
        for heir in heirs {
            taken += heir.await.expect("takes");
        }
        assert_eq!(taken, 600, "no asset was taken twice");
        assert!(all(&base).await.iter().all(|asset| asset.owner != Some(of(1))));
    });
}

#[derive(Clone, Debug)]
enum Move {
    Transfer { from: i64, to: Option<i64>, workloads: bool, limit: i64 },
    Orphan { from: i64, workloads: bool, limit: i64 },
    Release { from: i64, limit: i64 },
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        (1..=3_i64, proptest::option::of(1..=3_i64), any::<bool>(), 0..=8_i64)
            .prop_map(|(from, to, workloads, limit)| Move::Transfer { from, to, workloads, limit }),
        (1..=3_i64, any::<bool>(), 0..=8_i64).prop_map(|(from, workloads, limit)| Move::Orphan {
            from,
            workloads,
            limit
        }),
        (1..=3_i64, 0..=3_i64).prop_map(|(from, limit)| Move::Release { from, limit }),
    ];
    proptest::collection::vec(one, 1..40)
}

/// Whatever is done, each asset is where the answers say it is.
#[test]
fn no_asset_is_lost_or_owned_twice() {
    each(|base| async move {
        base.company(T, 3).await;
        let kind = |id| ["alert", "subclient", "workflow"][usize::try_from(id % 3).expect("small")];
        base.add_assets(T, (1..=30).map(|id| asset(id, kind(id), of(id % 3 + 1))).collect()).await;
        let mut runner = proptest::test_runner::TestRunner::deterministic();
        for _ in 0..20 {
            let moves = moves().new_tree(&mut runner).expect("moves").current();
            for one in &moves {
                let before = tally(&base).await;
                let count = apply(&base, one.clone()).await;
                let after = tally(&base).await;
                assert_eq!(after.values().sum::<i64>(), 30, "{one:?}");
                assert_eq!(after, expected(before, one, count), "{one:?}");
            }
        }
    });
}

/// Owner (0: the group, -1: nobody) to number of assets.
async fn tally(base: &Base) -> BTreeMap<i64, i64> {
    let mut tally = BTreeMap::from([(-1, 0), (0, 0), (1, 0), (2, 0), (3, 0)]);
    for asset in all(base).await {
        assert!(asset.owner.is_some() || asset.kind.is_workload(), "{asset:?}");
        let key = match asset.owner {
            Some(Owner::User(user)) => user.0,
            Some(Owner::Group(_)) => 0,
            None => -1,
        };
        *tally.entry(key).or_default() += 1;
    }
    tally
}

async fn apply(base: &Base, one: Move) -> u64 {
    let done = base.write(move |tx| match one {
        Move::Transfer { from, to, workloads, limit } => {
            assets::transfer(tx, T, UserId(from), to.map_or(GROUP, of), workloads, limit)
        }
        Move::Orphan { from, workloads, limit } => assets::orphan(tx, T, UserId(from), workloads, limit),
        Move::Release { from, limit } => assets::release(tx, T, UserId(from), limit),
    });
    done.await.expect("moves")
}

fn expected(mut tally: BTreeMap<i64, i64>, one: &Move, count: u64) -> BTreeMap<i64, i64> {
    let count = i64::try_from(count).expect("small");
    let (from, to, limit) = match one {
        Move::Transfer { from, to, limit, .. } => (*from, to.unwrap_or(0), *limit),
        Move::Orphan { from, limit, .. } => (*from, *from, *limit),
        Move::Release { from, limit } => (*from, -1, *limit),
    };
    assert!(count <= limit);
    *tally.entry(from).or_default() -= count;
    *tally.entry(to).or_default() += count;
    tally
}
