//! `POST User` and `POST V4/user`: who was created.

use super::object::Object;
use super::write::{Entity, Texts, response, written};
use super::{Code, Reply};
use crate::faces::commvault::media::Format;

const ROOT: &str = "App_CreateUserResponse";
/// A client takes any other word for a failure.
const CREATED: &str = "Successful";

/// `warning` says what the user cannot do yet.
pub fn created(format: Format, entity: Entity<'_>, warning: &str) -> Reply {
    let told = Texts { string: CREATED, message: "", warning };
    written(format, ROOT, Some(entity), Code::Success, told)
}

/// The reason stands at the root too: there a client looks for it.
pub fn not_created(format: Format, code: Code, message: &str) -> Reply {
    let response = response(format, None, code, Texts::failure(message));
    let answer = Object::new().with("errorMessage", message).with("response", vec![response]);
    Reply::ok(format, ROOT, &answer)
}

#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    pub id: i64,
    pub guid: &'a str,
    pub name: &'a str,
}

pub fn v4_created(users: &[Newcomer<'_>]) -> Reply {
    let user = |user: &Newcomer<'_>| {
        Object::new().with("id", user.id).with("GUID", user.guid).with("name", user.name)
    };
    Reply::json(200, &Object::new().with("users", users.iter().map(user).collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{is_json, is_xml};
    use super::*;

    #[test]
    fn creation_samples() {
        let new = Entity { user_id: 9, user_name: "x" };
        is_json(
            &created(Format::Json, new, ""),
            200,
            r#"{"response":[{"errorString":"Successful","errorMessage":"","errorCode":0,"warningMessage":"","entity":{"userId":9,"userName":"x"}}]}"#,
        );
        is_xml(
            &created(Format::Xml, new, "x has no password."),
            r#"<App_CreateUserResponse><response errorCode="0" errorString="Successful" errorMessage="" warningMessage="x has no password."><entity userId="9" userName="x"/></response></App_CreateUserResponse>"#,
        );
        let text = "a user named x exists";
        is_xml(
            &not_created(Format::Xml, Code::Failure, text),
            r#"<App_CreateUserResponse errorMessage="a user named x exists"><response errorCode="2" errorString="a user named x exists" errorMessage="a user named x exists" warningMessage=""/></App_CreateUserResponse>"#,
        );
        is_json(
            &not_created(Format::Json, Code::Failure, text),
            200,
            r#"{"errorMessage":"a user named x exists","response":[{"errorString":"a user named x exists","errorMessage":"a user named x exists","errorCode":2,"warningMessage":""}]}"#,
        );
        is_json(
            &v4_created(&[Newcomer { id: 9, guid: "9A1B…", name: "x" }]),
            200,
            r#"{"users":[{"id":9,"GUID":"9A1B…","name":"x"}]}"#,
        );
    }
}
