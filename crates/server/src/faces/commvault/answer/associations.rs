//! Security associations: which role a user or group has on which client.

use super::object::Object;
use super::{Code, Reply};
use crate::faces::commvault::media::Format;

const ROOT: &str = "App_SecurityAssociations";

/// `_type_` of a client.
const CLIENT: i64 = 3;

#[derive(Clone, Debug)]
pub struct Association<'a> {
    pub client_id: i64,
    pub client_name: &'a str,
    pub role_id: i64,
    pub role_name: &'a str,
}

/// The answer of `User/{id}/Security` and `UserGroup/{id}/Security`.
pub fn associations(format: Format, list: &[Association<'_>]) -> Reply {
    Reply::ok(format, ROOT, &object(list))
}

pub fn associations_read_failed(format: Format, code: Code, message: &str) -> Reply {
    Reply::read_failed(format, ROOT, code, message)
}

pub(super) fn object(list: &[Association<'_>]) -> Object {
    Object::new().with("associations", list.iter().map(Association::object).collect::<Vec<_>>())
}

impl Association<'_> {
    /// Clients index both `entities` and `properties`.
    fn object(&self) -> Object {
        let entity = Object::new()
            .with("_type_", CLIENT)
            .with("clientId", self.client_id)
            .with("clientName", self.client_name);
        let role = Object::new().with("roleId", self.role_id).with("roleName", self.role_name);
        Object::new()
            .with("entities", Object::new().with("entity", vec![entity]))
            .with("properties", Object::new().with("role", role))
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{is_json, is_xml};
    use super::*;

    #[test]
    fn security() {
        let list = [Association { client_id: 7, client_name: "lap7", role_id: 4, role_name: "Laptop Owner" }];
        is_json(
            &associations(Format::Json, &list),
            200,
            r#"{"associations":[{"entities":{"entity":[{"_type_":3,"clientId":7,"clientName":"lap7"}]},"properties":{"role":{"roleId":4,"roleName":"Laptop Owner"}}}]}"#,
        );
        is_json(&associations(Format::Json, &[]), 200, r#"{"associations":[]}"#);
        is_xml(&associations(Format::Xml, &[]), "<App_SecurityAssociations/>");
        is_xml(
            &associations_read_failed(Format::Xml, Code::Failure, "User 99 not found"),
            r#"<App_SecurityAssociations errorCode="2" errorMessage="User 99 not found"/>"#,
        );
        is_xml(
            &associations(Format::Xml, &list),
            r#"<App_SecurityAssociations><associations><entities><entity _type_="3" clientId="7" clientName="lap7"/></entities><properties><role roleId="4" roleName="Laptop Owner"/></properties></associations></App_SecurityAssociations>"#,
        );
    }
}
