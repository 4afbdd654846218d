//! One user: made, read, replaced, patched and removed.

use scim::schema::USER;
use scim::{Patch, resource};
use serde_json::Value;

use super::answer::Resource;
use super::failure::Failure;
use super::headers::Conditions;
use super::{Desk, password, person};
use crate::app::{Person, PersonTold, Provisioned};

pub(super) async fn get(desk: &Desk<'_>, id: &str) -> Result<Resource, Failure> {
    let found = desk.app.person(&desk.caller, id).await?;
    Ok(person::resource(&found, &desk.base))
}

pub(super) async fn create(desk: &Desk<'_>, body: &Value) -> Result<Resource, Failure> {
    let mut document = resource::read(&USER, body)?;
    let password = password::of_document(&mut document);
    let made = desk.app.create_person(&desk.caller, person::told(document), password).await?;
    Ok(person::resource(&made, &desk.base))
}

/// What the client leaves out is cleared; but an omitted `active` deactivates nobody, and an omitted password stays.
pub(super) async fn replace(
    desk: &Desk<'_>,
    id: &str,
    body: &Value,
    conditions: Conditions,
) -> Result<Resource, Failure> {
    let mut document = resource::read(&USER, body)?;
    let password = password::of_document(&mut document);
    let revise = move |before: &Person| {
        conditions.check_with(|| person::version(before))?;
        Ok::<_, Failure>(person::retold(before, document.clone()))
    };
    let revised = desk.app.revise_person(&desk.caller, id, password, revise).await?;
    answered(desk, revised)
}

pub(super) async fn patch(
    desk: &Desk<'_>,
    id: &str,
    body: &Value,
    conditions: Conditions,
) -> Result<Resource, Failure> {
    let mut patch = Patch::parse(body)?;
    let password = password::of_patch(&mut patch)?;
    let revise = move |before: &Person| {
        conditions.check_with(|| person::version(before))?;
        patched(before, &patch)
    };
    let revised = desk.app.revise_person(&desk.caller, id, password, revise).await?;
    answered(desk, revised)
}

/// A patch that leaves `active` alone says nothing of it.
fn patched(before: &Person, patch: &Patch) -> Result<PersonTold, Failure> {
    let mut document = person::written(before);
    patch.apply(&USER, &mut document)?;
    let mut told = person::retold(before, document);
    let names_it = |name: &str| name.eq_ignore_ascii_case("active");
    let named = patch.operations.iter().any(|operation| names_it(&operation.path.attribute.name));
    if told.active.is_none() {
        person::unassign_active(&mut told, before);
    }
    told.active = told.active.filter(|active| named || *active != person::is_active(before));
    Ok(told)
}

pub(super) async fn delete(desk: &Desk<'_>, id: &str, conditions: Conditions) -> Result<(), Failure> {
    let check = move |before: &Person| conditions.check_with(|| person::version(before));
    match desk.app.remove_person(&desk.caller, id, check).await? {
        Provisioned::Done(()) => Ok(()),
        Provisioned::Held(hold) => Err(Failure::held(&hold)),
    }
}

fn answered(desk: &Desk<'_>, revised: Provisioned<Person>) -> Result<Resource, Failure> {
    match revised {
        Provisioned::Done(person) => Ok(person::resource(&person, &desk.base)),
        Provisioned::Held(hold) => Err(Failure::held(&hold)),
    }
}
