//! The V4 generation. JSON only; the status says how it went.
//!
//! Owns what its answers have in common, and the flat answer of every write.

mod groups;
mod users;

use super::object::Object;
use super::{Code, Reply};
pub use groups::{v4_group, v4_groups};
pub use users::{v4_user, v4_users};

/// Where users sign in, and whose company they are of: this server itself.
const COMMCELL: &str = "Commcell";
/// Users and groups that are kept here, not in a directory elsewhere.
const SERVICE: &str = "COMMSERVE";

pub fn v4_done() -> Reply {
    v4_accepted("")
}

/// A success that is not at its end yet; `message` says what is still to come.
pub fn v4_accepted(message: &str) -> Reply {
    Reply::flat(200, Code::Success, message)
}

pub fn v4_failed(status: u16, code: Code, message: &str) -> Reply {
    Reply::flat(status, code, message)
}

fn id_name(id: i64, name: &str) -> Object {
    Object::new().with("id", id).with("name", name)
}

fn commcell_company() -> Object {
    id_name(0, COMMCELL)
}

fn commcell(name: &str) -> Object {
    Object::new().with("name", name)
}

#[cfg(test)]
mod tests {
    use super::super::samples::is_json;
    use super::*;

    #[test]
    fn v4_samples() {
        is_json(&v4_done(), 200, r#"{"errorMessage":"","errorCode":0}"#);
        is_json(
            &v4_failed(500, Code::Internal, "internal error"),
            500,
            r#"{"errorMessage":"internal error","errorCode":1}"#,
        );
        is_json(
            &v4_failed(403, Code::Denied, "not allowed"),
            403,
            r#"{"errorMessage":"not allowed","errorCode":5}"#,
        );
    }
}
