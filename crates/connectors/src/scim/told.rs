//! What is said of an account and of the platform: evidence, inventory, check.

use serde_json::Value;

use super::Scim;
use super::entry::{Active, Entry};
use super::groups::Membership;
use super::lists::Kind;
use crate::connector::MAX_OWNED_NAMES;
use crate::{Checked, Failure, Owned};

/// `account 7 (bjensen)`
pub(super) fn named(account: &Entry) -> String {
    match account.text("userName") {
        Some(name) => format!("account {} ({name})", account.id),
        None => format!("account {}", account.id),
    }
}

pub(super) fn standing(account: &Entry) -> String {
    let shown = account.get("active").map(Value::to_string).unwrap_or_default();
    match account.active() {
        Active::No => format!("{} is inactive: active is {shown}", named(account)),
        Active::Yes => format!("{} is active: active is {shown}", named(account)),
        Active::Untold => format!("{} is not shown to be inactive", named(account)),
    }
}

/// `2 groups: Admins, Staff`
pub(super) fn some(mut names: Vec<String>) -> String {
    names.sort();
    let count = names.len();
    names.truncate(MAX_OWNED_NAMES);
    let groups = if count == 1 { "group" } else { "groups" };
    let more = if count > names.len() { " and others" } else { "" };
    format!("{count} {groups}: {}{more}", names.join(", "))
}

/// `None` where nothing of the kind is told.
pub(super) fn owned(account: &Entry, groups: Option<Vec<Membership>>) -> Option<Vec<Owned>> {
    let groups = groups.map(|groups| groups.into_iter().map(|group| group.name).collect());
    let kinds = [
        ("group", groups),
        ("role", names(account, "roles")),
        ("entitlement", names(account, "entitlements")),
    ];
    if kinds.iter().all(|(_, names)| names.is_none()) {
        return None;
    }
    let owned = |(kind, names): (&str, Option<Vec<String>>)| {
        let mut names = names.filter(|names| !names.is_empty())?;
        names.sort();
        let count = u64::try_from(names.len()).unwrap_or(u64::MAX);
        names.truncate(MAX_OWNED_NAMES);
        Some(Owned { kind: kind.to_owned(), count, names })
    };
    Some(kinds.into_iter().filter_map(owned).collect())
}

fn names(account: &Entry, list: &str) -> Option<Vec<String>> {
    let entries = account.get(list)?.as_array()?;
    let name = |entry: &Value| {
        let name = [&entry["display"], &entry["value"], entry].into_iter().find_map(Value::as_str);
        name.map_or_else(|| "without a name".to_owned(), str::to_owned)
    };
    Some(entries.iter().map(name).collect())
}

impl Scim {
    pub(super) async fn check_platform(&self) -> Result<Checked, Failure> {
        let features = self.features().await?;
        let server = match &features.told {
            Some(told) => format!("SCIM 2.0: {told}"),
            None => "SCIM 2.0, without a ServiceProviderConfig".to_owned(),
        };
        let users = self.glance(Kind::User).await?;
        let count = users.total.map_or_else(|| "some number".to_owned(), |total| total.to_string());
        let mut permissions = vec![format!("it may list users: {count}")];
        if features.groups.is_some() {
            permissions.push(match self.glance(Kind::Group).await {
                Ok(page) => {
                    let count =
                        page.total.map_or_else(|| "some number".to_owned(), |total| total.to_string());
                    format!("it may list groups: {count}")
                }
                Err(no_page) if matches!(no_page.failure, Failure::Refused(_)) || no_page.nowhere => {
                    format!("it may not list groups: {}", no_page.failure)
                }
                Err(no_page) => return Err(no_page.into()),
            });
        }
        Ok(Checked { server, signed_in_as: self.wire.who.clone(), permissions, clock_ms: users.clock_ms })
    }
}
