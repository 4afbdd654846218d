//! `acctmgmt-remove-user`: many users, all or none.

use std::collections::HashSet;

use axum::http::StatusCode;
use axum::response::Response;
use domain::{Error, Goal, Step, StepState};
use futures_util::future::try_join_all;
use serde::Serialize;

use super::credential;
use super::envelope::{Envelope, Tags};
use super::failure::Failure;
use super::payload::{Payload, missing};
use crate::app::{App, Caller, HeirRef, Start, Started, UserRef, WaitFor};
use crate::faces::Exchange;

const FIELD: &str = "userNames";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Removal {
    result: &'static str,
    is_operation_success: bool,
}

pub(super) async fn remove(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    let caller = credential::caller(app, exchange).await?;
    let users = user_names(&Payload::read(exchange)?)?.into_iter().map(UserRef::ExactName).collect();
    // What a user owned stays with the tombstone (contract section 6).
    let start = Start { heir: HeirRef::Orphan, ..Start::new(Goal::Remove, users) };
    let started = app.start(&caller, start).await?;
    let unfinished = unfinished(app, &caller, started).await?;
    if unfinished.is_empty() {
        let removed = Removal { result: "Success", is_operation_success: true };
        return Ok(Envelope::of(removed).with(StatusCode::OK));
    }
    Ok(begun(unfinished))
}

/// Cut off at once, but with more to hand over than fits one transaction: the engine goes on, and a success
/// that is not there yet is not claimed.
fn begun(user_names: Vec<String>) -> Response {
    let begun = Removal { result: "In Progress", is_operation_success: false };
    let mut envelope = Envelope::of(begun);
    envelope.message = Some("Access has ended; the removal is not finished.".to_owned());
    envelope.tags = Some(Tags { user_names });
    envelope.with(StatusCode::ACCEPTED)
}

/// Waits, bounded, where the local part was too large for one transaction. Answers who is not removed then.
async fn unfinished(app: &App, caller: &Caller, started: Vec<Started>) -> Result<Vec<String>, Error> {
    let open = started.into_iter().filter(|started| !removed_here(&started.steps));
    let waits = open.map(|started| async move {
        let id = &started.offboarding.id;
        let (offboarding, steps) = app.wait(caller, id, WaitFor::Local).await?;
        Ok::<_, Error>((!removed_here(&steps)).then_some(offboarding.user_name))
    });
    Ok(try_join_all(waits).await?.into_iter().flatten().collect())
}

fn removed_here(steps: &[Step]) -> bool {
    steps.iter().filter(|step| step.local).all(|step| step.state == StepState::Done)
}

/// The names, each once, in the order sent.
fn user_names(payload: &Payload) -> Result<Vec<String>, Failure> {
    let sent = payload.names(FIELD).and_then(Result::ok).filter(|names| !names.is_empty());
    let sent = sent.ok_or_else(|| missing(FIELD))?;
    let mut seen = HashSet::new();
    Ok(sent.into_iter().filter(|name| seen.insert(*name)).map(str::to_owned).collect())
}
