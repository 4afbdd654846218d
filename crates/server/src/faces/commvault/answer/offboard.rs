//! `POST User/Offboard`: a flat answer, whose success text is called `errorMessage`.

use super::object::Object;
use super::{Code, Reply};
use crate::faces::commvault::media::Format;

/// Names the id even when the request named the user.
pub fn offboarded(format: Format, user_id: i64) -> Reply {
    flat(format, Code::Success, &format!("Successfully offboarded user {user_id}"))
}

pub fn not_offboarded(format: Format, code: Code, message: &str) -> Reply {
    flat(format, code, message)
}

fn flat(format: Format, code: Code, message: &str) -> Reply {
    let answer = Object::new().with("errorMessage", message).with("errorCode", code);
    Reply::ok(format, "Api_OffboardUserResp", &answer)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{is_json, is_xml};
    use super::*;

    #[test]
    fn offboard_samples() {
        is_json(
            &offboarded(Format::Json, 5),
            200,
            r#"{"errorMessage":"Successfully offboarded user 5","errorCode":0}"#,
        );
        is_xml(
            &offboarded(Format::Xml, 5),
            r#"<Api_OffboardUserResp errorMessage="Successfully offboarded user 5" errorCode="0"/>"#,
        );
        is_json(
            &not_offboarded(Format::Json, Code::Failure, "User x not found"),
            200,
            r#"{"errorMessage":"User x not found","errorCode":2}"#,
        );
        is_xml(
            &not_offboarded(Format::Xml, Code::Failure, "User x not found"),
            r#"<Api_OffboardUserResp errorMessage="User x not found" errorCode="2"/>"#,
        );
    }
}
