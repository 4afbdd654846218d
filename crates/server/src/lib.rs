//! The Exeunt server: verbs (`app`), engine, faces and command line over one durable store.

pub mod app;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod engine;
pub mod faces;
pub mod halt;
pub mod jwt;
pub mod listener;
pub mod mail;
pub mod outbound;
pub mod passwords;
pub mod random;
pub mod telemetry;
