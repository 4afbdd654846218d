//! `deactivate`, `activate` and `delete`: one user, every platform, at once or queued.

use domain::{Error, Goal};

use super::answer::{Answer, Entry};
use super::failure::Failure;
use super::headers::Mode;
use super::{Request, notice, platforms};
use crate::app::{App, Caller, HeirRef, Start, Started, UserRef, WaitFor};

pub(super) async fn deactivate(request: &Request<'_>) -> Result<Answer, Failure> {
    let mode = Mode::of(request.exchange)?;
    let message = notice::read(request.exchange)?;
    begin(request, mode, Start { message, ..of(request, Goal::Deactivate) }).await
}

/// A body is ignored (contract section 3.3).
pub(super) async fn activate(request: &Request<'_>) -> Result<Answer, Failure> {
    begin(request, Mode::of(request.exchange)?, of(request, Goal::Restore)).await
}

/// There is no transfer in this API: what the user owns stays with the tombstone (contract section 6).
pub(super) async fn delete(request: &Request<'_>) -> Result<Answer, Failure> {
    let start = Start { heir: HeirRef::Orphan, ..of(request, Goal::Remove) };
    begin(request, Mode::of(request.exchange)?, start).await
}

fn of(request: &Request<'_>, goal: Goal) -> Start {
    Start::new(goal, vec![UserRef::AnyId(request.name.clone())])
}

async fn begin(request: &Request<'_>, mode: Mode, start: Start) -> Result<Answer, Failure> {
    let started = request.app.start(&request.caller, start).await?.pop();
    let started = started.ok_or_else(|| Error::internal(&"one user was asked for and none was started"))?;
    outcome(request.app, &request.caller, mode, started).await.map(Answer::of_platforms)
}

/// How each platform stands once it was waited for as long as the mode says. What is local is waited for in
/// either: a leaver with very much to leave behind is gone a moment after the acceptance.
pub(super) async fn outcome(
    app: &App,
    caller: &Caller,
    mode: Mode,
    started: Started,
) -> Result<Vec<(String, Entry)>, Failure> {
    let Started { mut offboarding, mut steps, platforms: declared, .. } = started;
    let wait_for = match mode {
        Mode::Synchronous => Some(WaitFor::Everything),
        Mode::Asynchronous => {
            let open = steps.iter().any(|step| step.local && !step.state.is_final());
            open.then_some(WaitFor::Local)
        }
    };
    if let Some(wait_for) = wait_for {
        (offboarding, steps) = app.wait(caller, &offboarding.id, wait_for).await?;
    }
    Ok(platforms::entries(mode, &offboarding, &steps, &declared))
}
