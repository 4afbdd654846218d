//! Users who must wait after too many failed sign-ins, and letting them in again.

use std::collections::HashMap;

use domain::{Error, Fact, Role, TenantId, User, UserId, UserState};
use store::Tx;
use store::lockouts::{self, Lockout};

use super::lockout::subject;
use super::lookup::find_all;
use super::{App, Caller, MAX_USERS_PER_REQUEST, UserRef};

/// Sign-ins by a name must wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lock {
    /// The failure that it followed.
    pub since_ms: i64,
    pub until_ms: i64,
}

/// Which of these users cannot sign in now, whatever password is given.
pub(super) fn locks(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    users: &[User],
    now_ms: i64,
) -> Result<HashMap<UserId, Lock>, Error> {
    let subjects: Vec<String> = users.iter().map(|user| subject(&user.user_name)).collect();
    let failed = lockouts::of_subjects(tx, tenant, &subjects)?;
    let locked = failed.into_iter().filter(|(lockout, _)| lockout.locked_until_ms > now_ms);
    let locked: HashMap<String, Lock> = locked
        .map(|(Lockout { last_failure_ms, locked_until_ms, .. }, subject)| {
            (subject, Lock { since_ms: last_failure_ms, until_ms: locked_until_ms })
        })
        .collect();
    let of = |(user, subject): (&User, &String)| locked.get(subject).map(|lock| (user.id, *lock));
    Ok(users.iter().zip(&subjects).filter_map(of).collect())
}

impl App {
    /// Forgets the failed sign-ins by these users' names; those of an address are counted on. Answers whom each
    /// name stands for, in the order asked: nobody, if there is no such user. Who was not locked stays so.
    pub async fn unlock(&self, caller: &Caller, users: Vec<UserRef>) -> Result<Vec<Option<User>>, Error> {
        caller.require(Role::Admin)?;
        if users.len() > MAX_USERS_PER_REQUEST {
            return Err(Error::TooMany { what: "users", limit: MAX_USERS_PER_REQUEST });
        }
        self.write_for(caller, move |tx, pen| {
            let mut found = find_all(tx, pen.tenant, &users)?;
            for user in &mut found {
                *user = user.take().filter(|user| user.state != UserState::Removed);
                if let Some(user) = user
                    && lockouts::clear(tx, pen.tenant, &subject(&user.user_name))?
                {
                    pen.write(tx, &Fact::bare("user.unlocked").on(user.id))?;
                }
            }
            Ok(found)
        })
        .await
    }
}
