//! What a client sends to `User/Unlock`.

use domain::{Error, UserId};

use super::body::Node;
use super::reference;
use crate::app::UserRef;

/// Whom to unlock. An id that is not 0 goes before the name beside it.
pub fn locked_accounts(body: &Node) -> Result<Vec<UserRef>, Error> {
    let users = body.all("lockedAccounts").map(user).collect::<Result<Vec<_>, _>>()?;
    if users.is_empty() { Err(Error::invalid("lockedAccounts", "must be given")) } else { Ok(users) }
}

fn user(account: &Node) -> Result<UserRef, Error> {
    const MISSING: &str = "must be given, by userId or userName";
    let user = account.child("user")?.ok_or_else(|| Error::invalid("user", MISSING))?;
    let id = user.text("userId")?.map_or(Ok(None), |text| reference::id("userId", text))?;
    match (id, user.text("userName")?) {
        (Some(id), _) => Ok(UserRef::Id(UserId(id))),
        (None, Some(name)) => Ok(UserRef::Name(name.to_owned())),
        (None, None) => Err(Error::invalid("user", MISSING)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::commvault::body;

    fn read(text: &str) -> Result<Vec<UserRef>, Error> {
        locked_accounts(&body::parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn by_id_else_by_name() {
        let sent = r#"{"lockedAccounts":[{"user":{"userName":"jsmith","userId":4}},{"user":{"userName":"kjones","userId":0}}]}"#;
        let expected = vec![UserRef::Id(UserId(4)), UserRef::Name("kjones".to_owned())];
        assert_eq!(read(sent), Ok(expected));
    }

    #[test]
    fn nobody_named_is_an_error() {
        for (sent, field) in [
            ("{}", "lockedAccounts"),
            (r#"{"lockedAccounts":[]}"#, "lockedAccounts"),
            (r#"{"lockedAccounts":[{"userName":"jsmith"}]}"#, "user"),
            (r#"{"lockedAccounts":[{"user":{"userId":0}}]}"#, "user"),
            (r#"{"lockedAccounts":[{"user":{"userId":"x"}}]}"#, "userId"),
        ] {
            let error = read(sent).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{sent}: {error}");
        }
    }
}
