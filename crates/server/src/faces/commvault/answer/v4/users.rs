//! `GET V4/user` and `GET V4/user/{id}`.
//!
//! Two fields of the vendor's schema are never sent, because clients act on their being there. A group with a `provider`
//! is an external one to cvpysdk, and a `plan`, even an empty one, is a change that Terraform wants undone.

use super::{commcell, commcell_company, id_name};
use crate::faces::commvault::answer::Reply;
use crate::faces::commvault::answer::object::Object;
use crate::faces::commvault::answer::users::{LockOfUser, UserView};

/// `commcell_name` is how this server calls itself.
pub fn v4_users(commcell_name: &str, users: &[UserView<'_>]) -> Reply {
    let total = i64::try_from(users.len()).unwrap_or(i64::MAX);
    let users: Vec<_> = users.iter().map(|user| summary(commcell_name, user)).collect();
    Reply::json(200, &Object::new().with("numberOfUsers", total).with("users", users))
}

/// The one user that was asked for, bare.
pub fn v4_user(user: &UserView<'_>) -> Reply {
    let groups: Vec<_> = user.groups.iter().map(|group| id_name(group.id, group.name)).collect();
    let answer = identity(user)
        .with("description", user.description)
        .with("serviceType", super::SERVICE)
        .with("lastLoggedIn", user.last_sign_in_s)
        .with("authenticationMethod", super::COMMCELL)
        .with("company", commcell_company())
        .with("associatedUserGroups", groups);
    Reply::json(200, &answer)
}

fn summary(commcell_name: &str, user: &UserView<'_>) -> Object {
    identity(user)
        .with("numberOfLaptops", user.laptops)
        .with("company", commcell_company())
        .with("commcell", commcell(commcell_name))
}

fn identity(user: &UserView<'_>) -> Object {
    id_name(user.id, user.name)
        .with("GUID", user.guid)
        .with("email", user.email)
        .with("fullName", user.full_name)
        .with("userPrincipalName", user.upn)
        .with("enabled", user.enabled)
        .with("lockInfo", lock_info(user.lock))
}

fn lock_info(lock: Option<LockOfUser>) -> Object {
    let LockOfUser { since_s, until_s } = lock.unwrap_or(LockOfUser { since_s: 0, until_s: 0 });
    Object::new().with("isLocked", lock.is_some()).with("startTime", since_s).with("endTime", until_s)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::commvault::answer::samples::is_json;
    use crate::faces::commvault::answer::users::GroupOfUser;

    fn jsmith() -> UserView<'static> {
        UserView {
            id: 2,
            name: "jsmith",
            guid: "9A1B…",
            email: "jsmith@example.com",
            upn: "jsmith@example.com",
            full_name: "John Smith",
            description: "",
            enabled: true,
            last_sign_in_s: 1_760_000_000,
            laptops: 0,
            lock: None,
            groups: vec![GroupOfUser { id: 22, name: "Ops" }],
            associations: Vec::new(),
        }
    }

    #[test]
    fn both_samples() {
        is_json(
            &v4_users("cs", &[jsmith()]),
            200,
            r#"{"numberOfUsers":1,"users":[{"id":2,"name":"jsmith","GUID":"9A1B…","email":"jsmith@example.com","fullName":"John Smith","userPrincipalName":"jsmith@example.com","enabled":true,"lockInfo":{"isLocked":false,"startTime":0,"endTime":0},"numberOfLaptops":0,"company":{"id":0,"name":"Commcell"},"commcell":{"name":"cs"}}]}"#,
        );
        is_json(
            &v4_user(&jsmith()),
            200,
            r#"{"id":2,"name":"jsmith","GUID":"9A1B…","email":"jsmith@example.com","fullName":"John Smith","userPrincipalName":"jsmith@example.com","enabled":true,"lockInfo":{"isLocked":false,"startTime":0,"endTime":0},"description":"","serviceType":"COMMSERVE","lastLoggedIn":1760000000,"authenticationMethod":"Commcell","company":{"id":0,"name":"Commcell"},"associatedUserGroups":[{"id":22,"name":"Ops"}]}"#,
        );
        is_json(&v4_users("cs", &[]), 200, r#"{"numberOfUsers":0,"users":[]}"#);
    }

    #[test]
    fn a_lock_has_its_times() {
        let lock = Some(LockOfUser { since_s: 10, until_s: 40 });
        let reply = v4_user(&UserView { lock, ..jsmith() });
        assert!(reply.body.contains(r#""lockInfo":{"isLocked":true,"startTime":10,"endTime":40}"#));
    }
}
