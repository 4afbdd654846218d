//! `POST User/{id}` and `PUT V4/user/{id}`: changes of one user, a disabling or enabling among them. May be repeated.

use domain::{Error, User};

use super::accepted::owed_elsewhere;
use super::{Call, body, entity};
use crate::app::{Changed, UserChange, UserRef};
use crate::faces::commvault::answer::{self, Reply};
use crate::faces::commvault::body::Node;
use crate::faces::commvault::edit::{self, Edit};
use crate::faces::commvault::failure;

pub(super) async fn update(call: &Call<'_>, asked: &UserRef) -> Reply {
    let refused = |user: Option<&User>, error: &Error| {
        failure::answer(error, |code, text| answer::not_updated(call.format, user.map(entity), code, text))
    };
    let user = match call.find(asked).await {
        Ok(detail) => detail.user,
        Err(error) => return refused(None, &error),
    };
    match change(call, &user, edit::update).await {
        Ok((changed, owed_elsewhere)) => answer::updated(call.format, entity(&changed), &owed_elsewhere),
        Err(error) => refused(Some(&user), &error),
    }
}

pub(super) async fn update_v4(call: &Call<'_>, asked: &UserRef) -> Reply {
    let changed = match call.find(asked).await {
        Ok(detail) => change(call, &detail.user, edit::update_v4).await.map_err(edit::of_body),
        Err(error) => Err(error),
    };
    match changed {
        Ok(_) => answer::v4_done(),
        Err(error) => call.failed_v4(&error).await,
    }
}

/// The user as it is then, and what other platforms have still to do.
async fn change(
    call: &Call<'_>,
    user: &User,
    read: impl FnOnce(&Node, &User) -> Result<Edit, Error>,
) -> Result<(User, String), Error> {
    let Edit { change, password, proof } = read(&body(call.exchange)?, user)?;
    if let (Some(_), Some(proof)) = (&password, proof) {
        let confirmed = call.app.confirm(&call.caller, &proof, "commvault").await;
        confirmed.map_err(|error| match error {
            Error::BadPassword => Error::invalid("validationPassword", "is not your password"),
            other => other,
        })?;
    }
    let user_id = UserRef::Id(user.id);
    let change = match (change, &password) {
        (None, Some(password)) => {
            call.app.set_password(&call.caller, &user_id, password).await?;
            return Ok((user.clone(), String::new()));
        }
        (change, _) => UserChange { password, ..change.unwrap_or_default() },
    };
    let Changed { user, started } = call.app.update_user(&call.caller, &user_id, change).await?;
    Ok((user, started.as_ref().map(owed_elsewhere).unwrap_or_default()))
}
