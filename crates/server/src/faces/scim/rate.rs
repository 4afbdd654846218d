//! How fast one token may ask: a client that has gone wild must not take the server from the others.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::failure::Failure;
use crate::app::{Caller, Credential};

/// Tokens whose pace is kept; beyond, those that have come to rest are forgotten.
const MAX_KEPT: usize = 10_000;

/// By tenant and token.
type Key = (i64, i64);

/// The pace of every token, on this node.
#[derive(Clone, Debug, Default)]
pub struct Rates(Option<Arc<DefaultKeyedRateLimiter<Key>>>);

impl Rates {
    /// So many requests in a second, and twice as many in a burst; no limit for 0.
    pub fn per_second(rate: u32) -> Self {
        let quota = |rate: NonZeroU32| Quota::per_second(rate).allow_burst(rate.saturating_add(rate.get()));
        Self(NonZeroU32::new(rate).map(|rate| Arc::new(RateLimiter::keyed(quota(rate)))))
    }

    /// Whoever signed in is a person with a program; the limit is for tokens.
    pub(super) fn check(&self, caller: &Caller) -> Result<(), Failure> {
        let (Some(limiter), Credential::Token { id, .. }) = (&self.0, &caller.credential) else {
            return Ok(());
        };
        if limiter.len() > MAX_KEPT {
            limiter.retain_recent();
        }
        limiter.check_key(&(caller.tenant.0, *id)).map_err(|early| {
            let wait = early.wait_time_from(DefaultClock::default().now());
            // Rounded up: whoever waits so long is let in.
            Failure::slow_down(i64::try_from(wait.as_secs()).unwrap_or(i64::MAX).saturating_add(1))
        })
    }
}
