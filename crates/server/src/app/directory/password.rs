//! Setting passwords.

use domain::{Error, Fact, Role, User, UserState};
use secrecy::SecretString;
use serde_json::json;
use store::{Tx, users};

use crate::app::credentials::{Ended, end_all};
use crate::app::{App, Caller, Credential, Pen, UserRef};
use crate::passwords;

impl App {
    /// Sets a password, and ends every other credential of that user in the same transaction. Everybody may set
    /// their own, but not by a token: its bearer would sign in with the user's role instead of the token's.
    pub async fn set_password(
        &self,
        caller: &Caller,
        user: &UserRef,
        password: &SecretString,
    ) -> Result<(), Error> {
        // Before the hash is made: whoever may not set it takes nobody's turn.
        self.store.read(|tx| whose(tx, caller, user)).await?;
        passwords::check("password", password)?;
        let hash = self.passwords.hash(password, &self.random).await?;
        let (by, user) = (caller.clone(), user.clone());
        self.write_for(caller, move |tx, pen| {
            let user = whose(tx, &by, &user)?;
            replace(tx, pen, &user, &hash)
        })
        .await
    }
}

/// The user whose password the caller may set.
fn whose(tx: &mut Tx<'_>, caller: &Caller, asked: &UserRef) -> Result<User, Error> {
    let found = asked.find(tx, caller.tenant)?.filter(|user| user.state != UserState::Removed);
    let own = caller.is(found.as_ref().map(|user| user.id));
    if !own || matches!(caller.credential, Credential::Token { .. }) {
        caller.require(Role::Admin)?;
    }
    found.ok_or_else(|| Error::not_found("user", asked.shown()))
}

/// Whoever knew the old password is out.
pub(super) fn replace(tx: &mut Tx<'_>, pen: &Pen, user: &User, hash: &str) -> Result<(), Error> {
    users::set_password_hash(tx, pen.tenant, user.id, hash)?;
    let Ended { sessions, tokens, clients } = end_all(tx, pen.tenant, user.id)?;
    let detail = json!({ "sessions_ended": sessions, "tokens_ended": tokens, "clients_ended": clients });
    pen.write(tx, &Fact::new("user.password_changed", detail).on(user.id))
}
