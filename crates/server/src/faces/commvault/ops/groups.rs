//! `GET UserGroup` and `GET UserGroup/{id}`: reading groups.

use domain::{Error, Group, GroupId};

use super::{Call, MAX_LISTED};
use crate::app::{GroupRef, MAX_PAGE};
use crate::faces::commvault::answer::{self, GroupView, Reply};
use crate::faces::commvault::failure;

/// Groups hold little, so every level is answered whole; the built-in ones are always among them.
pub(super) async fn list(call: &Call<'_>) -> Reply {
    let found = match call.query.name_filter() {
        Ok(Some(name)) => by_name(call, name).await,
        Ok(None) => all(call).await,
        Err(error) => Err(error),
    };
    answered(call, found)
}

pub(super) async fn get(call: &Call<'_>, group: &GroupRef) -> Reply {
    let found = call.app.group(&call.caller, group).await.map(|group| vec![group]);
    answered(call, found)
}

fn answered(call: &Call<'_>, found: Result<Vec<Group>, Error>) -> Reply {
    match found {
        Ok(groups) => {
            let groups: Vec<_> = groups.iter().map(view).collect();
            answer::group_list(call.format, &groups)
        }
        Err(error) => {
            failure::answer(&error, |code, text| answer::group_read_failed(call.format, code, text))
        }
    }
}

/// A name that no group has is an empty list here.
async fn by_name(call: &Call<'_>, name: String) -> Result<Vec<Group>, Error> {
    match call.app.group(&call.caller, &GroupRef::Name(name)).await {
        Ok(group) => Ok(vec![group]),
        Err(Error::NotFound { .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

async fn all(call: &Call<'_>) -> Result<Vec<Group>, Error> {
    let mut all = Vec::new();
    let mut after = GroupId(0);
    loop {
        let page = call.app.groups(&call.caller, after, MAX_PAGE).await?;
        after = page.rows.last().map_or(after, |last| last.id);
        all.extend(page.rows);
        if !page.more {
            return Ok(all);
        }
        if all.len() >= MAX_LISTED {
            return Err(Error::TooMany { what: "user groups of one list", limit: MAX_LISTED });
        }
    }
}

fn view(group: &Group) -> GroupView<'_> {
    GroupView { id: group.id.0, name: &group.name, description: &group.description, associations: Vec::new() }
}
