//! Commvault's access tokens: everybody makes their own, and renews them by a refresh token.
//!
//! A renewable token is handed out as a pair, and renewing puts a new pair in its place. A pair that was renewed
//! already and is shown again was in two hands: the whole chain ends then, as it does at the vendor's.

use domain::{Error, Fact, Role, TokenKind, UserId, UserState};
use serde_json::json;
use store::numbers::{self, Series};
use store::tokens::{self, Pair, Renewal, Token};
use store::{Tx, users};
use subtle::ConstantTimeEq;

use super::authenticate::{TOKEN_PREFIX, bearer};
use super::credentials::{self, Heritage, active};
use super::{App, Caller, Pen, UserRef};
use crate::random::{self, Random};

/// How a refresh token begins.
pub const REFRESH_PREFIX: &str = "extr_";
/// The name of whoever gives none.
pub const DEFAULT_ACCESS_TOKEN_NAME: &str = "access token";
/// An access token is good for this long, unless it lives once and says how long.
pub const ACCESS_TOKEN_LIFE_MS: i64 = 30 * 60_000;
/// A pair may be renewed for this long after its access token has expired.
const RENEW_WITHIN_MS: i64 = 14 * DAY_MS;
/// A chain goes on for this long, unless its maker says how long.
const RENEWABLE_MS: i64 = 90 * DAY_MS;
/// No access token outlives this, renewed or not, whatever its maker says.
pub const LONGEST_ACCESS_MS: i64 = 365 * DAY_MS;
/// Most access tokens of one user that are of use still.
pub const MAX_ACCESS_TOKENS: usize = 100;
const DAY_MS: i64 = 24 * 3_600_000;
/// Hex digits of a refresh token that name its chain; the secret follows.
const CHAIN_CHARS: usize = 32;

#[derive(Clone, Debug)]
pub struct NewAccessToken {
    pub name: String,
    pub life: Life,
}

#[derive(Clone, Copy, Debug)]
pub enum Life {
    /// Ends then, and is not renewed.
    Once { until_ms: Option<i64> },
    /// Comes with a refresh token; the chain ends then.
    Renewed { until_ms: Option<i64> },
}

/// What is handed out, this once.
#[derive(Clone, Debug)]
pub struct AccessToken {
    pub token: Token,
    pub secret: String,
    pub refresh: Option<Refresh>,
}

#[derive(Clone, Debug)]
pub struct Refresh {
    pub secret: String,
    /// Until when it counts.
    pub until_ms: i64,
    /// Until when the chain goes on.
    pub last_ms: i64,
}

impl App {
    /// Makes an access token for the caller.
    pub async fn create_access_token(
        &self,
        caller: &Caller,
        new: NewAccessToken,
    ) -> Result<AccessToken, Error> {
        caller.require(Role::None)?;
        domain::name::check("tokenName", &new.name)?;
        let user = caller.user.ok_or(Error::Forbidden)?;
        new.life.check(self.clock.now_ms())?;
        let (by, random) = (caller.clone(), self.random.clone());
        self.write_for(caller, move |tx, pen| {
            active(tx, pen.tenant, &UserRef::Id(user))?;
            refuse_too_many(tx, pen, user)?;
            let made = make(tx, pen, &by, user, new, &random)?;
            pen.write(tx, &credentials::made(&made.token))?;
            Ok(made)
        })
        .await
    }

    /// Puts a new pair in the place of one. Needs no other credential: the pair is one.
    pub async fn renew_access_token(&self, access: &str, refresh: &str) -> Result<AccessToken, Error> {
        let chain = chain_of(refresh).ok_or(Error::BadCredential)?;
        let shown = Shown {
            chain_hash: random::hash(chain),
            hash: random::hash(access),
            refresh_hash: random::hash(refresh),
        };
        // Looked at before the writer is troubled: nobody needs a good secret to ask.
        let present = self.store.look_up(|tx| Ok::<_, Error>(tokens::has_chain(tx, &shown.chain_hash)?));
        if !present.await? {
            return Err(Error::BadCredential);
        }
        let secrets = Secrets::next(&self.random, chain);
        let (now_ms, random) = (self.clock.now_ms(), self.random.clone());
        let renewed = self.store.write(move |tx| renew(tx, now_ms, random, &shown, secrets)).await?;
        renewed.ok_or(Error::BadCredential)
    }
}

impl Life {
    fn check(self, now_ms: i64) -> Result<(), Error> {
        let (field, until_ms) = match self {
            Self::Once { until_ms } => ("tokenExpires", until_ms),
            Self::Renewed { until_ms } => ("renewableUntilTimestamp", until_ms),
        };
        match until_ms {
            Some(until_ms) if until_ms <= now_ms => Err(Error::invalid(field, "must be in the future")),
            _ => Ok(()),
        }
    }
}

fn refuse_too_many(tx: &mut Tx<'_>, pen: &Pen, user: UserId) -> Result<(), Error> {
    let most = i64::try_from(MAX_ACCESS_TOKENS).map_err(|error| Error::internal(&error))?;
    if tokens::count_access(tx, pen.tenant, user, pen.now_ms, most)? < most {
        return Ok(());
    }
    Err(Error::TooMany { what: "access tokens of one user", limit: MAX_ACCESS_TOKENS })
}

fn make(
    tx: &mut Tx<'_>,
    pen: &Pen,
    caller: &Caller,
    user: UserId,
    new: NewAccessToken,
    random: &Random,
) -> Result<AccessToken, Error> {
    let heritage = Heritage::of(tx, caller)?;
    let latest = |until_ms: i64| heritage.cap(until_ms.min(pen.now_ms + LONGEST_ACCESS_MS));
    let secrets = Secrets::next(random, &random.guid());
    let (expires_ms, renewal) = match new.life {
        Life::Once { until_ms } => (latest(until_ms.unwrap_or(pen.now_ms + ACCESS_TOKEN_LIFE_MS)), None),
        Life::Renewed { until_ms } => {
            let last_ms = latest(until_ms.unwrap_or(pen.now_ms + RENEWABLE_MS));
            let (expires_ms, renewal) = secrets.pair(pen.now_ms, last_ms);
            (expires_ms, Some(renewal))
        }
    };
    let token = Token {
        tenant: pen.tenant,
        id: numbers::take(tx, pen.tenant, Series::Tokens, 1)?,
        user,
        kind: TokenKind::Access,
        name: new.name,
        role: heritage.role,
        created_ms: pen.now_ms,
        expires_ms: Some(expires_ms),
        parent: heritage.parent,
        client: None,
    };
    tokens::insert(tx, &random::hash(&secrets.access), &token, renewal.as_ref())?;
    Ok(secrets.handed_out(token, renewal.as_ref()))
}

/// Nothing if the pair does not count: unknown, too old, used before, or its user is gone.
fn renew(
    tx: &mut Tx<'_>,
    now_ms: i64,
    random: Random,
    shown: &Shown,
    secrets: Secrets,
) -> Result<Option<AccessToken>, Error> {
    let Some(present) = tokens::chain(tx, &shown.chain_hash)? else { return Ok(None) };
    let token = present.token.clone();
    let user = users::by_id(tx, token.tenant, token.user)?;
    let Some(user) = user.filter(|user| user.state == UserState::Active) else { return Ok(None) };
    if now_ms >= present.renewal.until_ms {
        return Ok(None);
    }
    let pen = Pen { tenant: token.tenant, actor: bearer(&user.user_name, &token), now_ms, random };
    if !shown.is(&present) {
        tokens::revoke(tx, token.tenant, token.id)?;
        let detail = json!({ "token": token.id, "reason": "a pair that was renewed before was shown again" });
        pen.write(tx, &Fact::new("token.revoked", detail).on(token.user))?;
        return Ok(None);
    }
    let (expires_ms, renewal) = secrets.pair(now_ms, present.renewal.last_ms);
    let token = Token { expires_ms: Some(expires_ms), ..token };
    let pair = Pair { token: token.clone(), hash: random::hash(&secrets.access), renewal };
    tokens::renew(tx, &pair)?;
    pen.write(tx, &Fact::new("token.renewed", json!({ "token": token.id })).on(token.user))?;
    Ok(Some(secrets.handed_out(token, Some(&pair.renewal))))
}

/// A pair as a client shows it.
struct Shown {
    chain_hash: String,
    hash: String,
    refresh_hash: String,
}

impl Shown {
    fn is(&self, present: &Pair) -> bool {
        let same = |ours: &str, theirs: &str| ours.as_bytes().ct_eq(theirs.as_bytes());
        (same(&present.hash, &self.hash) & same(&present.renewal.refresh_hash, &self.refresh_hash)).into()
    }
}

/// A pair that is about to be handed out.
struct Secrets {
    access: String,
    chain: String,
    refresh: String,
}

impl Secrets {
    fn next(random: &Random, chain: &str) -> Self {
        Self {
            access: format!("{TOKEN_PREFIX}{}", random.secret()),
            refresh: format!("{REFRESH_PREFIX}{chain}{}", random.secret()),
            chain: chain.to_owned(),
        }
    }

    /// When the access token expires, and how the pair is renewed, in a chain that ends at `last_ms`.
    fn pair(&self, now_ms: i64, last_ms: i64) -> (i64, Renewal) {
        let expires_ms = last_ms.min(now_ms + ACCESS_TOKEN_LIFE_MS);
        let renewal = Renewal {
            chain_hash: random::hash(&self.chain),
            refresh_hash: random::hash(&self.refresh),
            until_ms: last_ms.min(expires_ms + RENEW_WITHIN_MS),
            last_ms,
        };
        (expires_ms, renewal)
    }

    fn handed_out(self, token: Token, renewal: Option<&Renewal>) -> AccessToken {
        let refresh = renewal.map(|renewal| Refresh {
            secret: self.refresh,
            until_ms: renewal.until_ms,
            last_ms: renewal.last_ms,
        });
        AccessToken { token, secret: self.access, refresh }
    }
}

/// The part of a refresh token that names its chain; nothing if it cannot be one.
fn chain_of(refresh: &str) -> Option<&str> {
    let digits = refresh.strip_prefix(REFRESH_PREFIX)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex && digits.len() == CHAIN_CHARS + 64).then(|| &digits[..CHAIN_CHARS])
}
