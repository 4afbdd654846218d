//! The `ldap` kind: the entries of OpenLDAP, Active Directory, 389 Directory Server and their kin.
//!
//! Owns: which entry an account is, what locks it, where leavers are, what names an entry. Described in
//! docs/connectors/ldap.md. Never: follows a referral, changes a schema or a password, or takes an entry that it
//! may not see for one that has gone.

mod account;
mod check;
mod dn;
mod leavers;
mod listing;
mod lock;
mod operations;
mod profile;
mod protection;
mod references;
mod removal;
mod said;
mod session;
mod settings;
mod strainer;
mod wire;

use std::collections::BTreeMap;

use async_trait::async_trait;
use domain::correlation::Theirs;
use domain::{Action, Capabilities, RemoteAccount};

use self::account::Account;
use self::listing::Listings;
use self::references::Naming;
use self::session::Door;
pub use self::settings::Settings;
use self::settings::{LeaveGroups, Resolved};
use crate::connector::MAX_OWNED_NAMES;
use crate::{AccountPage, Checked, Connector, Failure, Order, Owned, Place, SettingsError, Sight};

pub struct Directory {
    door: Door,
    like: Resolved,
    /// As whom we sign in, where that is not what our certificate says.
    login_name: Option<String>,
    capabilities: Capabilities,
    listings: Listings,
}

impl Directory {
    pub fn open(place: Place<'_>) -> Result<Self, SettingsError> {
        let settings = Settings::parse(place.settings)?;
        Ok(Self {
            door: Door::new(&settings, place.vault, place.pace)?,
            login_name: settings.bind.dn.clone(),
            capabilities: settings.capabilities(),
            like: settings.resolved(),
            listings: Listings::default(),
        })
    }

    /// Nobody may sign in with it, it is where leavers are, and in no group where that goes with it.
    async fn is_cut(&self, account: &Account) -> Result<(bool, String), Failure> {
        let locked = self.is_locked(&account.entry) == Some(true);
        let mut seen = vec![self.lock_seen(&account.entry)];
        let mut cut = locked;
        if let Some(unit) = &self.like.leavers_ou {
            cut &= account.moved;
            seen.push(format!("it is {} {unit:?}", if account.moved { "below" } else { "not below" }));
        }
        if self.leaves_groups(LeaveGroups::OnDisable) {
            let in_groups = self.is_in_groups(account).await?;
            cut &= !in_groups;
            seen.push(format!("it is in {} group", if in_groups { "a" } else { "no" }));
        }
        Ok((cut, format!("{}: {}", account.named(), seen.join(", "))))
    }

    /// May sign in again, and is back where that is known.
    fn is_restored(&self, account: &Account) -> (bool, String) {
        let locked = self.is_locked(&account.entry) != Some(false);
        let former = self.former_unit(&account.entry);
        let place = match former {
            Some(unit) => format!(", it was moved from {unit:?}"),
            None if account.moved => ", it stays with the leavers: where it was is not recorded".to_owned(),
            None => String::new(),
        };
        let evidence = format!("{}: {}{place}", account.named(), self.lock_seen(&account.entry));
        (!locked && former.is_none(), evidence)
    }

    async fn is_handed_over(&self, account: &Account) -> Result<(bool, String), Failure> {
        let owned = self.owned(account).await?;
        let attributes = self.like.references.join(", ");
        if owned.is_empty() {
            let base = &self.like.base;
            return Ok((true, format!("no entry below {base:?} names {} as {attributes}", account.named())));
        }
        let counts = counted(&owned).into_iter().map(|owned| format!("{} as {}", owned.count, owned.kind));
        let counts = counts.collect::<Vec<_>>().join(", ");
        Ok((false, format!("entries name {}: {counts}", account.named())))
    }

    /// The lock comes first: it is what counts. Groups come before the move, because they name the entry where it is.
    async fn cut(&self, account: &Account) -> Result<(), Failure> {
        if self.is_locked(&account.entry) != Some(true) {
            self.set_lock(account, true).await?;
        }
        if self.leaves_groups(LeaveGroups::OnDisable) {
            self.leave_groups(account).await?;
        }
        self.move_out(account).await
    }

    async fn restore(&self, account: Account) -> Result<(), Failure> {
        let account = self.move_back(account).await?;
        if self.is_locked(&account.entry) != Some(false) {
            self.set_lock(&account, false).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl Connector for Directory {
    fn capabilities(&self) -> Capabilities {
        self.capabilities
    }

    async fn find(&self, field: Theirs, value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        self.accounts_with(field, value).await
    }

    async fn observe(&self, order: &Order) -> Result<Sight, Failure> {
        let account = self.account(&order.account).await?;
        let (so, evidence) = match order.action {
            Action::Disable => self.is_cut(&account).await?,
            Action::Enable => self.is_restored(&account),
            Action::Transfer => self.is_handed_over(&account).await?,
            Action::Delete => (false, format!("{} is there", account.named())),
            Action::EndSessions | Action::Release | Action::Manual => {
                return Err(nothing_there(order.action));
            }
        };
        Ok(if so { Sight::So { evidence } } else { Sight::NotSo { evidence } })
    }

    async fn apply(&self, order: &Order) -> Result<(), Failure> {
        let account = self.account(&order.account).await?;
        self.protect(&account).await?;
        match order.action {
            Action::Disable => self.cut(&account).await,
            Action::Enable => self.restore(account).await,
            Action::Transfer => self.hand_over(&account, order.heir.as_ref()).await,
            Action::Delete => self.remove(&account).await,
            Action::EndSessions | Action::Release | Action::Manual => Err(nothing_there(order.action)),
        }
    }

    async fn accounts(&self, cursor: Option<&str>) -> Result<AccountPage, Failure> {
        self.list(cursor).await
    }

    async fn inventory(&self, account: &str) -> Result<Option<Vec<Owned>>, Failure> {
        let account = self.account(account).await?;
        let mut owned = counted(&self.owned(&account).await?);
        owned.extend(counted(&self.groups(&account).await?));
        let children = self.children(&account).await?;
        let names = children.iter().map(|child| dn::shown(&child.dn)).collect();
        owned.extend(kind_of("entry below it", names));
        Ok(Some(owned))
    }

    async fn check(&self) -> Result<Checked, Failure> {
        self.look_around().await
    }
}

fn nothing_there(action: Action) -> Failure {
    Failure::Refused(format!("a directory has nothing for {action}"))
}

/// By attribute, whatever name of the entry it holds.
fn counted(found: &[Naming]) -> Vec<Owned> {
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for naming in found {
        names.entry(&naming.attribute).or_default().extend(naming.names());
    }
    names.into_iter().filter_map(|(attribute, names)| kind_of(attribute, names)).collect()
}

fn kind_of(kind: &str, mut names: Vec<String>) -> Option<Owned> {
    let count = names.len() as u64;
    names.sort_unstable();
    names.truncate(MAX_OWNED_NAMES);
    (count > 0).then(|| Owned { kind: kind.to_owned(), count, names })
}
