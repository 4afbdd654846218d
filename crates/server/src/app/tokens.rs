//! Tokens as administrators see them: they make named ones, list all, and revoke any.

use domain::{Error, Fact, Role, TokenKind};
use serde_json::json;
use store::numbers::{self, Series};
use store::tokens::{self, Token};

use super::authenticate::TOKEN_PREFIX;
use super::credentials::{Heritage, made};
use super::offboardings::one_more;
use super::{App, Caller, Page, UserRef};
use crate::random;

#[derive(Clone, Debug)]
pub struct NewToken {
    pub name: String,
    pub role: Role,
    /// Whose token it is; the caller's own when absent.
    pub user: Option<UserRef>,
    pub expires_ms: Option<i64>,
}

impl App {
    /// Makes a token. Its secret is answered this once and never again.
    pub async fn create_token(&self, caller: &Caller, new: NewToken) -> Result<(Token, String), Error> {
        caller.require(Role::Admin)?;
        domain::name::check("name", &new.name)?;
        if new.expires_ms.is_some_and(|expires| expires <= self.clock.now_ms()) {
            return Err(Error::invalid("expires", "must be in the future"));
        }
        let secret = format!("{TOKEN_PREFIX}{}", self.random.secret());
        let (hash, by) = (random::hash(&secret), caller.clone());
        let token = self
            .write_for(caller, move |tx, pen| {
                let owner = match (&new.user, by.user) {
                    (Some(user), _) => user.clone(),
                    (None, Some(own)) => UserRef::Id(own),
                    (None, None) => return Err(Error::invalid("user", "must be named")),
                };
                let user = owner.find(tx, pen.tenant)?;
                let user = user.filter(|user| user.state == domain::UserState::Active);
                let user = user.ok_or_else(|| Error::not_found("user", owner.shown()))?;
                let heritage = Heritage::of(tx, &by)?;
                let token = Token {
                    tenant: pen.tenant,
                    id: numbers::take(tx, pen.tenant, Series::Tokens, 1)?,
                    user: user.id,
                    kind: TokenKind::Named,
                    name: new.name.clone(),
                    role: new.role,
                    created_ms: pen.now_ms,
                    expires_ms: new.expires_ms.map(|wanted| heritage.cap(wanted)).or(heritage.until_ms),
                    parent: heritage.parent,
                    client: None,
                };
                tokens::insert(tx, &hash, &token, None).map_err(|error| match error {
                    store::Error::Unique(_) => Error::Conflict(format!("a token named {} exists", new.name)),
                    other => other.into(),
                })?;
                pen.write(tx, &made(&token))?;
                Ok(token)
            })
            .await?;
        Ok((token, secret))
    }

    pub async fn tokens(&self, caller: &Caller, after: i64, limit: usize) -> Result<Page<Token>, Error> {
        caller.require(Role::Admin)?;
        let rows = one_more(limit)?;
        let found =
            self.store.read(|tx| Ok::<_, Error>(tokens::list(tx, caller.tenant, after, rows)?)).await?;
        Ok(Page::cut(found, limit))
    }

    /// Ends a token of any kind, and those that were made with it. Everybody may end their own.
    pub async fn revoke_token(&self, caller: &Caller, id: i64) -> Result<(), Error> {
        caller.require(Role::None)?;
        let by = caller.clone();
        self.write_for(caller, move |tx, pen| {
            let found = tokens::by_id(tx, pen.tenant, id)?;
            if !by.is(found.as_ref().map(|token| token.user)) {
                by.require(Role::Admin)?;
            }
            let missing = || Error::not_found("token", id.to_string());
            let user = found.ok_or_else(missing)?.user;
            if tokens::revoke(tx, pen.tenant, id)? == 0 {
                return Err(missing());
            }
            pen.write(tx, &Fact::new("token.revoked", json!({ "token": id })).on(user))
        })
        .await
    }
}
