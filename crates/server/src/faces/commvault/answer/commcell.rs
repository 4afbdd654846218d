//! What a client asks about the server itself before it asks about users. JSON only.

use super::object::Object;
use super::{Code, Reply};
use crate::faces::commvault::media::Format;

/// The service pack whose API this face speaks; clients choose endpoints by it.
const SERVICE_PACK: i64 = 36;

#[derive(Clone, Debug)]
pub struct CommCell<'a> {
    pub host_name: &'a str,
    pub guid: &'a str,
}

/// Every key is needed: clients raise on most missing ones.
pub fn comm_serv(cell: &CommCell<'_>) -> Reply {
    let answer = Object::new()
        .with("hostName", cell.host_name)
        .with("currentSPVersion", SERVICE_PACK)
        .with("csVersionInfo", format!("11 SP{SERVICE_PACK}.1").as_str())
        .with("releaseName", "11")
        .with("timeZone", "0:0:(UTC) Coordinated Universal Time")
        .with("csTimeZone", Object::new().with("TimeZoneName", "UTC"))
        .with(
            "commcell",
            Object::new()
                .with("commCellName", cell.host_name)
                .with("commCellId", 2)
                .with("csGUID", cell.guid),
        );
    Reply::json(200, &answer)
}

/// Exeunt has no second factor of its own.
pub fn two_factor_status() -> Reply {
    let answer = Object::new()
        .with("error", Object::new().with("errorCode", Code::Success))
        .with("twoFactorInfo", Object::new().with("isTwoFactorAuthenticationEnabled", false));
    Reply::json(200, &answer)
}

/// What is answered as JSON only has failed.
pub fn json_failed(code: Code, message: &str) -> Reply {
    Reply::read_failed(Format::Json, "", code, message)
}

#[cfg(test)]
mod tests {
    use super::super::samples::is_json;
    use super::*;

    #[test]
    fn both_samples() {
        is_json(
            &comm_serv(&CommCell { host_name: "cs", guid: "G" }),
            200,
            r#"{"hostName":"cs","currentSPVersion":36,"csVersionInfo":"11 SP36.1","releaseName":"11","timeZone":"0:0:(UTC) Coordinated Universal Time","csTimeZone":{"TimeZoneName":"UTC"},"commcell":{"commCellName":"cs","commCellId":2,"csGUID":"G"}}"#,
        );
        is_json(
            &two_factor_status(),
            200,
            r#"{"error":{"errorCode":0},"twoFactorInfo":{"isTwoFactorAuthenticationEnabled":false}}"#,
        );
    }
}
