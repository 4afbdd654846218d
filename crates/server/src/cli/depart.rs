//! The verbs: `plan` shows what one would do; `leave`, `deactivate`, `restore`, `release`, `transfer` and
//! `remove` do it.

use std::time::Duration;

use domain::{Goal, OffboardingState};
use serde_json::{Value, json};

use super::failure::Failure;
use super::place::Desk;
use super::view::{self, Standing};
use super::{named, preview, watch};
use crate::app::{GroupRef, HeirRef, Start, Started, UserRef};

/// Whose departure it is.
#[derive(Clone, Debug, clap::Args)]
pub struct Who {
    /// User names, or id:NUMBER; all of them or none
    #[arg(value_name = "USER", required = true, value_parser = named::user)]
    pub users: Vec<UserRef>,
}

/// Who inherits.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(multiple = false)]
pub struct Heir {
    /// Hand over to this user: a user name, or id:NUMBER
    #[arg(long, value_name = "USER", value_parser = named::user)]
    pub to: Option<UserRef>,

    /// Hand over to this group: a name, or id:NUMBER
    #[arg(long, value_name = "GROUP", value_parser = named::group)]
    pub to_group: Option<GroupRef>,

    /// Hand over to nobody: assets stay with the leaver's tombstone, flagged as orphaned
    #[arg(long)]
    pub orphan: bool,
}

impl Heir {
    fn reference(&self) -> HeirRef {
        match self {
            Self { to: Some(user), .. } => HeirRef::User(user.clone()),
            Self { to_group: Some(group), .. } => HeirRef::Group(group.clone()),
            Self { orphan: true, .. } => HeirRef::Orphan,
            _ => HeirRef::Unsaid,
        }
    }
}

/// When, and how long to stay.
#[derive(Clone, Debug, clap::Args)]
pub struct When {
    /// Begin at this moment, such as 2026-12-01T09:00:00Z [default: now]
    #[arg(long, value_name = "RFC3339", value_parser = named::moment)]
    pub at: Option<i64>,

    /// Wait until nothing moves any more
    #[arg(long)]
    pub wait: bool,

    /// Longest wait, in seconds
    #[arg(long, value_name = "SECONDS", default_value = "300", requires = "wait")]
    pub timeout: u64,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Plan {
    #[command(flatten)]
    pub who: Who,

    /// What to plan: deactivate, restore, release, transfer, remove or leave
    #[arg(long, value_name = "GOAL", default_value = "leave", value_parser = named::word::<Goal>)]
    pub goal: Goal,

    #[command(flatten)]
    pub heir: Heir,
}

/// A verb that may hand over and may leave a notice.
#[derive(Clone, Debug, clap::Args)]
pub struct Leave {
    #[command(flatten)]
    pub who: Who,
    #[command(flatten)]
    pub heir: Heir,

    /// Notice for the leaver, shown at the next sign-in
    #[arg(long, value_name = "TEXT")]
    pub message: Option<String>,

    #[command(flatten)]
    pub when: When,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Deactivate {
    #[command(flatten)]
    pub who: Who,

    /// Notice for the leaver, shown at the next sign-in
    #[arg(long, value_name = "TEXT")]
    pub message: Option<String>,

    #[command(flatten)]
    pub when: When,
}

/// A verb that needs nothing but users.
#[derive(Clone, Debug, clap::Args)]
pub struct Plain {
    #[command(flatten)]
    pub who: Who,
    #[command(flatten)]
    pub when: When,
}

/// A verb that hands over.
#[derive(Clone, Debug, clap::Args)]
pub struct HandOver {
    #[command(flatten)]
    pub who: Who,
    #[command(flatten)]
    pub heir: Heir,
    #[command(flatten)]
    pub when: When,
}

impl Leave {
    pub(super) fn request(self, goal: Goal) -> (Start, When) {
        let heir = self.heir.reference();
        let start = Start { heir, message: self.message, ..Start::new(goal, self.who.users) };
        (Start { start_ms: self.when.at, ..start }, self.when)
    }
}

impl Deactivate {
    pub(super) fn request(self, goal: Goal) -> (Start, When) {
        Leave { who: self.who, heir: Heir::default(), message: self.message, when: self.when }.request(goal)
    }
}

impl Plain {
    pub(super) fn request(self, goal: Goal) -> (Start, When) {
        Leave { who: self.who, heir: Heir::default(), message: None, when: self.when }.request(goal)
    }
}

impl HandOver {
    pub(super) fn request(self, goal: Goal) -> (Start, When) {
        Leave { who: self.who, heir: self.heir, message: None, when: self.when }.request(goal)
    }
}

pub(super) async fn plan(desk: &Desk, plan: Plan) -> Result<(), Failure> {
    let start = Start { heir: plan.heir.reference(), ..Start::new(plan.goal, plan.who.users) };
    let previews = desk.app.preview(&desk.caller, start).await?;
    let documents: Vec<Value> = previews.iter().map(preview::document).collect();
    desk.output
        .answer(&json!(documents), || previews.iter().map(preview::told).collect::<Vec<_>>().join("\n"))
}

pub(super) async fn start(desk: &Desk, (start, when): (Start, When)) -> Result<(), Failure> {
    let started = desk.app.start(&desk.caller, start).await?;
    if !desk.output.json {
        tell(desk, &started)?;
    }
    if started.iter().any(open_remote) {
        desk.warn_if_nobody_works().await?;
    }
    let mut standings = Vec::with_capacity(started.len());
    let patience = tokio::time::sleep(Duration::from_secs(when.timeout));
    tokio::pin!(patience);
    for started in &started {
        let id = &started.offboarding.id;
        standings.push(if when.wait {
            tokio::select! {
                rested = watch::until_rest(desk, id) => rested?,
                () = &mut patience => watch::look(desk, id).await?,
            }
        } else {
            watch::look(desk, id).await?
        });
    }
    if desk.output.json {
        let documents: Vec<Value> = standings.iter().map(view::document).collect();
        desk.output.line(&json!(documents).to_string())?;
    } else if when.wait {
        watch::tell(desk, &standings)?;
    }
    verdict(&standings, when.wait)
}

/// Blocked is never done; what is still to come is a failure only for those who waited for it.
fn verdict(standings: &[Standing], waited: bool) -> Result<(), Failure> {
    let mut states = standings.iter().map(|standing| standing.detail.offboarding.state);
    let unfinished = states.any(|state| match state {
        OffboardingState::Blocked => true,
        OffboardingState::Running => waited,
        OffboardingState::Scheduled | OffboardingState::Completed | OffboardingState::Cancelled => false,
    });
    if unfinished { Err(Failure::Unfinished) } else { Ok(()) }
}

fn open_remote(started: &Started) -> bool {
    started.steps.iter().any(|step| !step.local && !step.state.is_final())
}

fn tell(desk: &Desk, started: &[Started]) -> Result<(), Failure> {
    for Started { offboarding, steps, existed, .. } in started {
        if *existed {
            let (goal, user) = (offboarding.goal, &offboarding.user_name);
            desk.output.line(&format!("{goal} of {user} is under way already"))?;
        } else {
            desk.output.line(&view::at_once(offboarding.goal, &offboarding.user_name, steps))?;
        }
        let left = steps.iter().filter(|step| !step.state.is_final()).count();
        if left > 0 {
            let id = &offboarding.id;
            desk.output.line(&format!("  {left} of {} steps to come: exeunt status {id}", steps.len()))?;
        }
    }
    Ok(())
}
