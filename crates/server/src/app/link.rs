//! Noting whose accounts are: what an inventory has matched becomes known. Never changes whose a known account is.

use std::collections::HashSet;

use domain::platform::is_sought;
use domain::{Account, AccountState, Error, Fact, PlatformKind, Role, UserId, UserState, name, plan};
use serde_json::json;
use store::{Tx, accounts, platforms, users};

use super::{App, Caller, MAX_PAGE, Pen};

/// An account and whose it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub remote_id: String,
    pub user: UserId,
    pub state: AccountState,
}

/// What became of links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Linked {
    pub linked: usize,
    /// Known already, or of somebody who is not here any more, or has as many accounts as there may be.
    pub left: usize,
}

impl App {
    /// Notes at most a page of accounts as known, in one transaction.
    pub async fn link_accounts(
        &self,
        caller: &Caller,
        platform: &str,
        links: Vec<Link>,
    ) -> Result<Linked, Error> {
        caller.require(Role::Operator)?;
        if links.len() > MAX_PAGE {
            return Err(Error::TooMany { what: "links", limit: MAX_PAGE });
        }
        let platform = platform.to_owned();
        let linked = self.write_for(caller, move |tx, pen| link(tx, pen, &platform, &links)).await?;
        self.hint_change();
        Ok(linked)
    }
}

fn link(tx: &mut Tx<'_>, pen: &Pen, name: &str, links: &[Link]) -> Result<Linked, Error> {
    let found = platforms::by_name(tx, pen.tenant, name)?;
    let platform = found.ok_or_else(|| Error::not_found("platform", name))?;
    if platform.kind == PlatformKind::Local {
        return Err(Error::Conflict(format!("{name} is our own directory")));
    }
    let asked: Vec<&str> = links.iter().map(|link| link.remote_id.as_str()).collect();
    let mut known: HashSet<String> =
        accounts::known(tx, platform.id, &asked)?.into_iter().map(|account| account.remote_id).collect();
    let asked: Vec<UserId> = links.iter().map(|link| link.user).collect();
    let present: HashSet<UserId> = users::by_ids(tx, pen.tenant, &asked)?
        .into_iter()
        .filter(|user| user.state != UserState::Removed)
        .map(|user| user.id)
        .collect();
    let mut ids = Vec::new();
    for link in links {
        let is_new = is_remote_id(&link.remote_id) && known.insert(link.remote_id.clone());
        if is_new && present.contains(&link.user) && has_room(tx, pen, link.user)? {
            let Link { remote_id, user, state } = link.clone();
            accounts::link(
                tx,
                pen.tenant,
                &Account { platform: platform.id, user, remote_id, state },
                pen.now_ms,
            )?;
            ids.push(json!({ "account": link.remote_id, "user": link.user }));
        }
    }
    let linked = Linked { linked: ids.len(), left: links.len() - ids.len() };
    if linked.linked > 0 {
        let detail = json!({ "platform": platform.name, "linked": linked.linked, "left": linked.left, "accounts": ids });
        pen.write(tx, &Fact::new("account.linked", detail))?;
    }
    Ok(linked)
}

/// As where accounts are imported.
fn is_remote_id(text: &str) -> bool {
    !is_sought(text) && name::check("remote_id", text).is_ok()
}

/// A user's accounts bound the steps of every plan for that user.
fn has_room(tx: &mut Tx<'_>, pen: &Pen, user: UserId) -> Result<bool, Error> {
    let most = i64::try_from(plan::MAX_ACCOUNTS).unwrap_or(i64::MAX);
    Ok(accounts::count(tx, pen.tenant, user, most)? < most)
}
