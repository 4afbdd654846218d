//! `POST User/Offboard`: the user's workloads stop running for the user. May be repeated.

use domain::{Action, Error, Goal, NameKey, User};

use super::accepted::{Accepted, Here, accept};
use super::{Call, body};
use crate::app::{Start, UserRef};
use crate::faces::commvault::answer::{self, Code, Reply};
use crate::faces::commvault::failure;
use crate::faces::commvault::offboard::Offboard;

pub(super) async fn offboard(call: &Call<'_>) -> Reply {
    match release(call).await {
        Ok((user, accepted)) => answered(call, &user, &accepted),
        Err(error) => failure::answer(&error, |code, text| answer::not_offboarded(call.format, code, text)),
    }
}

async fn release(call: &Call<'_>) -> Result<(User, Accepted), Error> {
    let sent = Offboard::parse(&body(call.exchange)?)?;
    let user = call.find(&sent.user).await?.user;
    let same = |name: &String| NameKey::new(name) == NameKey::new(&user.user_name);
    if !sent.user_name.as_ref().is_none_or(same) {
        return Err(Error::invalid("userName", format!("is not the name of user {}", user.id)));
    }
    let accepted = accept(call, Start::new(Goal::Release, vec![UserRef::Id(user.id)])).await?;
    Ok((user, accepted))
}

fn answered(call: &Call<'_>, user: &User, accepted: &Accepted) -> Reply {
    let id = user.id.0;
    match &accepted.here {
        Here::Done => answer::offboarded(call.format, id),
        Here::UnderWay => {
            let progress = accepted.progress(Action::Release);
            answer::offboarding(call.format, id, progress.done, progress.total)
        }
        Here::Failed(why) => {
            let text = format!("User {} is not wholly offboarded: {why}", user.user_name);
            answer::not_offboarded(call.format, Code::Failure, &text)
        }
    }
}
