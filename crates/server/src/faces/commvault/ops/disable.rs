//! `PUT User/{id}/Disable` and `/Enable`: the cut, and its reverse. Both may be repeated.

use domain::{Error, Goal, User};

use super::accepted::{Accepted, Here, accept};
use super::{Call, entity};
use crate::app::{Start, UserRef};
use crate::faces::commvault::answer::{self, Code, Reply};
use crate::faces::commvault::failure;

pub(super) async fn disable(call: &Call<'_>, user: &UserRef) -> Reply {
    switch(call, user, Goal::Deactivate).await
}

pub(super) async fn enable(call: &Call<'_>, user: &UserRef) -> Reply {
    switch(call, user, Goal::Restore).await
}

async fn switch(call: &Call<'_>, asked: &UserRef, goal: Goal) -> Reply {
    let refused = |user: Option<&User>, error: &Error| {
        failure::answer(error, |code, text| answer::not_updated(call.format, user.map(entity), code, text))
    };
    let user = match call.find(asked).await {
        Ok(detail) => detail.user,
        Err(error) => return refused(None, &error),
    };
    match accept(call, Start::new(goal, vec![UserRef::Id(user.id)])).await {
        Ok(accepted) => answered(call, &user, &accepted),
        Err(error) => refused(Some(&user), &error),
    }
}

fn answered(call: &Call<'_>, user: &User, accepted: &Accepted) -> Reply {
    let done = |warning: &str| answer::updated(call.format, entity(user), warning);
    match &accepted.here {
        Here::Done => done(&accepted.owed_elsewhere),
        Here::UnderWay => done("A part is still under way here and follows by itself."),
        Here::Failed(why) => {
            let text = format!("User {} is not wholly switched: {why}", user.user_name);
            answer::not_updated(call.format, Some(entity(user)), Code::Failure, &text)
        }
    }
}
