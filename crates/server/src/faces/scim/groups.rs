//! One group: made, read, replaced, patched and removed.

use scim::schema::GROUP;
use scim::{Patch, resource};
use serde_json::Value;

use super::answer::Resource;
use super::failure::Failure;
use super::headers::Conditions;
use super::{Desk, seats, team};
use crate::app::{Team, WithMembers};

pub(super) async fn get(desk: &Desk<'_>, id: &str, with_members: bool) -> Result<Resource, Failure> {
    let found = desk.app.team(&desk.caller, id, with_members).await?;
    Ok(team::resource(&found, &desk.base))
}

pub(super) async fn create(desk: &Desk<'_>, body: &Value, with_members: bool) -> Result<Resource, Failure> {
    let document = resource::read(&GROUP, body)?;
    let made = desk.app.create_team(&desk.caller, team::told(&document)?, with_members).await?;
    Ok(team::resource(&made, &desk.base))
}

/// Whoever the body does not name as a member leaves.
pub(super) async fn replace(
    desk: &Desk<'_>,
    id: &str,
    body: &Value,
    conditions: Conditions,
    answered: bool,
) -> Result<Resource, Failure> {
    let told = team::told(&resource::read(&GROUP, body)?)?;
    let revise = move |before: &Team| {
        conditions.check_with(|| team::version(before))?;
        Ok::<_, Failure>(told.clone())
    };
    let with = WithMembers { before: false, answered };
    let changed = desk.app.revise_team(&desk.caller, id, with, revise).await?;
    Ok(team::resource(&changed, &desk.base))
}

/// Members come and go without the others being read, unless the patch asks for something rarer of them.
pub(super) async fn patch(
    desk: &Desk<'_>,
    id: &str,
    body: &Value,
    conditions: Conditions,
    answered: bool,
) -> Result<Resource, Failure> {
    let patch = Patch::parse(body)?;
    let (patch, told_seats) = match seats::of(&patch)? {
        Some((rest, seats)) => (rest, Some(seats)),
        None => (patch, None),
    };
    let with = WithMembers { before: told_seats.is_none(), answered };
    let revise = move |before: &Team| {
        conditions.check_with(|| team::version(before))?;
        let mut document = team::written(before);
        patch.apply(&GROUP, &mut document)?;
        let mut told = team::told(&document)?;
        if let Some(seats) = &told_seats {
            told.seats.clone_from(seats);
        }
        Ok::<_, Failure>(told)
    };
    let changed = desk.app.revise_team(&desk.caller, id, with, revise).await?;
    Ok(team::resource(&changed, &desk.base))
}

pub(super) async fn delete(desk: &Desk<'_>, id: &str, conditions: Conditions) -> Result<(), Failure> {
    let check = move |before: &Team| conditions.check_with(|| team::version(before));
    desk.app.remove_team(&desk.caller, id, check).await
}
