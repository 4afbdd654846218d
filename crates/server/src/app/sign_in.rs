//! Name and password to a session, with lockout by name and by address.

use std::net::IpAddr;

use domain::{Error, Fact, NameKey, TenantId, User, UserState};
use secrecy::SecretString;
use serde_json::json;
use store::lockouts::{self, Lockout};
use store::{Tx, sessions, tenants, users};

use super::{App, AppOptions, Caller, Credential, Pen};
use crate::random;

/// The tenant of whoever does not say otherwise.
pub const DEFAULT_TENANT: &str = "default";
/// Failures are forgotten after a quiet time this long.
const FORGET_FAILURES_MS: i64 = 60 * 60_000;

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
    user: Option<User>,
    hash: Option<String>,
}

impl App {
    pub async fn sign_in(&self, attempt: SignIn) -> Result<SignedIn, Error> {
        let (user, tenant) = self.check_password(&attempt).await?;
        let secret = match attempt.form {
            SecretForm::Hex => self.random.secret(),
            SecretForm::Uuid => self.random.uuid(),
        };
        let longest = self.options.session_idle_ms;
        let session = sessions::Session {
            hash: random::hash(&secret),
            tenant,
            user: user.id,
            face: attempt.face,
            device: attempt.device.clone(),
            idle_ms: attempt.idle_ms.map_or(longest, |idle| idle.clamp(1_000, longest)),
        };
        let caller = Caller {
            tenant,
            user: Some(user.id),
            name: user.user_name.clone(),
            role: user.role,
            credential: Credential::Session { hash: session.hash.clone() },
        };
        let pen = self.pen(tenant, user.user_name.clone());
        let idle_ms = session.idle_ms;
        let id = user.id;
        let address = attempt.address.map(|address| address.to_string());
        self.store.write(move |tx| open_session(tx, &pen, &session, id, address.as_deref())).await?;
        Ok(SignedIn { secret, caller, user, idle_ms })
    }

    /// For faces that send name and password with every call: no session is made.
    pub async fn verify(&self, attempt: SignIn) -> Result<Caller, Error> {
        let (user, tenant) = self.check_password(&attempt).await?;
        Ok(Caller {
            tenant,
            user: Some(user.id),
            name: user.user_name,
            role: user.role,
            credential: Credential::Password,
        })
    }

    /// The password is right, nobody is locked out, and the user is active. Unknown users look like wrong passwords.
    async fn check_password(&self, attempt: &SignIn) -> Result<(User, TenantId), Error> {
        let now_ms = self.clock.now_ms();
        let subjects = subjects(attempt);
        let candidate = self.store.read(|tx| candidate(tx, attempt, &subjects, now_ms)).await?;
        let right = self.passwords.verify(&attempt.password, candidate.hash.as_deref()).await?;
        let Some(user) = candidate.user.filter(|_| right) else {
            self.note_failure(candidate.tenant, attempt, subjects).await?;
            return Err(Error::BadPassword);
        };
        if user.state != UserState::Active {
            return Err(Error::Deactivated { notice: user.notice });
        }
        Ok((user, candidate.tenant))
    }

    async fn note_failure(
        &self,
        tenant: TenantId,
        attempt: &SignIn,
        subjects: Vec<String>,
    ) -> Result<(), Error> {
        let pen = self.pen(tenant, "anonymous");
        let options = self.options.clone();
        let detail = json!({
            "user_name": attempt.user_name.chars().take(domain::name::MAX_NAME_CHARS).collect::<String>(),
            "face": attempt.face,
            "address": attempt.address.map(|address| address.to_string()),
        });
        self.store
            .write(move |tx| {
                for subject in &subjects {
                    let before = lockouts::find(tx, tenant, subject)?;
                    lockouts::save(tx, tenant, subject, after_failure(before, &options, pen.now_ms))?;
                }
                pen.write(tx, &Fact::new("session.refused", detail))
            })
            .await
    }
}

/// Whose failures are counted: the name's, and the address's.
fn subjects(attempt: &SignIn) -> Vec<String> {
    let name = format!("user:{}", NameKey::new(&attempt.user_name));
    let address = attempt.address.map(|address| format!("address:{address}"));
    std::iter::once(name).chain(address).collect()
}

fn candidate(
    tx: &mut Tx<'_>,
    attempt: &SignIn,
    subjects: &[String],
    now_ms: i64,
) -> Result<Candidate, Error> {
    let tenant = tenant_of_host(tx, attempt.host.as_deref())?;
    for subject in subjects {
        let lockout = lockouts::find(tx, tenant, subject)?;
        if lockout.locked_until_ms > now_ms {
            return Err(Error::Locked { retry_after_ms: lockout.locked_until_ms - now_ms });
        }
    }
    let user = users::by_name(tx, tenant, &NameKey::new(&attempt.user_name))?;
    let user = user.filter(|user| user.state != UserState::Removed);
    let hash = match &user {
        Some(user) => users::password_hash(tx, tenant, user.id)?,
        None => None,
    };
    Ok(Candidate { tenant, user, hash })
}

/// The tenant whose host it is, else `default`. A port in the header does not matter.
fn tenant_of_host(tx: &mut Tx<'_>, host: Option<&str>) -> Result<TenantId, Error> {
    let name = host.unwrap_or_default().to_ascii_lowercase();
    let bare = match name.rsplit_once(':') {
        Some((bare, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => bare,
        _ => name.as_str(),
    };
    if !bare.is_empty()
        && let Some(tenant) = tenants::by_host(tx, bare)?
    {
        return Ok(tenant.id);
    }
    let default = tenants::by_name(tx, DEFAULT_TENANT)?;
    default.map(|tenant| tenant.id).ok_or_else(|| Error::internal(&"there is no default tenant"))
}

/// The wait doubles with each failure beyond the limit.
fn after_failure(before: Lockout, options: &AppOptions, now_ms: i64) -> Lockout {
    let stale = now_ms - before.last_failure_ms > FORGET_FAILURES_MS;
    let failures = if stale { 1 } else { before.failures + 1 };
    let beyond = failures - options.max_failures;
    let wait_ms = match u32::try_from(beyond) {
        Err(_) => 0,
        Ok(beyond) => {
            options.first_lock_ms.saturating_mul(1_i64 << beyond.min(30)).min(options.longest_lock_ms)
        }
    };
    Lockout { failures, locked_until_ms: now_ms + wait_ms, last_failure_ms: now_ms }
}

fn open_session(
    tx: &mut Tx<'_>,
    pen: &Pen,
    session: &sessions::Session,
    user: domain::UserId,
    address: Option<&str>,
) -> Result<(), Error> {
    users::lock(tx, session.tenant, &[user])?;
    // Between the look and this moment the user may have been cut.
    let now = users::by_id(tx, session.tenant, user)?;
    let active = now.filter(|user| user.state == UserState::Active).ok_or(Error::BadPassword)?;
    sessions::insert(tx, session, pen.now_ms)?;
    users::signed_in(tx, session.tenant, user, pen.now_ms)?;
    lockouts::clear(tx, session.tenant, &format!("user:{}", NameKey::new(&active.user_name)))?;
    let detail = json!({ "face": session.face, "address": address });
    pen.write(tx, &Fact::new("session.started", detail).on(user))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_is_forgotten() {
        let options = AppOptions::default();
        let mut lockout = Lockout::default();
        let mut waits = Vec::new();
        for _ in 0..8 {
            lockout = after_failure(lockout, &options, 1_000_000);
            waits.push((lockout.locked_until_ms - 1_000_000) / 1_000);
        }
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240]);
        let later = after_failure(lockout, &options, 1_000_001 + FORGET_FAILURES_MS);
        assert_eq!((later.failures, later.locked_until_ms - 1_000_001 - FORGET_FAILURES_MS), (1, 0));
    }
}
