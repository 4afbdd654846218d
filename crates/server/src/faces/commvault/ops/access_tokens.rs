//! Access tokens: made with a session or an API token, renewed with nothing but themselves.

use domain::Error;

use super::{Call, body};
use crate::app::{App, NewAccessToken};
use crate::faces::Exchange;
use crate::faces::commvault::access_token::{self, pair};
use crate::faces::commvault::answer::{self, Code, Reply};
use crate::faces::commvault::failure;

const BAD_PAIR: &str = "The access token or the refresh token is unknown, too old, or was renewed before";

/// A client takes any 200 without a token for a token: failures are told by their status, as on v4.
pub(super) async fn create_api_token(call: &Call<'_>) -> Reply {
    let made = match body(call.exchange).and_then(|body| access_token::api_token(&body)) {
        Ok(new) => call.app.create_access_token(&call.caller, new).await,
        Err(error) => Err(error),
    };
    made.map_or_else(|error| failure::answer_v4(&error, None), |made| answer::api_token(&made))
}

pub(super) async fn create(call: &Call<'_>) -> Reply {
    let made = match requested(call) {
        Ok(new) => call.app.create_access_token(&call.caller, new).await,
        Err(error) => Err(error),
    };
    made.map_or_else(|error| failure::answer_v4(&error, None), |made| answer::access_token(&made))
}

/// Nobody makes one for somebody else.
fn requested(call: &Call<'_>) -> Result<NewAccessToken, Error> {
    let (new, user) = access_token::access_token(&body(call.exchange)?)?;
    let own = call.caller.user.map(|user| user.0);
    if user.is_some_and(|user| user != 0 && Some(user) != own) { Err(Error::Forbidden) } else { Ok(new) }
}

pub(super) async fn delete(call: &Call<'_>, id: i64) -> Reply {
    match call.app.revoke_token(&call.caller, id).await {
        Ok(()) => answer::v4_done(),
        Err(error) => failure::answer_v4(&error, None),
    }
}

/// Whatever else the request carries is not looked at: an access token that has expired is what is to be renewed.
/// A bad pair is not 401, at which clients would renew.
pub(in crate::faces::commvault) async fn renew(app: &App, exchange: &Exchange) -> Reply {
    let renewed = match body(exchange) {
        Ok(body) => match pair(&body) {
            Ok((access, refresh)) => app.renew_access_token(access, refresh).await,
            Err(error) => Err(error),
        },
        Err(error) => Err(error),
    };
    match renewed {
        Ok(made) => answer::renewed(&made),
        Err(Error::BadCredential) => answer::v4_failed(403, Code::Denied, BAD_PAIR),
        Err(error) => failure::answer_v4(&error, None),
    }
}
