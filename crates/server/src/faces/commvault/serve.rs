//! From a request to its answer: who may ask is decided before anything else is looked at.

use std::sync::Arc;

use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::Error;

use super::answer::{self, Reply};
use super::media::Format;
use super::ops::{self, Call};
use super::path::{self, Target};
use super::query::Query;
use super::route::{Route, Shape, Unread};
use super::token;
use crate::app::{App, Caller};
use crate::faces::Exchange;

/// Whether a request is meant for this face: whether it lies under one of the four roots.
pub fn owns(exchange: &Exchange) -> bool {
    Target::parse(&exchange.target).is_some()
}

pub async fn serve(app: &Arc<App>, exchange: Exchange) -> Response {
    let Reply { status, content_type, body } = reply(app, &exchange).await;
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, [(header::CONTENT_TYPE, content_type)], body).into_response()
}

async fn reply(app: &App, exchange: &Exchange) -> Reply {
    let format = Format::of_accept(exchange.header("accept"));
    let asked = match read(exchange) {
        Ok(Some((Route::Root, _))) => return answer::probe(),
        Ok(Some((Route::Login, _))) => return ops::sign_in(app, exchange, format).await,
        Ok(Some((Route::RenewLogin, _))) => return ops::renew_login(app, exchange).await,
        Ok(Some((Route::RenewAccessToken, _))) => return ops::renew_access_token(app, exchange).await,
        Ok(Some((Route::Guarded(operation), query))) => Ok(Some((operation, query))),
        Ok(None) => Ok(None),
        Err(error) => Err(error),
    };
    // Without a good token nothing is said about the request, not even that it cannot be read.
    let unread = |error: &Error, shape: Option<Shape>| {
        shape.unwrap_or_else(|| likely_shape(exchange)).answer(format, error)
    };
    let caller = match authenticate(app, &exchange.headers).await {
        Ok(caller) => caller,
        Err(error) => return unread(&error, None),
    };
    match asked {
        Ok(Some((operation, query))) => {
            Call { app, caller, format, query, exchange }.perform(&operation).await
        }
        Ok(None) => answer::not_served(exchange.method.as_str(), exchange.path()),
        Err(Unread { error, shape }) => unread(&error, shape),
    }
}

fn read(exchange: &Exchange) -> Result<Option<(Route, Query<'_>)>, Unread> {
    let Some(target) = Target::parse(&exchange.target) else { return Ok(None) };
    let Target { segments, query } = target?;
    Ok(Route::of(&exchange.method, &segments)?.map(|route| (route, query)))
}

/// Who holds the token that a request carries.
async fn authenticate(app: &App, headers: &HeaderMap) -> Result<Caller, Error> {
    app.authenticate(token::of(headers).ok_or(Error::NoCredential)?).await
}

/// A path that cannot be cut names no endpoint, but its method tells what the client waits for.
fn likely_shape(exchange: &Exchange) -> Shape {
    match exchange.method {
        _ if path::is_v4(exchange.path()) => Shape::V4,
        Method::DELETE => Shape::DeleteUser,
        Method::PUT => Shape::UpdateUser,
        _ => Shape::ReadUser,
    }
}
