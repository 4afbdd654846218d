//! `acctmgmt-remove-user`: many users, all or none.

use std::collections::HashSet;

use axum::http::StatusCode;
use axum::response::Response;
use domain::{Error, Goal, Step, StepState};
use futures_util::future::try_join_all;
use serde::Serialize;
use serde_json::Value;

use super::credential;
use super::envelope::{Envelope, Tags};
use super::failure::{ACCOUNT_FIELD_MISSING, Failure, UNPARSABLE};
use crate::app::{App, Caller, HeirRef, Start, Started, UserRef, WaitFor};
use crate::faces::{Exchange, json};

const FIELD: &str = "userNames";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Removal {
    result: &'static str,
    is_operation_success: bool,
}

pub(super) async fn remove(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    let caller = credential::caller(app, exchange).await?;
    let users = user_names(exchange.body()?)?.into_iter().map(UserRef::ExactName).collect();
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

/// The names of `{"payload":{"userNames":[…]}}`, each once, in the order sent.
fn user_names(body: &[u8]) -> Result<Vec<String>, Failure> {
    let missing = || Failure::missing_field(StatusCode::BAD_REQUEST, ACCOUNT_FIELD_MISSING, FIELD);
    if body.trim_ascii().is_empty() {
        return Err(missing());
    }
    let unparsable = |error: Error| Failure::new(StatusCode::BAD_REQUEST, Some(UNPARSABLE), error.outside());
    let body = json::parse(body).map_err(unparsable)?;
    let sent = body.pointer("/payload/userNames").and_then(Value::as_array).ok_or_else(missing)?;
    let mut seen = HashSet::new();
    let mut names = Vec::new();
    for name in sent {
        let name = name.as_str().filter(|name| !name.is_empty()).ok_or_else(missing)?;
        if seen.insert(name) {
            names.push(name.to_owned());
        }
    }
    if names.is_empty() { Err(missing()) } else { Ok(names) }
}
