//! How fast a platform may be asked.

use std::num::NonZeroU32;
use std::sync::Arc;

use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

/// Shared by everything that calls one platform from this process.
#[derive(Clone, Debug, Default)]
pub struct Pace(Option<Arc<DefaultDirectRateLimiter>>);

impl Pace {
    /// No more than so many requests in any second, evenly spread.
    pub fn per_second(most: Option<u32>) -> Self {
        let most = most.and_then(NonZeroU32::new);
        let spread = |most| {
            // Without a burst: a limit of 50 is a request every 20 ms, also after a rest.
            let quota = Quota::per_second(most).allow_burst(NonZeroU32::MIN);
            Arc::new(RateLimiter::direct(quota))
        };
        Self(most.map(spread))
    }

    /// Waits until one more request may be sent.
    pub async fn turn(&self) {
        if let Some(limiter) = &self.0 {
            limiter.until_ready().await;
        }
    }
}
