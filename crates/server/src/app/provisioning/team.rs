//! One group: how it is seen, made, changed and removed.

use domain::{Error, Fact, Group, GroupId, TenantId, UserId, name};
use serde_json::{Value, json};
use store::numbers::{self, Series};
use store::{Tx, groups};

use super::belongings::teams;
use super::seats::{lock_joining, reseat};
use super::{Team, TeamTold, WithMembers};
use crate::app::directory::dissolve_group::{Part, dissolve};
use crate::app::directory::groups::{insert, taken};
use crate::app::{App, Caller, Dissolution, GroupRef, HeirRef, Pen, lookup};

impl App {
    pub async fn team(&self, caller: &Caller, guid: &str, with_members: bool) -> Result<Team, Error> {
        caller.require_provisioning()?;
        self.store
            .read(|tx| {
                let group = found(tx, caller.tenant, guid)?;
                team(tx, caller.tenant, group, with_members)
            })
            .await
    }

    pub async fn create_team(
        &self,
        caller: &Caller,
        told: TeamTold,
        with_members: bool,
    ) -> Result<Team, Error> {
        caller.require_provisioning()?;
        let guid = self.random.guid();
        self.write_for(caller, move |tx, pen| {
            lock_joining(tx, pen, &told.seats)?;
            let id = GroupId(numbers::take(tx, pen.tenant, Series::Groups, 1)?);
            let new = Group::new(id, guid, told.name, pen.now_ms);
            let new = Group { external_id: told.external_id, ..new };
            check(tx, pen, &new)?;
            insert(tx, pen, &new)?;
            reseat(tx, pen, &new, &told.seats)?;
            let made = found(tx, pen.tenant, &new.guid)?;
            team(tx, pen.tenant, made, with_members)
        })
        .await
    }

    /// Makes of a group what `revise` makes of it. It may be asked twice, and the last word counts: the group is
    /// locked then. What it tells as it is already is no change.
    pub async fn revise_team<E>(
        &self,
        caller: &Caller,
        guid: &str,
        with: WithMembers,
        revise: impl Fn(&Team) -> Result<TeamTold, E> + Send + 'static,
    ) -> Result<Team, E>
    where
        E: From<Error> + Send + 'static,
    {
        caller.require_provisioning()?;
        let guid = guid.to_owned();
        self.write_with(caller, move |tx, pen| {
            let (before, told) = locked(tx, pen, &guid, with.before, &revise)?;
            edit(tx, pen, &before.group, &told)?;
            reseat(tx, pen, &before.group, &told.seats)?;
            let changed = found(tx, pen.tenant, &guid)?;
            Ok::<_, E>(team(tx, pen.tenant, changed, with.answered)?)
        })
        .await
    }

    /// Its members leave it. What is built in, inherits or owns something stays, and so do its members. Many leave in
    /// chunks: whatever stops this on its way, a repetition does the rest. `check` sees the group before the first.
    pub async fn remove_team<E>(
        &self,
        caller: &Caller,
        guid: &str,
        check: impl FnOnce(&Team) -> Result<(), E> + Send + 'static,
    ) -> Result<(), E>
    where
        E: From<Error> + Send + 'static,
    {
        caller.require_provisioning()?;
        let guid = guid.to_owned();
        let begun = self.write_with(caller, move |tx, pen| {
            let group = found(tx, pen.tenant, &guid)?;
            groups::lock(tx, pen.tenant, group.id).map_err(Error::from)?;
            let group = found(tx, pen.tenant, &guid)?;
            let asked = Dissolution { group: GroupRef::Id(group.id), heir: HeirRef::Unsaid };
            check(&Team { group, members: None })?;
            Ok::<_, E>((dissolve(tx, pen, &asked)?, asked))
        });
        let (mut part, asked) = begun.await?;
        while let Part::More(_) = part {
            let asked = asked.clone();
            part = self.write_for(caller, move |tx, pen| dissolve(tx, pen, &asked)).await?;
        }
        Ok(())
    }
}

/// The group of that id.
fn found(tx: &mut Tx<'_>, tenant: TenantId, guid: &str) -> Result<Group, Error> {
    let found = if lookup::is_guid(guid) { groups::by_guid(tx, tenant, guid)? } else { None };
    found.ok_or_else(|| Error::not_found("group", guid))
}

/// One group with what belongs to it.
fn team(tx: &mut Tx<'_>, tenant: TenantId, group: Group, with_members: bool) -> Result<Team, Error> {
    let found = teams(tx, tenant, vec![group], with_members)?.pop();
    found.ok_or_else(|| Error::internal(&"a group is missing"))
}

/// The group, locked behind those who are to join it, and what is told of it: who that is, is known only when that
/// has been asked.
fn locked<E: From<Error>>(
    tx: &mut Tx<'_>,
    pen: &Pen,
    guid: &str,
    with_members: bool,
    revise: &impl Fn(&Team) -> Result<TeamTold, E>,
) -> Result<(Team, TeamTold), E> {
    let group = found(tx, pen.tenant, guid)?;
    let first = team(tx, pen.tenant, group, with_members)?;
    let told = revise(&first)?;
    let joining = lock_joining(tx, pen, &told.seats)?;
    if !groups::lock(tx, pen.tenant, first.group.id).map_err(Error::from)? {
        return Ok((first, told));
    }
    let group = found(tx, pen.tenant, guid)?;
    if group == first.group {
        return Ok((first, told));
    }
    let fresh = team(tx, pen.tenant, group, with_members)?;
    let told = revise(&fresh)?;
    let is_locked = |user: &UserId| joining.contains(user);
    if !super::seats::joining(tx, pen, &told.seats)?.iter().all(is_locked) {
        let inside = format!("group {} was changed meanwhile", fresh.group.id);
        return Err(Error::Unavailable { inside }.into());
    }
    Ok((fresh, told))
}

/// What may be edited of a group itself.
fn edit(tx: &mut Tx<'_>, pen: &Pen, before: &Group, told: &TeamTold) -> Result<(), Error> {
    let TeamTold { name, external_id, .. } = told;
    let after = Group { name: name.clone(), external_id: external_id.clone(), ..before.clone() };
    if after == *before {
        return Ok(());
    }
    check(tx, pen, &after)?;
    groups::update(tx, pen.tenant, &after).map_err(|error| taken(error, &after))?;
    groups::touch(tx, pen.tenant, after.id, pen.now_ms)?;
    let mut detail = json!({ "group": after.id, "name": after.name });
    if before.name != after.name {
        detail["renamed_from"] = Value::from(before.name.as_str());
    }
    if before.external_id != after.external_id {
        detail["external_id"] = Value::from(true);
    }
    pen.write(tx, &Fact::new("group.changed", detail))
}

fn check(tx: &mut Tx<'_>, pen: &Pen, group: &Group) -> Result<(), Error> {
    name::check("name", &group.name)?;
    let Some(external_id) = &group.external_id else { return Ok(()) };
    name::check("externalId", external_id)?;
    match groups::by_external_id(tx, pen.tenant, external_id)?.filter(|other| other.id != group.id) {
        Some(_) => Err(Error::Conflict(format!("a group with the external id {external_id} exists"))),
        None => Ok(()),
    }
}
