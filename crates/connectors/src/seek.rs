//! Which account is it? Asked of the platform, judged by the rules.

use domain::correlation::Rule;
use domain::platform::is_sought;
use domain::{Identity, RemoteAccount};

use crate::{Connector, Failure};

/// What looking for a user's account came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sought {
    One(RemoteAccount),
    Nobody {
        evidence: String,
    },
    /// A person must say which one it is.
    Several {
        reason: String,
    },
}

/// Every rule is asked, for two rules that find two accounts are a warning, not a choice.
pub async fn seek(connector: &dyn Connector, rules: &[Rule], who: &Identity) -> Result<Sought, Failure> {
    let mut found: Vec<RemoteAccount> = Vec::new();
    let mut asked: Vec<String> = Vec::new();
    for rule in rules {
        let Some((field, value)) = rule.sought(who) else { continue };
        asked.push(format!("{} {value:?}", field.as_str()));
        let candidates = match connector.find(field, value).await {
            Err(Failure::Absent(_)) => Vec::new(),
            candidates => candidates?,
        };
        for account in candidates.into_iter().filter(|account| rule.fits(who, account)) {
            if !is_usable(&account.id) {
                let reason = "it shows an account that fits, without an id to call it by".to_owned();
                return Err(Failure::Refused(reason));
            }
            if !found.iter().any(|known| known.id == account.id) {
                found.push(account);
            }
        }
    }
    Ok(judge(found, &asked))
}

/// One that could not be written down could be acted on once and never be found again.
fn is_usable(id: &str) -> bool {
    !id.trim().is_empty() && !is_sought(id) && !id.contains('\0')
}

fn judge(mut found: Vec<RemoteAccount>, asked: &[String]) -> Sought {
    if found.len() > 1 {
        let shown = |account: &RemoteAccount| format!("{} ({})", account.id, account.user_name);
        let shown: Vec<String> = found.iter().take(5).map(shown).collect();
        let reason = format!("{} accounts fit, nothing was touched: {}", found.len(), shown.join(", "));
        return Sought::Several { reason };
    }
    match found.pop() {
        Some(account) => Sought::One(account),
        None if asked.is_empty() => Sought::Several {
            reason: "the user has none of the values that accounts are matched by".to_owned(),
        },
        None => Sought::Nobody { evidence: format!("no account there has {}", asked.join(" or ")) },
    }
}
