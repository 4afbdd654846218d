//! Answers that hand out tokens: JSON only, and the status says how it went.

use super::object::Object;
use super::{Code, Reply};
use crate::app::{AccessToken, Refresh};

/// `POST ApiToken/User`.
pub fn api_token(made: &AccessToken) -> Reply {
    Reply::json(200, &Object::new().with("token", made.secret.as_str()))
}

/// `POST V4/AccessToken`: everything that clients read of a token.
pub fn access_token(made: &AccessToken) -> Reply {
    let error = Object::new().with("errorMessage", "").with("errorCode", Code::Success);
    let token = &made.token;
    let head = Object::new()
        .with("accessTokenId", token.id)
        .with("tokenName", token.name.as_str())
        .with("userId", token.user.0);
    Reply::json(200, &Object::new().with("error", error).with("tokenInfo", pair(head, made)))
}

/// `POST V4/AccessToken/Renew`.
pub fn renewed(made: &AccessToken) -> Reply {
    Reply::json(200, &pair(Object::new(), made))
}

fn pair(head: Object, made: &AccessToken) -> Object {
    let seconds = |ms: i64| ms.div_euclid(1_000);
    let object = head.with("accessToken", made.secret.as_str());
    let Some(Refresh { secret, until_ms, last_ms }) = &made.refresh else { return object };
    object
        .with("refreshToken", secret.as_str())
        .with("tokenExpiryTimestamp", seconds(made.token.expires_ms.unwrap_or(*until_ms)))
        .with("refreshTokenExpiryTimestamp", seconds(*until_ms))
        .with("renewableUntilTimestamp", seconds(*last_ms))
}
