//! Which role an account id means, and which roles are left alone.
//!
//! An id is `OID:NAME`. A name alone would take a renamed role for a deleted one, and a new role of an old name for
//! the leaver; an oid alone would take a server restored from a dump, where every oid is another, for one that the
//! leaver has left. Together they are the role, or nothing of the two is there, or a person must look.
//! Where a person gave a bare name, it is taken as it is.

use domain::{NameKey, RemoteAccount};
use tokio_postgres::Row;

use super::quote::quoted;
use super::session::{Session, column};
use super::settings::Settings;
use crate::connector::MAX_ACCOUNT_PAGE;
use crate::{AccountPage, Failure};

/// The superuser that made the server; half of what it owns cannot be handed over.
const BOOTSTRAP_OID: u32 = 10;
/// Most roles that may resemble a name.
const MAX_ALIKE: usize = 1_000;

pub(super) struct Role {
    oid: u32,
    pub(super) name: String,
    pub(super) may_sign_in: bool,
    is_superuser: bool,
    standing: Standing,
    /// We must make ourselves a member to act for it, and can.
    pub(super) must_be_lent: bool,
}

/// What the server says of a role besides its rights.
#[derive(PartialEq)]
enum Standing {
    Ours,
    Bootstrap,
    Predefined,
    Ordinary,
}

const COLUMNS: &str = "SELECT r.oid, r.rolname::text, r.rolcanlogin, r.rolsuper, \
     r.rolname IN (current_user, session_user), \
     NOT pg_has_role(current_user, r.oid, 'USAGE') AND (SELECT rolinherit FROM pg_roles WHERE rolname = current_user) \
     FROM pg_roles r";

impl Role {
    fn read(row: &Row) -> Result<Self, Failure> {
        let (oid, name): (u32, String) = (column(row, 0)?, column(row, 1)?);
        let standing = match (column(row, 4)?, oid) {
            (true, _) => Standing::Ours,
            (false, BOOTSTRAP_OID) => Standing::Bootstrap,
            _ if name.starts_with("pg_") => Standing::Predefined,
            _ => Standing::Ordinary,
        };
        Ok(Self {
            oid,
            name,
            may_sign_in: column(row, 2)?,
            is_superuser: column(row, 3)?,
            standing,
            must_be_lent: column(row, 5)?,
        })
    }

    /// The role that `account` means.
    pub(super) async fn resolve(session: &Session, account: &str) -> Result<Self, Failure> {
        let (oid, name) = parse(account);
        // No role can be called that, so there is none.
        if name.contains('\0') {
            return Err(Failure::Refused(format!("{account:?} is no role's name")));
        }
        let sql = format!("{COLUMNS} WHERE r.oid = $1 OR r.rolname::text = $2 ORDER BY r.oid");
        let found = session.ask(&sql, &[&oid.unwrap_or(0), &name]).await?;
        let found = found.iter().map(Self::read).collect::<Result<Vec<_>, _>>()?;
        let fits = |role: &Self| role.name == name && oid.is_none_or(|oid| oid == role.oid);
        let shown: Vec<_> = found.iter().map(Self::id).collect();
        match found.into_iter().find(fits) {
            Some(role) => Ok(role),
            None if shown.is_empty() => Err(Failure::Absent(format!("no role {account} (pg_roles)"))),
            None => Err(Failure::Refused(format!(
                "role {account} was renamed or made anew, nothing was touched: there is {}",
                shown.join(" and ")
            ))),
        }
    }

    /// The platform's own id.
    pub(super) fn id(&self) -> String {
        format!("{}:{}", self.oid, self.name)
    }

    pub(super) fn oid(&self) -> u32 {
        self.oid
    }

    pub(super) fn quoted(&self) -> Result<String, Failure> {
        quoted(&self.name)
    }

    /// Why this role is never touched, if so.
    pub(super) fn protection(&self, settings: &Settings) -> Option<&'static str> {
        match self.standing {
            Standing::Ours => Some("it is our own"),
            Standing::Bootstrap => Some("it is the superuser that the server was made with"),
            Standing::Predefined => Some("it is one of PostgreSQL's own"),
            Standing::Ordinary if settings.protect.contains(&self.name) => {
                Some("the platform's settings protect it")
            }
            Standing::Ordinary => self.too_mighty(settings),
        }
    }

    /// Why this role inherits nothing from `leaver`, if so.
    pub(super) fn unfit_heir(&self, leaver: &Self, settings: &Settings) -> Option<&'static str> {
        if self.oid == leaver.oid {
            Some("it is the leaver's own")
        } else if self.standing == Standing::Predefined {
            Some("it is one of PostgreSQL's own")
        } else {
            // What the leaver wrote would run with every right there is.
            self.too_mighty(settings)
        }
    }

    fn too_mighty(&self, settings: &Settings) -> Option<&'static str> {
        let why = "it is a superuser, and the platform's settings leave superusers alone";
        (self.is_superuser && !settings.superusers).then_some(why)
    }

    fn shown(self) -> RemoteAccount {
        RemoteAccount {
            id: self.id(),
            active: Some(self.may_sign_in),
            user_name: self.name,
            ..RemoteAccount::default()
        }
    }
}

fn parse(account: &str) -> (Option<u32>, &str) {
    match account.split_once(':') {
        Some((oid, name)) if oid.bytes().all(|b| b.is_ascii_digit()) => match oid.parse() {
            Ok(oid) => (Some(oid), name),
            Err(_) => (None, account),
        },
        _ => (None, account),
    }
}

/// Roles of this name, case aside: two that differ in case only are a warning, not a choice.
pub(super) async fn named(session: &Session, name: &str) -> Result<Vec<RemoteAccount>, Failure> {
    // A database's locale may not know how to change the case of a letter. Any one fits here, and is compared below.
    let pattern: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let sql = format!(
        r#"{COLUMNS} WHERE lower(r.rolname::text COLLATE "C") LIKE lower($1 COLLATE "C") ORDER BY r.oid LIMIT $2"#
    );
    let limit = i64::try_from(MAX_ALIKE + 1).unwrap_or(i64::MAX);
    let alike = session.ask(&sql, &[&pattern, &limit]).await?;
    if alike.len() > MAX_ALIKE {
        return Err(Failure::Refused(format!("more than {MAX_ALIKE} roles resemble {name:?}")));
    }
    let alike = alike.iter().map(Role::read).collect::<Result<Vec<_>, _>>()?;
    let wanted = NameKey::new(name);
    Ok(alike.into_iter().filter(|role| NameKey::new(&role.name) == wanted).map(Role::shown).collect())
}

/// The roles behind `after`, in the order of their oids; PostgreSQL's own are left out.
pub(super) async fn page(session: &Session, after: Option<&str>) -> Result<AccountPage, Failure> {
    let bad = |_| Failure::Refused("the cursor is not one of ours".to_owned());
    let after: u32 = after.map_or(Ok(0), str::parse).map_err(bad)?;
    let sql = format!("{COLUMNS} WHERE r.oid > $1 AND r.rolname !~ '^pg_' ORDER BY r.oid LIMIT $2");
    let limit = i64::try_from(MAX_ACCOUNT_PAGE).unwrap_or(i64::MAX);
    let rows = session.ask(&sql, &[&after, &limit]).await?;
    let roles = rows.iter().map(Role::read).collect::<Result<Vec<_>, _>>()?;
    let next = roles.last().filter(|_| roles.len() == MAX_ACCOUNT_PAGE).map(|role| role.oid.to_string());
    Ok(AccountPage { accounts: roles.into_iter().map(Role::shown).collect(), next })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_an_oid_and_a_name() {
        assert_eq!(parse("16400:jsmith"), (Some(16_400), "jsmith"));
        assert_eq!(parse("16400:a:b"), (Some(16_400), "a:b"));
        for bare in ["jsmith", "a:b", ":b", "99999999999:b", "+1:b", "16400"] {
            assert_eq!(parse(bare), (None, bare));
        }
    }
}
