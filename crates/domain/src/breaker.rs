//! A platform that fails again and again is left alone for a while, then probed with one step. One that does not
//! take our credentials is left alone until they are put right: trying on would lock our account there.

use crate::Outcome;
use crate::outcome::Fault;

/// Consecutive failures after which a platform is paused.
pub const FAILURES_BEFORE_PAUSE: i64 = 5;
/// The first pause; each further failure doubles it.
pub const FIRST_PAUSE_MS: i64 = 5_000;
pub const LONGEST_PAUSE_MS: i64 = 5 * 60_000;

/// What is remembered of a platform's recent conduct.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    pub failures: i64,
    pub paused_until_ms: i64,
    /// Our credentials are not taken; ends with the next declaration of the platform.
    pub held: bool,
}

impl Health {
    pub fn is_paused(self, now_ms: i64) -> bool {
        self.paused_until_ms > now_ms
    }

    /// It was paused, and has not answered well since.
    pub fn is_on_trial(self) -> bool {
        self.failures >= FAILURES_BEFORE_PAUSE
    }

    /// Steps that may be under way at once: one while it is on trial.
    pub fn limit(self, max_in_flight: i64) -> i64 {
        if self.is_on_trial() { 1 } else { max_in_flight }
    }

    /// The health after one more answer.
    #[must_use]
    pub fn after(self, outcome: &Outcome, now_ms: i64) -> Self {
        if matches!(outcome, Outcome::Retry { fault: Fault::Credentials, .. }) {
            return Self { held: true, ..self };
        }
        // What was under way when our credentials failed tells nothing of them.
        if self.held {
            return self;
        }
        let failed =
            matches!(outcome, Outcome::Unknown { .. } | Outcome::Retry { fault: Fault::Platform, .. });
        if !failed {
            return Self::default();
        }
        // Steps that were under way when the pause began tell nothing new: only a probe makes it longer.
        if self.is_paused(now_ms) {
            return self;
        }
        let failures = self.failures.saturating_add(1);
        let beyond = failures - FAILURES_BEFORE_PAUSE;
        if beyond < 0 {
            return Self { failures, ..self };
        }
        let doublings = u32::try_from(beyond.min(20)).unwrap_or(0);
        let pause = FIRST_PAUSE_MS.saturating_mul(1_i64 << doublings).min(LONGEST_PAUSE_MS);
        Self { failures, paused_until_ms: now_ms.saturating_add(pause), held: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn down() -> Outcome {
        Outcome::Retry { reason: "no route".into(), after_ms: None, fault: Fault::Platform }
    }

    #[test]
    fn pauses_probes_and_resumes() {
        let mut health = Health::default();
        for _ in 1..FAILURES_BEFORE_PAUSE {
            health = health.after(&down(), 0);
            assert!(!health.is_paused(0));
            assert_eq!(health.limit(8), 8);
        }
        health = health.after(&down(), 0);
        assert_eq!(health.paused_until_ms, FIRST_PAUSE_MS);
        assert_eq!(health.limit(8), 1, "a probe, not a crowd");
        assert_eq!(health.after(&down(), FIRST_PAUSE_MS - 1), health, "it failed before the pause");
        health = health.after(&down(), 10_000);
        assert_eq!(health.paused_until_ms, 10_000 + 2 * FIRST_PAUSE_MS);
        assert_eq!(health.after(&Outcome::Done { evidence: String::new() }, 20_000), Health::default());
    }

    #[test]
    fn refused_credentials_hold_until_told_otherwise() {
        let refused = Outcome::Retry { reason: "401".into(), after_ms: None, fault: Fault::Credentials };
        let held = Health::default().after(&refused, 0);
        assert!(held.held);
        assert_eq!(held.after(&Outcome::Done { evidence: String::new() }, i64::MAX), held);
        assert_eq!(held.after(&down(), i64::MAX), held);
    }

    #[test]
    fn a_busy_or_refusing_platform_is_well() {
        let busy = Outcome::Retry { reason: "429".into(), after_ms: Some(1), fault: Fault::Busy };
        let refused = Outcome::Refused { reason: "no".into() };
        for outcome in [busy, refused] {
            let health = Health { failures: 3, ..Health::default() };
            assert_eq!(health.after(&outcome, 0), Health::default());
        }
    }
}
