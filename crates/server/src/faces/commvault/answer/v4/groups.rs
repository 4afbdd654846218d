//! `GET V4/UserGroup` and `GET V4/UserGroup/{id}`.

use super::{commcell, commcell_company, id_name};
use crate::faces::commvault::answer::Reply;
use crate::faces::commvault::answer::associations::Association;
use crate::faces::commvault::answer::groups::{GroupView, MemberOfGroup};
use crate::faces::commvault::answer::object::{Object, Value};

pub fn v4_groups(commcell_name: &str, groups: &[GroupView<'_>]) -> Reply {
    let groups: Vec<_> = groups.iter().map(|group| element(commcell_name, group, group.id)).collect();
    Reply::json(200, &Object::new().with("userGroups", groups))
}

/// The one group that was asked for, bare. The vendor's schema makes a text of its id, here and nowhere else.
pub fn v4_group(commcell_name: &str, group: &GroupView<'_>) -> Reply {
    let entities: Vec<_> = group.associations.iter().map(entity).collect();
    let answer = element(commcell_name, group, group.id.to_string().as_str());
    Reply::json(200, &answer.with("associatedEntities", entities))
}

/// A group here cannot be disabled, and all its members are of one company.
fn element(commcell_name: &str, group: &GroupView<'_>, id: impl Into<Value>) -> Object {
    let member = |member: &MemberOfGroup<'_>| id_name(member.id, member.name);
    Object::new()
        .with("id", id)
        .with("name", group.name)
        .with("GUID", group.guid)
        .with("serviceType", super::SERVICE)
        .with("description", group.description)
        .with("enabled", true)
        .with("allowMultipleCompanyMembers", false)
        .with("company", commcell_company())
        .with("commcell", commcell(commcell_name))
        .with("users", group.members.iter().map(member).collect::<Vec<_>>())
}

fn entity(association: &Association<'_>) -> Object {
    id_name(association.client_id, association.client_name)
        .with("type", "CLIENT_ENTITY")
        .with("role", id_name(association.role_id, association.role_name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::commvault::answer::samples::is_json;

    fn ops() -> GroupView<'static> {
        GroupView {
            id: 22,
            name: "Ops",
            guid: "7C3D…",
            description: "",
            members: vec![MemberOfGroup { id: 2, name: "jsmith" }],
            associations: vec![Association {
                client_id: 7,
                client_name: "lap7",
                role_id: 4,
                role_name: "Laptop Owner",
            }],
        }
    }

    #[test]
    fn both_samples() {
        is_json(
            &v4_groups("cs", &[ops()]),
            200,
            r#"{"userGroups":[{"id":22,"name":"Ops","GUID":"7C3D…","serviceType":"COMMSERVE","description":"","enabled":true,"allowMultipleCompanyMembers":false,"company":{"id":0,"name":"Commcell"},"commcell":{"name":"cs"},"users":[{"id":2,"name":"jsmith"}]}]}"#,
        );
        is_json(
            &v4_group("cs", &ops()),
            200,
            r#"{"id":"22","name":"Ops","GUID":"7C3D…","serviceType":"COMMSERVE","description":"","enabled":true,"allowMultipleCompanyMembers":false,"company":{"id":0,"name":"Commcell"},"commcell":{"name":"cs"},"users":[{"id":2,"name":"jsmith"}],"associatedEntities":[{"id":7,"name":"lap7","type":"CLIENT_ENTITY","role":{"id":4,"name":"Laptop Owner"}}]}"#,
        );
    }
}
