//! What the failure of an endpoint looks like where its path cannot be read. Never words an error.

use domain::Error;

use crate::faces::commvault::answer::{self, Offboarded, Reply};
use crate::faces::commvault::failure;
use crate::faces::commvault::media::Format;

/// The same answer that the operation gives to whoever names somebody unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    ReadUser,
    ReadGroup,
    ReadAssociations,
    UpdateUser,
    DeleteUser,
    DeleteGroup,
    Offboard(Offboarded),
    V4,
}

/// Why a request names nothing that is served.
#[derive(Debug, PartialEq, Eq)]
pub struct Unread {
    pub error: Error,
    /// Where it is clear at least what was to be done.
    pub shape: Option<Shape>,
}

impl From<Error> for Unread {
    fn from(error: Error) -> Self {
        Self { error, shape: None }
    }
}

impl Shape {
    pub(in crate::faces::commvault) fn answer(self, format: Format, error: &Error) -> Reply {
        failure::answer(error, |code, text| match self {
            Self::ReadUser => answer::user_read_failed(format, code, text),
            Self::ReadGroup => answer::group_read_failed(format, code, text),
            Self::ReadAssociations => answer::associations_read_failed(format, code, text),
            Self::UpdateUser => answer::not_updated(format, None, code, text),
            Self::DeleteUser => answer::not_deleted(format, None, code, text),
            Self::DeleteGroup => answer::group_not_deleted(format, code, text),
            Self::Offboard(what) => answer::not_offboarded(format, what, code, text),
            Self::V4 => failure::answer_v4(error, None),
        })
    }
}
