//! What became of an accepted request by the time of its answer.

use domain::step::Progress;
use domain::{Action, Error, OffboardingId, Step, StepState};

use super::Call;
use crate::app::{Report, Start, Started, WaitFor, reports};

pub(super) struct Accepted {
    /// Who inherits, by name.
    pub(super) heir: Option<String>,
    pub(super) here: Here,
    /// What other platforms have still to do, as a sentence; empty where they have nothing to do.
    pub(super) owed_elsewhere: String,
    steps: Vec<Step>,
}

/// How far it is in Exeunt's own directory, which is what this face shows to its clients.
pub(super) enum Here {
    Done,
    /// Too large for the time that a call may take; the engine goes on.
    UnderWay,
    /// A person must decide; the text says why.
    Failed(String),
}

impl Accepted {
    /// How many rows of our own the steps of this action have changed, and of how many.
    pub(super) fn progress(&self, action: Action) -> Progress {
        progress(&self.steps, action)
    }
}

/// Starts for one user and waits, bounded, until our own directory is done.
pub(super) async fn accept(call: &Call<'_>, start: Start) -> Result<Accepted, Error> {
    let Some(landed) = land(call, start).await?.pop() else {
        return Err(Error::internal(&"one user was asked for and none was started"));
    };
    let owed_elsewhere = owed_elsewhere(&landed);
    let Started { steps, heir, .. } = landed;
    Ok(Accepted { heir, here: here(&steps), owed_elsewhere, steps })
}

/// Starts for any number of users and waits, bounded for all together, until our own directory is done.
pub(super) async fn land(call: &Call<'_>, start: Start) -> Result<Vec<Started>, Error> {
    let mut started = call.app.start(&call.caller, start).await?;
    let under_way: Vec<&mut Started> =
        started.iter_mut().filter(|started| matches!(here(&started.steps), Here::UnderWay)).collect();
    let ids: Vec<OffboardingId> = under_way.iter().map(|started| started.offboarding.id.clone()).collect();
    let rested = call.app.wait_for_all(&call.caller, &ids, WaitFor::Local).await?;
    for (started, (offboarding, steps)) in under_way.into_iter().zip(rested) {
        (started.offboarding, started.steps) = (offboarding, steps);
    }
    Ok(started)
}

pub(super) fn progress(steps: &[Step], action: Action) -> Progress {
    let own = steps.iter().find(|step| step.local && step.action == action);
    own.map(|step| step.progress).unwrap_or_default()
}

pub(super) fn here(steps: &[Step]) -> Here {
    let own = || steps.iter().filter(|step| step.local);
    if let Some(failed) = own().find(|step| step.state == StepState::Failed) {
        return Here::Failed(failed.note.clone().unwrap_or_default());
    }
    if own().all(|step| step.state.is_final()) { Here::Done } else { Here::UnderWay }
}

/// Reads nothing: what is accepted is committed, and a read that failed would deny it.
pub(super) fn owed_elsewhere(started: &Started) -> String {
    let (mut under_way, mut failed) = (Vec::new(), Vec::new());
    let lines = reports(&started.offboarding, &started.steps, &started.platforms);
    for line in lines.into_iter().filter(|line| !line.local) {
        match line.report {
            Report::Done => {}
            Report::Pending(_) => under_way.push(line.platform),
            Report::Failed(why) => failed.push(format!("A person must decide on {}: {why}.", line.platform)),
        }
    }
    let under_way = (!under_way.is_empty()).then(|| format!("Still under way on {}.", under_way.join(", ")));
    under_way.into_iter().chain(failed).collect::<Vec<_>>().join(" ")
}
