//! Which nodes are at work, and sweeping out sessions, tokens and lockouts that are over.

use domain::{Error, Role};
use store::{lockouts, nodes, sessions, tokens};

use super::{App, Caller, RENEWABLE_MS};

/// A node is taken for alive when it was seen within this time.
pub const NODE_ALIVE_MS: u64 = 30_000;
/// Lockouts are forgotten after a quiet day.
const KEEP_LOCKOUTS_MS: i64 = 24 * 3_600_000;

impl App {
    pub async fn node_seen(&self, node: &str) -> Result<(), Error> {
        let (node, now_ms) = (node.to_owned(), self.clock.now_ms());
        self.store.write(move |tx| Ok(nodes::seen(tx, &node, now_ms)?)).await
    }

    pub async fn forget_node(&self, node: &str, older_than_ms: i64) -> Result<(), Error> {
        let (node, before_ms) = (node.to_owned(), self.clock.now_ms() - older_than_ms);
        self.store.write(move |tx| Ok(nodes::forget(tx, &node, before_ms)?)).await
    }

    /// The nodes that run steps on this store.
    pub async fn nodes(&self, caller: &Caller) -> Result<Vec<String>, Error> {
        caller.require(Role::Auditor)?;
        let since_ms = self.clock.now_ms() - i64::try_from(NODE_ALIVE_MS).unwrap_or(i64::MAX);
        self.store.read(|tx| Ok(nodes::alive(tx, since_ms)?)).await
    }

    /// Forgets sessions and lockouts that are over; at most `limit` rows of each.
    pub async fn sweep(&self, limit: i64) -> Result<(), Error> {
        let now_ms = self.clock.now_ms();
        let idle_ms = self.options.session_idle_ms;
        self.store
            .write(move |tx| {
                sessions::sweep(tx, now_ms - idle_ms - RENEWABLE_MS, limit)?;
                tokens::sweep(tx, now_ms, limit)?;
                lockouts::sweep(tx, now_ms - KEEP_LOCKOUTS_MS, limit)?;
                Ok(())
            })
            .await
    }
}
