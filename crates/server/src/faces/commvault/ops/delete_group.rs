//! Deleting groups, in either generation: what they own goes to the new owners, their members leave.

use domain::Error;

use super::{Call, body};
use crate::app::{Dissolution, Dissolved, GroupRef};
use crate::faces::commvault::answer::{self, GroupEntity, HandedOver, Reply};
use crate::faces::commvault::successor::Successor;
use crate::faces::commvault::{bulk, failure};

pub(super) async fn delete(call: &Call<'_>, group: &GroupRef) -> Reply {
    let gone = dissolve(call, one(call, group)).await.and_then(|mut gone| {
        gone.pop().ok_or_else(|| Error::internal(&"one group was asked for and none has gone"))
    });
    match gone {
        Ok(gone) => answered(call, &gone),
        Err(error) => {
            failure::answer(&error, |code, text| answer::group_not_deleted(call.format, code, text))
        }
    }
}

pub(super) async fn delete_v4(call: &Call<'_>, group: &GroupRef) -> Reply {
    answered_v4(call, dissolve(call, one(call, group)).await).await
}

pub(super) async fn delete_many(call: &Call<'_>) -> Reply {
    let asked = body(call.exchange).and_then(|body| bulk::groups(&body));
    answered_v4(call, dissolve(call, asked).await).await
}

fn one(call: &Call<'_>, group: &GroupRef) -> Result<Vec<Dissolution>, Error> {
    let skip = call.query.flag("skipOwnerShipTransfer")?;
    let heir = Successor::from_query(&call.query)?.heir(skip);
    Ok(vec![Dissolution { group: group.clone(), heir }])
}

async fn dissolve(call: &Call<'_>, asked: Result<Vec<Dissolution>, Error>) -> Result<Vec<Dissolved>, Error> {
    call.app.dissolve_groups(&call.caller, asked?).await
}

fn answered(call: &Call<'_>, gone: &Dissolved) -> Reply {
    let entity = GroupEntity { group_id: gone.group.id.0, group_name: &gone.group.name };
    let items = i64::try_from(gone.assets).unwrap_or(i64::MAX);
    let new_owner = gone.heir.as_deref().unwrap_or_default();
    let handed_over = (items > 0).then_some(HandedOver { items, new_owner });
    answer::group_deleted(call.format, entity, handed_over)
}

async fn answered_v4(call: &Call<'_>, gone: Result<Vec<Dissolved>, Error>) -> Reply {
    match gone {
        Ok(_) => answer::v4_done(),
        Err(error) => call.failed_v4(&error).await,
    }
}
