//! The AppViewX face: the vendor's account API, spoken to the vendor's own clients.
//!
//! Owns that wire: paths, queries, credentials, envelopes and codes. Its types never leave this module, and
//! nothing here decides anything about a user: that is `app`.

mod client_token;
mod credential;
mod envelope;
mod failure;
mod groups;
mod login;
mod payload;
mod program;
mod query;
mod removal;
mod route;
mod search;
mod users;

use std::sync::Arc;

use axum::response::{IntoResponse, Response};

use super::Exchange;
use crate::app::App;
use failure::Failure;
use route::Call;
pub use route::endpoints;

/// For the log and the session list.
const FACE: &str = "appviewx";

/// Whether a request is meant for this face: with the prefix always, without it only for a known endpoint.
pub fn owns(exchange: &Exchange) -> bool {
    route::is_ours(exchange.path())
}

pub async fn serve(app: &Arc<App>, exchange: Exchange) -> Response {
    let call = match route::find(&exchange.method, exchange.path()) {
        Ok(call) => call,
        Err(failure) => return failure.into_response(),
    };
    let answer = match query::check(exchange.query()) {
        Ok(()) => answer(app, &exchange, call).await,
        Err(failure) => Err(failure),
    };
    match answer {
        Ok(answer) => answer,
        Err(failure) if call == Call::Login => login::failed(failure),
        Err(failure) => failure.into_response(),
    }
}

async fn answer(app: &App, exchange: &Exchange, call: Call) -> Result<Response, Failure> {
    match call {
        Call::Login => login::login(app, exchange).await,
        Call::Logout => login::logout(app, exchange).await,
        Call::RemoveUser => removal::remove(app, exchange).await,
        Call::SearchUsers => search::search(app, exchange).await,
        Call::AddUser => users::add(app, exchange).await,
        Call::UpdateGroupsOfUser => users::update_groups(app, exchange).await,
        Call::UpdateGroupsOfProgram => users::update_groups_of_program(app, exchange).await,
        Call::AddGroup => groups::add(app, exchange).await,
        Call::RemoveGroup => groups::remove(app, exchange).await,
        Call::AddServiceAccount => program::add(app, exchange).await,
        Call::GetServiceToken => client_token::issue(app, exchange).await,
    }
}
