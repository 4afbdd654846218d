//! Whose are these accounts? What is known already counts, then the platform's rules, in a few queries a page.

use std::collections::{HashMap, HashSet};

use domain::correlation::{self, Ours, Rule};
use domain::{Account, AccountState, Error, NameKey, PlatformId, RemoteAccount, TenantId, User, UserId};
use store::{Tx, accounts, users};

use super::App;

/// What is known of an account's user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whose {
    /// `known`: noted as this user's already; else the rules say so.
    One {
        user: Box<User>,
        known: bool,
    },
    /// A person must say.
    Several {
        reason: String,
    },
    Nobody,
}

impl Whose {
    pub fn user(&self) -> Option<&User> {
        match self {
            Self::One { user, .. } => Some(user),
            Self::Several { .. } | Self::Nobody => None,
        }
    }

    /// One word for lists.
    pub fn word(&self) -> &'static str {
        match self {
            Self::One { .. } => "matched",
            Self::Several { .. } => "ambiguous",
            Self::Nobody => "unmatched",
        }
    }
}

impl App {
    /// Why an account that was found there for `user` is not touched: it is known as somebody else's, or fits somebody
    /// else as well. `None` where it is theirs alone.
    pub async fn not_theirs(
        &self,
        tenant: TenantId,
        platform: PlatformId,
        rules: &[Rule],
        user: UserId,
        account: &RemoteAccount,
    ) -> Result<Option<String>, Error> {
        let page = std::slice::from_ref(account);
        let found = self.store.read(|tx| whose(tx, tenant, platform, rules, page)).await?;
        let id = &account.id;
        Ok(match found.into_iter().next() {
            Some(Whose::One { user: owner, .. }) if owner.id == user => None,
            Some(Whose::One { user: owner, known: true }) => {
                Some(format!("account {id} is known as {}'s", owner.user_name))
            }
            Some(Whose::One { user: owner, known: false }) => {
                Some(format!("account {id} may be {}'s, who has that name or address now", owner.user_name))
            }
            Some(Whose::Several { reason }) => Some(format!("account {id} is not clearly theirs: {reason}")),
            Some(Whose::Nobody) | None => None,
        })
    }
}

/// For each of these accounts, in their order.
pub(super) fn whose(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    platform: PlatformId,
    rules: &[Rule],
    page: &[RemoteAccount],
) -> Result<Vec<Whose>, Error> {
    let ids: Vec<&str> = page.iter().map(|account| account.id.as_str()).collect();
    let known: HashMap<String, UserId> = accounts::known(tx, platform, &ids)?
        .into_iter()
        .map(|account| (account.remote_id, account.user))
        .collect();
    let owners = owners(tx, tenant, &known)?;
    let unknown: Vec<&RemoteAccount> =
        page.iter().filter(|account| !known.contains_key(&account.id)).collect();
    let found = candidates(tx, tenant, rules, &unknown)?;
    let fitting: HashMap<&str, Vec<&User>> = unknown
        .iter()
        .map(|account| (account.id.as_str(), correlation::whose(rules, account, &found)))
        .collect();
    let there = accounts_of(tx, tenant, platform, &fitting)?;
    let judge = |account: &RemoteAccount| match known.get(&account.id).and_then(|id| owners.get(id)) {
        Some(owner) => Whose::One { user: Box::new(owner.clone()), known: true },
        None => judge(account, &fitting, &there),
    };
    Ok(page.iter().map(judge).collect())
}

fn owners(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    known: &HashMap<String, UserId>,
) -> Result<HashMap<UserId, User>, Error> {
    let ids: HashSet<UserId> = known.values().copied().collect();
    let ids: Vec<UserId> = ids.into_iter().collect();
    Ok(users::by_ids(tx, tenant, &ids)?.into_iter().map(|user| (user.id, user)).collect())
}

/// Everybody who may fit one of the accounts: one query for each of our columns that the rules name.
fn candidates(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    rules: &[Rule],
    unknown: &[&RemoteAccount],
) -> Result<Vec<User>, Error> {
    let mut wanted: HashMap<Ours, HashSet<String>> = HashMap::new();
    for rule in rules {
        for (ours, value) in unknown.iter().filter_map(|account| rule.wanted(account)) {
            // No user has what our own columns cannot hold.
            if !value.contains('\0') {
                wanted.entry(ours).or_default().insert(value);
            }
        }
    }
    let mut found: HashMap<UserId, User> = HashMap::new();
    for (ours, values) in &wanted {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let users = match ours {
            Ours::UserName => {
                let keys: Vec<NameKey> = values.iter().map(|value| NameKey::new(value)).collect();
                users::by_names(tx, tenant, &keys)?
            }
            Ours::Email => users::by_emails(tx, tenant, &values)?,
            Ours::Guid => users::by_guids(tx, tenant, &values)?,
            Ours::ExternalId => users::by_external_ids(tx, tenant, &values)?,
        };
        found.extend(users.into_iter().map(|user| (user.id, user)));
    }
    Ok(found.into_values().collect())
}

/// The accounts there that those who fit are known to have.
fn accounts_of(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    platform: PlatformId,
    fitting: &HashMap<&str, Vec<&User>>,
) -> Result<HashMap<UserId, Account>, Error> {
    let ids: HashSet<UserId> = fitting.values().flatten().map(|user| user.id).collect();
    let ids: Vec<UserId> = ids.into_iter().collect();
    let there = accounts::of_users(tx, tenant, &ids)?.into_iter();
    let there =
        there.filter(|account| account.platform == platform && account.state != AccountState::Deleted);
    Ok(there.map(|account| (account.user, account)).collect())
}

fn judge(
    account: &RemoteAccount,
    fitting: &HashMap<&str, Vec<&User>>,
    there: &HashMap<UserId, Account>,
) -> Whose {
    let several = |reason| Whose::Several { reason };
    let user = match fitting.get(account.id.as_str()).map(Vec::as_slice) {
        None | Some([]) => return Whose::Nobody,
        Some([user]) => *user,
        Some(users) => {
            let mut names: Vec<&str> = users.iter().map(|user| user.user_name.as_str()).collect();
            names.sort_unstable();
            return several(format!("{} fit", names.join(" and ")));
        }
    };
    let name = &user.user_name;
    if let Some(other) = there.get(&user.id) {
        return several(format!("{name} is known to have account {} there", other.remote_id));
    }
    let is_twin = |(id, users): &(&&str, &Vec<&User>)| {
        **id != account.id && users.iter().any(|other| other.id == user.id)
    };
    match fitting.iter().filter(is_twin).map(|(id, _)| *id).min() {
        Some(twin) => several(format!("account {twin} fits {name} as well")),
        None => Whose::One { user: Box::new(user.clone()), known: false },
    }
}
