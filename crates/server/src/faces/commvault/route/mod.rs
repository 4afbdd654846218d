//! Which endpoint a method and a path name.
//!
//! Every endpoint of this face is a row of one of the tables, `v2` or `v4`; the first row that fits is meant.

mod endpoint;
mod shape;
mod v2;
mod v4;

use axum::http::Method;

use super::path::Segment;
use crate::app::{GroupRef, UserRef, WorkloadRef};
pub use endpoint::Endpoint;
pub use shape::{Shape, Unread};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The probe that clients send before anything else.
    Root,
    Login,
    /// Takes a token that has expired.
    RenewLogin,
    /// The pair in the body is the credential.
    RenewAccessToken,
    /// Needs a token.
    Guarded(Operation),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operation {
    Logout,
    WhoAmI,
    ListUsers,
    GetUser(UserRef),
    CreateUser,
    UpdateUser(UserRef),
    CreateUsersV4,
    UpdateUserV4(UserRef),
    DisableUser(UserRef),
    EnableUser(UserRef),
    DeleteUser(UserRef),
    OffboardUser,
    OffboardWorkload(WorkloadRef),
    OffboardTenant,
    UnlockUsers,
    UserSecurity(UserRef),
    ListGroups,
    GetGroup(GroupRef),
    DeleteGroup(GroupRef),
    DeleteGroupV4(GroupRef),
    DeleteGroupsV4,
    GroupSecurity(GroupRef),
    ListUsersAndGroups,
    ListSessions,
    CommServ,
    TwoFactorStatus,
    ListUsersV4,
    GetUserV4(UserRef),
    DeleteUserV4(UserRef),
    DeleteUsersV4,
    ListGroupsV4,
    GetGroupV4(GroupRef),
    CreateApiToken,
    CreateAccessToken,
    DeleteAccessToken(i64),
}

impl Route {
    /// Nothing if the face has no such endpoint.
    pub fn of(method: &Method, segments: &[Segment]) -> Result<Option<Self>, Unread> {
        endpoints()
            .find(|endpoint| endpoint.fits(method, segments))
            .map(|found| found.route(segments))
            .transpose()
    }
}

/// All that this face serves.
pub fn endpoints() -> impl Iterator<Item = &'static Endpoint> {
    v2::ENDPOINTS.iter().chain(v4::ENDPOINTS)
}

#[cfg(test)]
mod tests;
