//! `user-search`: users by the beginning of their login names, a page at a time.

use axum::http::StatusCode;
use axum::response::Response;
use domain::{Error, UserState};
use serde::Serialize;

use super::credential;
use super::envelope::Envelope;
use super::failure::Failure;
use super::payload::Payload;
use crate::app::{App, FoundUser, MAX_PAGE, MAX_SEARCHED, UserSearch};
use crate::faces::Exchange;

/// Rows of a page where the client does not say.
const USUAL_SIZE: usize = 100;
/// The one column that is kept in order.
const COLUMN: &str = "loginName";

/// The contract's own shape: the vendor publishes none for this release.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    objects: Vec<Row>,
    total_records: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    login_name: String,
    email: String,
    is_external_auth: &'static str,
    status: &'static str,
    user_groups: Vec<String>,
}

pub(super) async fn search(app: &App, exchange: &Exchange) -> Result<Response, Failure> {
    let caller = credential::caller(app, exchange).await?;
    let asked = asked(&Payload::read(exchange)?)?;
    let found = app.search_users(&caller, asked).await?;
    if found.total == 0 {
        return Err(Failure::nothing_found());
    }
    let objects = found.rows.into_iter().map(row).collect();
    let mut envelope = Envelope::of(Found { objects, total_records: found.total });
    envelope.message = Some("Matching results found for the given input.".to_owned());
    Ok(envelope.with(StatusCode::OK))
}

fn asked(payload: &Payload) -> Result<UserSearch, Failure> {
    let prefix = payload.mandatory("filterValue")?.to_owned();
    let limit = payload.number("maxSize")?.unwrap_or(USUAL_SIZE);
    if limit == 0 || limit > MAX_PAGE {
        return Err(Error::invalid("maxSize", format!("must be 1 to {MAX_PAGE}")).into());
    }
    // The vendor counts from 1; whoever counts from 0 means the first one too.
    let offset = payload.number("startIndex")?.unwrap_or(1).saturating_sub(1);
    if offset > MAX_SEARCHED {
        return Err(Error::invalid("startIndex", format!("must not exceed {}", MAX_SEARCHED + 1)).into());
    }
    if payload.text("sortColumn")?.is_some_and(|column| !column.eq_ignore_ascii_case(COLUMN)) {
        return Err(Error::invalid("sortColumn", format!("must be {COLUMN}")).into());
    }
    let descending = match payload.text("sortOrder")? {
        None => false,
        Some(order) if order.eq_ignore_ascii_case("asc") => false,
        Some(order) if order.eq_ignore_ascii_case("desc") => true,
        Some(_) => return Err(Error::invalid("sortOrder", "must be asc or desc").into()),
    };
    Ok(UserSearch { prefix, descending, offset, limit })
}

fn row(found: FoundUser) -> Row {
    Row {
        login_name: found.user.user_name,
        email: found.user.email,
        // Whose password is not here signs in elsewhere.
        is_external_auth: if found.has_password { "N" } else { "Y" },
        status: if found.user.state == UserState::Active { "Active" } else { "Inactive" },
        user_groups: found.groups.into_iter().map(|group| group.name).collect(),
    }
}
