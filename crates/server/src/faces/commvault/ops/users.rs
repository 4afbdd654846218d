//! `GET User` and `GET User/{id}`: reading users.

use domain::{Error, UserId, UserState};

use super::security::associations;
use super::{Call, all, unix_s};
use crate::app::{Lock, MAX_PAGE, UserDetail, UserRef};
use crate::faces::commvault::answer::{self, GroupOfUser, LockOfUser, Reply, UserView};
use crate::faces::commvault::failure;
use crate::faces::commvault::level::Level;

/// The kind of asset that this API counts by itself.
const LAPTOP: &str = "laptop";

pub(super) async fn list(call: &Call<'_>) -> Reply {
    let level = Level::from_query(&call.query, Level::Basic);
    let found = match call.query.name_filter() {
        Ok(Some(name)) => by_name(call, name).await,
        Ok(None) => everybody(call).await,
        Err(error) => Err(error),
    };
    answered(call, level, found)
}

/// One user is shown whole unless the client asks for less.
pub(super) async fn get(call: &Call<'_>, user: &UserRef) -> Reply {
    let level = Level::from_query(&call.query, Level::Managers);
    let found = call.find(user).await.map(|detail| vec![detail]);
    answered(call, level, found)
}

fn answered(call: &Call<'_>, level: Level, found: Result<Vec<UserDetail>, Error>) -> Reply {
    match found {
        Ok(details) => {
            let users: Vec<_> = details.iter().map(view).collect();
            answer::user_list(call.format, level, &users)
        }
        Err(error) => failure::answer(&error, |code, text| answer::user_read_failed(call.format, code, text)),
    }
}

/// A name that nobody has is an empty list here.
async fn by_name(call: &Call<'_>, name: String) -> Result<Vec<UserDetail>, Error> {
    match call.find(&UserRef::Name(name)).await {
        Ok(detail) => Ok(vec![detail]),
        Err(Error::NotFound { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

pub(super) async fn everybody(call: &Call<'_>) -> Result<Vec<UserDetail>, Error> {
    let page = |after| call.app.users(&call.caller, UserId(after), MAX_PAGE);
    all("users of one list", page, |last: &UserDetail| last.user.id.0).await
}

/// How many laptops the user owns; they are assets like others.
pub(super) fn laptops(detail: &UserDetail) -> i64 {
    let laptops = detail.holdings.only(|kind| kind.as_str() == LAPTOP);
    i64::try_from(laptops.total()).unwrap_or(i64::MAX)
}

pub(super) fn view(detail: &UserDetail) -> UserView<'_> {
    let user = &detail.user;
    let groups = detail.groups.iter().map(|group| GroupOfUser { id: group.id.0, name: &group.name });
    UserView {
        id: user.id.0,
        name: &user.user_name,
        guid: &user.guid,
        email: &user.email,
        upn: &user.email,
        full_name: &user.full_name,
        description: &user.description,
        enabled: user.state == UserState::Active,
        last_sign_in_s: user.last_sign_in_ms.map_or(0, unix_s),
        laptops: laptops(detail),
        lock: detail.lock.map(lock),
        groups: groups.collect(),
        associations: associations(&detail.roles),
    }
}

/// Until the whole second in which it is open again.
fn lock(lock: Lock) -> LockOfUser {
    LockOfUser { since_s: unix_s(lock.since_ms), until_s: unix_s(lock.until_ms + 999) }
}
