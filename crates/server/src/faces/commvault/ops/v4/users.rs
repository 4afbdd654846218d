//! `GET V4/user` and `GET V4/user/{id}`: reading users.

use domain::{Error, GroupId, UserId};

use crate::app::{GroupRef, MAX_PAGE, Seat, UserDetail, UserRef};
use crate::faces::commvault::answer::{self, Reply};
use crate::faces::commvault::ops::users::{everybody, laptops, view};
use crate::faces::commvault::ops::{Call, all, server};
use crate::faces::commvault::reference;

/// The vendor's name for the group whose members are wanted, and that of a newer client.
const GROUP: [&str; 2] = ["userGroupId", "groupContext"];

/// Always the whole list: sorting, searching and paging are not served, and a client that sends them reads on.
pub(in crate::faces::commvault::ops) async fn list(call: &Call<'_>) -> Reply {
    match listed(call).await {
        Ok((host_name, found)) => {
            let users: Vec<_> = found.iter().map(view).collect();
            answer::v4_users(&host_name, &users)
        }
        Err(error) => call.failed_v4(&error).await,
    }
}

pub(in crate::faces::commvault::ops) async fn get(call: &Call<'_>, user: &UserRef) -> Reply {
    match call.find(user).await {
        Ok(detail) => answer::v4_user(&view(&detail)),
        Err(error) => call.failed_v4(&error).await,
    }
}

async fn listed(call: &Call<'_>) -> Result<(String, Vec<UserDetail>), Error> {
    let mut found = match group(call)? {
        Some(group) => members(call, group).await?,
        None => everybody(call).await?,
    };
    if wants_laptop_users(call)? {
        found.retain(|detail| laptops(detail) > 0);
    }
    Ok((server::host_name(call).await?, found))
}

fn group(call: &Call<'_>) -> Result<Option<GroupId>, Error> {
    for name in GROUP {
        let raw = call.query.raw(name)?.filter(|raw| !raw.is_empty());
        if let Some(id) = raw.map(|raw| reference::id(name, raw)).transpose()?.flatten() {
            return Ok(Some(GroupId(id)));
        }
    }
    Ok(None)
}

async fn members(call: &Call<'_>, group: GroupId) -> Result<Vec<UserDetail>, Error> {
    let group = GroupRef::Id(group);
    let page = |after| call.app.seats(&call.caller, &group, Seat::Member, UserId(after), MAX_PAGE);
    all("users of one list", page, |last: &UserDetail| last.user.id.0).await
}

/// By the vendor's rule the parameter counts only beside the header `mode: EdgeMode`.
fn wants_laptop_users(call: &Call<'_>) -> Result<bool, Error> {
    let edge_mode = call.exchange.header("mode").is_some_and(|mode| mode.eq_ignore_ascii_case("EdgeMode"));
    Ok(call.query.flag("laptopUsers")? && edge_mode)
}
