//! The connectors as the engine uses them: through the trait, `open` and `perform`.

#![expect(clippy::expect_used, clippy::panic, reason = "tests")]

mod appviewx;
mod commvault;
mod http;
mod journal;
mod ldap;
mod manual;
mod netex;
mod outbound;
mod perform;
mod postgres;
mod python;
mod scim;
mod settings;
mod simulated;
mod simulated_conforms;
mod trickster;
