//! `cargo xtask fuzz`: damaged requests at the parsers and at the whole router, for as long as one likes.

use std::hash::{BuildHasher, RandomState};

use crate::{Result, command};

#[derive(clap::Args)]
pub(crate) struct Options {
    /// How long each of the targets is tried
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Repeats a run; else each has a seed of its own
    #[arg(long)]
    seed: Option<u64>,
}

/// The targets are tests, which make a few turns in every run of the suite; the environment lets them go on.
pub(crate) fn run(options: &Options) -> Result {
    let seed = options.seed.unwrap_or_else(|| RandomState::new().hash_one(options.seconds));
    println!("── seed {seed}, {} s for each target", options.seconds);
    let test = ["test", "--locked", "--package", "exeunt", "--test", "it", "fuzz::", "--", "--nocapture"];
    let mut tests = command::cargo(test);
    tests.env("EXEUNT_FUZZ_SECONDS", options.seconds.to_string()).env("EXEUNT_FUZZ_SEED", seed.to_string());
    command::run(&mut tests)
}
