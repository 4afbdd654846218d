//! Clients that each send the next request when the last was answered.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::client::{Answer, Call, Client};
use super::now;
use crate::Result;

/// The n-th request of a load, of all clients together.
pub(super) struct Next {
    pub method: &'static str,
    pub target: String,
    pub headers: String,
    pub body: String,
}

pub(super) struct Outcome {
    pub count: usize,
    pub per_second: f64,
    pub p50: Duration,
    pub p99: Duration,
}

/// How long a load goes on.
#[derive(Clone, Copy)]
pub(super) struct Limit {
    pub seconds: u64,
    /// At most so many requests in all.
    pub requests: usize,
}

/// Runs the load and checks every answer with `good`.
pub(super) fn run(
    address: SocketAddr,
    clients: usize,
    limit: Limit,
    next: impl Fn(usize) -> Next + Sync,
    good: impl Fn(&Answer) -> bool + Sync,
) -> Result<Outcome> {
    measure(
        clients,
        limit,
        || Client::connect(address),
        |client, number| {
            let Next { method, target, headers, body } = next(number);
            let call = Call { method, target: &target, headers: &headers, body: &body };
            let answer = client.call(&call)?;
            if good(&answer) {
                return Ok(());
            }
            Err(format!("{method} {target} was answered {}: {}", answer.status, answer.body).into())
        },
    )
}

/// Runs a load in any protocol: `ask` makes the n-th request of all, and checks its answer.
pub(super) fn measure<C>(
    clients: usize,
    limit: Limit,
    connect: impl Fn() -> Result<C> + Sync,
    ask: impl Fn(&mut C, usize) -> Result + Sync,
) -> Result<Outcome> {
    let sent = AtomicUsize::new(0);
    let latencies = Mutex::new(Vec::new());
    let begun = now();
    let one = || -> std::result::Result<(), String> {
        let mut client = connect().map_err(|error| error.to_string())?;
        let mut own = Vec::new();
        while begun.elapsed() < Duration::from_secs(limit.seconds) {
            let number = sent.fetch_add(1, Ordering::Relaxed);
            if number >= limit.requests {
                break;
            }
            let sent_at = now();
            ask(&mut client, number).map_err(|error| error.to_string())?;
            own.push(sent_at.elapsed());
        }
        latencies.lock().map_err(|error| error.to_string())?.extend(own);
        Ok(())
    };
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..clients).map(|_| scope.spawn(one)).collect();
        let join = |worker: std::thread::ScopedJoinHandle<'_, _>| match worker.join() {
            Ok(done) => done,
            Err(_) => Err("a client panicked".to_owned()),
        };
        workers.into_iter().map(join).collect::<std::result::Result<Vec<()>, String>>()
    })?;
    let elapsed = begun.elapsed().as_secs_f64();
    let mut latencies = latencies.into_inner().map_err(|error| error.to_string())?;
    latencies.sort_unstable();
    let count = latencies.len();
    let at = |percent: usize| latencies.get(count * percent / 100).copied().unwrap_or_default();
    let counted = u32::try_from(count).map_or(f64::NAN, f64::from);
    Ok(Outcome { count, per_second: counted / elapsed, p50: at(50), p99: at(99) })
}
