//! `GET V4/UserGroup` and `GET V4/UserGroup/{id}`: reading groups.

use domain::{Error, GroupId};

use crate::app::{GroupDetail, GroupRef, MAX_MEMBERS, MAX_PAGE};
use crate::faces::commvault::answer::{self, Reply};
use crate::faces::commvault::ops::groups::view_in_detail;
use crate::faces::commvault::ops::{Call, all, server};

pub(in crate::faces::commvault::ops) async fn list(call: &Call<'_>) -> Reply {
    match listed(call).await {
        Ok((host_name, found)) => {
            let groups: Vec<_> = found.iter().map(view_in_detail).collect();
            answer::v4_groups(&host_name, &groups)
        }
        Err(error) => call.failed_v4(&error).await,
    }
}

pub(in crate::faces::commvault::ops) async fn get(call: &Call<'_>, group: &GroupRef) -> Reply {
    let found =
        async { Ok((server::host_name(call).await?, call.app.group_detail(&call.caller, group).await?)) };
    match found.await {
        Ok((host_name, detail)) => answer::v4_group(&host_name, &view_in_detail(&detail)),
        Err(error) => call.failed_v4(&error).await,
    }
}

async fn listed(call: &Call<'_>) -> Result<(String, Vec<GroupDetail>), Error> {
    let page = |after| call.app.groups_with_members(&call.caller, GroupId(after), MAX_PAGE);
    let found = all("user groups of one list", page, |last: &GroupDetail| last.group.id.0).await?;
    if found.iter().map(|detail| detail.members.len()).sum::<usize>() > MAX_MEMBERS {
        return Err(Error::TooMany { what: "members of the groups of one list", limit: MAX_MEMBERS });
    }
    Ok((server::host_name(call).await?, found))
}
