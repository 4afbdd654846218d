//! One row of a table: a method, a path, and what they mean. Never looks a name up.

use axum::http::Method;
use domain::Error;

use super::{Operation, Route, Shape, Unread};
use crate::app::{GroupRef, UserRef, WorkloadRef};
use crate::faces::commvault::answer::Offboarded;
use crate::faces::commvault::path::Segment;
use crate::faces::commvault::reference::{self, Named};
use crate::faces::commvault::workload;

#[derive(Debug)]
pub struct Endpoint {
    pub method: Method,
    /// Fixed words, which are matched in any case, and at most one `{…}` for whom or what is meant.
    pub path: &'static str,
    meaning: Meaning,
}

#[derive(Debug)]
pub(super) enum Meaning {
    /// Needs no token.
    Open(Route),
    Plain(Operation),
    /// The `{…}` is a user: an id, or `byName(userName='NAME')`.
    OfUser(fn(UserRef) -> Operation, Shape),
    /// The `{…}` is a group: an id, or `byName(userGroupName='NAME')`.
    OfGroup(fn(GroupRef) -> Operation, Shape),
    /// The `{…}` is a subclient: an id, or `byName(…)` with all that leads to it.
    OfSubclient(fn(WorkloadRef) -> Operation),
    /// The `{…}` is the guid of a VM.
    OfVm(fn(WorkloadRef) -> Operation),
    /// The `{…}` is a token's id.
    OfToken(fn(i64) -> Operation),
}

impl Endpoint {
    pub(super) const fn new(method: Method, path: &'static str, meaning: Meaning) -> Self {
        Self { method, path, meaning }
    }

    fn words(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter(|word| !word.is_empty())
    }

    pub(super) fn fits(&self, method: &Method, segments: &[Segment]) -> bool {
        let fits = |(word, segment): (&str, &Segment)| is_parameter(word) || segment.is(word);
        self.method == *method
            && self.words().count() == segments.len()
            && self.words().zip(segments).all(fits)
    }

    /// What a path that fits means.
    pub(super) fn route(&self, segments: &[Segment]) -> Result<Route, Unread> {
        const SUBCLIENT: Shape = Shape::Offboard(Offboarded::Subclient);
        const VM: Shape = Shape::Offboard(Offboarded::Vm);
        Ok(Route::Guarded(match &self.meaning {
            Meaning::Open(route) => return Ok(route.clone()),
            Meaning::Plain(operation) => operation.clone(),
            Meaning::OfUser(operation, shape) => operation(self.read(segments, user, *shape)?),
            Meaning::OfGroup(operation, shape) => operation(self.read(segments, group, *shape)?),
            Meaning::OfSubclient(operation) => {
                operation(self.read(segments, workload::subclient, SUBCLIENT)?)
            }
            Meaning::OfVm(operation) => operation(self.read(segments, workload::vm, VM)?),
            Meaning::OfToken(operation) => operation(self.read(segments, token, Shape::V4)?),
        }))
    }

    /// Whom or what the `{…}` means.
    fn read<T>(
        &self,
        segments: &[Segment],
        read: fn(&Segment) -> Result<T, Error>,
        shape: Shape,
    ) -> Result<T, Unread> {
        let named = self.words().zip(segments).find(|(word, _)| is_parameter(word)).map(|(_, named)| named);
        let named = named.ok_or_else(|| Error::internal(&format!("{} names nothing", self.path)));
        named.and_then(read).map_err(|error| Unread { error, shape: Some(shape) })
    }
}

fn is_parameter(word: &str) -> bool {
    word.starts_with('{')
}

fn user(segment: &Segment) -> Result<UserRef, Error> {
    named(segment, "userId", "userName").map(UserRef::from)
}

fn group(segment: &Segment) -> Result<GroupRef, Error> {
    named(segment, "userGroupId", "userGroupName").map(GroupRef::from)
}

fn token(segment: &Segment) -> Result<i64, Error> {
    const FIELD: &str = "accessTokenId";
    let id = match segment {
        Segment::Plain(text) => reference::id(FIELD, text)?,
        Segment::ByName(_) => None,
    };
    id.ok_or_else(|| Error::invalid(FIELD, "must be a number"))
}

fn named(segment: &Segment, id: &'static str, argument: &'static str) -> Result<Named, Error> {
    match segment {
        Segment::Plain(text) => match reference::id(id, text)? {
            Some(id) => Ok(Named::Id(id)),
            None => Err(Error::invalid(id, "must not be 0")),
        },
        Segment::ByName(by_name) => match by_name.only(argument) {
            Some(name) if !name.trim().is_empty() => Ok(Named::Name(name.to_owned())),
            _ => Err(Error::invalid("path", format!("must have the form byName({argument}='NAME')"))),
        },
    }
}
