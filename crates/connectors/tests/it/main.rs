//! The connectors as the engine uses them: through the trait, `open` and `perform`.

#![expect(clippy::expect_used, reason = "tests")]

mod journal;
mod perform;
mod postgres;
mod settings;
mod simulated;
mod simulated_conforms;
