//! The flat answer of every v4 write. JSON only; the status says how it went.

use super::{Code, Reply};

pub fn v4_done() -> Reply {
    Reply::flat(200, Code::Success, "")
}

pub fn v4_failed(status: u16, code: Code, message: &str) -> Reply {
    Reply::flat(status, code, message)
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
