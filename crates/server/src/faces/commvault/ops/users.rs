//! `GET User` and `GET User/{id}`: reading users.

use domain::{Error, UserId, UserState};

use super::{Call, MAX_LISTED};
use crate::app::{MAX_PAGE, UserDetail, UserRef};
use crate::faces::commvault::answer::{self, Association, GroupOfUser, Reply, UserView};
use crate::faces::commvault::failure;
use crate::faces::commvault::level::Level;

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

async fn everybody(call: &Call<'_>) -> Result<Vec<UserDetail>, Error> {
    let mut all = Vec::new();
    let mut after = UserId(0);
    loop {
        let page = call.app.users(&call.caller, after, MAX_PAGE).await?;
        after = page.rows.last().map_or(after, |last| last.user.id);
        all.extend(page.rows);
        if !page.more {
            return Ok(all);
        }
        if all.len() >= MAX_LISTED {
            return Err(Error::TooMany { what: "users of one list", limit: MAX_LISTED });
        }
    }
}

fn view(detail: &UserDetail) -> UserView<'_> {
    let user = &detail.user;
    let groups = detail.groups.iter().map(|group| GroupOfUser { id: group.id.0, name: &group.name });
    let associations = detail.roles.iter().filter_map(|asset| {
        let role_name = asset.owner_role.as_deref()?;
        // Roles have names here, not numbers.
        Some(Association { client_id: asset.id.0, client_name: &asset.name, role_id: 0, role_name })
    });
    UserView {
        id: user.id.0,
        name: &user.user_name,
        guid: &user.guid,
        email: &user.email,
        upn: &user.email,
        full_name: &user.full_name,
        description: &user.description,
        enabled: user.state == UserState::Active,
        last_sign_in_s: user.last_sign_in_ms.map_or(0, |at_ms| at_ms / 1000),
        groups: groups.collect(),
        associations: associations.collect(),
    }
}
