//! Whoever guesses secrets must wait: by the name guessed at, of a user or a client, and by the address guessed from.
//!
//! A name waits whether or not there is such a user: the wait tells nothing.

use std::net::{IpAddr, Ipv6Addr};

use domain::{Error, NameKey, TenantId, name};
use store::Tx;
use store::lockouts::{self, Lockout};

use super::{AppOptions, SignIn};

/// Failures are forgotten after a quiet time this long.
const FORGET_FAILURES_MS: i64 = 60 * 60_000;

/// Under what the failures of a name are counted.
pub(super) fn subject(user_name: &str) -> String {
    by("user", NameKey::new(user_name).as_str())
}

/// What is no name can be guessed at as well; it must fit into an index all the same.
fn by(kind: &str, name: &str) -> String {
    let name = name.replace('\0', "\u{fffd}");
    format!("{kind}:{}", name.chars().take(name::MAX_NAME_CHARS).collect::<String>())
}

/// Whose failures are counted by one attempt.
pub(super) struct Subjects {
    name: String,
    address: Option<String>,
}

impl Subjects {
    pub(super) fn of(attempt: &SignIn) -> Self {
        Self::new(subject(&attempt.user_name), attempt.address)
    }

    /// Of somebody who is signed in: the address is not in doubt.
    pub(super) fn named(user_name: &str) -> Self {
        Self::new(subject(user_name), None)
    }

    pub(super) fn of_client(id: &str, address: Option<IpAddr>) -> Self {
        Self::new(by("client", id), address)
    }

    fn new(name: String, address: Option<IpAddr>) -> Self {
        Self { name, address: address.map(|address| format!("address:{}", network(address))) }
    }

    /// The name before the address, so that two attempts never wait for each other in a circle.
    fn all(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.name.as_str()).chain(self.address.as_deref())
    }

    pub(super) fn refuse_locked(&self, tx: &mut Tx<'_>, tenant: TenantId, now_ms: i64) -> Result<(), Error> {
        self.all().try_for_each(|subject| refuse(lockouts::find(tx, tenant, subject)?, now_ms))
    }

    /// [`Error::Locked`] if others have failed too often meanwhile: then this one told nothing and is not counted.
    pub(super) fn count_failure(
        &self,
        tx: &mut Tx<'_>,
        tenant: TenantId,
        options: &AppOptions,
        now_ms: i64,
    ) -> Result<(), Error> {
        self.all().try_for_each(|subject| {
            let before = lockouts::locked(tx, tenant, subject)?;
            refuse(before, now_ms)?;
            Ok(lockouts::save(tx, tenant, subject, after_failure(before, options, now_ms))?)
        })
    }

    /// The address keeps its failures: one account of its own must not buy it more guesses at others.
    pub(super) fn forgive_name(&self, tx: &mut Tx<'_>, tenant: TenantId) -> Result<(), Error> {
        lockouts::clear(tx, tenant, &self.name)?;
        Ok(())
    }
}

fn refuse(lockout: Lockout, now_ms: i64) -> Result<(), Error> {
    match lockout.locked_until_ms - now_ms {
        ..=0 => Ok(()),
        retry_after_ms => Err(Error::Locked { retry_after_ms }),
    }
}

/// Whoever has one IPv6 address has a /64 of them.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// The wait doubles with each failure beyond the limit.
fn after_failure(before: Lockout, options: &AppOptions, now_ms: i64) -> Lockout {
    let stale = now_ms - before.last_failure_ms > FORGET_FAILURES_MS;
    let failures = if stale { 1 } else { before.failures + 1 };
    let beyond = failures - options.max_failures;
    let wait_ms = match u32::try_from(beyond) {
        Err(_) => 0,
        Ok(beyond) => {
            options.first_lock_ms.saturating_mul(1_i64 << beyond.min(30)).min(options.longest_lock_ms)
        }
    };
    Lockout { failures, locked_until_ms: now_ms + wait_ms, last_failure_ms: now_ms }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_is_forgotten() {
        let options = AppOptions::default();
        let mut lockout = Lockout::default();
        let mut waits = Vec::new();
        for _ in 0..8 {
            lockout = after_failure(lockout, &options, 1_000_000);
            waits.push((lockout.locked_until_ms - 1_000_000) / 1_000);
        }
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240]);
        let later = after_failure(lockout, &options, 1_000_001 + FORGET_FAILURES_MS);
        assert_eq!((later.failures, later.locked_until_ms - 1_000_001 - FORGET_FAILURES_MS), (1, 0));
    }

    #[track_caller]
    fn same(a: &str, b: &str, expected: bool) {
        let network = |text: &str| text.parse().map(network);
        assert_eq!(network(a) == network(b), expected, "{a} and {b}");
    }

    #[test]
    fn addresses_of_one_owner_are_one() {
        same("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true);
        same("2001:db8:0:1::1", "2001:db8:0:2::1", false);
        same("::ffff:192.0.2.1", "192.0.2.1", true);
        same("192.0.2.1", "192.0.2.2", false);
    }
}
