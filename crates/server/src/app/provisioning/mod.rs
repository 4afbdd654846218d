//! Users and groups as identity providers keep them: made, changed and removed by a token for provisioning, or by an
//! administrator.
//!
//! Owns: what such a caller may see and change, what its deletions mean, and the guard over its departures.
//! Never: a wire format; what a provider's document means is told in the directory's words.

mod belongings;
mod create_person;
mod guard;
mod held;
mod person;
mod query;
mod remove_person;
mod seats;
mod team;

use domain::{Error, Group, Profile, User};

pub use held::{Decided, Decision, Which};
pub use query::{Found, Keep, MAX_SCANNED, Matches, Order, PeopleQuery, Query, Rank, TeamsQuery};
pub use seats::MAX_SEATS;

/// A user as an identity provider sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub user: User,
    pub profile: Profile,
    pub manager: Option<Manager>,
    /// In the order of their numbers; empty where they were not wanted.
    pub groups: Vec<Group>,
}

/// A manager who is present and seen by providers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manager {
    pub guid: String,
    pub full_name: String,
}

/// What a provider tells of a user: everything that the directory keeps of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonTold {
    pub user_name: String,
    pub external_id: Option<String>,
    pub full_name: String,
    pub email: String,
    /// Besides `email`, for those who look users up by them.
    pub other_emails: Vec<String>,
    /// By guid.
    pub manager: Option<String>,
    /// `None` leaves it as it is; who is new, or taken back, is active then.
    pub active: Option<bool>,
    /// By the rules of [`Profile::changed_by`].
    pub profile: Profile,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Provisioned<T> {
    Done(T),
    /// The departure that it asks for is one too many for its token: an administrator decides, and nothing was changed.
    Held(Hold),
}

/// A departure that waits for an administrator, and the measure of its token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Else the user is to be deactivated.
    pub removes: bool,
    /// When it was asked for first.
    pub since_ms: i64,
    /// So many departures may begin in a window.
    pub limit: i64,
    pub window_s: u32,
}

/// A group as an identity provider sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Team {
    pub group: Group,
    /// In the order of their numbers; `None` where they were not wanted.
    pub members: Option<Vec<Member>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub guid: String,
    pub user_name: String,
    pub full_name: String,
}

/// What a provider tells of a group: everything that the directory keeps of it, and what becomes of its seats.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TeamTold {
    pub name: String,
    pub external_id: Option<String>,
    /// One after the other.
    pub seats: Vec<SeatsTold>,
}

/// Users by guid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SeatsTold {
    Add(Vec<String>),
    /// Whoever is no member, or unknown, is none afterwards either.
    Remove(Vec<String>),
    /// Everybody else leaves.
    Only(Vec<String>),
}

/// Where the members of a group are wanted: they may be many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct WithMembers {
    /// In what is given to whoever revises the group.
    pub before: bool,
    pub answered: bool,
}

/// No user, or none that a provider sees, has this id.
fn no_user(guid: &str) -> Error {
    Error::not_found("user", guid)
}
