//! `GET UsersAndGroups`: all that may own something.

use domain::{Error, Group};

use super::users::view;
use super::{Call, groups, users};
use crate::app::UserDetail;
use crate::faces::commvault::answer::{self, Reply};
use crate::faces::commvault::failure;

pub(super) async fn list(call: &Call<'_>) -> Reply {
    match everyone(call).await {
        Ok((users, groups)) => {
            let users: Vec<_> = users.iter().map(view).collect();
            let groups: Vec<_> = groups.iter().map(groups::view).collect();
            answer::users_and_groups(&users, &groups)
        }
        Err(error) => failure::answer(&error, answer::json_failed),
    }
}

async fn everyone(call: &Call<'_>) -> Result<(Vec<UserDetail>, Vec<Group>), Error> {
    Ok((users::everybody(call).await?, groups::all_groups(call).await?))
}
