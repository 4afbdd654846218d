//! `deactivate` and `activate`: one user, every platform, at once or queued.

use domain::{Error, Goal};

use super::answer::Answer;
use super::failure::Failure;
use super::headers::Mode;
use super::{notice, platforms};
use crate::app::{App, Caller, Start, Started, UserRef, WaitFor};
use crate::faces::Exchange;

pub(super) async fn deactivate(
    app: &App,
    caller: &Caller,
    exchange: &Exchange,
    user: String,
) -> Result<Answer, Failure> {
    let mode = Mode::of(exchange)?;
    let message = notice::read(exchange)?;
    let start = Start { message, ..Start::new(Goal::Deactivate, vec![UserRef::AnyId(user)]) };
    begin(app, caller, mode, start).await
}

/// A body is ignored (contract section 3.3).
pub(super) async fn activate(
    app: &App,
    caller: &Caller,
    exchange: &Exchange,
    user: String,
) -> Result<Answer, Failure> {
    let mode = Mode::of(exchange)?;
    begin(app, caller, mode, Start::new(Goal::Restore, vec![UserRef::AnyId(user)])).await
}

async fn begin(app: &App, caller: &Caller, mode: Mode, start: Start) -> Result<Answer, Failure> {
    let started = app.start(caller, start).await?.pop();
    let Started { mut offboarding, mut steps, platforms: declared, .. } =
        started.ok_or_else(|| Error::internal(&"one user was asked for and none was started"))?;
    if mode == Mode::Synchronous {
        (offboarding, steps) = app.wait(caller, &offboarding.id, WaitFor::Everything).await?;
    }
    Ok(Answer::of_platforms(platforms::entries(mode, &offboarding, &steps, &declared)))
}
