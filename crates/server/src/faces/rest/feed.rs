//! The log as it grows: server-sent events that resume where a client left off.
//!
//! A feed ends with the credential it was opened with, and when the server stops.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use domain::Error;
use futures_util::stream;
use serde::Deserialize;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::authenticated::{Authenticated, bearer};
use super::log::{EntryView, filter};
use super::page::number;
use super::problem::Problem;
use super::reference::UserText;
use super::request::Query;
use crate::app::{App, Caller, LogEntry, LogFilter};
use crate::faces::Stopping;

/// Feeds open at once.
const MAX_FEEDS: usize = 256;
/// Entries read at once: what a slow client keeps in memory here.
const BATCH: usize = 100;
/// A comment is sent when nothing else was, so that a dead connection is noticed.
const KEEP_ALIVE_MS: u64 = 15_000;
const LAST_EVENT_ID: &str = "Last-Event-ID";

pub(super) fn operations() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(follow_log))
}

/// The places for feeds.
#[derive(Clone)]
pub(super) struct Places(Arc<Semaphore>);

impl Places {
    pub(super) fn new() -> Self {
        Self(Arc::new(Semaphore::new(MAX_FEEDS)))
    }
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
struct FeedQuery {
    /// Entries behind this number, if `Last-Event-ID` is absent; if both are, only entries to come.
    #[param(value_type = Option<i64>, minimum = 0)]
    after: Option<String>,
    /// Only those about this user.
    #[param(value_type = Option<UserText>)]
    user: Option<String>,
    /// Only those of this offboarding. Excludes `user`.
    offboarding: Option<String>,
}

/// Follow the log.
///
/// Each event has the entry's number as `id`, its kind as `event`, and the entry as `data`. The feed ends when its
/// credential does; reopen it with `Last-Event-ID` and nothing is missed.
#[utoipa::path(
    get, path = "/v1/log/feed", tag = "Log",
    params(FeedQuery, ("Last-Event-ID" = Option<i64>, Header, description = "The last entry that was seen")),
    responses((status = 200, body = EntryView, content_type = "text/event-stream"))
)]
async fn follow_log(
    State(app): State<Arc<App>>,
    Extension(places): Extension<Places>,
    stopping: Option<Extension<Stopping>>,
    Authenticated(caller): Authenticated,
    headers: HeaderMap,
    Query(query): Query<FeedQuery>,
) -> Result<impl IntoResponse, Problem> {
    let after = match (last_seen(&headers)?, query.after) {
        (Some(seq), _) => seq,
        (None, Some(after)) => number("after", &after)?,
        (None, None) => app.log_head(&caller).await?,
    };
    let filter = filter(&app, &caller, query.user, query.offboarding).await?;
    // Asked here as well, so that a refusal is an answer and not an empty feed.
    app.log(&caller, &filter, after, 1).await?;
    let place = places.0.try_acquire_owned();
    let place = place.map_err(|_| Problem::unavailable(format!("all {MAX_FEEDS} feeds are in use")))?;
    let secret = bearer(&headers)?.to_owned();
    let feed = Feed { app, secret, caller, filter, after, read: VecDeque::new(), stopping, _place: place };
    let keep_alive = KeepAlive::new().interval(Duration::from_millis(KEEP_ALIVE_MS));
    Ok(Sse::new(stream::unfold(feed, Feed::next)).keep_alive(keep_alive))
}

fn last_seen(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(LAST_EVENT_ID) else { return Ok(None) };
    number(LAST_EVENT_ID, value.to_str().unwrap_or_default()).map(Some)
}

struct Feed {
    app: Arc<App>,
    secret: String,
    caller: Caller,
    filter: LogFilter,
    after: i64,
    read: VecDeque<LogEntry>,
    stopping: Option<Extension<Stopping>>,
    _place: OwnedSemaphorePermit,
}

impl Feed {
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        while self.read.is_empty() {
            if let Err(error) = self.fill().await? {
                tracing::debug!(%error, inside = error.inside(), "a feed ends");
                return None;
            }
        }
        let entry = self.read.pop_front()?;
        let (seq, kind) = (entry.seq, entry.kind.clone());
        let data = serde_json::to_string(&EntryView::from(entry)).ok()?;
        Some((Ok(Event::default().id(seq.to_string()).event(kind).data(data)), self))
    }

    /// Waits, bounded, for entries. `None` when the server stops.
    async fn fill(&mut self) -> Option<Result<(), Error>> {
        let found = self.app.follow_log(&self.caller, &self.filter, self.after, BATCH);
        let page = tokio::select! {
            page = found => page,
            () = stopped(self.stopping.as_ref()) => return None,
        };
        Some(self.take(page).await)
    }

    /// Asked after the wait: what was cut while we waited sees nothing of it.
    async fn take(&mut self, page: Result<crate::app::Page<LogEntry>, Error>) -> Result<(), Error> {
        self.caller = self.app.authenticate(&self.secret).await?;
        let rows = page?.rows;
        self.after = rows.last().map_or(self.after, |entry| entry.seq);
        self.read.extend(rows);
        Ok(())
    }
}

async fn stopped(stopping: Option<&Extension<Stopping>>) {
    match stopping {
        // An error means that whoever could stop us is gone: the same.
        Some(Extension(Stopping(stop))) => drop(stop.clone().wait_for(|stop| *stop).await),
        None => std::future::pending().await,
    }
}
