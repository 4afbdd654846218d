//! What belongs to users and groups, in a few queries however many there are.

use domain::{Error, TenantId, User, UserId, UserState};
use store::{Tx, members, profiles, users};

use super::{Manager, Person};

/// Whether providers see this user.
pub(super) fn is_shown(user: &User) -> bool {
    user.state != UserState::Removed && !user.hidden
}

/// These users as providers see them, in the same order.
pub(super) fn persons(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    found: Vec<User>,
    with_groups: bool,
) -> Result<Vec<Person>, Error> {
    let ids: Vec<UserId> = found.iter().map(|user| user.id).collect();
    let mut profiles: std::collections::HashMap<_, _> =
        profiles::of_users(tx, tenant, &ids)?.into_iter().collect();
    let mut managers: Vec<UserId> = found.iter().filter_map(|user| user.manager).collect();
    managers.sort_unstable();
    managers.dedup();
    let mut managers = users::by_ids(tx, tenant, &managers)?;
    managers.retain(is_shown);
    let named = |id: UserId| {
        let manager = managers.iter().find(|manager| manager.id == id)?;
        Some(Manager { guid: manager.guid.clone(), full_name: manager.full_name.clone() })
    };
    let mut groups = std::collections::HashMap::<_, Vec<_>>::new();
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
