//! `…/Offboard` of a user, a workload or a tenant: a flat answer, whose success text is called `errorMessage`.

use domain::action::Count;

use super::object::Object;
use super::{Code, Reply};
use crate::faces::commvault::media::Format;

/// What was to be offboarded. Only the name of the XML root tells the answers apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offboarded {
    User,
    Subclient,
    Vm,
    Tenant,
}

impl Offboarded {
    fn root(self) -> &'static str {
        match self {
            Self::User => "Api_OffboardUserResp",
            Self::Subclient => "Api_OffboardSubclientResp",
            Self::Vm => "Api_OffboardVMResp",
            Self::Tenant => "Api_OffboardTenantResp",
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Subclient => "subclient",
            Self::Vm => "VM",
            Self::Tenant => "tenant",
        }
    }
}

/// Of a user it names the id even when the request named the user.
pub fn offboarded(format: Format, what: Offboarded, name: &str) -> Reply {
    flat(format, what, Code::Success, &format!("Successfully offboarded {} {name}", what.noun()))
}

/// A release so large that it outlasts the call: accepted, and going on by itself.
pub fn offboarding(format: Format, user_id: i64, done: i64, total: i64) -> Reply {
    let message = format!(
        "Offboarding user {user_id}: {done} of {total} workloads are released, the rest follows by itself"
    );
    flat(format, Offboarded::User, Code::Success, &message)
}

/// How far the offboarding of a tenant came.
#[derive(Clone, Copy, Debug)]
pub struct OfTenant<'a> {
    pub name: &'a str,
    pub users: u64,
    pub workloads: u64,
    /// Users whose workloads are too many for the call.
    pub under_way: u64,
}

impl OfTenant<'_> {
    fn sentence(&self) -> String {
        let count = |noun: &str, count| Count { noun: noun.to_owned(), count };
        let (users, workloads) = (count("user", self.users), count("workload", self.workloads));
        let rest = match self.under_way {
            0 => String::new(),
            under_way => format!("; the rest of {} follows by itself", count("user", under_way)),
        };
        format!("{}: {users}, {workloads} released{rest}", self.name)
    }
}

pub fn tenant_offboarded(format: Format, tenant: OfTenant<'_>) -> Reply {
    offboarded(format, Offboarded::Tenant, &tenant.sentence())
}

/// Some users were `refused`, or the call was `cut_short`; what was done for the others stays done.
pub fn tenant_partly_offboarded(
    format: Format,
    tenant: OfTenant<'_>,
    cut_short: bool,
    refused: &str,
) -> Reply {
    let mut message = format!("Offboarded only a part of tenant {}.", tenant.sentence());
    if cut_short {
        message.push_str(" The time of a call was up: repeat it to go on.");
    }
    if !refused.is_empty() {
        message = format!("{message} Not offboarded: {refused}");
    }
    flat(format, Offboarded::Tenant, Code::Failure, &message)
}

pub fn not_offboarded(format: Format, what: Offboarded, code: Code, message: &str) -> Reply {
    flat(format, what, code, message)
}

fn flat(format: Format, what: Offboarded, code: Code, message: &str) -> Reply {
    let answer = Object::new().with("errorMessage", message).with("errorCode", code);
    Reply::ok(format, what.root(), &answer)
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
            &offboarded(Format::Json, Offboarded::User, "5"),
            200,
            r#"{"errorMessage":"Successfully offboarded user 5","errorCode":0}"#,
        );
        is_xml(
            &offboarded(Format::Xml, Offboarded::User, "5"),
            r#"<Api_OffboardUserResp errorMessage="Successfully offboarded user 5" errorCode="0"/>"#,
        );
        is_json(
            &not_offboarded(Format::Json, Offboarded::User, Code::Failure, "User x not found"),
            200,
            r#"{"errorMessage":"User x not found","errorCode":2}"#,
        );
        is_xml(
            &not_offboarded(Format::Xml, Offboarded::User, Code::Failure, "User x not found"),
            r#"<Api_OffboardUserResp errorMessage="User x not found" errorCode="2"/>"#,
        );
    }

    #[test]
    fn a_tenant_says_how_many() {
        let tenant = OfTenant { name: "default", users: 3, workloads: 1, under_way: 0 };
        is_json(
            &tenant_offboarded(Format::Json, tenant),
            200,
            r#"{"errorMessage":"Successfully offboarded tenant default: 3 users, 1 workload released","errorCode":0}"#,
        );
        let large = OfTenant { under_way: 1, ..tenant };
        is_xml(
            &tenant_partly_offboarded(Format::Xml, large, false, "User a is leaving"),
            r#"<Api_OffboardTenantResp errorMessage="Offboarded only a part of tenant default: 3 users, 1 workload released; the rest of 1 user follows by itself. Not offboarded: User a is leaving" errorCode="2"/>"#,
        );
    }
}
