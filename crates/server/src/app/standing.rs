//! Whether a caller still stands: asked once more in the transaction that writes.
//!
//! Between the look at a credential and the write lies whatever the request waits for: a password to be hashed, its
//! turn with the writer. Meanwhile the caller may have been cut, the credential ended, or the role lowered.

use domain::{Error, Role, UserState};
use store::{Tx, sessions, tokens, users};

use super::{App, Caller, Credential, Pen};

impl App {
    /// One transaction on behalf of a caller who still stands in it.
    pub(super) async fn write_for<T: Send + 'static>(
        &self,
        caller: &Caller,
        write: impl FnOnce(&mut Tx<'_>, &Pen) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        self.write_with(caller, write).await
    }

    /// As [`App::write_for`], with errors of whoever asks as well.
    pub(super) async fn write_with<T, E>(
        &self,
        caller: &Caller,
        write: impl FnOnce(&mut Tx<'_>, &Pen) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (pen, caller) = (self.pen(caller.tenant, caller.name.clone()), caller.clone());
        let written = self.store.write(move |tx| {
            caller.stands(tx).map_err(|error| Told(error.into()))?;
            write(tx, &pen).map_err(Told)
        });
        written.await.map_err(|Told(error)| error)
    }
}

/// An error of whoever asked for a transaction; the store's own become one.
struct Told<E>(E);

impl<E: From<Error>> From<store::Error> for Told<E> {
    fn from(error: store::Error) -> Self {
        Self(Error::from(error).into())
    }
}

impl Caller {
    /// [`Error::BadCredential`] if the credential has ended, [`Error::Forbidden`] if it opens less than it did.
    pub(super) fn stands(&self, tx: &mut Tx<'_>) -> Result<(), Error> {
        let role = match &self.credential {
            Credential::Console => return Ok(()),
            Credential::Session { hash } => sessions::find(tx, hash)?.map(|found| found.role),
            Credential::Token { id, .. } => tokens::standing(tx, self.tenant, *id)?,
            Credential::Password { hash } => self.by_password(tx, hash)?,
        };
        if role.ok_or(Error::BadCredential)? >= self.role { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// The role of the user, if it is active and has that password still.
    fn by_password(&self, tx: &mut Tx<'_>, hash: &str) -> Result<Option<Role>, Error> {
        let Some(id) = self.user else { return Ok(None) };
        let user = users::by_id(tx, self.tenant, id)?.filter(|user| user.state == UserState::Active);
        let same = users::password_hash(tx, self.tenant, id)?.as_deref() == Some(hash);
        Ok(user.filter(|_| same).map(|user| user.role))
    }
}
