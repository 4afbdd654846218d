//! Netex's token: one per account, without an end of its own, replaced by a new one.

use domain::{Error, Fact, Role, TokenKind, User};
use serde_json::json;
use store::Tx;
use store::numbers::{self, Series};
use store::tokens::{self, Token};

use super::authenticate::TOKEN_PREFIX;
use super::credentials::{Heritage, holder, made};
use super::{App, Caller, Pen, UserRef};
use crate::random;

/// The name of every one of them, as the log and the lists show it.
const NAME: &str = "cloud";

impl App {
    /// Makes the cloud token of an account that runs departures; the one before it ends. Its secret is answered
    /// this once and never again.
    pub async fn create_cloud_token(
        &self,
        caller: &Caller,
        user: &UserRef,
    ) -> Result<(Token, String), Error> {
        caller.require(Role::Operator)?;
        let secret = format!("{TOKEN_PREFIX}{}", self.random.secret());
        let (hash, by, user) = (random::hash(&secret), caller.clone(), user.clone());
        let token = self
            .write_for(caller, move |tx, pen| {
                let (user, own) = holder(tx, &by, &user)?;
                if user.role < Role::Operator {
                    let why = format!("{} is neither operator nor administrator", user.user_name);
                    return Err(Error::Conflict(why));
                }
                let heritage = Heritage::of(tx, &by)?;
                let role = if own { heritage.role } else { user.role };
                end(tx, pen, &user)?;
                let token = Token {
                    tenant: pen.tenant,
                    id: numbers::take(tx, pen.tenant, Series::Tokens, 1)?,
                    user: user.id,
                    kind: TokenKind::Cloud,
                    name: NAME.to_owned(),
                    role,
                    created_ms: pen.now_ms,
                    expires_ms: heritage.until_ms,
                    parent: heritage.parent,
                    client: None,
                };
                tokens::insert(tx, &hash, &token, None)?;
                pen.write(tx, &made(&token))?;
                Ok(token)
            })
            .await?;
        Ok((token, secret))
    }

    pub async fn revoke_cloud_token(&self, caller: &Caller, user: &UserRef) -> Result<(), Error> {
        caller.require(Role::None)?;
        let (by, asked) = (caller.clone(), user.clone());
        self.write_for(caller, move |tx, pen| {
            let (user, _) = holder(tx, &by, &asked)?;
            let ended = end(tx, pen, &user)?;
            if ended { Ok(()) } else { Err(Error::not_found("cloud token", user.user_name)) }
        })
        .await
    }
}

/// Answers whether there was one.
fn end(tx: &mut Tx<'_>, pen: &Pen, user: &User) -> Result<bool, Error> {
    let Some(id) = tokens::revoke_cloud(tx, pen.tenant, user.id)? else { return Ok(false) };
    pen.write(tx, &Fact::new("token.revoked", json!({ "token": id })).on(user.id))?;
    Ok(true)
}
