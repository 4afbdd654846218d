//! Groups themselves; who is in them is in `members`.

use domain::text::{self, MAX_TEXT_CHARS};
use domain::{Error, Fact, Group, GroupId, Role};
use serde_json::json;
use store::numbers::{self, Series};
use store::{Tx, groups};

use crate::app::offboardings::one_more;
use crate::app::{App, Caller, GroupRef, Page, Pen};

#[derive(Clone, Debug)]
pub struct NewGroup {
    pub name: String,
    pub description: String,
}

impl App {
    pub async fn group(&self, caller: &Caller, group: &GroupRef) -> Result<Group, Error> {
        caller.require(Role::Auditor)?;
        let found = self.store.read(|tx| group.find(tx, caller.tenant)).await?;
        found.ok_or_else(|| Error::not_found("group", group.shown()))
    }

    pub async fn groups(&self, caller: &Caller, after: GroupId, limit: usize) -> Result<Page<Group>, Error> {
        caller.require(Role::Auditor)?;
        let rows = one_more(limit)?;
        let found =
            self.store.read(|tx| Ok::<_, Error>(groups::list(tx, caller.tenant, after, rows)?)).await?;
        Ok(Page::cut(found, limit))
    }

    pub async fn create_group(&self, caller: &Caller, new: NewGroup) -> Result<Group, Error> {
        caller.require(Role::Admin)?;
        domain::name::check("name", &new.name)?;
        text::check("description", &new.description, MAX_TEXT_CHARS)?;
        let guid = self.random.guid();
        self.write_for(caller, move |tx, pen| {
            let id = GroupId(numbers::take(tx, pen.tenant, Series::Groups, 1)?);
            let NewGroup { name, description } = new;
            let group = Group { description, ..Group::new(id, guid, name, pen.now_ms) };
            insert(tx, pen, &group)?;
            Ok(group)
        })
        .await
    }
}

pub(in crate::app) fn insert(tx: &mut Tx<'_>, pen: &Pen, group: &Group) -> Result<(), Error> {
    groups::insert(tx, pen.tenant, group).map_err(|error| taken(error, group))?;
    pen.write(tx, &Fact::new("group.created", json!({ "group": group.id, "name": group.name })))
}

/// Another group has the name.
pub(in crate::app) fn taken(error: store::Error, group: &Group) -> Error {
    match error {
        store::Error::Unique(_) => Error::Conflict(format!("a group named {} exists", group.name)),
        other => other.into(),
    }
}
