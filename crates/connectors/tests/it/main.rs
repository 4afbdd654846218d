//! The connectors as the engine uses them: through the trait, `open` and `perform`.

#![expect(clippy::expect_used, reason = "tests")]

mod commvault;
mod http;
mod journal;
mod ldap;
mod netex;
mod outbound;
mod perform;
mod postgres;
mod settings;
mod simulated;
mod simulated_conforms;
mod trickster;
