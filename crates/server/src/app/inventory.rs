//! The accounts of a platform, a page at a time: whose they are, who is left behind, what they own.

use std::time::Duration;

use connectors::{Connector, Owned};
use domain::{Error, Platform, PlatformKind, RemoteAccount, Role, UserState};
use futures_util::{StreamExt, stream};

use super::whose::whose;
use super::{App, Caller, MAX_PAGE, Whose};

/// A platform must have told a page, or what one account owns, by then.
const TOLD_MS: u64 = 30_000;
/// Accounts of one page whose belongings are asked for at once.
const OWNED_AT_ONCE: usize = 4;

/// Where a page begins: the platform's own place, and how many accounts behind it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InventoryPlace {
    pub page: Option<String>,
    pub skip: usize,
}

#[derive(Clone, Debug)]
pub struct Inventory {
    pub rows: Vec<InventoryRow>,
    pub next: Option<InventoryPlace>,
}

#[derive(Clone, Debug)]
pub struct InventoryRow {
    pub account: RemoteAccount,
    pub whose: Whose,
    /// `None` where it was not asked for, or the platform does not tell; the error says why it could not be told.
    pub owned: Option<Result<Vec<Owned>, String>>,
}

impl InventoryRow {
    /// It may still sign in there, though its user may not here.
    pub fn is_left_behind(&self) -> bool {
        let user = self.whose.user();
        self.account.active == Some(true) && user.is_some_and(|user| user.state != UserState::Active)
    }
}

impl App {
    /// One page of a platform's accounts from `from` on, each with its user as far as the platform's rules tell.
    pub async fn inventory(
        &self,
        caller: &Caller,
        name: &str,
        from: InventoryPlace,
        limit: usize,
        owned: bool,
    ) -> Result<Inventory, Error> {
        caller.require(Role::Operator)?;
        if limit == 0 || limit > MAX_PAGE {
            return Err(Error::invalid("limit", format!("must be 1 to {MAX_PAGE}")));
        }
        let platform = self.platform(caller, name).await?;
        if platform.kind == PlatformKind::Local {
            return Err(Error::Conflict(format!("{name} is our own directory: its accounts are the users")));
        }
        let connector = self.connections.to(caller.tenant, &platform);
        let connector = connector.map_err(|error| failed(&platform, &error))?;
        let page = within(connector.accounts(from.page.as_deref())).await;
        let page = page.map_err(|reason| failed(&platform, &reason))?;
        let end = from.skip.saturating_add(limit).min(page.accounts.len());
        let next = if end < page.accounts.len() {
            Some(InventoryPlace { page: from.page, skip: end })
        } else {
            page.next.map(|next| InventoryPlace { page: Some(next), skip: 0 })
        };
        let accounts: Vec<RemoteAccount> = page.accounts.into_iter().take(end).skip(from.skip).collect();
        let rules = connectors::rules(platform.kind, &platform.settings, &platform.terms.match_by);
        let found = self.store.read(|tx| whose(tx, caller.tenant, platform.id, &rules, &accounts)).await?;
        let belongings = if owned { belongings(connector.as_ref(), &accounts).await } else { Vec::new() };
        let mut belongings = belongings.into_iter();
        let rows = accounts.into_iter().zip(found).map(|(account, whose)| InventoryRow {
            account,
            whose,
            owned: belongings.next().flatten(),
        });
        Ok(Inventory { rows: rows.collect(), next })
    }
}

/// What each of these accounts owns, in their order.
async fn belongings(
    connector: &dyn Connector,
    accounts: &[RemoteAccount],
) -> Vec<Option<Result<Vec<Owned>, String>>> {
    let ask = |account: &RemoteAccount| {
        let id = account.id.clone();
        async move { within(connector.inventory(&id)).await.transpose() }
    };
    let asked: Vec<_> = accounts.iter().map(ask).collect();
    stream::iter(asked).buffered(OWNED_AT_ONCE).collect().await
}

/// The error says why the platform did not tell.
async fn within<T>(call: impl Future<Output = Result<T, connectors::Failure>>) -> Result<T, String> {
    match tokio::time::timeout(Duration::from_millis(TOLD_MS), call).await {
        Ok(told) => told.map_err(|failure| failure.to_string()),
        Err(_) => Err(format!("no answer within {TOLD_MS} ms")),
    }
}

fn failed(platform: &Platform, reason: &dyn std::fmt::Display) -> Error {
    Error::Platform(format!("{}: {reason}", platform.name))
}
