//! `exeunt log`: the evidence, in its order.

use domain::OffboardingId;
use serde_json::json;
use store::log::{Filter, LogEntry};

use super::failure::Failure;
use super::named;
use super::place::Desk;
use crate::app::{MAX_PAGE, UserRef};

#[derive(Clone, Debug, clap::Args)]
pub struct Log {
    /// Only what concerns this user: a user name, or id:NUMBER
    #[arg(long, value_name = "USER", value_parser = named::user, conflicts_with = "offboarding")]
    pub user: Option<UserRef>,

    /// Only what belongs to this offboarding
    #[arg(long, value_name = "ID")]
    pub offboarding: Option<String>,

    /// Only entries behind this number
    #[arg(long, value_name = "NUMBER", default_value = "0")]
    #[arg(value_parser = clap::value_parser!(i64).range(0..))]
    pub after: i64,

    /// Stay and tell new entries as they come
    #[arg(long)]
    pub follow: bool,
}

pub(super) async fn run(desk: &Desk, log: Log) -> Result<(), Failure> {
    let filter = match (log.user, log.offboarding) {
        (Some(user), _) => Filter::Of(desk.app.user(&desk.caller, &user).await?.user.id),
        (None, Some(id)) => Filter::On(OffboardingId(id)),
        (None, None) => Filter::All,
    };
    let mut after = log.after;
    loop {
        let page = if log.follow {
            desk.app.follow_log(&desk.caller, &filter, after, MAX_PAGE).await?
        } else {
            desk.app.log(&desk.caller, &filter, after, MAX_PAGE).await?
        };
        for entry in &page.rows {
            desk.output.line(&if desk.output.json { document(entry) } else { told(entry) })?;
            after = entry.seq;
        }
        if !page.more && !log.follow {
            return Ok(());
        }
    }
}

fn document(entry: &LogEntry) -> String {
    json!({
        "seq": entry.seq, "at": named::shown_moment(entry.at_ms), "actor": entry.actor, "kind": entry.kind,
        "userId": entry.user, "offboarding": entry.offboarding, "detail": entry.detail,
    })
    .to_string()
}

fn told(entry: &LogEntry) -> String {
    let (seq, at) = (entry.seq, named::shown_moment(entry.at_ms));
    let on = entry.user.map_or_else(String::new, |user| format!(" user {user}"));
    format!("{seq:>6}  {at:<24}  {}  {}{on}  {}", entry.actor, entry.kind, entry.detail)
}
