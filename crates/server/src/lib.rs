//! The Exeunt server: verbs (`app`), engine, faces and command line over one durable store.

pub mod app;
pub mod clock;
pub mod passwords;
pub mod random;
