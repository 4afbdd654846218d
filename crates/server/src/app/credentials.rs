//! What holds for credentials of every kind: what a new one takes over from the one it is made with, and that all
//! of a user's end together.

use domain::{Error, Fact, Role, TenantId, User, UserId, UserState};
use serde_json::json;
use store::tokens::Token;
use store::{Tx, clients, sessions, tokens, users};

use super::{Caller, Credential, UserRef};

/// What a token made by a caller may be at most: never more, and never longer, than what it is made with.
pub(super) struct Heritage {
    pub role: Role,
    /// Ends with this token.
    pub parent: Option<i64>,
    pub until_ms: Option<i64>,
}

impl Heritage {
    /// Of a credential that the caller makes, for itself or for somebody else. First lock the caller's user where it
    /// is its own.
    pub(super) fn of(tx: &mut Tx<'_>, caller: &Caller) -> Result<Self, Error> {
        match &caller.credential {
            Credential::Token { kind, .. } if !kind.may_make_tokens() => Err(Error::Forbidden),
            Credential::Token { id, .. } => {
                let parent = tokens::kept(tx, caller.tenant, *id)?.ok_or(Error::BadCredential)?;
                Ok(Self { role: caller.role, parent: Some(*id), until_ms: parent.expires_ms })
            }
            Credential::Session { hash } => {
                // A password set since the session was looked at has ended it.
                sessions::find(tx, hash)?.ok_or(Error::BadCredential)?;
                Ok(Self::unbound(caller.role))
            }
            Credential::Password { .. } | Credential::Console => Ok(Self::unbound(caller.role)),
        }
    }

    /// Of what stands on its own: it ends when its user is cut, or when somebody ends it.
    pub(super) fn unbound(role: Role) -> Self {
        Self { role, parent: None, until_ms: None }
    }

    /// The earlier of `wanted_ms` and what is inherited.
    pub(super) fn cap(&self, wanted_ms: i64) -> i64 {
        self.until_ms.map_or(wanted_ms, |until_ms| wanted_ms.min(until_ms))
    }
}

/// How many credentials ended.
pub(super) struct Ended {
    pub sessions: u64,
    pub tokens: u64,
    pub clients: u64,
}

/// Ends whatever lets somebody act as this user. First change the user's state or password: a credential that is
/// being made meanwhile either is seen here or finds the user changed.
pub(super) fn end_all(tx: &mut Tx<'_>, tenant: TenantId, user: UserId) -> Result<Ended, Error> {
    let sessions = sessions::end_of_user(tx, tenant, user)?;
    let tokens = tokens::revoke_of_user(tx, tenant, user)?;
    Ok(Ended { sessions, tokens, clients: clients::delete_of_user(tx, tenant, user)? })
}

/// The active user whose credential a caller makes or ends, and whether it is the caller's own: others' take an
/// administrator.
pub(super) fn holder(tx: &mut Tx<'_>, caller: &Caller, asked: &UserRef) -> Result<(User, bool), Error> {
    let found = asked.find(tx, caller.tenant)?;
    let own = caller.is(found.map(|user| user.id));
    if !own {
        caller.require(Role::Admin)?;
    }
    Ok((active(tx, caller.tenant, asked)?, own))
}

/// A user who is active, and stays so until the transaction ends.
pub(super) fn active(tx: &mut Tx<'_>, tenant: TenantId, asked: &UserRef) -> Result<User, Error> {
    let missing = || Error::not_found("user", asked.shown());
    let mut user = asked.find(tx, tenant)?.ok_or_else(missing)?;
    if users::lock(tx, tenant, &[user.id])? {
        user = users::by_id(tx, tenant, user.id)?.ok_or_else(missing)?;
    }
    if user.state == UserState::Active { Ok(user) } else { Err(missing()) }
}

/// What the log tells of a new token.
pub(super) fn made(token: &Token) -> Fact {
    let Token { id, kind, name, role, .. } = token;
    let detail = json!({ "token": id, "kind": kind, "name": name, "role": role });
    Fact::new("token.created", detail).on(token.user)
}
