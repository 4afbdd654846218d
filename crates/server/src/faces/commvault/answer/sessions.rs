//! Answers about sessions that exist: renewing one, listing a user's, unlocking users. JSON only.

use super::object::Object;
use super::{Code, Reply};

/// A session as others may see it.
#[derive(Clone, Debug)]
pub struct SessionView<'a> {
    pub user_id: i64,
    pub user_name: &'a str,
    /// The client's own id of its device, where it sent one.
    pub device_id: &'a str,
    /// Which of this server's APIs it was opened on.
    pub api: &'a str,
    pub began_s: i64,
    pub last_used_s: i64,
    /// Else it has idled out.
    pub active: bool,
}

/// What became of one locked account.
#[derive(Clone, Debug)]
pub enum Unlocked {
    Done,
    NotFound(String),
}

/// Bare; the prefix is ours to add.
pub fn login_renewed(token: &str) -> Reply {
    Reply::json(200, &Object::new().with("token", format!("QSDK {token}").as_str()))
}

/// Keeps `token` out: clients test for the key.
pub fn login_not_renewed(message: &str) -> Reply {
    let error = Object::new().with("errLogMessage", message).with("errorCode", Code::Failure);
    Reply::json(200, &Object::new().with("error", error))
}

pub fn session_list(sessions: &[SessionView<'_>]) -> Reply {
    let session = |view: &SessionView<'_>| {
        let user = Object::new().with("userId", view.user_id).with("userName", view.user_name);
        Object::new()
            .with("user", user)
            .with("deviceId", view.device_id)
            .with("api", view.api)
            .with("loginTime", view.began_s)
            .with("lastActivityTime", view.last_used_s)
            .with("isActive", view.active)
    };
    Reply::json(200, &Object::new().with("sessions", sessions.iter().map(session).collect::<Vec<_>>()))
}

pub fn unlocked(accounts: &[Unlocked]) -> Reply {
    let account = |account: &Unlocked| match account {
        Unlocked::Done => Object::new().with("status", "Success").with("statusCode", Code::Success),
        Unlocked::NotFound(name) => Object::new()
            .with("status", format!("User {name} not found").as_str())
            .with("statusCode", Code::Failure),
    };
    Reply::json(200, &Object::new().with("lockedAccounts", accounts.iter().map(account).collect::<Vec<_>>()))
}

#[cfg(test)]
mod tests {
    use super::super::samples::is_json;
    use super::*;

    #[test]
    fn renewals() {
        is_json(&login_renewed("new"), 200, r#"{"token":"QSDK new"}"#);
        is_json(
            &login_not_renewed("Session expired"),
            200,
            r#"{"error":{"errLogMessage":"Session expired","errorCode":2}}"#,
        );
    }

    #[test]
    fn sessions_and_locks() {
        let one = SessionView {
            user_id: 2,
            user_name: "jsmith",
            device_id: "pc",
            api: "commvault",
            began_s: 10,
            last_used_s: 20,
            active: true,
        };
        is_json(
            &session_list(&[one]),
            200,
            r#"{"sessions":[{"user":{"userId":2,"userName":"jsmith"},"deviceId":"pc","api":"commvault","loginTime":10,"lastActivityTime":20,"isActive":true}]}"#,
        );
        is_json(&session_list(&[]), 200, r#"{"sessions":[]}"#);
        is_json(
            &unlocked(&[Unlocked::Done, Unlocked::NotFound("x".to_owned())]),
            200,
            r#"{"lockedAccounts":[{"status":"Success","statusCode":0},{"status":"User x not found","statusCode":2}]}"#,
        );
    }
}
