//! `DELETE User`: everything owned goes to the new owner, then the account goes.

use domain::{Action, Error, Goal, User};

use super::accepted::{Accepted, Here, accept};
use super::{Call, entity};
use crate::app::{HeirRef, Start, UserRef};
use crate::faces::commvault::answer::{self, HandedOver, Reply};
use crate::faces::commvault::failure;
use crate::faces::commvault::successor::Successor;

pub(super) async fn delete(call: &Call<'_>, asked: &UserRef) -> Reply {
    let refused = |user: Option<&User>, error: &Error| {
        failure::answer(error, |code, text| answer::not_deleted(call.format, user.map(entity), code, text))
    };
    let (user, heir) = match read(call, asked).await {
        Ok(read) => read,
        Err(error) => return refused(None, &error),
    };
    let start = Start { heir, ..Start::new(Goal::Remove, vec![UserRef::Id(user.id)]) };
    match accept(call, start).await {
        Ok(accepted) => answered(call, &user, &accepted),
        Err(error) => refused(Some(&user), &error),
    }
}

async fn read(call: &Call<'_>, asked: &UserRef) -> Result<(User, HeirRef), Error> {
    let heir = Successor::from_query(&call.query)?.heir(false);
    Ok((call.find(asked).await?.user, heir))
}

fn answered(call: &Call<'_>, user: &User, accepted: &Accepted) -> Reply {
    let progress = accepted.progress(Action::Transfer);
    let new_owner = accepted.heir.as_deref().unwrap_or_default();
    let handed_over = (progress.done > 0).then_some(HandedOver { items: progress.done, new_owner });
    match &accepted.here {
        Here::Done => answer::deleted(call.format, entity(user), handed_over, &accepted.owed_elsewhere),
        Here::UnderWay => {
            let so_far = HandedOver { items: progress.done, new_owner };
            answer::deleting(call.format, entity(user), so_far, progress.total)
        }
        Here::Failed(why) => {
            let text = answer::cut_only(&user.user_name, why);
            answer::not_deleted(call.format, Some(entity(user)), answer::Code::Failure, &text)
        }
    }
}
