//! When a step is tried again: exponential back-off with full jitter, and the platform's own wish.

/// First ceiling of the random delay.
pub const BASE_MS: i64 = 500;
/// Highest ceiling of the random delay.
pub const CAP_MS: i64 = 10 * 60_000;
/// A platform's `Retry-After` is honored up to this.
pub const MAX_RETRY_AFTER_MS: i64 = 24 * 3_600_000;
/// Attempts before a person must decide. With the delays above this is about 50 minutes of trying,
/// and never more than 100 unless the platform asks for patience.
pub const MAX_ATTEMPTS: i64 = 20;

/// The delay before attempt `attempt + 1`. `jitter` is any random number; the delay is uniform below
/// the ceiling, so that steps which failed together do not return together. A platform's wish is a floor.
pub fn delay_ms(attempt: i64, wish_ms: Option<i64>, jitter: u64) -> i64 {
    let doublings = u32::try_from(attempt.clamp(1, 32) - 1).unwrap_or(0);
    let ceiling = BASE_MS.saturating_mul(1_i64 << doublings).min(CAP_MS);
    let random = i64::try_from(jitter % u64::try_from(ceiling).unwrap_or(1).max(1)).unwrap_or(0);
    match wish_ms {
        Some(wish) => wish.clamp(0, MAX_RETRY_AFTER_MS).saturating_add(random.min(BASE_MS)),
        None => random,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn delays_stay_in_bounds(attempt in 0_i64..1_000, wish in proptest::option::of(any::<i64>()), jitter: u64) {
            let delay = delay_ms(attempt, wish, jitter);
            prop_assert!(delay >= 0);
            match wish {
                None => prop_assert!(delay < CAP_MS),
                Some(wish) => {
                    prop_assert!(delay >= wish.clamp(0, MAX_RETRY_AFTER_MS));
                    prop_assert!(delay <= MAX_RETRY_AFTER_MS + BASE_MS);
                }
            }
        }
    }

    #[test]
    fn ceilings_double_up_to_the_cap() {
        let highest = |attempt| (0..5_000_000).step_by(997).map(|j| delay_ms(attempt, None, j)).max();
        assert!(highest(1).is_some_and(|ms| ms > 490 && ms < 500));
        assert!(highest(3).is_some_and(|ms| ms > 1_900 && ms < 2_000));
        assert!(highest(60).is_some_and(|ms| ms > 590_000 && ms < CAP_MS));
    }
}
