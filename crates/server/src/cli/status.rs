//! `exeunt status`: what is done, what waits and for whom.

use domain::{Offboarding, OffboardingId, OffboardingState};
use serde_json::{Value, json};
use store::offboardings::Filter;

use super::failure::Failure;
use super::output::table;
use super::pages::gather;
use super::place::Desk;
use super::{held, named, view, watch};
use crate::app::MAX_PAGE;

#[derive(Clone, Debug, clap::Args)]
pub struct Status {
    /// An offboarding's id, or a user whose latest one is meant [default: all that are open]
    #[arg(value_name = "OFFBOARDING|USER")]
    pub whose: Option<String>,

    /// Stay, with a bar per platform, until nothing moves any more
    #[arg(long)]
    pub follow: bool,
}

pub(super) async fn run(desk: &Desk, status: Status) -> Result<(), Failure> {
    let Some(whose) = status.whose else {
        if status.follow {
            follow_open(desk).await?;
        }
        return open(desk).await;
    };
    let id = find(desk, &whose).await?;
    let standing =
        if status.follow { watch::until_rest(desk, &id).await? } else { watch::look(desk, &id).await? };
    if desk.output.json {
        desk.output.line(&view::document(&standing).to_string())?;
    } else {
        watch::tell(desk, std::slice::from_ref(&standing))?;
    }
    let state = standing.detail.offboarding.state;
    if !state.is_final() {
        desk.warn_if_nobody_works().await?;
    }
    verdict(state, status.follow)
}

fn verdict(state: OffboardingState, followed: bool) -> Result<(), Failure> {
    match state {
        OffboardingState::Blocked => Err(Failure::Unfinished),
        OffboardingState::Running if followed => Err(Failure::Unfinished),
        _ => Ok(()),
    }
}

/// By its own id, else the latest of a user.
async fn find(desk: &Desk, whose: &str) -> Result<OffboardingId, Failure> {
    let id = OffboardingId(whose.to_lowercase());
    match desk.app.offboarding(&desk.caller, &id).await {
        Ok(_) => return Ok(id),
        Err(domain::Error::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let user = named::user(whose).map_err(Failure::Usage)?;
    let user = desk.app.user(&desk.caller, &user).await.map_err(|error| match error {
        domain::Error::NotFound { .. } => {
            Failure::Failed(format!("there is neither an offboarding nor a user {whose}"))
        }
        other => other.into(),
    })?;
    let page = desk.app.offboardings(&desk.caller, Filter::Of(user.user.id), None, 1).await?;
    let latest = page.rows.into_iter().next();
    latest
        .map(|latest| latest.id)
        .ok_or_else(|| Failure::Failed(format!("{} has no offboarding", user.user.user_name)))
}

async fn open(desk: &Desk) -> Result<(), Failure> {
    let mut found: Vec<Offboarding> = Vec::new();
    for state in [OffboardingState::Blocked, OffboardingState::Running, OffboardingState::Scheduled] {
        found.extend(all_in(desk, state).await?);
    }
    let nodes = desk.app.nodes(&desk.caller).await?;
    let held = held(desk).await?;
    let departures = held::count(desk).await?;
    let document = json!({
        "open": found.iter().map(summary).collect::<Vec<Value>>(), "nodes": nodes, "held": held,
        "heldDepartures": departures,
    });
    desk.output.answer(&document, || told(&found, &nodes, &held) + &held::remark(departures))?;
    let blocked = found.iter().any(|offboarding| offboarding.state == OffboardingState::Blocked);
    if blocked { Err(Failure::Unfinished) } else { Ok(()) }
}

/// The platforms that do not take our credentials.
async fn held(desk: &Desk) -> Result<Vec<String>, Failure> {
    let platforms = desk.app.platforms(&desk.caller).await?.into_iter();
    Ok(platforms.filter(|status| status.health.held).map(|status| status.platform.name).collect())
}

async fn all_in(desk: &Desk, state: OffboardingState) -> Result<Vec<Offboarding>, Failure> {
    let page = async |before: Option<OffboardingId>| {
        desk.app.offboardings(&desk.caller, Filter::In(state), before.as_ref(), MAX_PAGE).await
    };
    Ok(gather(page, |last| last.id.clone()).await?)
}

/// Stays with what is under way now, the oldest first, and tells of each how it ended.
async fn follow_open(desk: &Desk) -> Result<(), Failure> {
    let under_way = all_in(desk, OffboardingState::Running).await?;
    if !under_way.is_empty() {
        desk.warn_if_nobody_works().await?;
    }
    for offboarding in under_way.iter().rev() {
        let standing = watch::until_rest(desk, &offboarding.id).await?;
        if desk.output.json {
            desk.output.line(&view::document(&standing).to_string())?;
        } else {
            watch::tell(desk, std::slice::from_ref(&standing))?;
        }
    }
    Ok(())
}

fn summary(offboarding: &Offboarding) -> Value {
    json!({
        "id": offboarding.id, "goal": offboarding.goal, "user": offboarding.user_name,
        "state": offboarding.state, "start": named::shown_moment(offboarding.start_ms),
    })
}

fn told(found: &[Offboarding], nodes: &[String], held: &[String]) -> String {
    let row = |o: &Offboarding| {
        [
            o.id.to_string(),
            o.goal.to_string(),
            o.user_name.clone(),
            o.state.to_string(),
            named::shown_moment(o.start_ms),
        ]
    };
    let work = match nodes {
        [] => "no exeunt serve is running on this store: remote steps wait for one".to_owned(),
        [one] => format!("1 node at work: {one}"),
        many => format!("{} nodes at work: {}", many.len(), many.join(", ")),
    };
    let line = |name: &String| format!("held: credentials: {}\n", view::held(name));
    let held = held.iter().map(line).collect::<Vec<_>>().concat();
    if found.is_empty() {
        return format!("no offboarding is open\n{held}{work}\n");
    }
    format!(
        "{}{held}{work}\n",
        table(["OFFBOARDING", "GOAL", "USER", "STATE", "FROM"], found.iter().map(row))
    )
}
