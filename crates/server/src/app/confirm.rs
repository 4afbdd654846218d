//! A second proof by whoever asks: the own password. Failures count as at sign-in.

use domain::{Error, Fact};
use secrecy::SecretString;
use serde_json::json;
use store::users;

use super::lockout::Subjects;
use super::{App, Caller};

impl App {
    /// [`Error::BadPassword`] unless it is the caller's own.
    pub async fn confirm(
        &self,
        caller: &Caller,
        password: &SecretString,
        face: &'static str,
    ) -> Result<(), Error> {
        let id = caller.user.ok_or(Error::Forbidden)?;
        let pen = self.pen(caller.tenant, caller.name.clone());
        let (subjects, user_name, hash) = self
            .store
            .read(|tx| {
                let user = users::by_id(tx, pen.tenant, id)?.ok_or(Error::BadCredential)?;
                let subjects = Subjects::named(&user.user_name);
                subjects.refuse_locked(tx, pen.tenant, pen.now_ms)?;
                Ok::<_, Error>((subjects, user.user_name, users::password_hash(tx, pen.tenant, id)?))
            })
            .await?;
        if self.passwords.verify(password, hash.as_deref()).await? {
            return Ok(());
        }
        let options = self.options.clone();
        let refused = Fact::new("session.refused", json!({ "user_name": user_name, "face": face })).on(id);
        self.store
            .write(move |tx| {
                subjects.count_failure(tx, pen.tenant, &options, pen.now_ms)?;
                pen.write(tx, &refused)
            })
            .await?;
        Err(Error::BadPassword)
    }
}
