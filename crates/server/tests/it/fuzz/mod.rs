//! See the module list in `main.rs`. Samples of the vendors' requests, damaged at random, at the parsers and at the
//! whole router: whatever it is, nothing panics, the server does not fail, and the answer can be read.
//!
//! As a test it makes a small number of turns, the same ones every time. `cargo xtask fuzz --seconds N` goes on
//! for as long as one likes, from another seed each time; a failure tells its seed and its input.

mod damage; // how an input is spoilt
mod dice; // chance that can be repeated
mod parsers; // what reads paths, queries, headers and bodies
mod router; // all of it
mod samples; // requests as the vendors and their clients write them

use std::time::Duration;

use dice::Dice;
use exeunt::clock;

const SECONDS: &str = "EXEUNT_FUZZ_SECONDS";
const SEED: &str = "EXEUNT_FUZZ_SEED";
const USUAL_SEED: u64 = 20_261_122;

/// How long to go on.
struct Turns {
    made: usize,
    most: Option<usize>,
    begun: std::time::Instant,
    budget: Duration,
}

impl Turns {
    /// As many as a test takes, unless the environment gives a time.
    fn usual(turns: usize) -> Self {
        let seconds: Option<u64> = number(SECONDS);
        let budget = Duration::from_secs(seconds.unwrap_or(0));
        let most = if seconds.is_some() { None } else { Some(turns) };
        Self { made: 0, most, begun: clock::instant(), budget }
    }

    fn another(&mut self) -> bool {
        let goes_on = match self.most {
            Some(most) => self.made < most,
            None => self.begun.elapsed() < self.budget,
        };
        self.made += usize::from(goes_on);
        goes_on
    }

    /// For whoever watches a long run.
    #[expect(clippy::print_stderr, reason = "a long run reports by printing")]
    fn tell(&self, what: &str) {
        if self.most.is_none() {
            eprintln!("{what}: {} turns", self.made);
        }
    }
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{variable} is not a number: {text}")))
}

fn dice() -> Dice {
    let seed = number(SEED).unwrap_or(USUAL_SEED);
    Dice::new(seed)
}

/// Tells what was under way when something panicked.
struct Told<'a> {
    dice: &'a Dice,
    input: String,
}

impl Drop for Told<'_> {
    #[expect(clippy::print_stderr, reason = "a panic has no other way to say what led to it")]
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("seed {}, with this input:\n{}", self.dice.seed, self.input);
        }
    }
}
