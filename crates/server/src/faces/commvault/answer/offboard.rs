//! `POST User/Offboard`: a flat answer, whose success text is called `errorMessage`.

use super::object::Object;
use super::{Code, Reply};
use crate::faces::commvault::media::Format;

/// Names the id even when the request named the user.
pub fn offboarded(format: Format, user_id: i64) -> Reply {
    flat(format, Code::Success, &format!("Successfully offboarded user {user_id}"))
}

/// A release so large that it outlasts the call: accepted, and going on by itself.
pub fn offboarding(format: Format, user_id: i64, done: i64, total: i64) -> Reply {
    let message = format!(
        "Offboarding user {user_id}: {done} of {total} workloads are released, the rest follows by itself"
    );
    flat(format, Code::Success, &message)
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
    fn a_long_release_says_how_far_it_is() {
        is_json(
            &offboarding(Format::Json, 5, 1000, 5000),
            200,
            r#"{"errorMessage":"Offboarding user 5: 1000 of 5000 workloads are released, the rest follows by itself","errorCode":0}"#,
        );
    }

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
