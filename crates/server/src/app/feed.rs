//! The log, to read and to follow.

use std::time::Duration;

use domain::{Error, Role};
use store::log::{self, Filter, LogEntry};

use super::offboardings::one_more;
use super::{App, Caller, Page};

/// Entries of other nodes reach us by looking again after this long.
const LOOK_AGAIN_MS: u64 = 2_000;

impl App {
    /// Sealed entries behind number `after`, in order.
    pub async fn log(
        &self,
        caller: &Caller,
        filter: &Filter,
        after: i64,
        limit: usize,
    ) -> Result<Page<LogEntry>, Error> {
        caller.require(Role::Auditor)?;
        let rows = one_more(limit)?;
        let found =
            self.store.read(|tx| Ok::<_, Error>(log::after(tx, caller.tenant, filter, after, rows)?)).await?;
        Ok(Page::cut(found, limit))
    }

    /// As [`App::log`], but waits, bounded, for the next entry if there is none yet.
    pub async fn follow_log(
        &self,
        caller: &Caller,
        filter: &Filter,
        after: i64,
        limit: usize,
    ) -> Result<Page<LogEntry>, Error> {
        let mut changes = self.change_hint.subscribe();
        changes.mark_unchanged();
        let page = self.log(caller, filter, after, limit).await?;
        if !page.rows.is_empty() {
            return Ok(page);
        }
        tokio::select! {
            _ = changes.changed() => {}
            () = tokio::time::sleep(Duration::from_millis(LOOK_AGAIN_MS)) => {}
        }
        self.log(caller, filter, after, limit).await
    }

    /// The number of the newest sealed entry.
    pub async fn log_head(&self, caller: &Caller) -> Result<i64, Error> {
        caller.require(Role::Auditor)?;
        self.store.read(|tx| Ok::<_, Error>(log::head(tx, caller.tenant)?)).await
    }
}
