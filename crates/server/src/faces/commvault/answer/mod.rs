//! Answers: each is described once and written as JSON or XML.
//!
//! Owns names, order and texts of the wire. Never decides an outcome, never sees a request.

mod associations;
mod commcell;
mod create;
mod delete;
mod everyone;
mod groups;
mod object;
mod offboard;
mod reply;
mod sessions;
mod sign_in;
mod tokens;
mod users;
mod v4;
mod write;
mod xml;

pub use associations::{Association, associations, associations_read_failed};
pub use commcell::{CommCell, comm_serv, json_failed, two_factor_status};
pub use create::{Newcomer, created, not_created, v4_created};
pub use delete::{
    HandedOver, cut_only, deleted, deleting, group_deleted, group_not_deleted, not_deleted, so_far,
};
pub use everyone::users_and_groups;
pub use groups::{GroupView, MemberOfGroup, group_list, group_read_failed};
pub use offboard::{
    OfTenant, Offboarded, not_offboarded, offboarded, offboarding, tenant_offboarded,
    tenant_partly_offboarded,
};
pub use reply::{Reply, broken, not_served};
pub use sessions::{SessionView, Unlocked, login_not_renewed, login_renewed, session_list, unlocked};
pub use sign_in::{
    SignedIn, locked, probe, refused, signed_in, signed_out, tenant_guid, unauthorized, who_am_i,
};
pub use tokens::{access_token, api_token, renewed};
pub use users::{GroupOfUser, LockOfUser, UserView, user_list, user_read_failed};
pub use v4::{v4_accepted, v4_done, v4_failed, v4_group, v4_groups, v4_user, v4_users};
pub use write::{Entity, GroupEntity, not_updated, updated};

/// The `errorCode` of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    Success = 0,
    /// Only ever with an HTTP status of 500 or above.
    Internal = 1,
    Failure = 2,
    /// A bad token, or no permission.
    Denied = 5,
}

impl From<Code> for object::Value {
    fn from(code: Code) -> Self {
        Self::Number(code as i64)
    }
}

#[cfg(test)]
mod samples {
    //! Comparing answers with the samples of the contract.

    use serde_json::Value as Json;

    use super::Reply;
    use crate::faces::commvault::body;

    pub(super) const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="no" ?>"#;

    /// Same keys, values and order.
    #[track_caller]
    pub(super) fn is_json(reply: &Reply, status: u16, sample: &str) {
        assert_eq!((reply.status, reply.content_type), (status, "application/json"));
        assert_eq!(reply.body, sample);
    }

    /// Same text, after the declaration.
    #[track_caller]
    pub(super) fn is_xml(reply: &Reply, sample: &str) {
        assert_eq!((reply.status, reply.content_type), (200, "application/xml"));
        assert_eq!(reply.body, format!("{DECLARATION}{sample}"));
        body::parse(reply.body.as_bytes()).expect("readable XML");
    }

    #[track_caller]
    pub(super) fn json_of(reply: &Reply) -> Json {
        serde_json::from_str(&reply.body).expect("readable JSON")
    }
}
