//! The older generations: XML or JSON, mostly status 200. Fixed words come before parameters in their place.

use axum::http::Method;

use super::endpoint::Meaning::{OfGroup, OfSubclient, OfUser, OfVm, Open, Plain};
use super::{Endpoint, Operation, Route, Shape};

pub(super) const ENDPOINTS: &[Endpoint] = &[
    Endpoint::new(Method::GET, "", Open(Route::Root)),
    Endpoint::new(Method::POST, "Login", Open(Route::Login)),
    Endpoint::new(Method::POST, "RenewLoginToken", Open(Route::RenewLogin)),
    Endpoint::new(Method::POST, "Logout", Plain(Operation::Logout)),
    Endpoint::new(Method::POST, "WhoAmI", Plain(Operation::WhoAmI)),
    Endpoint::new(Method::GET, "v2/whoami", Plain(Operation::WhoAmI)),
    Endpoint::new(Method::GET, "CommServ", Plain(Operation::CommServ)),
    Endpoint::new(Method::GET, "Security/TwoFactorAuth/Status", Plain(Operation::TwoFactorStatus)),
    Endpoint::new(Method::GET, "Session", Plain(Operation::ListSessions)),
    Endpoint::new(Method::POST, "User/Unlock", Plain(Operation::UnlockUsers)),
    Endpoint::new(Method::GET, "UsersAndGroups", Plain(Operation::ListUsersAndGroups)),
    Endpoint::new(Method::POST, "User/Offboard", Plain(Operation::OffboardUser)),
    Endpoint::new(Method::POST, "Subclient/{subclient}/Offboard", OfSubclient(Operation::OffboardWorkload)),
    Endpoint::new(Method::POST, "VM/{guid}/Offboard", OfVm(Operation::OffboardWorkload)),
    Endpoint::new(Method::POST, "Tenant/Offboard", Plain(Operation::OffboardTenant)),
    Endpoint::new(Method::GET, "User", Plain(Operation::ListUsers)),
    Endpoint::new(Method::GET, "User/{user}", OfUser(Operation::GetUser, Shape::ReadUser)),
    Endpoint::new(Method::POST, "User", Plain(Operation::CreateUser)),
    Endpoint::new(Method::POST, "User/{user}", OfUser(Operation::UpdateUser, Shape::UpdateUser)),
    Endpoint::new(Method::DELETE, "User/{user}", OfUser(Operation::DeleteUser, Shape::DeleteUser)),
    Endpoint::new(Method::PUT, "User/{user}/Disable", OfUser(Operation::DisableUser, Shape::UpdateUser)),
    Endpoint::new(Method::PUT, "User/{user}/Enable", OfUser(Operation::EnableUser, Shape::UpdateUser)),
    Endpoint::new(
        Method::GET,
        "User/{user}/Security",
        OfUser(Operation::UserSecurity, Shape::ReadAssociations),
    ),
    Endpoint::new(Method::GET, "UserGroup", Plain(Operation::ListGroups)),
    Endpoint::new(Method::GET, "UserGroup/{group}", OfGroup(Operation::GetGroup, Shape::ReadGroup)),
    Endpoint::new(Method::DELETE, "UserGroup/{group}", OfGroup(Operation::DeleteGroup, Shape::DeleteGroup)),
    Endpoint::new(
        Method::GET,
        "UserGroup/{group}/Security",
        OfGroup(Operation::GroupSecurity, Shape::ReadAssociations),
    ),
    Endpoint::new(Method::POST, "ApiToken/User", Plain(Operation::CreateApiToken)),
];
