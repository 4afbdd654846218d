//! The one shape of every v2 write, and the answer of Disable and Enable in it.

use super::object::Object;
use super::{Code, Reply};
use crate::faces::commvault::media::Format;

const UPDATE: &str = "App_UpdateUserPropertiesResponse";

/// The user written to, where there is one.
#[derive(Clone, Copy, Debug)]
pub struct Entity<'a> {
    pub user_id: i64,
    pub user_name: &'a str,
}

/// The group written to.
#[derive(Clone, Copy, Debug)]
pub struct GroupEntity<'a> {
    pub group_id: i64,
    pub group_name: &'a str,
}

impl From<Entity<'_>> for Object {
    fn from(Entity { user_id, user_name }: Entity<'_>) -> Self {
        Self::new().with("userId", user_id).with("userName", user_name)
    }
}

impl From<GroupEntity<'_>> for Object {
    fn from(GroupEntity { group_id, group_name }: GroupEntity<'_>) -> Self {
        Self::new().with("userGroupId", group_id).with("userGroupName", group_name)
    }
}

/// `warning` says what other platforms still owe; empty where nothing is owed.
pub fn updated(format: Format, entity: Entity<'_>, warning: &str) -> Reply {
    written(format, UPDATE, Some(entity), Code::Success, Texts { warning, ..Texts::default() })
}

pub fn not_updated(format: Format, entity: Option<Entity<'_>>, code: Code, message: &str) -> Reply {
    written(format, UPDATE, entity, code, Texts::failure(message))
}

/// Always sent, all three: each is what some client reads.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Texts<'a> {
    pub string: &'a str,
    pub message: &'a str,
    pub warning: &'a str,
}

impl<'a> Texts<'a> {
    pub(super) fn failure(message: &'a str) -> Self {
        Self { string: message, message, warning: "" }
    }
}

pub(super) fn written(
    format: Format,
    root: &str,
    entity: Option<impl Into<Object>>,
    code: Code,
    told: Texts<'_>,
) -> Reply {
    let response = response(format, entity.map(Into::into), code, told);
    Reply::ok(format, root, &Object::new().with("response", vec![response]))
}

pub(super) fn response(format: Format, entity: Option<Object>, code: Code, told: Texts<'_>) -> Object {
    let texts =
        |response: Object| response.with("errorString", told.string).with("errorMessage", told.message);
    // The vendor's order differs between the two forms.
    let response = match format {
        Format::Json => texts(Object::new()).with("errorCode", code),
        Format::Xml => texts(Object::new().with("errorCode", code)),
    };
    let response = response.with("warningMessage", told.warning);
    match entity {
        Some(entity) => response.with("entity", entity),
        None => response,
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{is_json, is_xml};
    use super::*;

    const JSMITH: Entity<'_> = Entity { user_id: 2, user_name: "jsmith" };

    #[test]
    fn update_samples() {
        is_json(
            &updated(Format::Json, JSMITH, ""),
            200,
            r#"{"response":[{"errorString":"","errorMessage":"","errorCode":0,"warningMessage":"","entity":{"userId":2,"userName":"jsmith"}}]}"#,
        );
        is_xml(
            &updated(Format::Xml, JSMITH, ""),
            r#"<App_UpdateUserPropertiesResponse><response errorCode="0" errorString="" errorMessage="" warningMessage=""><entity userId="2" userName="jsmith"/></response></App_UpdateUserPropertiesResponse>"#,
        );
    }

    #[test]
    fn what_is_owed_elsewhere_is_a_warning() {
        let warning = "Still under way on backup.";
        is_json(
            &updated(Format::Json, JSMITH, warning),
            200,
            r#"{"response":[{"errorString":"","errorMessage":"","errorCode":0,"warningMessage":"Still under way on backup.","entity":{"userId":2,"userName":"jsmith"}}]}"#,
        );
    }

    #[test]
    fn a_failure_says_why_in_both_texts() {
        is_json(
            &not_updated(Format::Json, None, Code::Failure, "User 99 not found"),
            200,
            r#"{"response":[{"errorString":"User 99 not found","errorMessage":"User 99 not found","errorCode":2,"warningMessage":""}]}"#,
        );
    }
}
