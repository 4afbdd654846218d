//! Name and password to a session, with lockout by name and by address.

use std::net::IpAddr;

use domain::{Error, Fact, TenantId, User, UserId, UserState};
use secrecy::SecretString;
use serde_json::json;
use store::{Tx, sessions, tenants, users};

use super::lockout::Subjects;
use super::{App, Caller, Credential, Pen, UserRef};
use crate::random;

/// The tenant of whoever does not say otherwise.
pub const DEFAULT_TENANT: &str = "default";

/// One attempt to sign in.
#[derive(Clone, Debug)]
pub struct SignIn {
    /// The Host header: it names the tenant.
    pub host: Option<String>,
    pub user_name: String,
    pub password: SecretString,
    pub address: Option<IpAddr>,
    /// For the log and the session list: `commvault`, `appviewx`, `rest`.
    pub face: &'static str,
    /// The client's own id of its device, which a renewal must repeat.
    pub device: Option<String>,
    /// Shortens the session's idle time; never lengthens it.
    pub idle_ms: Option<i64>,
    pub form: SecretForm,
}

/// What the session's secret looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SecretForm {
    /// 64 hex digits, 256 random bits.
    Hex,
    /// A dashed UUID, 122 random bits: AppViewX's clients cut pieces out of it.
    Uuid,
}

#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Shown this once; only its hash is kept.
    pub secret: String,
    pub caller: Caller,
    pub user: User,
    pub idle_ms: i64,
}

/// Who it would be, if the password is right.
struct Candidate {
    tenant: TenantId,
    user: Option<UserId>,
    hash: Option<String>,
}

/// Somebody who knew the password when it was looked at. Hashing takes its time: much may have happened since.
struct Proven {
    tenant: TenantId,
    user: UserId,
    hash: String,
    subjects: Subjects,
}

impl App {
    pub async fn sign_in(&self, attempt: SignIn) -> Result<SignedIn, Error> {
        let proven = self.check_password(&attempt).await?;
        let secret = match attempt.form {
            SecretForm::Hex => self.random.secret(),
            SecretForm::Uuid => self.random.uuid(),
        };
        let longest = self.options.session_idle_ms;
        let session = sessions::Session {
            hash: random::hash(&secret),
            tenant: proven.tenant,
            user: proven.user,
            face: attempt.face,
            device: attempt.device.clone(),
            idle_ms: attempt.idle_ms.map_or(longest, |idle| idle.clamp(1_000, longest)),
        };
        let (credential, idle_ms) = (Credential::Session { hash: session.hash.clone() }, session.idle_ms);
        let pen = self.pen(proven.tenant, attempt.user_name);
        let address = attempt.address.map(|address| address.to_string());
        let (user, caller) = self
            .store
            .write(move |tx| {
                let user = open_session(tx, pen, &proven, &session, address.as_deref())?;
                let caller = caller(&user, proven.tenant, credential);
                Ok::<_, Error>((user, caller))
            })
            .await?;
        Ok(SignedIn { secret, caller, user, idle_ms })
    }

    /// For faces that send name and password with every call: no session is made.
    pub async fn verify(&self, attempt: SignIn) -> Result<Caller, Error> {
        let proven = self.check_password(&attempt).await?;
        let now_ms = self.clock.now_ms();
        let user = self.store.read(|tx| proven.stands(tx, now_ms)).await?;
        Ok(caller(&user, proven.tenant, Credential::Password { hash: proven.hash }))
    }

    /// The password is right and nobody is locked out. Unknown users look like wrong passwords.
    async fn check_password(&self, attempt: &SignIn) -> Result<Proven, Error> {
        let now_ms = self.clock.now_ms();
        let subjects = Subjects::of(attempt);
        let Candidate { tenant, user, hash } =
            self.store.read(|tx| candidate(tx, attempt, &subjects, now_ms)).await?;
        let right = self.passwords.verify(&attempt.password, hash.as_deref()).await?;
        match (user, hash) {
            (Some(user), Some(hash)) if right => Ok(Proven { tenant, user, hash, subjects }),
            _ => {
                let name = attempt.user_name.chars().take(domain::name::MAX_NAME_CHARS).collect::<String>();
                let detail = json!({ "user_name": name, "face": attempt.face, "address": attempt.address });
                self.note_failure(tenant, subjects, detail).await?;
                Err(Error::BadPassword)
            }
        }
    }

    /// Counts a refused secret. [`Error::Locked`] if that is what it should have been told.
    pub(super) async fn note_failure(
        &self,
        tenant: TenantId,
        subjects: Subjects,
        detail: serde_json::Value,
    ) -> Result<(), Error> {
        let pen = self.pen(tenant, "anonymous");
        let options = self.options.clone();
        self.store
            .write(move |tx| {
                subjects.count_failure(tx, tenant, &options, pen.now_ms)?;
                pen.write(tx, &Fact::new("session.refused", detail))
            })
            .await
    }
}

impl Proven {
    /// The user as it is now: still with that password, and active. Many guesses may have been under way at
    /// once: the right one among them says no more than the wrong ones once the limit was passed.
    fn stands(&self, tx: &mut Tx<'_>, now_ms: i64) -> Result<User, Error> {
        self.subjects.refuse_locked(tx, self.tenant, now_ms)?;
        let user = users::by_id(tx, self.tenant, self.user)?.ok_or(Error::BadPassword)?;
        if users::password_hash(tx, self.tenant, self.user)?.as_deref() != Some(&self.hash) {
            return Err(Error::BadPassword);
        }
        match user.state {
            UserState::Active => Ok(user),
            UserState::Deactivated => Err(Error::Deactivated { notice: user.notice }),
            UserState::Removed => Err(Error::BadPassword),
        }
    }
}

fn caller(user: &User, tenant: TenantId, credential: Credential) -> Caller {
    Caller { tenant, user: Some(user.id), name: user.user_name.clone(), role: user.role, credential }
}

fn candidate(
    tx: &mut Tx<'_>,
    attempt: &SignIn,
    subjects: &Subjects,
    now_ms: i64,
) -> Result<Candidate, Error> {
    let tenant = tenant_of_host(tx, attempt.host.as_deref())?;
    subjects.refuse_locked(tx, tenant, now_ms)?;
    let user = UserRef::Name(attempt.user_name.clone()).find(tx, tenant)?;
    let user = user.filter(|user| user.state != UserState::Removed).map(|user| user.id);
    let hash = match user {
        Some(user) => users::password_hash(tx, tenant, user)?,
        None => None,
    };
    Ok(Candidate { tenant, user, hash })
}

/// The host of a Host header.
pub fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

/// The tenant whose host it is, else `default`. A port in the header does not matter.
pub(super) fn tenant_of_host(tx: &mut Tx<'_>, host: Option<&str>) -> Result<TenantId, Error> {
    let name = without_port(host.unwrap_or_default()).to_ascii_lowercase();
    if !name.is_empty()
        && let Some(tenant) = tenants::by_host(tx, &name)?
    {
        return Ok(tenant.id);
    }
    let default = tenants::by_name(tx, DEFAULT_TENANT)?;
    default.map(|tenant| tenant.id).ok_or_else(|| Error::internal(&"there is no default tenant"))
}

fn open_session(
    tx: &mut Tx<'_>,
    pen: Pen,
    proven: &Proven,
    session: &sessions::Session,
    address: Option<&str>,
) -> Result<User, Error> {
    // Whoever cuts the user, or sets another password, comes before this or finds the session to end.
    users::lock(tx, proven.tenant, &[proven.user])?;
    let user = proven.stands(tx, pen.now_ms)?;
    sessions::insert(tx, session, pen.now_ms)?;
    users::signed_in(tx, proven.tenant, user.id, pen.now_ms)?;
    proven.subjects.forgive_name(tx, proven.tenant)?;
    let detail = json!({ "face": session.face, "address": address });
    let pen = Pen { actor: user.user_name.clone(), ..pen };
    pen.write(tx, &Fact::new("session.started", detail).on(user.id))?;
    Ok(user)
}
