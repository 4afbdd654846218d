//! Is the directory reachable, who are we there, and what may we do?

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::Directory;
use super::operations::{ANYTHING, Entry, NO_ATTRIBUTES, Query};
use super::profile::Profile;
use super::said::{NO_SUCH_OBJECT, Setback};
use crate::{Checked, Failure};

/// What the root of a directory tells of it.
const ROOT: [&str; 7] = [
    "vendorName",
    "vendorVersion",
    "objectClass",
    "dnsHostName",
    "domainControllerFunctionality",
    "currentTime",
    "supportedControl",
];
/// What Active Directory says of an entry that we may write.
const WRITABLE: &str = "allowedAttributesEffective";
/// What OpenLDAP's policies say when somebody errs too often, and whether they do.
const LOCKED_TIME: &str = "pwdAccountLockedTime";
const LOCKING_POLICY: &str = "(&(objectClass=pwdPolicy)(pwdLockout=TRUE))";

impl Directory {
    pub(super) async fn look_around(&self) -> Result<Checked, Failure> {
        let root = self.root(&ROOT).await?;
        let told = self.door.who_am_i().await?;
        let mut permissions = vec![self.sees(&self.like.base, "everything is looked for").await?];
        permissions.push(self.sees_accounts().await?);
        if let Some(unit) = &self.like.leavers_ou {
            permissions.push(self.sees(unit, "leavers are moved to").await?);
        }
        permissions.push(self.may_write().await?);
        permissions.extend(self.locks_nobody().await?);
        Ok(Checked {
            server: product(&root),
            signed_in_as: told
                .or_else(|| self.login_name.clone())
                .unwrap_or_else(|| "nobody known".to_owned()),
            permissions,
            clock_ms: root.text("currentTime").and_then(clock_ms),
        })
    }

    /// What the directory says of itself.
    pub(super) async fn root(&self, attributes: &[&str]) -> Result<Entry, Failure> {
        let mut found = self.door.search(&Query::at("", ANYTHING, attributes), 1).await?;
        Ok(found.pop().unwrap_or_default())
    }

    async fn sees(&self, dn: &str, what: &str) -> Result<String, Failure> {
        match self.door.any(&Query::at(dn, ANYTHING, &[NO_ATTRIBUTES])).await {
            Ok(true) => Ok(format!("sees {dn:?}, below which {what}")),
            Err(Setback::Failed(failure)) => Err(failure),
            Err(setback) if !setback.is(NO_SUCH_OBJECT) => Err(setback.into()),
            _ => Err(Failure::Refused(format!(
                "{dn:?}, below which {what}, does not exist or is hidden from us"
            ))),
        }
    }

    async fn sees_accounts(&self) -> Result<String, Failure> {
        self.prove_sight().await?;
        Ok(format!("sees accounts below {:?} by {}", self.like.user_base, self.like.user_filter))
    }

    /// Active Directory alone tells without a try.
    async fn may_write(&self) -> Result<String, Failure> {
        let lock = self.lock_attribute();
        if self.like.profile != Profile::ActiveDirectory {
            return Ok(format!(
                "whether we may write {lock} shows with the first change: it cannot be asked"
            ));
        }
        let query = Query::below(&self.like.user_base, self.like.user_filter.clone(), &[WRITABLE]);
        let first = self.door.first_page(&query).await?;
        let may = |entry: &&Entry| entry.texts(WRITABLE).any(|name| name.eq_ignore_ascii_case(lock));
        let (all, writable) = (first.len(), first.iter().filter(may).count());
        Ok(format!("may write {lock} of {writable} of the first {all} accounts"))
    }

    /// OpenLDAP heeds the lock only under a policy that knows lockouts. It may be where we cannot see it.
    async fn locks_nobody(&self) -> Result<Option<String>, Failure> {
        if self.like.profile != Profile::OpenLdap || !self.lock_attribute().eq_ignore_ascii_case(LOCKED_TIME)
        {
            return Ok(None);
        }
        let query = Query::below(&self.like.base, LOCKING_POLICY.to_owned(), &[NO_ATTRIBUTES]);
        if self.door.any(&query).await? {
            return Ok(None);
        }
        Ok(Some(format!(
            "sees no policy with pwdLockout TRUE below {:?}: a lock may have no effect",
            self.like.base
        )))
    }
}

fn product(root: &Entry) -> String {
    if let Some(level) = root.text("domainControllerFunctionality") {
        let host = root.text("dnsHostName").unwrap_or("an unnamed host");
        return format!("Active Directory, functional level {level}, {host}");
    }
    match (root.text("vendorName"), root.text("vendorVersion")) {
        (Some(name), Some(version)) => format!("{name} {version}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) if root.texts("objectClass").any(|class| class == "OpenLDAProotDSE") => {
            "OpenLDAP".to_owned()
        }
        (None, None) => "an LDAP server that does not tell its name".to_owned(),
    }
}

/// `20261122151235.0Z`, always in UTC.
fn clock_ms(text: &str) -> Option<i64> {
    let time = DateTime::strptime("%Y%m%d%H%M%S", text.get(..14)?).ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_read_in_utc() {
        assert_eq!(clock_ms("19700101000001.0Z"), Some(1_000));
        assert_eq!(clock_ms("20001231235959Z"), Some(978_307_199_000));
        assert_eq!(clock_ms("yesterday"), None);
    }
}
