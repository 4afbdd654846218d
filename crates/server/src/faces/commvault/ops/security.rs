//! `GET User/{id}/Security` and `GET UserGroup/{id}/Security`: who has which role on what.

use domain::{Asset, Error};

use super::Call;
use crate::app::{GroupRef, UserRef};
use crate::faces::commvault::answer::{self, Association, Reply};
use crate::faces::commvault::failure;

pub(super) async fn of_user(call: &Call<'_>, user: &UserRef) -> Reply {
    answered(call, call.find(user).await.map(|detail| detail.roles))
}

pub(super) async fn of_group(call: &Call<'_>, group: &GroupRef) -> Reply {
    answered(call, call.app.group_detail(&call.caller, group).await.map(|detail| detail.roles))
}

fn answered(call: &Call<'_>, roles: Result<Vec<Asset>, Error>) -> Reply {
    match roles {
        Ok(roles) => answer::associations(call.format, &associations(&roles)),
        Err(error) => {
            failure::answer(&error, |code, text| answer::associations_read_failed(call.format, code, text))
        }
    }
}

/// Roles have names here, not numbers.
pub(super) fn associations(roles: &[Asset]) -> Vec<Association<'_>> {
    let named = roles.iter().filter_map(|asset| Some((asset, asset.owner_role.as_deref()?)));
    named
        .map(|(asset, role_name)| Association {
            client_id: asset.id.0,
            client_name: &asset.name,
            role_id: 0,
            role_name,
        })
        .collect()
}
