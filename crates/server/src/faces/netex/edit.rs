//! `create`, `update` and `changePassword`.

use axum::http::StatusCode;
use domain::{Error, Profile, Role, profile};

use super::Request;
use super::answer::Answer;
use super::body::Fields;
use super::departure::outcome;
use super::failure::Failure;
use super::headers::Mode;
use super::person::Person;
use super::{platforms, reading, route};
use crate::app::{NewName, NewUser, UserChange, UserDetail, UserRef};

const NEW_PASSWORD: &str = "newPassword";

/// Nothing is made on other platforms, so that their part of the answer says no more than the mode.
pub(super) async fn create(request: &Request<'_>) -> Result<Answer, Failure> {
    let mode = Mode::of(request.exchange)?;
    let new = new_user(Person::read(request.exchange)?)?;
    let user = request.app.create_user(&request.caller, new).await.map_err(taken)?;
    let location = format!("{}users/{}", route::BASE, user.guid);
    let declared = request.app.declared_platforms(&request.caller).await?;
    Ok(Answer::of_platforms(platforms::nothing_to_do(mode, &declared)).located(location))
}

fn new_user(person: Person) -> Result<NewUser, Error> {
    person.keeps_id(None)?;
    let Person { username, roles, mut profile, .. } = person;
    let username = username.filter(|name| !name.is_empty());
    let username = username.ok_or_else(|| Error::invalid("username", "is missing"))?;
    let full_name = complete_names(&mut profile, ("", "")).unwrap_or_default();
    let role = roles.own_role(Role::None).unwrap_or(Role::None);
    Ok(NewUser {
        email: person.email.unwrap_or_default(),
        full_name,
        role,
        enabled: person.enabled.unwrap_or(true),
        external_id: person.external_id.filter(|id| !id.is_empty()),
        password: person.password,
        profile: Profile { roles: roles.others, ..profile },
        ..NewUser::named(username)
    })
}

/// `enabled` is a second way to deactivate and to activate: the same verb, with the same answer.
pub(super) async fn update(request: &Request<'_>) -> Result<Answer, Failure> {
    let mode = Mode::of(request.exchange)?;
    let person = Person::read(request.exchange)?;
    if person.password.is_some() {
        return Err(Error::invalid("password", "is set by changePassword").into());
    }
    let before = reading::present(request).await?;
    person.keeps_id(Some(&before.user.guid))?;
    let user = UserRef::Id(before.user.id);
    let change = user_change(person, &before);
    let changed = request.app.update_user(&request.caller, &user, change).await.map_err(taken)?;
    Ok(Answer::of_platforms(match changed.started {
        Some(started) => outcome(request.app, &request.caller, mode, started).await?,
        None => platforms::nothing_to_do(mode, &request.app.declared_platforms(&request.caller).await?),
    }))
}

/// What differs from `before`: a client that sends back all that it got changes what it means to change, and
/// needs the right to do that alone.
fn user_change(person: Person, before: &UserDetail) -> UserChange {
    let UserDetail { user, profile: told, .. } = before;
    let Person { mut roles, mut profile, .. } = person;
    let other = |new: Option<String>, old: &str| new.filter(|new| new != old);
    let full_name = complete_names(&mut profile, told.names(&user.full_name));
    let role = roles.own_role(user.role);
    roles.forget_shown(user.role, told);
    let profile = Profile { roles: roles.others, ..profile };
    UserChange {
        user_name: other(person.username, &user.user_name).map(NewName::Exactly),
        email: other(person.email, &user.email),
        full_name,
        external_id: other(person.external_id, user.external_id.as_deref().unwrap_or_default()),
        role,
        profile: (told.clone().changed_by(&profile) != *told).then_some(profile),
        enabled: person.enabled,
        ..UserChange::default()
    }
}

/// Where one of the names differs from `before`, both are told, and make up the full name.
fn complete_names(told: &mut Profile, before: (&str, &str)) -> Option<String> {
    let given = told.given_name.take().unwrap_or_else(|| before.0.to_owned());
    let family = told.family_name.take().unwrap_or_else(|| before.1.to_owned());
    if (given.as_str(), family.as_str()) == before {
        return None;
    }
    let full_name = profile::full_name(&given, &family);
    (told.given_name, told.family_name) = (Some(given), Some(family));
    Some(full_name)
}

/// A name or id that is taken is the request's mistake here (contract section 4).
fn taken(error: Error) -> Failure {
    match error {
        Error::Conflict(why) => Failure::new(StatusCode::BAD_REQUEST, why),
        other => other.into(),
    }
}

/// Always synchronous, whatever the header says (contract section 2).
pub(super) async fn change_password(request: &Request<'_>) -> Result<Answer, Failure> {
    let password = Fields::needed(request.exchange)?.text(NEW_PASSWORD)?;
    let password = password.filter(|password| !password.is_empty());
    let password = password.ok_or_else(|| Error::invalid(NEW_PASSWORD, "is missing"))?;
    let asked = UserRef::AnyId(request.name.clone());
    let changed = request.app.set_password(&request.caller, &asked, &password.into()).await;
    changed.map_err(|error| match error {
        Error::Invalid { field: "password", message } => Error::invalid(NEW_PASSWORD, message),
        other => other,
    })?;
    Ok(Answer::of_platforms(platforms::management()))
}
