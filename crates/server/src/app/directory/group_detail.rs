//! Groups with what belongs to them: members, and roles on assets.

use domain::{Asset, Error, Group, GroupId, Role, UserId};
use store::{Tx, assets, groups, members};

use crate::app::offboardings::one_more;
use crate::app::{App, Caller, GroupRef, Page};

/// Most members of all the groups of one page together.
pub const MAX_MEMBERS: usize = members::MAX_SHOWN;
/// Most assets on which one group holds a named role.
pub const MAX_GROUP_ROLES: usize = 20_000;

#[derive(Clone, Debug)]
pub struct GroupDetail {
    pub group: Group,
    /// By number and name, in the order of numbers.
    pub members: Vec<(UserId, String)>,
    /// Assets on which the group holds a named role; not looked up for a list.
    pub roles: Vec<Asset>,
}

impl App {
    /// One group, with all that belongs to it.
    pub async fn group_detail(&self, caller: &Caller, group: &GroupRef) -> Result<GroupDetail, Error> {
        caller.require(Role::Auditor)?;
        self.store
            .read(|tx| {
                let found = group.find(tx, caller.tenant)?;
                let found = found.ok_or_else(|| Error::not_found("group", group.shown()))?;
                let limit = one_beyond(MAX_GROUP_ROLES)?;
                let roles = assets::with_roles_of_group(tx, caller.tenant, found.id, limit)?;
                if roles.len() > MAX_GROUP_ROLES {
                    return Err(Error::TooMany { what: "roles of a group", limit: MAX_GROUP_ROLES });
                }
                let detail = with_members(tx, caller, vec![found])?.pop();
                let detail = detail.ok_or_else(|| Error::internal(&"a detail is missing"))?;
                Ok(GroupDetail { roles, ..detail })
            })
            .await
    }

    /// Groups in the order of their numbers, each with its members.
    pub async fn groups_with_members(
        &self,
        caller: &Caller,
        after: GroupId,
        limit: usize,
    ) -> Result<Page<GroupDetail>, Error> {
        caller.require(Role::Auditor)?;
        let rows = one_more(limit)?;
        self.store
            .read(|tx| {
                let page = Page::cut(groups::list(tx, caller.tenant, after, rows)?, limit);
                Ok(Page { rows: with_members(tx, caller, page.rows)?, more: page.more })
            })
            .await
    }
}

/// `found` in the order of their numbers.
fn with_members(tx: &mut Tx<'_>, caller: &Caller, found: Vec<Group>) -> Result<Vec<GroupDetail>, Error> {
    let (Some(first), Some(last)) = (found.first(), found.last()) else { return Ok(Vec::new()) };
    let limit = one_beyond(MAX_MEMBERS)?;
    let members = members::named(tx, caller.tenant, first.id, last.id, limit)?;
    if members.len() > MAX_MEMBERS {
        return Err(Error::TooMany { what: "members of the groups of one page", limit: MAX_MEMBERS });
    }
    let mut members = members.into_iter().peekable();
    let detail = |group: Group| {
        let own = std::iter::from_fn(|| members.next_if(|(of, ..)| *of == group.id));
        let members = own.map(|(_, id, name)| (id, name)).collect();
        GroupDetail { group, members, roles: Vec::new() }
    };
    Ok(found.into_iter().map(detail).collect())
}

fn one_beyond(limit: usize) -> Result<i64, Error> {
    i64::try_from(limit + 1).map_err(|error| Error::internal(&error))
}
