//! `POST WhoAmI`, `POST Logout` and `GET Session`: the caller's own session, and those of a user.

use domain::{Error, User, UserId};

use super::{Call, unix_s};
use crate::app::{Credential, SessionView, UserDetail, UserRef};
use crate::faces::commvault::answer::{self, Reply};
use crate::faces::commvault::{failure, query, reference};

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

/// Clients that want only what is alive say so.
pub(super) async fn list(call: &Call<'_>) -> Reply {
    const HEADER: &str = "only-active-sessions";
    let said = call.exchange.header(HEADER).unwrap_or_default();
    let listed = async { Ok((query::flag(HEADER, said.trim())?, of_user(call).await?)) };
    match listed.await {
        Ok((only_active, (user, sessions))) => {
            let shown = sessions.iter().filter(|session| session.alive || !only_active);
            answer::session_list(&shown.map(|session| view(&user, session)).collect::<Vec<_>>())
        }
        Err(error) => failure::answer(&error, answer::json_failed),
    }
}

async fn of_user(call: &Call<'_>) -> Result<(User, Vec<SessionView>), Error> {
    const FIELD: &str = "userId";
    let raw = call.query.raw(FIELD)?.filter(|raw| !raw.is_empty());
    let id = raw.map_or(Ok(None), |raw| reference::id(FIELD, raw))?;
    let user = UserRef::Id(UserId(id.ok_or_else(|| Error::invalid(FIELD, "must be given"))?));
    call.app.sessions(&call.caller, &user).await
}

fn view<'a>(user: &'a User, session: &'a SessionView) -> answer::SessionView<'a> {
    answer::SessionView {
        user_id: user.id.0,
        user_name: &user.user_name,
        device_id: session.device.as_deref().unwrap_or_default(),
        api: &session.face,
        began_s: unix_s(session.created_ms),
        last_used_s: unix_s(session.last_seen_ms),
        active: session.alive,
    }
}
