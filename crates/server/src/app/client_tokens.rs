//! AppViewX's service tokens: issued to whoever knows the secret of an OAuth client, as signed JWTs.
//!
//! A token counts while its signature and its expiry are right and its hash is in the store: who reads the store
//! can forge none, and a row that is gone ends its token at once.

use std::net::IpAddr;

use domain::{Error, TokenKind, UserState};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use store::clients::{self, Client};
use store::numbers::{self, Series};
use store::tokens::{self, Token};
use store::{Tx, keys, users};
use subtle::ConstantTimeEq;

use super::credentials::made;
use super::lockout::Subjects;
use super::sign_in::tenant_of_host;
use super::{App, Caller, Pen};
use crate::jwt::{Claims, SigningKey};
use crate::random::{self, Random};

/// A service token is good for this long, as at the vendor.
pub const SERVICE_TOKEN_LIFE_MS: i64 = 30 * 60_000;
/// Most live tokens of one client; the oldest ends when one more is issued, since clients give none back.
pub const MAX_SERVICE_TOKENS: i64 = 100;
/// Tokens beyond that, ended in one go: more than one only where several were issued at once.
const TRIM: i64 = 100;
/// What the key in the store is for.
const PURPOSE: &str = "service tokens";

/// One attempt to be issued a token.
#[derive(Clone, Debug)]
pub struct ClientSignIn {
    /// The Host header: whose log an unknown client is told in.
    pub host: Option<String>,
    pub client_id: String,
    pub secret: SecretString,
    pub address: Option<IpAddr>,
    pub face: &'static str,
}

impl App {
    /// [`Error::NotFound`] for an unknown client, [`Error::BadPassword`] for a wrong secret: ids are not guessed.
    pub async fn issue_service_token(&self, attempt: ClientSignIn) -> Result<String, Error> {
        let now_ms = self.clock.now_ms();
        let subjects = Subjects::of_client(&attempt.client_id, attempt.address);
        let (tenant, client) = self
            .store
            .read(|tx| {
                let client = find(tx, &attempt.client_id)?;
                let tenant = match &client {
                    Some(client) => client.tenant,
                    None => tenant_of_host(tx, attempt.host.as_deref())?,
                };
                subjects.refuse_locked(tx, tenant, now_ms)?;
                Ok::<_, Error>((tenant, client))
            })
            .await?;
        let hash = random::hash(attempt.secret.expose_secret());
        let refusal = match client {
            None => Error::not_found("OAuth client", attempt.client_id.clone()),
            Some(client) if is_secret_of(&client, &hash) => {
                return self.issue(client, subjects, attempt.face).await;
            }
            Some(_) => Error::BadPassword,
        };
        let client = attempt.client_id.chars().take(domain::name::MAX_NAME_CHARS).collect::<String>();
        let detail = json!({ "client": client, "face": attempt.face, "address": attempt.address });
        self.note_failure(tenant, subjects, detail).await?;
        Err(refusal)
    }

    async fn issue(&self, client: Client, subjects: Subjects, face: &'static str) -> Result<String, Error> {
        let pen = self.pen(client.tenant, String::new());
        let random = self.random.clone();
        let (jwt, key) =
            self.store.write(move |tx| issue(tx, pen, &client, &subjects, face, &random)).await?;
        self.service_key.get_or_init(|| key);
        Ok(jwt)
    }

    /// Who holds this token. Its signature and its expiry are looked at before anything is looked up.
    pub(super) async fn by_service_token(&self, jwt: &str) -> Result<Caller, Error> {
        let key = match self.service_key.get() {
            Some(key) => key.clone(),
            None => self.load_service_key().await?.ok_or(Error::BadCredential)?,
        };
        key.open(jwt, self.clock.now_ms()).ok_or(Error::BadCredential)?;
        self.by_token(&random::hash(jwt)).await
    }

    /// Nothing if no token was ever issued.
    async fn load_service_key(&self) -> Result<Option<SigningKey>, Error> {
        let secret = self.store.look_up(|tx| Ok::<_, Error>(keys::find(tx, PURPOSE)?)).await?;
        let key = secret.as_deref().map(SigningKey::new);
        Ok(key.map(|key| self.service_key.get_or_init(|| key).clone()))
    }
}

/// What is no id is nobody's; PostgreSQL would fail when it is asked for a NUL.
fn find(tx: &mut Tx<'_>, id: &str) -> Result<Option<Client>, Error> {
    if id.contains('\0') { Ok(None) } else { Ok(clients::find(tx, id)?) }
}

fn is_secret_of(client: &Client, hash: &str) -> bool {
    client.secret_hash.as_bytes().ct_eq(hash.as_bytes()).into()
}

/// The token, and the key that it is signed with.
fn issue(
    tx: &mut Tx<'_>,
    pen: Pen,
    shown: &Client,
    subjects: &Subjects,
    face: &'static str,
    random: &Random,
) -> Result<(String, SigningKey), Error> {
    // Whoever cuts the user, or makes another secret, comes before this or finds the token to end.
    users::lock(tx, pen.tenant, &[shown.user])?;
    subjects.refuse_locked(tx, pen.tenant, pen.now_ms)?;
    let gone = || Error::not_found("OAuth client", shown.id.clone());
    let client = clients::find(tx, &shown.id)?.ok_or_else(gone)?;
    if !is_secret_of(&client, &shown.secret_hash) {
        return Err(Error::BadPassword);
    }
    let user = users::by_id(tx, pen.tenant, client.user)?.filter(|user| user.state == UserState::Active);
    let user = user.ok_or_else(gone)?;
    let key = SigningKey::new(&keys::find_or_keep(tx, PURPOSE, &random.secret(), pen.now_ms)?);
    let (issued_s, expires_s) = (pen.now_ms / 1_000, (pen.now_ms + SERVICE_TOKEN_LIFE_MS) / 1_000);
    let jwt = key.sign(&Claims::new(&user.user_name, &client.id, random.uuid(), (issued_s, expires_s)))?;
    let token = Token {
        tenant: pen.tenant,
        id: numbers::take(tx, pen.tenant, Series::Tokens, 1)?,
        user: user.id,
        kind: TokenKind::Service,
        name: client.id.clone(),
        role: user.role,
        created_ms: pen.now_ms,
        expires_ms: Some(expires_s * 1_000),
        parent: None,
        client: Some(client.id.clone()),
    };
    tokens::insert(tx, &random::hash(&jwt), &token, None)?;
    tokens::keep_newest_of_client(tx, &client.id, MAX_SERVICE_TOKENS, TRIM)?;
    subjects.forgive_name(tx, pen.tenant)?;
    let mut told = made(&token);
    told.detail["face"] = face.into();
    Pen { actor: user.user_name, ..pen }.write(tx, &told)?;
    Ok((jwt, key))
}
