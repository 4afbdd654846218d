//! How users, groups and times are named on the command line.

use domain::{GroupId, UserId};

use crate::app::{GroupRef, UserRef};
pub(super) use crate::clock::shown as shown_moment;

/// Before a number that is meant as an id, since digits may also be a name.
const ID: &str = "id:";

pub(super) fn user(text: &str) -> Result<UserRef, String> {
    Ok(id(text)?.map_or_else(|| UserRef::Name(text.to_owned()), |id| UserRef::Id(UserId(id))))
}

pub(super) fn group(text: &str) -> Result<GroupRef, String> {
    Ok(id(text)?.map_or_else(|| GroupRef::Name(text.to_owned()), |id| GroupRef::Id(GroupId(id))))
}

fn id(text: &str) -> Result<Option<i64>, String> {
    let Some(number) = text.strip_prefix(ID) else { return Ok(None) };
    number.parse().map(Some).map_err(|_| "id: must be followed by a number".to_owned())
}

/// A moment such as `2026-12-01T09:00:00Z`, as milliseconds since 1970.
pub(super) fn moment(text: &str) -> Result<i64, String> {
    let moment: Result<jiff::Timestamp, _> = text.parse();
    moment.map(|moment| moment.as_millisecond()).map_err(|_| "must be as in 2026-12-01T09:00:00Z".to_owned())
}

/// A word of one of the domain's lists, such as a role.
pub(super) fn word<T: std::str::FromStr<Err = domain::Error>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error| match error {
        domain::Error::Invalid { message, .. } => message,
        other => other.to_string(),
    })
}
