//! Entries that must not be changed, whoever asks.

use super::Directory;
use super::account::Account;
use super::operations::{NO_ATTRIBUTES, Query};
use super::said::NO_SUCH_OBJECT;
use crate::Failure;

impl Directory {
    /// `Refused` where the account is one of them. Asked before every change, for it may have become one.
    pub(super) async fn protect(&self, account: &Account) -> Result<(), Failure> {
        let refused = |why: String| Err(Failure::Refused(format!("{} is protected: {why}", account.named())));
        if self.is_own(account) {
            return refused("it is the account that we work with".to_owned());
        }
        if let Some(filter) = &self.like.protected_filter {
            let query = Query::at(&account.entry.dn, filter, &[NO_ATTRIBUTES]);
            if account.changed(self.door.any(&query).await)? {
                return refused(format!("it fits {filter}"));
            }
        }
        for subtree in &self.like.protected {
            let query = Query::below(subtree, self.id_filter(&account.id)?, &[NO_ATTRIBUTES]);
            match self.door.any(&query).await {
                Ok(false) => {}
                Ok(true) => return refused(format!("it is in {subtree:?}")),
                // Written wrongly, it would protect nobody.
                Err(setback) if setback.is(NO_SUCH_OBJECT) => {
                    return refused(format!("{subtree:?} does not exist, so that nobody can say"));
                }
                Err(setback) => return Err(setback.into()),
            }
        }
        Ok(())
    }

    /// Active Directory takes `CORP\name` and `name@corp.example.com` as well as the name of the entry.
    fn is_own(&self, account: &Account) -> bool {
        let Some(own) = self.login_name.as_deref() else { return false };
        let short = own.rsplit_once('\\').map_or(own, |(_, name)| name);
        let short = short.split_once('@').map_or(short, |(name, _)| name);
        own.eq_ignore_ascii_case(&account.entry.dn)
            || account.entry.texts(&self.like.user_name).any(|name| name.eq_ignore_ascii_case(short))
    }
}
