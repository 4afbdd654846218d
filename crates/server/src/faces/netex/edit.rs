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
    Ok(Answer::of_platforms(platforms::nothing_to_do(mode)).located(location))
}

fn new_user(mut person: Person) -> Result<NewUser, Error> {
    person.keeps_id(None)?;
    let roles = person.roles.unwrap_or_default();
    let named = person.username.filter(|name| !name.is_empty());
    let username = named.ok_or_else(|| Error::invalid("username", "is missing"))?;
    Ok(NewUser {
        email: person.email.unwrap_or_default(),
        full_name: complete_names(&mut person.profile, ("", "")).unwrap_or_default(),
        role: roles.own_role(Role::None).unwrap_or(Role::None),
        enabled: person.enabled.unwrap_or(true),
        external_id: person.external_id.filter(|id| !id.is_empty()),
        password: person.password,
        profile: person.profile,
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
        None => platforms::nothing_to_do(mode),
    }))
}

/// What differs from `before`: a client that sends back all that it got changes what it means to change, and
/// needs the right to do that alone.
fn user_change(mut person: Person, before: &UserDetail) -> UserChange {
    let UserDetail { user, profile: told, .. } = before;
    let other = |new: Option<String>, old: &str| new.filter(|new| new != old);
    let full_name = complete_names(&mut person.profile, told.names(&user.full_name));
    UserChange {
        user_name: other(person.username, &user.user_name).map(NewName::Exactly),
        email: other(person.email, &user.email),
        full_name: other(full_name, &user.full_name),
        external_id: other(person.external_id, user.external_id.as_deref().unwrap_or_default()),
        role: person.roles.and_then(|roles| roles.own_role(user.role)),
        profile: (told.clone().changed_by(&person.profile) != *told).then_some(person.profile),
        enabled: person.enabled,
        ..UserChange::default()
    }
}

/// Where one of the names is told, the other stays as it is shown; both make up the full name.
fn complete_names(told: &mut Profile, before: (&str, &str)) -> Option<String> {
    if told.given_name.is_none() && told.family_name.is_none() {
        return None;
    }
    let given = told.given_name.get_or_insert_with(|| before.0.to_owned());
    let family = told.family_name.get_or_insert_with(|| before.1.to_owned());
    Some(profile::full_name(given, family))
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
