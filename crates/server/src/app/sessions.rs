//! Sessions beyond their beginning and end: another secret for one that has idled out, and a look at a user's.

use domain::{Error, Fact, User, UserState};
use serde_json::json;
use store::sessions::{self, Found, Listed};

use super::{App, Caller, UserRef};
use crate::random;

/// How long the secret of a session that has idled out can still be exchanged for another one.
pub const RENEWABLE_MS: i64 = 24 * 3_600_000;
/// How long after its beginning a session can be prolonged that way.
const LONGEST_RENEWED_MS: i64 = 90 * 24 * 3_600_000;
/// Most sessions of one answer, the latest used first.
pub const MAX_SESSIONS_LISTED: usize = 1_000;

/// A session as others may see it: nothing here helps to use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionView {
    /// Where it was opened: `commvault`, `appviewx`, `rest`.
    pub face: String,
    /// The client's own id of its device.
    pub device: Option<String>,
    pub created_ms: i64,
    pub last_seen_ms: i64,
    /// Else it has idled out, and can at most be renewed.
    pub alive: bool,
}

impl App {
    /// Another secret for the same session, from the same device; the old one is good for nothing any more.
    /// [`Error::BadCredential`] whatever stands against it: one that was ended is as good as none.
    pub async fn renew_session(&self, secret: &str, device: &str) -> Result<String, Error> {
        let (hash, now_ms) = (random::hash(secret), self.clock.now_ms());
        // Looked at before the writer is troubled: nobody needs a good secret to ask.
        let found = self.store.look_up(|tx| Ok::<_, Error>(sessions::find(tx, &hash)?)).await?;
        let found = found.filter(|found| renewable(found, device, now_ms)).ok_or(Error::BadCredential)?;
        let fresh = self.random.secret();
        let fresh_hash = random::hash(&fresh);
        let pen = self.pen(found.tenant, found.user_name);
        self.store
            .write(move |tx| {
                // Whoever ended it meanwhile, or renewed it, has left nothing under the old secret.
                if !sessions::renew(tx, &hash, &fresh_hash, pen.now_ms)? {
                    return Err(Error::BadCredential);
                }
                let fact = Fact::new("session.renewed", json!({ "face": found.face }));
                pen.write(tx, &fact.on(found.user))
            })
            .await?;
        Ok(fresh)
    }

    /// A user's sessions, alive or idled out not long ago. Oneself may look without a role.
    pub async fn sessions(&self, caller: &Caller, user: &UserRef) -> Result<(User, Vec<SessionView>), Error> {
        let now_ms = self.clock.now_ms();
        let limit = i64::try_from(MAX_SESSIONS_LISTED).map_err(|error| Error::internal(&error))?;
        let listed = self.store.read(|tx| {
            let found = user.find(tx, caller.tenant)?;
            caller.require_sight_of(found.as_ref())?;
            let found = found.filter(|user| user.state != UserState::Removed);
            let found = found.ok_or_else(|| Error::not_found("user", user.shown()))?;
            let listed = sessions::of_user(tx, caller.tenant, found.id, limit)?;
            Ok::<_, Error>((found, listed))
        });
        let view = |listed: Listed| SessionView {
            alive: now_ms < listed.last_seen_ms.saturating_add(listed.idle_ms),
            face: listed.face,
            device: listed.device,
            created_ms: listed.created_ms,
            last_seen_ms: listed.last_seen_ms,
        };
        let (user, listed) = listed.await?;
        Ok((user, listed.into_iter().map(view).collect()))
    }
}

/// Opened by that very device, and idle for not too long. One without a device cannot be told from a stolen one.
fn renewable(found: &Found, device: &str, now_ms: i64) -> bool {
    let idle_out_ms = found.last_seen_ms.saturating_add(found.idle_ms);
    found.device.as_deref() == Some(device)
        && now_ms < idle_out_ms.saturating_add(RENEWABLE_MS)
        && now_ms < found.created_ms.saturating_add(LONGEST_RENEWED_MS)
}
