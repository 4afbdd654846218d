//! `DELETE User` and `DELETE UserGroup`: what became of the account or the group, and of what it owned.

use super::write::{Entity, GroupEntity, Texts, written};
use super::{Code, Reply};
use crate::faces::commvault::media::Format;

const ROOT: &str = "App_DeleteUserResponse";
const ROOT_OF_GROUP: &str = "App_DeleteUserGroupResponse";

/// What went to a new owner.
#[derive(Clone, Copy, Debug)]
pub struct HandedOver<'a> {
    pub items: i64,
    pub new_owner: &'a str,
}

/// `warning` says what other platforms still owe; empty where nothing is owed.
pub fn deleted(
    format: Format,
    entity: Entity<'_>,
    handed_over: Option<HandedOver<'_>>,
    warning: &str,
) -> Reply {
    success(format, entity, &handed_over_to(format, handed_over), warning)
}

fn handed_over_to(format: Format, handed_over: Option<HandedOver<'_>>) -> String {
    match (handed_over, format) {
        (Some(HandedOver { items: 1, new_owner }), _) => {
            format!("Ownership of 1 item is now with {new_owner}.")
        }
        (Some(HandedOver { items, new_owner }), _) => {
            format!("Ownership of {items} items is now with {new_owner}.")
        }
        // Clients of each form compare with their own word.
        (None, Format::Json) => "Success".to_owned(),
        (None, Format::Xml) => "Successful".to_owned(),
    }
}

pub fn group_deleted(format: Format, entity: GroupEntity<'_>, handed_over: Option<HandedOver<'_>>) -> Reply {
    let string = &handed_over_to(format, handed_over);
    let told = Texts { string, ..Texts::default() };
    written(format, ROOT_OF_GROUP, Some(entity), Code::Success, told)
}

pub fn group_not_deleted(format: Format, code: Code, message: &str) -> Reply {
    written(format, ROOT_OF_GROUP, None::<GroupEntity<'_>>, code, Texts::failure(message))
}

/// A transfer so large that it outlasts the call: accepted, and going on by itself.
pub fn deleting(format: Format, entity: Entity<'_>, so_far: HandedOver<'_>, total: i64) -> Reply {
    success(format, entity, &self::so_far(entity.user_name, so_far, total), "")
}

/// How far a long transfer is, in either generation.
pub fn so_far(user_name: &str, so_far: HandedOver<'_>, total: i64) -> String {
    let HandedOver { items, new_owner } = so_far;
    format!(
        "Ownership of {items} of {total} items is now with {new_owner}. The rest follows by itself; \
         {user_name} is disabled now and is deleted when all of it is done."
    )
}

/// The transfer has stopped, in either generation.
pub fn cut_only(user_name: &str, why: &str) -> String {
    format!("User {user_name} is disabled, but not deleted: {why}")
}

fn success(format: Format, entity: Entity<'_>, sentence: &str, warning: &str) -> Reply {
    written(format, ROOT, Some(entity), Code::Success, Texts { string: sentence, message: "", warning })
}

pub fn not_deleted(format: Format, entity: Option<Entity<'_>>, code: Code, message: &str) -> Reply {
    written(format, ROOT, entity, code, Texts::failure(message))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{is_json, is_xml};
    use super::*;

    const JSMITH: Entity<'_> = Entity { user_id: 2, user_name: "jsmith" };

    #[test]
    fn deleted_with_and_without_a_transfer() {
        is_json(
            &deleted(Format::Json, JSMITH, None, ""),
            200,
            r#"{"response":[{"errorString":"Success","errorMessage":"","errorCode":0,"warningMessage":"","entity":{"userId":2,"userName":"jsmith"}}]}"#,
        );
        let three = HandedOver { items: 3, new_owner: "kjones" };
        is_xml(
            &deleted(Format::Xml, JSMITH, Some(three), ""),
            r#"<App_DeleteUserResponse><response errorCode="0" errorString="Ownership of 3 items is now with kjones." errorMessage="" warningMessage=""><entity userId="2" userName="jsmith"/></response></App_DeleteUserResponse>"#,
        );
        is_xml(
            &deleted(Format::Xml, JSMITH, None, ""),
            r#"<App_DeleteUserResponse><response errorCode="0" errorString="Successful" errorMessage="" warningMessage=""><entity userId="2" userName="jsmith"/></response></App_DeleteUserResponse>"#,
        );
        let one = HandedOver { items: 1, new_owner: "Ops" };
        assert!(
            deleted(Format::Json, JSMITH, Some(one), "")
                .body
                .contains("Ownership of 1 item is now with Ops.")
        );
    }

    #[test]
    fn groups_are_told_alike() {
        let ops = GroupEntity { group_id: 22, group_name: "Ops" };
        is_json(
            &group_deleted(Format::Json, ops, None),
            200,
            r#"{"response":[{"errorString":"Success","errorMessage":"","errorCode":0,"warningMessage":"","entity":{"userGroupId":22,"userGroupName":"Ops"}}]}"#,
        );
        is_xml(
            &group_not_deleted(Format::Xml, Code::Failure, "Group 9 not found"),
            r#"<App_DeleteUserGroupResponse><response errorCode="2" errorString="Group 9 not found" errorMessage="Group 9 not found" warningMessage=""/></App_DeleteUserGroupResponse>"#,
        );
    }

    #[test]
    fn a_long_transfer_says_how_far_it_is() {
        let so_far = HandedOver { items: 1000, new_owner: "Ops" };
        is_json(
            &deleting(Format::Json, JSMITH, so_far, 5000),
            200,
            r#"{"response":[{"errorString":"Ownership of 1000 of 5000 items is now with Ops. The rest follows by itself; jsmith is disabled now and is deleted when all of it is done.","errorMessage":"","errorCode":0,"warningMessage":"","entity":{"userId":2,"userName":"jsmith"}}]}"#,
        );
    }

    #[test]
    fn a_refusal_names_what_is_owned() {
        let message = "User jsmith owns 3 alerts, 1 schedule policy. Name a new owner.";
        is_json(
            &not_deleted(Format::Json, Some(JSMITH), Code::Failure, message),
            200,
            r#"{"response":[{"errorString":"User jsmith owns 3 alerts, 1 schedule policy. Name a new owner.","errorMessage":"User jsmith owns 3 alerts, 1 schedule policy. Name a new owner.","errorCode":2,"warningMessage":"","entity":{"userId":2,"userName":"jsmith"}}]}"#,
        );
        is_xml(
            &not_deleted(Format::Xml, Some(JSMITH), Code::Failure, message),
            r#"<App_DeleteUserResponse><response errorCode="2" errorString="User jsmith owns 3 alerts, 1 schedule policy. Name a new owner." errorMessage="User jsmith owns 3 alerts, 1 schedule policy. Name a new owner." warningMessage=""><entity userId="2" userName="jsmith"/></response></App_DeleteUserResponse>"#,
        );
    }
}
