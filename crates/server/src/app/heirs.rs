//! Who inherits, as a request names it: each name is looked up once, however many leavers share it.

use std::collections::HashMap;

use domain::plan::{Named, NamedHeir, Successor};
use domain::{Error, Goal, Owner, TenantId, User, UserId};
use store::{Tx, offboardings};

use super::lookup::find_all;
use super::{GroupRef, HeirRef, UserRef};

/// What the names of a request stand for.
pub(super) struct Heirs(Vec<Heir>);

pub(super) struct Heir {
    asked: HeirRef,
    pub named: NamedHeir,
    /// For the answer, where there is such a user or group.
    pub name: Option<String>,
}

impl Heirs {
    pub(super) fn find<'r>(
        tx: &mut Tx<'_>,
        tenant: TenantId,
        asked: impl Iterator<Item = &'r HeirRef>,
    ) -> Result<Self, Error> {
        let mut distinct: Vec<&HeirRef> = Vec::new();
        for heir in asked {
            if !distinct.contains(&heir) {
                distinct.push(heir);
            }
        }
        let users: Vec<UserRef> = distinct
            .iter()
            .filter_map(|heir| if let HeirRef::User(user) = heir { Some(user.clone()) } else { None })
            .collect();
        let mut users = named_users(tx, tenant, &users)?.into_iter();
        let heirs = distinct.into_iter().map(|asked| heir(tx, tenant, asked, &mut users));
        Ok(Self(heirs.collect::<Result<_, _>>()?))
    }

    pub(super) fn of(&self, asked: &HeirRef) -> Option<&Heir> {
        self.0.iter().find(|heir| heir.asked == *asked)
    }

    /// The users among them.
    pub(super) fn users(&self) -> impl Iterator<Item = UserId> {
        self.0.iter().filter_map(|heir| match &heir.named {
            NamedHeir::User(Named { found: Some(successor), .. }) => Some(successor.id),
            _ => None,
        })
    }

    /// Whoever leaves by the same request inherits nothing.
    pub(super) fn leave_with(&mut self, leavers: &[UserId], goal: Goal) {
        for heir in &mut self.0 {
            if let NamedHeir::User(Named { found: Some(successor), .. }) = &mut heir.named {
                leaving_with_the_rest(successor, leavers, goal);
            }
        }
    }
}

pub(super) fn leaving_with_the_rest(successor: &mut Successor, leavers: &[UserId], goal: Goal) {
    successor.leaving |= goal.cuts() && leavers.contains(&successor.id);
}

/// `users` are those that the heirs name, in the same order.
fn heir(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    asked: &HeirRef,
    users: &mut impl Iterator<Item = Named<Successor>>,
) -> Result<Heir, Error> {
    let (named, name) = match asked {
        HeirRef::Unsaid => (NamedHeir::Unsaid, None),
        HeirRef::Orphan => (NamedHeir::Orphan, None),
        HeirRef::Both => (NamedHeir::Both, None),
        HeirRef::Group(group) => {
            let (named, name) = named_group(tx, tenant, group)?;
            (NamedHeir::Group(named), name)
        }
        HeirRef::User(_) => {
            let named = users.next().ok_or_else(|| Error::internal(&"an heir was not looked up"))?;
            let name = named.found.as_ref().map(|found| found.user_name.clone());
            (NamedHeir::User(named), name)
        }
    };
    Ok(Heir { asked: asked.clone(), named, name })
}

fn named_group(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    group: &GroupRef,
) -> Result<(Named<Owner>, Option<String>), Error> {
    let found = group.find(tx, tenant)?;
    let named = Named { given: group.shown(), found: found.as_ref().map(|group| Owner::Group(group.id)) };
    Ok((named, found.map(|group| group.name)))
}

fn named_users(tx: &mut Tx<'_>, tenant: TenantId, asked: &[UserRef]) -> Result<Vec<Named<Successor>>, Error> {
    let found = find_all(tx, tenant, asked)?;
    let users: Vec<User> = found.iter().flatten().cloned().collect();
    let successors: HashMap<UserId, Successor> =
        successors(tx, tenant, &users)?.into_iter().map(|successor| (successor.id, successor)).collect();
    let named = |(asked, user): (&UserRef, Option<User>)| Named {
        given: asked.shown(),
        found: user.and_then(|user| successors.get(&user.id).cloned()),
    };
    Ok(asked.iter().zip(found).map(named).collect())
}

/// As successors: with their state, and whether they are leaving themselves.
pub(super) fn successors(tx: &mut Tx<'_>, tenant: TenantId, users: &[User]) -> Result<Vec<Successor>, Error> {
    let ids: Vec<UserId> = users.iter().map(|user| user.id).collect();
    let open = offboardings::open_of_users(tx, tenant, &ids)?;
    let leaving = |id| open.iter().any(|open| open.user == id && open.goal.cuts());
    Ok(users
        .iter()
        .map(|user| Successor {
            id: user.id,
            user_name: user.user_name.clone(),
            state: user.state,
            leaving: leaving(user.id),
        })
        .collect())
}
