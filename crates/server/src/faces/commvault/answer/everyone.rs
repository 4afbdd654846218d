//! `GET UsersAndGroups`. JSON only.

use super::Reply;
use super::groups::{GROUP, GroupView};
use super::object::Object;
use super::users::{USER, UserView};

/// A group here has no full name and no address.
pub fn users_and_groups(users: &[UserView<'_>], groups: &[GroupView<'_>]) -> Reply {
    let group = |group: &GroupView<'_>| {
        let entity = Object::new()
            .with("userGroupName", group.name)
            .with("userGroupId", group.id)
            .with("_type_", GROUP);
        described("", group.description, "", entity)
    };
    let user = |user: &UserView<'_>| {
        let entity = Object::new().with("userId", user.id).with("_type_", USER).with("userName", user.name);
        described(user.full_name, user.description, user.email, entity)
    };
    let answer = Object::new()
        .with("userGroups", groups.iter().map(group).collect::<Vec<_>>())
        .with("users", users.iter().map(user).collect::<Vec<_>>());
    Reply::json(200, &answer)
}

fn described(full_name: &str, description: &str, email: &str, entity: Object) -> Object {
    Object::new()
        .with("fullName", full_name)
        .with("description", description)
        .with("email", email)
        .with("associatedUserOrUserGroup", entity)
}
