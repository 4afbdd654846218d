//! What belongs to users and groups, in a few queries however many there are.

use std::collections::HashMap;

use domain::{Error, Group, GroupId, TenantId, User, UserId, UserState};
use store::members::Shown;
use store::{Tx, members, profiles, users};

use super::{Manager, Member, Person, Team};
use crate::app::MAX_MEMBERS;

/// Whether providers see this user.
pub(super) fn is_shown(user: &User) -> bool {
    user.state != UserState::Removed && !user.hidden
}

/// Who manages this user, as far as providers see it.
pub(super) fn seen_manager(tx: &mut Tx<'_>, tenant: TenantId, user: &User) -> Result<Option<Manager>, Error> {
    let Some(id) = user.manager else { return Ok(None) };
    Ok(users::by_id(tx, tenant, id)?.filter(is_shown).as_ref().map(named))
}

fn named(manager: &User) -> Manager {
    Manager { guid: manager.guid.clone(), full_name: manager.full_name.clone() }
}

/// These users as providers see them, in the same order.
pub(super) fn persons(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    found: Vec<User>,
    with_groups: bool,
) -> Result<Vec<Person>, Error> {
    let ids: Vec<UserId> = found.iter().map(|user| user.id).collect();
    let mut profiles: HashMap<_, _> = profiles::of_users(tx, tenant, &ids)?.into_iter().collect();
    let mut managers: Vec<UserId> = found.iter().filter_map(|user| user.manager).collect();
    managers.sort_unstable();
    managers.dedup();
    let mut managers = users::by_ids(tx, tenant, &managers)?;
    managers.retain(is_shown);
    let named = |id: UserId| managers.iter().find(|manager| manager.id == id).map(named);
    let mut groups = HashMap::<_, Vec<_>>::new();
    if with_groups {
        for (user, group) in members::groups_of_users(tx, tenant, &ids)? {
            groups.entry(user).or_default().push(group);
        }
    }
    let person = |user: User| Person {
        profile: profiles.remove(&user.id).unwrap_or_default(),
        manager: user.manager.and_then(named),
        groups: groups.remove(&user.id).unwrap_or_default(),
        user,
    };
    Ok(found.into_iter().map(person).collect())
}

/// These groups as providers see them, in the same order.
pub(super) fn teams(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    found: Vec<Group>,
    with_members: bool,
) -> Result<Vec<Team>, Error> {
    let mut members = HashMap::<GroupId, Vec<Member>>::new();
    if with_members {
        let ids: Vec<GroupId> = found.iter().map(|group| group.id).collect();
        for Shown { group, guid, user_name, full_name, .. } in seated(tx, tenant, &ids)? {
            members.entry(group).or_default().push(Member { guid, user_name, full_name });
        }
    }
    let team = |group: Group| Team {
        members: with_members.then(|| members.remove(&group.id).unwrap_or_default()),
        group,
    };
    Ok(found.into_iter().map(team).collect())
}

/// Everybody in these groups whom providers see.
pub(super) fn seated(tx: &mut Tx<'_>, tenant: TenantId, groups: &[GroupId]) -> Result<Vec<Shown>, Error> {
    let seated = members::shown(tx, tenant, groups)?;
    if seated.len() > MAX_MEMBERS {
        return Err(Error::TooMany { what: "members of the groups of one page", limit: MAX_MEMBERS });
    }
    Ok(seated)
}
