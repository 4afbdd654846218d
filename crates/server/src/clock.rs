//! The only room with a clock. Everything else is told what time it is.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

#[derive(Clone, Debug)]
pub enum Clock {
    System,
    /// Stands still until it is moved: for tests.
    Set(Arc<AtomicI64>),
}

impl Clock {
    pub fn set(now_ms: i64) -> Self {
        Self::Set(Arc::new(AtomicI64::new(now_ms)))
    }

    /// Milliseconds since 1970, UTC.
    pub fn now_ms(&self) -> i64 {
        match self {
            Self::System => system_ms(),
            Self::Set(now) => now.load(Ordering::SeqCst),
        }
    }

    /// Moves a clock that was set; the system's clock takes no orders.
    pub fn advance(&self, by_ms: i64) {
        if let Self::Set(now) = self {
            now.fetch_add(by_ms, Ordering::SeqCst);
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the room of the clock")]
fn system_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

/// A moment as people and programs read it, such as `2026-12-01T09:00:00Z`.
pub fn shown(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |moment| moment.to_string())
}

/// A monotonic instant, for durations that are shown or measured.
#[expect(clippy::disallowed_methods, reason = "this is the room of the clock")]
pub fn instant() -> std::time::Instant {
    std::time::Instant::now()
}
