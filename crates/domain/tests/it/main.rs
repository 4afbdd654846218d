//! The rules of a departure, held against their tables and against random runs.

#![expect(clippy::expect_used, reason = "a test that cannot go on says why")]

mod chance; // random companies and what happens to them
mod company; // who leaves, what they own, where they have accounts
mod names; // which names are one name
mod plan; // from a request to its steps
mod refusals; // who is refused, why, and which refusal comes first
mod run; // random runs: what holds in every state that can be reached
mod settle; // what one verdict or one person's word leads to
