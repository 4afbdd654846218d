//! `POST WhoAmI` and `POST Logout`: the caller's own session.

use domain::Error;

use super::Call;
use crate::app::{Credential, UserDetail, UserRef};
use crate::faces::commvault::answer::{self, Reply};
use crate::faces::commvault::failure;

pub(super) async fn who_am_i(call: &Call<'_>) -> Reply {
    let found = match call.caller.user {
        Some(id) => call.find(&UserRef::Id(id)).await,
        None => Err(Error::internal(&"a token without a user")),
    };
    match found {
        Ok(UserDetail { user, .. }) => answer::who_am_i(call.format, user.id.0, &user.user_name),
        Err(error) => failure::answer(&error, |code, text| answer::user_read_failed(call.format, code, text)),
    }
}

/// A named API token has no session to end, and is good: refusing it would send clients into renewals.
pub(super) async fn logout(call: &Call<'_>) -> Reply {
    if matches!(call.caller.credential, Credential::Token { .. }) {
        return answer::signed_out();
    }
    match call.app.sign_out(&call.caller).await {
        Ok(()) => answer::signed_out(),
        Err(error) => failure::answer(&error, |code, text| answer::user_read_failed(call.format, code, text)),
    }
}
