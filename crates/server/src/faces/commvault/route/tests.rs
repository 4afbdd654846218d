use domain::{GroupId, UserId};

use super::*;
use crate::faces::commvault::path::Target;

fn route(method: &Method, path: &str) -> Result<Option<Route>, Unread> {
    let raw = format!("/webconsole/api/{path}");
    let target = Target::parse(&raw).expect("a root").unwrap();
    Route::of(method, &target.segments)
}

#[track_caller]
fn is(method: &Method, path: &str, expected: Operation) {
    assert_eq!(route(method, path), Ok(Some(Route::Guarded(expected))), "{method} {path}");
}

#[test]
fn three_endpoints_need_no_token() {
    assert_eq!(route(&Method::GET, ""), Ok(Some(Route::Root)));
    assert_eq!(route(&Method::POST, "login"), Ok(Some(Route::Login)));
    assert_eq!(route(&Method::POST, "renewlogintoken"), Ok(Some(Route::RenewLogin)));
    assert_eq!(route(&Method::POST, "v4/accesstoken/renew"), Ok(Some(Route::RenewAccessToken)));
}

fn two() -> UserRef {
    UserRef::Id(UserId(2))
}

#[test]
fn every_endpoint_is_found_in_any_case() {
    is(&Method::POST, "Logout", Operation::Logout);
    is(&Method::POST, "whoami", Operation::WhoAmI);
    is(&Method::GET, "V2/WhoAmI", Operation::WhoAmI);
    is(&Method::GET, "commserv", Operation::CommServ);
    is(&Method::GET, "Security/TwoFactorAuth/Status?username=x", Operation::TwoFactorStatus);
    is(&Method::GET, "session?userId=2", Operation::ListSessions);
    is(&Method::POST, "user/unlock", Operation::UnlockUsers);
    is(&Method::GET, "UsersAndGroups", Operation::ListUsersAndGroups);
    is(&Method::GET, "v4/USER", Operation::ListUsersV4);
    is(&Method::GET, "V4/user/2", Operation::GetUserV4(two()));
    is(&Method::DELETE, "v4/User/2?newUserId=3", Operation::DeleteUserV4(two()));
    is(&Method::PUT, "V4/user/action/delete", Operation::DeleteUsersV4);
    is(&Method::GET, "V4/UserGroup", Operation::ListGroupsV4);
    is(&Method::GET, "v4/usergroup/22", Operation::GetGroupV4(GroupRef::Id(GroupId(22))));
    is(&Method::GET, "user/2/security", Operation::UserSecurity(two()));
    is(&Method::GET, "UserGroup/22/Security", Operation::GroupSecurity(GroupRef::Id(GroupId(22))));
    is(&Method::GET, "User?level=10", Operation::ListUsers);
    is(&Method::GET, "UserGroup", Operation::ListGroups);
    is(&Method::GET, "usergroup/22", Operation::GetGroup(GroupRef::Id(GroupId(22))));
    let ops = GroupRef::Name("Ops".to_owned());
    is(&Method::GET, "UserGroup/byName(userGroupName='Ops')", Operation::GetGroup(ops));
    is(&Method::GET, "user/2", Operation::GetUser(two()));
    is(&Method::PUT, "user/2/disable", Operation::DisableUser(two()));
    is(&Method::PUT, "User/2/Enable", Operation::EnableUser(two()));
    is(&Method::DELETE, "User/2?newUserId=0", Operation::DeleteUser(two()));
    is(&Method::POST, "user/offboard", Operation::OffboardUser);
    is(&Method::POST, "ApiToken/User", Operation::CreateApiToken);
    is(&Method::POST, "/V4/AccessToken", Operation::CreateAccessToken);
    is(&Method::DELETE, "v4/AccessToken/12", Operation::DeleteAccessToken(12));
    let kim = || UserRef::Name("company/kim".to_owned());
    is(&Method::DELETE, "User/byName(userName='company/kim')", Operation::DeleteUser(kim()));
    is(&Method::PUT, "User/byName(userName='company/kim')/Disable", Operation::DisableUser(kim()));
}

#[test]
fn other_methods_and_paths_are_no_endpoints() {
    for (method, path) in [
        (Method::POST, ""),
        (Method::GET, "Login"),
        (Method::GET, "User/2/Disable"),
        (Method::PUT, "User/2"),
        (Method::PUT, "User/2/Offboard"),
        (Method::GET, "Users"),
        (Method::GET, "User/2/Security/more"),
    ] {
        assert_eq!(route(&method, path), Ok(None), "{method} {path}");
    }
}

#[test]
fn a_user_that_cannot_be_meant_is_an_error() {
    for path in
        ["User/jsmith", "User/0", "User/-1", "User/byName(userName='')", "User/byName(userGroupName='x')"]
    {
        assert!(route(&Method::DELETE, path).is_err(), "{path}");
    }
}

/// Each row is meant by its own path: none before it takes the path away.
#[test]
fn no_endpoint_hides_another() {
    for endpoint in endpoints() {
        let words: Vec<_> =
            endpoint.path.split('/').map(|word| if word.starts_with('{') { "7" } else { word }).collect();
        let raw = format!("/webconsole/api/{}", words.join("/"));
        let target = Target::parse(&raw).expect("a root").unwrap();
        let first = endpoints().find(|row| row.fits(&endpoint.method, &target.segments)).unwrap();
        assert!(std::ptr::eq(first, endpoint), "{endpoint:?} is hidden by {first:?}");
    }
}
