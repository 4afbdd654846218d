//! `POST User/Unlock`: users who failed to sign in too often may try again.

use domain::Error;

use super::{Call, body};
use crate::app::UserRef;
use crate::faces::commvault::answer::{self, Reply, Unlocked};
use crate::faces::commvault::failure;
use crate::faces::commvault::locked_accounts::locked_accounts;

pub(super) async fn unlock(call: &Call<'_>) -> Reply {
    match unlocked(call).await {
        Ok(unlocked) => answer::unlocked(&unlocked),
        Err(error) => failure::answer(&error, answer::json_failed),
    }
}

async fn unlocked(call: &Call<'_>) -> Result<Vec<Unlocked>, Error> {
    let asked = locked_accounts(&body(call.exchange)?)?;
    let found = call.app.unlock(&call.caller, asked.clone()).await?;
    let told = |(asked, user): (&UserRef, Option<_>)| match user {
        Some(_) => Unlocked::Done,
        None => Unlocked::NotFound(asked.shown()),
    };
    Ok(asked.iter().zip(found).map(told).collect())
}
