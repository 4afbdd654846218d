//! The vendor's own sample requests, read as they stand in its documentation.

use axum::http::Method;
use domain::{GroupId, UserId};

use super::body;
use super::offboard::Offboard;
use super::path::Target;
use super::route::{Operation, Route};
use super::successor::Successor;
use crate::app::{GroupRef, UserRef};

#[track_caller]
fn read(method: &Method, raw: &str) -> (Operation, Successor) {
    let target = Target::parse(raw).expect("a root").expect("a readable path");
    let route = Route::of(method, &target.segments).expect("a readable route");
    let Some(Route::Guarded(operation)) = route else { panic!("{route:?}") };
    (operation, Successor::from_query(&target.query).expect("a readable query"))
}

fn named(name: &str) -> UserRef {
    UserRef::Name(name.to_owned())
}

#[test]
fn delete_by_id_for_a_group() {
    assert_eq!(
        read(&Method::DELETE, "/SearchSvc/CVWebService.svc/User/2?newUserGroupId=22&newUserId=0"),
        (Operation::DeleteUser(UserRef::Id(UserId(2))), Successor::Group(GroupRef::Id(GroupId(22))))
    );
}

#[test]
fn delete_by_name_for_a_user() {
    let raw = "/webconsole/api/User/byName(userName='jsmith')\
               ?newUserId=byName(userName='kjones')&newUserGroupId=byName(userGroupName='')";
    assert_eq!(
        read(&Method::DELETE, raw),
        (Operation::DeleteUser(named("jsmith")), Successor::User(named("kjones")))
    );
}

#[test]
fn names_and_ids_mix_between_path_and_query() {
    let raw = "/commandcenter/api/user/byname(username='company/j''s')?newusergroupid=22";
    assert_eq!(
        read(&Method::DELETE, raw),
        (Operation::DeleteUser(named("company/j's")), Successor::Group(GroupRef::Id(GroupId(22))))
    );
}

#[test]
fn offboard_by_name_and_by_id() {
    assert_eq!(
        read(&Method::POST, "/commandcenter/api/User/Offboard"),
        (Operation::OffboardUser, Successor::None)
    );
    for (sent, expected) in [
        ("{\n\"userName\": \"tapicompany/tapicompany\"\n}", named("tapicompany/tapicompany")),
        ("{\n  \"userId\":5\n}", UserRef::Id(UserId(5))),
    ] {
        let body = body::parse(sent.as_bytes()).expect("a readable body");
        assert_eq!(Offboard::parse(&body).expect("a user").user, expected, "{sent}");
    }
}
