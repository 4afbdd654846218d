//! From a secret to a caller: sessions and tokens alike, on every face.

use domain::{Error, Role};
use store::{sessions, tokens};

use super::{App, Caller, Credential, SEEN_GRAIN_MS};
use crate::{jwt, random};

/// How an API token begins, so that it is told from a session, and found where it leaked.
pub const TOKEN_PREFIX: &str = "ext_";

impl App {
    /// Who holds this secret. Users that are not active hold nothing, from the moment of that commit; and what was
    /// made for provisioning opens nothing else.
    pub async fn authenticate(&self, secret: &str) -> Result<Caller, Error> {
        let caller = self.holder(secret).await?;
        if caller.role == Role::Scim { Err(Error::Forbidden) } else { Ok(caller) }
    }

    /// As [`App::authenticate`], for identity providers: a token for provisioning, or an administrator.
    pub async fn authenticate_provider(&self, secret: &str) -> Result<Caller, Error> {
        let caller = self.holder(secret).await?;
        caller.require_provisioning()?;
        Ok(caller)
    }

    async fn holder(&self, secret: &str) -> Result<Caller, Error> {
        // The lookup is by hash, so that no comparison takes longer for a better guess.
        let hash = random::hash(secret);
        if secret.starts_with(TOKEN_PREFIX) {
            self.by_token(&hash).await
        } else if jwt::is_jwt(secret) {
            self.by_service_token(secret).await
        } else {
            self.by_session(hash).await
        }
    }

    pub(super) async fn by_token(&self, hash: &str) -> Result<Caller, Error> {
        let now_ms = self.clock.now_ms();
        let found = self.store.look_up(|tx| Ok::<_, Error>(tokens::find(tx, hash)?)).await?;
        let found = found.filter(|found| found.token.expires_ms.is_none_or(|expires| expires > now_ms));
        let found = found.ok_or(Error::BadCredential)?;
        Ok(Caller {
            tenant: found.token.tenant,
            user: Some(found.token.user),
            name: bearer(&found.user_name, &found.token),
            role: Role::of_bearer(found.token.role, found.user_role),
            credential: Credential::Token { id: found.token.id, kind: found.token.kind },
        })
    }

    async fn by_session(&self, hash: String) -> Result<Caller, Error> {
        let now_ms = self.clock.now_ms();
        let found = self.store.look_up(|tx| Ok::<_, Error>(sessions::find(tx, &hash)?)).await?;
        let alive = |found: &sessions::Found| now_ms < found.last_seen_ms.saturating_add(found.idle_ms);
        let found = found.filter(alive).ok_or(Error::BadCredential)?;
        let grain_ms = SEEN_GRAIN_MS.min(found.idle_ms / 4);
        if now_ms >= found.last_seen_ms + grain_ms {
            let hash = hash.clone();
            self.store.write(move |tx| Ok::<_, Error>(sessions::seen(tx, &hash, now_ms)?)).await?;
        }
        Ok(Caller {
            tenant: found.tenant,
            user: Some(found.user),
            name: found.user_name,
            role: found.role,
            credential: Credential::Session { hash },
        })
    }

    /// Ends the caller's own session. A token is revoked by an administrator instead.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), Error> {
        caller.require(Role::None)?;
        let Credential::Session { hash } = &caller.credential else {
            return Err(Error::BadCredential);
        };
        let (hash, pen) = (hash.clone(), self.pen(caller.tenant, caller.name.clone()));
        let user = caller.user;
        self.store
            .write(move |tx| {
                if !sessions::end(tx, &hash)? {
                    return Err(Error::BadCredential);
                }
                let mut fact = domain::Fact::bare("session.ended");
                fact.user = user;
                pen.write(tx, &fact)
            })
            .await
    }
}

/// Who acts by a token, as the log names it.
pub(super) fn bearer(user_name: &str, token: &tokens::Token) -> String {
    format!("{user_name} (token {})", token.name)
}
