//! `GET UserGroup` and `GET UserGroup/{id}`: reading groups.

use domain::{Error, Group, GroupId};

use super::security::associations;
use super::{Call, all};
use crate::app::{GroupDetail, GroupRef, MAX_PAGE};
use crate::faces::commvault::answer::{self, GroupView, MemberOfGroup, Reply};
use crate::faces::commvault::failure;

/// Groups hold little, so every level is answered whole; the built-in ones are always among them.
pub(super) async fn list(call: &Call<'_>) -> Reply {
    let found = match call.query.name_filter() {
        Ok(Some(name)) => by_name(call, name).await,
        Ok(None) => all_groups(call).await,
        Err(error) => Err(error),
    };
    answered(call, found.as_ref().map(|groups| groups.iter().map(view).collect()).map_err(Error::clone))
}

pub(super) async fn get(call: &Call<'_>, group: &GroupRef) -> Reply {
    let found = call.app.group_detail(&call.caller, group).await;
    answered(call, found.as_ref().map(|detail| vec![view_in_detail(detail)]).map_err(Error::clone))
}

fn answered(call: &Call<'_>, found: Result<Vec<GroupView<'_>>, Error>) -> Reply {
    match found {
        Ok(groups) => answer::group_list(call.format, &groups),
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

pub(super) async fn all_groups(call: &Call<'_>) -> Result<Vec<Group>, Error> {
    let page = |after| call.app.groups(&call.caller, GroupId(after), MAX_PAGE);
    all("user groups of one list", page, |last: &Group| last.id.0).await
}

/// A group of a list: without what belongs to it.
pub(super) fn view(group: &Group) -> GroupView<'_> {
    GroupView {
        id: group.id.0,
        name: &group.name,
        guid: &group.guid,
        description: &group.description,
        members: Vec::new(),
        associations: Vec::new(),
    }
}

pub(super) fn view_in_detail(detail: &GroupDetail) -> GroupView<'_> {
    let members = detail.members.iter().map(|(id, name)| MemberOfGroup { id: id.0, name });
    GroupView { members: members.collect(), associations: associations(&detail.roles), ..view(&detail.group) }
}
