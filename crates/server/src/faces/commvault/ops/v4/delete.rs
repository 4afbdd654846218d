//! `DELETE V4/user/{id}` and `PUT V4/user/action/delete`: everything owned goes to the new owners, then the
//! accounts go. All of them, or none.

use domain::{Action, Error, Goal};

use crate::app::{Leaver, Start, Started, UserRef};
use crate::faces::commvault::answer::{self, Code, HandedOver, Reply};
use crate::faces::commvault::ops::accepted::{Here, here, land, progress};
use crate::faces::commvault::ops::{Call, body};
use crate::faces::commvault::successor::Successor;
use crate::faces::commvault::{bulk, failure};

pub(in crate::faces::commvault::ops) async fn one(call: &Call<'_>, user: &UserRef) -> Reply {
    let leaver = async {
        let skip = call.query.flag("skipOwnerShipTransfer")?;
        let heir = Some(Successor::from_query(&call.query)?.heir(skip));
        let user = UserRef::Id(call.find(user).await?.user.id);
        Ok(vec![Leaver { user, heir }])
    };
    delete(call, leaver.await).await
}

pub(in crate::faces::commvault::ops) async fn many(call: &Call<'_>) -> Reply {
    delete(call, body(call.exchange).and_then(|body| bulk::leavers(&body))).await
}

async fn delete(call: &Call<'_>, leavers: Result<Vec<Leaver>, Error>) -> Reply {
    let deleted = async {
        let start = Start { users: leavers?, ..Start::new(Goal::Remove, Vec::new()) };
        land(call, start).await
    };
    match deleted.await {
        Ok(started) => answered(&started),
        Err(error) => call.failed_v4(&error).await,
    }
}

/// What other platforms still owe has no place in this answer.
fn answered(started: &[Started]) -> Reply {
    let here: Vec<Here> = started.iter().map(|started| here(&started.steps)).collect();
    let failed = started.iter().zip(&here).filter_map(|(started, here)| match here {
        Here::Failed(why) => Some(answer::cut_only(&started.offboarding.user_name, why)),
        Here::Done | Here::UnderWay => None,
    });
    let failed: Vec<String> = failed.collect();
    if !failed.is_empty() {
        return answer::v4_failed(409, Code::Failure, &failure::joined(failed));
    }
    let done = here.iter().filter(|here| matches!(here, Here::Done)).count();
    match started {
        _ if done == started.len() => answer::v4_done(),
        [one] => {
            let progress = progress(&one.steps, Action::Transfer);
            let new_owner = one.heir.as_deref().unwrap_or_default();
            let so_far = HandedOver { items: progress.done, new_owner };
            answer::v4_accepted(&answer::so_far(&one.offboarding.user_name, so_far, progress.total))
        }
        many => answer::v4_accepted(&format!(
            "{done} of {} users are deleted. The rest follows by itself; they are disabled now and are deleted \
             when all they own has its new owner.",
            many.len()
        )),
    }
}
