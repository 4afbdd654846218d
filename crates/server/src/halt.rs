//! Points at which a test may freeze the process, to kill it there. Debug builds only; a release has none of it.
//!
//! `EXEUNT_HALT_AT=POINT` or `POINT:N` (the N-th time) makes the process write `halted at POINT` to
//! standard error and stand still.

/// Every point, in the order of a step's life.
pub const POINTS: [&str; 5] = ["claimed", "before_apply", "applied", "settling", "chunk"];

/// Stands still here if a test asked for it.
pub fn at(point: &'static str) {
    #[cfg(debug_assertions)]
    debug::at(point);
    #[cfg(not(debug_assertions))]
    let _ = point;
}

#[cfg(debug_assertions)]
mod debug {
    use std::io::Write;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    struct Wish {
        point: String,
        left: AtomicU64,
    }

    static WISH: OnceLock<Option<Wish>> = OnceLock::new();

    fn wish() -> Option<Wish> {
        let text = std::env::var("EXEUNT_HALT_AT").ok()?;
        let (point, count) = text.split_once(':').unwrap_or((&text, "1"));
        Some(Wish { point: point.to_owned(), left: AtomicU64::new(count.parse().unwrap_or(1)) })
    }

    pub(super) fn at(point: &'static str) {
        let Some(wish) = WISH.get_or_init(wish) else { return };
        if wish.point != point || wish.left.fetch_sub(1, Ordering::SeqCst) != 1 {
            return;
        }
        let _ = writeln!(std::io::stderr(), "halted at {point}");
        loop {
            std::thread::park();
        }
    }
}
