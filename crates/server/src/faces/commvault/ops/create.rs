//! `POST User` and `POST V4/user`: new users, all of a request or none.

use domain::{Error, User};

use super::{Call, body, entity};
use crate::faces::commvault::answer::{self, Newcomer, Reply};
use crate::faces::commvault::{edit, failure};

pub(super) async fn create(call: &Call<'_>) -> Reply {
    match one(call).await {
        Ok((user, warning)) => answer::created(call.format, entity(&user), &warning),
        Err(error) => failure::answer(&error, |code, text| answer::not_created(call.format, code, text)),
    }
}

pub(super) async fn create_v4(call: &Call<'_>) -> Reply {
    match several(call).await {
        Ok(users) => answer::v4_created(&users.iter().map(newcomer).collect::<Vec<_>>()),
        Err(error) => call.failed_v4(&edit::of_body(error)).await,
    }
}

fn newcomer(user: &User) -> Newcomer<'_> {
    Newcomer { id: user.id.0, guid: &user.guid, name: &user.user_name }
}

/// The new user, and what that user cannot do yet.
async fn one(call: &Call<'_>) -> Result<(User, String), Error> {
    for_own_company(call)?;
    let new = edit::new_user(&body(call.exchange)?)?;
    let warning = match new.password {
        Some(_) => String::new(),
        None => format!("{} has no password and cannot sign in before one is set.", new.user_name),
    };
    Ok((call.app.create_user(&call.caller, new).await?, warning))
}

async fn several(call: &Call<'_>) -> Result<Vec<User>, Error> {
    for_own_company(call)?;
    let new = edit::new_users(&body(call.exchange)?)?;
    call.app.create_users(&call.caller, new).await
}

/// Terraform names in a header the company that a user is created in; 0 is none.
fn for_own_company(call: &Call<'_>) -> Result<(), Error> {
    const HEADER: &str = "operatorCompanyId";
    match call.exchange.header(HEADER).map(str::trim) {
        None | Some("" | "0") => Ok(()),
        Some(_) => {
            Err(Error::invalid(HEADER, "must be 0: sign in to the other company to create users there"))
        }
    }
}
