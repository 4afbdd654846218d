//! What a client sends to `User/Offboard` and `Tenant/Offboard`.

use domain::{Error, TenantId, UserId};

use super::body::Node;
use crate::app::{TenantRef, UserRef};

/// Whom to release; both ways of naming must mean the same user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offboard {
    pub user: UserRef,
    /// Sent beside an id; to be compared with that user's name.
    pub user_name: Option<String>,
}

impl Offboard {
    pub fn parse(body: &Node) -> Result<Self, Error> {
        let id = match body.number("userId")? {
            Some(..0) => return Err(Error::invalid("userId", "must be a number")),
            id => id.filter(|&id| id != 0),
        };
        let name = body.text("userName")?.map(str::to_owned);
        match (id, name) {
            (Some(id), user_name) => Ok(Self { user: UserRef::Id(UserId(id)), user_name }),
            (None, Some(name)) => Ok(Self { user: UserRef::Name(name), user_name: None }),
            (None, None) => Err(Error::invalid("userName", "must be given, or userId")),
        }
    }
}

/// A tenant in every way that the body names it.
pub fn tenant(body: &Node) -> Result<Vec<TenantRef>, Error> {
    let id = body.number("tenantId")?.filter(|&id| id != 0).map(|id| TenantRef::Id(TenantId(id)));
    let name = body.text("tenantHostName")?.map(|name| TenantRef::Name(name.to_owned()));
    let named: Vec<TenantRef> = id.into_iter().chain(name).collect();
    if named.is_empty() {
        return Err(Error::invalid("tenantHostName", "must be given, or tenantId"));
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::commvault::body;

    fn parse(text: &str) -> Result<Offboard, Error> {
        Offboard::parse(&body::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn by_name_by_id_or_both() {
        let named = |name: &str| Offboard { user: UserRef::Name(name.to_owned()), user_name: None };
        let numbered = |user_name| Offboard { user: UserRef::Id(UserId(5)), user_name };
        for (text, expected) in [
            (r#"{"userName":"tapicompany/tapicompany"}"#, named("tapicompany/tapicompany")),
            ("{\n  \"userName\": \"x\",\n}", named("x")),
            ("{\n  \"userId\":5\n}", numbered(None)),
            (r#"{"userId":"5","userName":""}"#, numbered(None)),
            (r#"{"userId":0,"userName":"x"}"#, named("x")),
            (r#"{"userId":5,"userName":"x"}"#, numbered(Some("x".to_owned()))),
            (r#"<Api_OffboardUserReq userId="5"/>"#, numbered(None)),
            ("<Api_OffboardUserReq><username>x</username></Api_OffboardUserReq>", named("x")),
        ] {
            assert_eq!(parse(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn nobody_named_is_an_error() {
        for text in [
            "",
            "{}",
            "{\"userName\": \"\",\n}",
            r#"{"userId":0}"#,
            r#"{"userId":-5}"#,
            r#"{"userId":"x"}"#,
            r#"{"userName":["a","b"]}"#,
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
