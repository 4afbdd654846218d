//! `GET UserGroup`: the groups of a tenant.

use super::associations::{self, Association};
use super::object::Object;
use super::{Code, Reply};
use crate::faces::commvault::media::Format;

const ROOT: &str = "App_GetUserGroupPropertiesResponse";

/// `_type_` of a group.
pub(super) const GROUP: i64 = 15;

#[derive(Clone, Debug)]
pub struct GroupView<'a> {
    pub id: i64,
    pub name: &'a str,
    pub guid: &'a str,
    pub description: &'a str,
    pub members: Vec<MemberOfGroup<'a>>,
    pub associations: Vec<Association<'a>>,
}

#[derive(Clone, Debug)]
pub struct MemberOfGroup<'a> {
    pub id: i64,
    pub name: &'a str,
}

pub fn group_list(format: Format, groups: &[GroupView<'_>]) -> Reply {
    let groups: Vec<_> = groups.iter().map(GroupView::object).collect();
    Reply::ok(format, ROOT, &Object::new().with("userGroups", groups))
}

/// The groups cannot be shown.
pub fn group_read_failed(format: Format, code: Code, message: &str) -> Reply {
    Reply::read_failed(format, ROOT, code, message)
}

impl GroupView<'_> {
    /// A group here has no address and cannot be disabled.
    fn object(&self) -> Object {
        let entity =
            Object::new().with("_type_", GROUP).with("userGroupId", self.id).with("userGroupName", self.name);
        let group = Object::new()
            .with("userGroupEntity", entity)
            .with("description", self.description)
            .with("email", "")
            .with("enabled", true)
            .with("securityAssociations", associations::object(&self.associations));
        if self.members.is_empty() {
            return group;
        }
        let member = |member: &MemberOfGroup<'_>| {
            Object::new().with("userId", member.id).with("userName", member.name)
        };
        group.with("users", self.members.iter().map(member).collect::<Vec<_>>())
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{is_json, is_xml};
    use super::*;

    #[test]
    fn group_samples() {
        let ops = [GroupView {
            id: 22,
            name: "Ops",
            guid: "9A1B…",
            description: "",
            members: Vec::new(),
            associations: Vec::new(),
        }];
        is_json(
            &group_list(Format::Json, &ops),
            200,
            r#"{"userGroups":[{"userGroupEntity":{"_type_":15,"userGroupId":22,"userGroupName":"Ops"},"description":"","email":"","enabled":true,"securityAssociations":{"associations":[]}}]}"#,
        );
        // The contract's XML sample leaves `email` out, its JSON sample does not.
        is_xml(
            &group_list(Format::Xml, &ops),
            r#"<App_GetUserGroupPropertiesResponse><userGroups description="" email="" enabled="true"><userGroupEntity _type_="15" userGroupId="22" userGroupName="Ops"/></userGroups></App_GetUserGroupPropertiesResponse>"#,
        );
        is_json(&group_list(Format::Json, &[]), 200, r#"{"userGroups":[]}"#);
        let members = vec![MemberOfGroup { id: 2, name: "jsmith" }];
        let told = group_list(Format::Json, &[GroupView { members, ..ops[0].clone() }]).body;
        assert!(told.ends_with(r#""users":[{"userId":2,"userName":"jsmith"}]}]}"#), "{told}");
        is_json(
            &group_read_failed(Format::Json, Code::Denied, "not allowed"),
            200,
            r#"{"errorCode":5,"errorMessage":"not allowed"}"#,
        );
    }
}
