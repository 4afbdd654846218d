//! Platforms with their health, and the accounts on them.

use domain::breaker::Health;
use domain::{AccountState, Capabilities, PlatformId, PlatformKind, Support, UserId};
use store::{Error, accounts, platforms};

use crate::fixture::each;
use crate::sample::{T, account, platform};

#[test]
fn new_settings_end_a_pause() {
    each(|base| async move {
        base.company(T, 0).await;
        let mut changed = platform(11, PlatformKind::Simulated);
        base.write(move |tx| {
            platforms::insert(tx, T, &changed)?;
            assert_eq!(platforms::by_name(tx, T, "platform11")?.as_ref(), Some(&changed));
            let ill = Health { failures: 5, paused_until_ms: 99, held: true };
            platforms::set_health(tx, PlatformId(11), ill)?;
            assert_eq!(platforms::health(tx, PlatformId(11))?, ill);
            changed.settings = "{\"latency_ms\": 5}".to_owned();
            changed.capabilities = Capabilities { delete: Support::ByHand, ..Capabilities::FULL };
            changed.terms.max_per_second = Some(50);
            changed.revision = 2;
            changed.max_in_flight = 3;
            platforms::update(tx, T, &changed)?;
            assert_eq!(platforms::health(tx, PlatformId(11))?, Health::default());
            assert_eq!(platforms::by_id(tx, PlatformId(11))?, Some(changed));
            assert_eq!(platforms::list(tx, T)?.len(), 2);
            Ok(())
        })
        .await
        .expect("reads and writes");
        let unknown = base.write(|tx| platforms::set_health(tx, PlatformId(9), Health::default())).await;
        assert!(matches!(unknown, Err(Error::Inconsistent(_))), "{unknown:?}");
    });
}

#[test]
fn accounts_are_found_by_user_and_platform() {
    each(|base| async move {
        base.company(T, 50).await;
        for user in 1..=50 {
            base.add_account(T, account(10, &format!("r{user:02}"), user)).await;
        }
        base.add_account(T, account(10, "a-second", 1)).await;
        let everybody: Vec<UserId> = (1..=50).map(UserId).collect();
        let found = base.read(|tx| accounts::of_users(tx, T, &everybody)).await.expect("reads");
        assert_eq!(found.len(), 51);
        assert!(found.is_sorted_by_key(|account| account.user));
        assert_eq!(found[0].remote_id, "a-second");

        base.write(|tx| {
            accounts::observed(tx, PlatformId(10), "a-second", AccountState::Deleted, 9)?;
            let heir = accounts::on_platform(tx, T, UserId(1), PlatformId(10))?;
            assert_eq!(heir.map(|account| account.remote_id).as_deref(), Some("r01"), "not the deleted one");
            accounts::observed(tx, PlatformId(10), "r01", AccountState::Deleted, 9)?;
            assert_eq!(accounts::on_platform(tx, T, UserId(1), PlatformId(10))?, None);
            accounts::observed(tx, PlatformId(10), "nobody's", AccountState::Deleted, 9)?;
            let counts = [1, 5].map(|most| accounts::count(tx, T, UserId(1), most).expect("counts"));
            assert_eq!(counts, [1, 2]);
            Ok(())
        })
        .await
        .expect("reads and writes");
    });
}
