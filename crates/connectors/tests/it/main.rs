//! The connectors as the engine uses them: through the trait, `open` and `perform`.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

mod conformance;
mod journal;
mod orders;
mod perform;
mod settings;
mod simulated;
mod simulated_conforms;
