//! Removing groups with all that belongs to them: assets go to a new owner, members leave.

use domain::plan::{Named, new_owner};
use domain::{Error, Fact, Group, Owner, Refusal, Role, TenantId};
use serde_json::{Value, json};
use store::assets::CHUNK;
use store::{Tx, assets, groups, members, offboardings, users};

use super::remove_group::{in_use, indispensable};
use crate::app::heirs::successors;
use crate::app::{App, Caller, GroupRef, HeirRef, Pen};

/// Most groups in one request.
pub const MAX_GROUPS_PER_REQUEST: usize = 100;

/// A group that is to go, and who inherits from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dissolution {
    pub group: GroupRef,
    /// A group leaves no tombstone: one that owns something needs an heir.
    pub heir: HeirRef,
}

/// A group that is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dissolved {
    pub group: Group,
    pub assets: u64,
    /// By name.
    pub heir: Option<String>,
}

/// What one transaction made of it.
pub(in crate::app) enum Part {
    /// So many assets have changed hands, and more is left.
    More(u64),
    Gone(Dissolved),
}

impl App {
    /// All of them are looked at before the first one goes, in the order sent. What one transaction cannot hold goes in
    /// chunks: whatever stops this on its way, what has changed hands stays so, and a repetition does the rest.
    pub async fn dissolve_groups(
        &self,
        caller: &Caller,
        asked: Vec<Dissolution>,
    ) -> Result<Vec<Dissolved>, Error> {
        caller.require(Role::Admin)?;
        if asked.is_empty() {
            return Err(Error::invalid("userGroups", "must not be empty"));
        }
        if asked.len() > MAX_GROUPS_PER_REQUEST {
            return Err(Error::TooMany { what: "groups", limit: MAX_GROUPS_PER_REQUEST });
        }
        self.store.read(|tx| examine_all(tx, caller.tenant, &asked)).await?;
        let mut gone = Vec::with_capacity(asked.len());
        for dissolution in asked {
            gone.push(self.dissolve(caller, &dissolution).await?);
        }
        Ok(gone)
    }

    async fn dissolve(&self, caller: &Caller, asked: &Dissolution) -> Result<Dissolved, Error> {
        let mut before = 0;
        loop {
            let asked = asked.clone();
            match self.write_for(caller, move |tx, pen| dissolve(tx, pen, &asked)).await? {
                Part::More(assets) => before += assets,
                Part::Gone(gone) => return Ok(Dissolved { assets: before + gone.assets, ..gone }),
            }
        }
    }
}

/// What is found when a dissolution is looked at.
struct Examined {
    group: Group,
    heir: Option<(Owner, String)>,
}

impl Examined {
    fn heir_name(&self) -> Option<&str> {
        self.heir.as_ref().map(|(_, name)| name.as_str())
    }

    fn fact(&self, kind: &'static str, assets: u64, members: u64) -> Fact {
        let mut detail = json!({ "group": self.group.id, "name": self.group.name });
        for (what, count) in [("assets", assets), ("members", members)] {
            if count > 0 {
                detail[what] = json!(count);
            }
        }
        if assets > 0 {
            detail["heir"] = self.heir_name().map_or(Value::Null, Value::from);
        }
        Fact::new(kind, detail)
    }
}

fn examine_all(tx: &mut Tx<'_>, tenant: TenantId, asked: &[Dissolution]) -> Result<(), Error> {
    let mut found: Vec<Examined> = Vec::with_capacity(asked.len());
    for asked in asked {
        let examined = examine(tx, tenant, asked)?;
        if found.iter().any(|earlier| earlier.group.id == examined.group.id) {
            return Err(Error::invalid("userGroups", format!("names {} twice", examined.group.name)));
        }
        found.push(examined);
    }
    let goes = |owner: Owner| found.iter().any(|other| Owner::Group(other.group.id) == owner);
    match found.iter().filter_map(|examined| examined.heir.as_ref()).find(|(owner, _)| goes(*owner)) {
        Some((_, name)) => Err(Error::invalid("newUserGroup", format!("{name} is to go as well"))),
        None => Ok(()),
    }
}

fn examine(tx: &mut Tx<'_>, tenant: TenantId, asked: &Dissolution) -> Result<Examined, Error> {
    let found = asked.group.find(tx, tenant)?;
    let group = found.ok_or_else(|| Error::not_found("group", asked.group.shown()))?;
    if let Some(refusal) = indispensable(tx, tenant, &group)? {
        return Err(refusal.into());
    }
    if offboardings::any_to_group(tx, tenant, group.id)? {
        return Err(Refusal::GroupInherits { group: group.name }.into());
    }
    let heir = heir(tx, tenant, &asked.heir)?;
    if heir.is_none() && assets::any_of_group(tx, tenant, group.id)? {
        return Err(Refusal::GroupWithoutHeir { group: group.name }.into());
    }
    Ok(Examined { group, heir })
}

fn heir(tx: &mut Tx<'_>, tenant: TenantId, asked: &HeirRef) -> Result<Option<(Owner, String)>, Error> {
    match asked {
        HeirRef::Unsaid | HeirRef::Orphan => Ok(None),
        HeirRef::Both => Err(Refusal::TwoSuccessors.into()),
        HeirRef::Group(group) => {
            let unknown = || Refusal::SuccessorUnknown { successor: group.shown() };
            let found = group.find(tx, tenant)?.ok_or_else(unknown)?;
            Ok(Some((Owner::Group(found.id), found.name)))
        }
        HeirRef::User(user) => {
            let found = user.find(tx, tenant)?;
            let found = successors(tx, tenant, found.as_slice())?.pop();
            let named = Named { given: user.shown(), found };
            let id = new_owner(&named)?;
            let name = named.found.map(|found| found.user_name).unwrap_or_default();
            Ok(Some((Owner::User(id), name)))
        }
    }
}

/// At most a chunk of it; the last one takes the group with it.
pub(in crate::app) fn dissolve(tx: &mut Tx<'_>, pen: &Pen, asked: &Dissolution) -> Result<Part, Error> {
    lock_heir(tx, pen.tenant, &asked.heir)?;
    let examined = examine(tx, pen.tenant, asked)?;
    let group = examined.group.id;
    let assets = match examined.heir {
        Some((owner, _)) => assets::transfer_of_group(tx, pen.tenant, group, owner, CHUNK)?,
        None => 0,
    };
    let room = CHUNK.saturating_sub_unsigned(assets);
    let members = members::remove_some(tx, pen.tenant, group, room)?;
    if i64::try_from(assets + members).is_ok_and(|rows| rows >= CHUNK) {
        pen.write(tx, &examined.fact("group.emptied", assets, members))?;
        return Ok(Part::More(assets));
    }
    members::remove_admins(tx, pen.tenant, group)?;
    groups::remove(tx, pen.tenant, group).map_err(|error| in_use(error, &examined.group))?;
    pen.write(tx, &examined.fact("group.removed", assets, members))?;
    let heir = examined.heir_name().map(str::to_owned);
    Ok(Part::Gone(Dissolved { group: examined.group, assets, heir }))
}

/// Whoever is about to leave inherits nothing, also not at this very moment.
fn lock_heir(tx: &mut Tx<'_>, tenant: TenantId, asked: &HeirRef) -> Result<(), Error> {
    if let HeirRef::User(user) = asked
        && let Some(found) = user.find(tx, tenant)?
    {
        users::lock(tx, tenant, &[found.id])?;
    }
    Ok(())
}
