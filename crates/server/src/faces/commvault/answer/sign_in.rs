//! Answers around a session: the probe, Login, WhoAmI, Logout and the bad token.

use super::object::Object;
use super::{Code, Reply};
use crate::faces::commvault::media::Format;

const LOGIN: &str = "DM2ContentIndexing_CheckCredentialResp";
const WHO_AM_I: &str = "CvEntities_ProcessingInstructionInfo";

/// What a client learns when it is let in.
#[derive(Clone, Debug)]
pub struct SignedIn<'a> {
    pub user_name: &'a str,
    /// Bare; the prefix is ours to add.
    pub token: &'a str,
    pub user_id: i64,
    pub user_guid: &'a str,
    pub email: &'a str,
    pub organization_guid: &'a str,
}

pub fn signed_in(format: Format, view: &SignedIn<'_>) -> Reply {
    let organization = || {
        Object::new()
            .with("GUID", view.organization_guid)
            .with("providerId", 0)
            .with("providerDomainName", "Commcell")
    };
    let answer = Object::new()
        .with("userName", view.user_name)
        .with("token", format!("QSDK {}", view.token).as_str())
        .with("aliasName", view.user_id.to_string().as_str())
        .with("userGUID", view.user_guid)
        .with("smtpAddress", view.email)
        .with("loginAttempts", 0)
        .with("remainingLockTime", 0)
        .with("providerType", 1)
        .with("ccn", 0)
        .with("capability", 0)
        .with("forcePasswordChange", false)
        .with("isAccountLocked", false)
        .with("ownerOrganization", organization())
        .with("providerOrganization", organization())
        .with("additionalResp", Object::new().with("nameValues", Vec::new()))
        .with("errList", Vec::new());
    Reply::ok(format, LOGIN, &answer)
}

/// A tenant has a number only; clients want something in the form of a GUID that stays the same.
pub fn tenant_guid(tenant: i64) -> String {
    format!("{tenant:032x}")
}

/// Keeps `token` and `userName` out: clients test for the keys.
pub fn refused(format: Format, message: &str) -> Reply {
    not_signed_in(format, message, None)
}

pub fn locked(format: Format, message: &str, remaining_s: i64) -> Reply {
    not_signed_in(format, message, Some(remaining_s))
}

fn not_signed_in(format: Format, message: &str, locked_s: Option<i64>) -> Reply {
    let error = Object::new().with("errLogMessage", message).with("errorCode", Code::Failure);
    let answer = Object::new()
        .with("errList", vec![error])
        .with("isAccountLocked", locked_s.is_some())
        .with("remainingLockTime", locked_s.unwrap_or(0));
    Reply::ok(format, LOGIN, &answer)
}

pub fn who_am_i(format: Format, user_id: i64, user_name: &str) -> Reply {
    let answer =
        Object::new().with("user", Object::new().with("userName", user_name).with("userId", user_id));
    Reply::ok(
        format,
        WHO_AM_I,
        &match format {
            Format::Json => answer.with("errorCode", Code::Success),
            Format::Xml => answer,
        },
    )
}

/// Plain text whatever the client accepts.
pub fn signed_out() -> Reply {
    Reply { status: 200, content_type: "text/plain", body: "User logged out".to_owned() }
}

/// The root, which clients probe before they sign in: only the status counts.
pub fn probe() -> Reply {
    Reply { status: 200, content_type: "text/plain", body: "Exeunt".to_owned() }
}

/// A bad, expired or absent token, and nothing else: clients renew or sign in again on 401.
pub fn unauthorized() -> Reply {
    Reply::flat(401, Code::Denied, "Access denied")
}

#[cfg(test)]
mod tests {
    use super::super::samples::{is_json, is_xml};
    use super::*;

    const ADMIN: SignedIn<'_> = SignedIn {
        user_name: "admin",
        token: "3a5f…",
        user_id: 1,
        user_guid: "6F0C…",
        email: "admin@example.com",
        organization_guid: "…",
    };

    #[test]
    fn login() {
        is_json(
            &signed_in(Format::Json, &ADMIN),
            200,
            r#"{"userName":"admin","token":"QSDK 3a5f…","aliasName":"1","userGUID":"6F0C…","smtpAddress":"admin@example.com","loginAttempts":0,"remainingLockTime":0,"providerType":1,"ccn":0,"capability":0,"forcePasswordChange":false,"isAccountLocked":false,"ownerOrganization":{"GUID":"…","providerId":0,"providerDomainName":"Commcell"},"providerOrganization":{"GUID":"…","providerId":0,"providerDomainName":"Commcell"},"additionalResp":{"nameValues":[]},"errList":[]}"#,
        );
        is_xml(
            &signed_in(Format::Xml, &ADMIN),
            r#"<DM2ContentIndexing_CheckCredentialResp userName="admin" token="QSDK 3a5f…" aliasName="1" userGUID="6F0C…" smtpAddress="admin@example.com" loginAttempts="0" remainingLockTime="0" providerType="1" ccn="0" capability="0" forcePasswordChange="false" isAccountLocked="false"><ownerOrganization GUID="…" providerId="0" providerDomainName="Commcell"/><providerOrganization GUID="…" providerId="0" providerDomainName="Commcell"/></DM2ContentIndexing_CheckCredentialResp>"#,
        );
    }

    #[test]
    fn login_refused() {
        let message = "User name or password is wrong.";
        is_json(
            &refused(Format::Json, message),
            200,
            r#"{"errList":[{"errLogMessage":"User name or password is wrong.","errorCode":2}],"isAccountLocked":false,"remainingLockTime":0}"#,
        );
        is_xml(
            &refused(Format::Xml, message),
            r#"<DM2ContentIndexing_CheckCredentialResp isAccountLocked="false" remainingLockTime="0"><errList errLogMessage="User name or password is wrong." errorCode="2"/></DM2ContentIndexing_CheckCredentialResp>"#,
        );
        is_json(
            &locked(Format::Json, "Locked.", 30),
            200,
            r#"{"errList":[{"errLogMessage":"Locked.","errorCode":2}],"isAccountLocked":true,"remainingLockTime":30}"#,
        );
    }

    #[test]
    fn who_am_i_in_both_forms() {
        is_json(
            &who_am_i(Format::Json, 1, "admin"),
            200,
            r#"{"user":{"userName":"admin","userId":1},"errorCode":0}"#,
        );
        is_xml(
            &who_am_i(Format::Xml, 1, "admin"),
            r#"<CvEntities_ProcessingInstructionInfo><user userName="admin" userId="1"/></CvEntities_ProcessingInstructionInfo>"#,
        );
    }

    #[test]
    fn logout_and_bad_token_ignore_the_format() {
        let out = signed_out();
        assert_eq!((out.status, out.content_type, out.body.as_str()), (200, "text/plain", "User logged out"));
        is_json(&unauthorized(), 401, r#"{"errorMessage":"Access denied","errorCode":5}"#);
    }
}
