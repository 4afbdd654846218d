//! The groups that an account is in, and how it leaves them.

use serde_json::Value;

use super::Scim;
use super::attribute::{equals, get, holds, text};
use super::change::Aim;
use super::entry::Entry;
use super::lists::Kind;
use crate::Failure;

/// Most groups that one account is taken out of at once.
const MAX_GROUPS: usize = 1_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Membership {
    pub id: String,
    pub name: String,
}

impl Scim {
    /// `None` where the platform does not tell.
    pub(super) async fn memberships(&self, account: &Entry) -> Result<Option<Vec<Membership>>, Failure> {
        let own = own_groups(account);
        let features = self.features().await?;
        if features.groups.is_none() {
            return Ok(Some(own.unwrap_or_default()));
        }
        if features.filter
            && let Some(found) = self.groups_by_filter(&account.id).await?
        {
            return Ok(Some(joined(own.unwrap_or_default(), found)));
        }
        match own {
            Some(own) => Ok(Some(own)),
            None => self.groups_by_looking(&account.id).await,
        }
    }

    /// `None` where the filter is not understood.
    async fn groups_by_filter(&self, id: &str) -> Result<Option<Vec<Membership>>, Failure> {
        let path = "members.value";
        // Who shows the members shows whether the filter was heeded.
        let has_it =
            |group: &Entry| group.members().is_none_or(|members| members.iter().any(|member| member == id));
        for filter in [Some(equals(path, id)), holds(path, id)].into_iter().flatten() {
            match self.walk(Kind::Group, Some(&filter), has_it).await {
                Ok(groups) => return Ok(Some(groups.iter().map(membership).collect())),
                Err(no_page) if no_page.not_so => {}
                Err(no_page) => return Err(no_page.into()),
            }
        }
        Ok(None)
    }

    async fn groups_by_looking(&self, id: &str) -> Result<Option<Vec<Membership>>, Failure> {
        let (mut any, mut shown) = (false, false);
        let has_it = |group: &Entry| {
            any = true;
            let members = group.members();
            shown |= members.is_some();
            members.is_some_and(|members| members.iter().any(|member| member == id))
        };
        match self.walk(Kind::Group, None, has_it).await {
            // Groups without members may show none; groups that never show any tell nothing.
            Ok(_) if any && !shown => Ok(None),
            Ok(groups) => Ok(Some(groups.iter().map(membership).collect())),
            Err(no_page) if no_page.nowhere => Ok(Some(Vec::new())),
            Err(no_page) => Err(no_page.into()),
        }
    }

    /// Goes on where a group refuses, so that one does not keep the account in the others.
    pub(super) async fn leave_groups(&self, account: &Entry) -> Result<(), Failure> {
        let Some(memberships) = self.memberships(account).await? else {
            return Err(not_told(&account.id));
        };
        if memberships.len() > MAX_GROUPS {
            let text = format!("account {} is in more than {MAX_GROUPS} groups", account.id);
            return Err(Failure::Refused(text));
        }
        let mut refusals = Vec::new();
        for membership in memberships {
            let left = match self.reread(Kind::Group, &membership.id).await {
                Ok(group) => self.make_so(Kind::Group, group, &Aim::WithoutMember(account.id.clone())).await,
                Err(failure) => Err(failure),
            };
            match left {
                Ok(()) => {}
                Err(Failure::Refused(reason)) => refusals.push(format!("{}: {reason}", membership.name)),
                Err(failure) => return Err(failure),
            }
        }
        match refusals.first() {
            None => Ok(()),
            Some(first) => Err(Failure::Refused(format!(
                "account {} could not leave {} of its groups; the first is {first}",
                account.id,
                refusals.len()
            ))),
        }
    }
}

pub(super) fn not_told(id: &str) -> Failure {
    Failure::Refused(format!("the platform does not tell which groups account {id} is in"))
}

/// Groups that come with another group are left with that one.
fn own_groups(account: &Entry) -> Option<Vec<Membership>> {
    let groups = account.get("groups")?.as_array()?;
    let direct =
        |group: &&Value| !group["type"].as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("indirect"));
    let known = |group: &Value| {
        let fields = group.as_object()?;
        let id = get(fields, "value").and_then(text)?;
        let name = get(fields, "display").and_then(text).unwrap_or_else(|| id.clone());
        Some(Membership { id, name })
    };
    Some(groups.iter().filter(direct).filter_map(known).collect())
}

fn membership(group: &Entry) -> Membership {
    Membership { id: group.id.clone(), name: group.name() }
}

fn joined(mut own: Vec<Membership>, found: Vec<Membership>) -> Vec<Membership> {
    for membership in found {
        if own.iter().all(|known| known.id != membership.id) {
            own.push(membership);
        }
    }
    own
}
