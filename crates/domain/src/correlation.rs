//! Whose account is it? Rules that compare what we know of a user with what a platform tells of an account.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::action::words;
use crate::{NameKey, User, UserState};

words! {
    /// What we know of a user.
    Ours {
        UserName = "user_name",
        Email = "email",
        Guid = "guid",
        ExternalId = "external_id",
    }
}

words! {
    /// What a platform tells of an account.
    Theirs {
        /// The platform's own id.
        Id = "id",
        UserName = "user_name",
        Email = "email",
        ExternalId = "external_id",
    }
}

/// Who a user is, as far as platforms may know.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub user_name: String,
    pub email: String,
    pub guid: String,
    pub external_id: Option<String>,
}

impl Identity {
    fn value(&self, ours: Ours) -> Option<&str> {
        let value = match ours {
            Ours::UserName => Some(self.user_name.as_str()),
            Ours::Email => Some(self.email.as_str()),
            Ours::Guid => Some(self.guid.as_str()),
            Ours::ExternalId => self.external_id.as_deref(),
        };
        value.filter(|value| !value.is_empty())
    }
}

impl From<&User> for Identity {
    fn from(user: &User) -> Self {
        Self {
            user_name: user.user_name.clone(),
            email: user.email.clone(),
            guid: user.guid.clone(),
            external_id: user.external_id.clone(),
        }
    }
}

/// An account as its platform shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RemoteAccount {
    /// The platform's own id: what every later call is made with.
    pub id: String,
    pub user_name: String,
    pub email: Option<String>,
    pub external_id: Option<String>,
    /// May it sign in? `None` where the platform does not tell.
    pub active: Option<bool>,
}

impl RemoteAccount {
    fn value(&self, theirs: Theirs) -> Option<&str> {
        let value = match theirs {
            Theirs::Id => Some(self.id.as_str()),
            Theirs::UserName => Some(self.user_name.as_str()),
            Theirs::Email => self.email.as_deref(),
            Theirs::ExternalId => self.external_id.as_deref(),
        };
        value.filter(|value| !value.is_empty())
    }
}

/// `user_name`, or `external_id=id`: ours, and theirs where it has another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Rule {
    pub ours: Ours,
    pub theirs: Theirs,
}

/// Where nothing is agreed. More than one account that fits is nobody's until a person decides.
pub const DEFAULT_RULES: [Rule; 2] = [
    Rule { ours: Ours::UserName, theirs: Theirs::UserName },
    Rule { ours: Ours::Email, theirs: Theirs::Email },
];

impl Rule {
    /// What to ask the platform for.
    pub fn sought(self, who: &Identity) -> Option<(Theirs, &str)> {
        who.value(self.ours).map(|value| (self.theirs, value))
    }

    /// What of ours would fit this account, in the form in which it is looked up.
    pub fn wanted(self, account: &RemoteAccount) -> Option<(Ours, String)> {
        let value = account.value(self.theirs)?;
        let wanted = match self.ours {
            Ours::UserName => NameKey::new(value).as_str().to_owned(),
            Ours::Email => value.to_lowercase(),
            Ours::Guid => bare(value),
            Ours::ExternalId => value.to_owned(),
        };
        Some((self.ours, wanted))
    }

    /// Names and addresses compare without case, ids exactly, guids without dashes as well.
    pub fn fits(self, who: &Identity, account: &RemoteAccount) -> bool {
        let (Some(ours), Some(theirs)) = (who.value(self.ours), account.value(self.theirs)) else {
            return false;
        };
        match self.ours {
            Ours::UserName | Ours::Email => NameKey::new(ours) == NameKey::new(theirs),
            Ours::Guid => bare(ours) == bare(theirs),
            Ours::ExternalId => ours == theirs,
        }
    }
}

/// Who of `users` fits an account by any of the rules. Whoever was removed counts only where nobody else fits: a name
/// may have been given to somebody new.
pub fn whose<'u>(
    rules: &[Rule],
    account: &RemoteAccount,
    users: impl IntoIterator<Item = &'u User>,
) -> Vec<&'u User> {
    let fits = |user: &&User| rules.iter().any(|rule| rule.fits(&Identity::from(*user), account));
    let (gone, present): (Vec<&User>, Vec<&User>) =
        users.into_iter().filter(fits).partition(|user| user.state == UserState::Removed);
    if present.is_empty() { gone } else { present }
}

fn bare(guid: &str) -> String {
    guid.replace('-', "").to_lowercase()
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (ours, theirs) = (self.ours.as_str(), self.theirs.as_str());
        if ours == theirs { f.write_str(ours) } else { write!(f, "{ours}={theirs}") }
    }
}

impl FromStr for Rule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (ours, theirs) = text.split_once('=').unwrap_or((text, text));
        let ours = ours.trim().parse::<Ours>().map_err(|error| error.to_string())?;
        let theirs = theirs.trim().parse::<Theirs>().map_err(|error| error.to_string())?;
        Ok(Self { ours, theirs })
    }
}

impl TryFrom<String> for Rule {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Rule> for String {
    fn from(rule: Rule) -> Self {
        rule.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fits(rule: &str, who: &Identity, account: &RemoteAccount) -> bool {
        rule.parse::<Rule>().expect("a rule").fits(who, account)
    }

    #[test]
    fn names_ignore_case_ids_do_not() {
        let who = Identity {
            user_name: "ACME\\JSmith".to_owned(),
            email: String::new(),
            guid: "6f0c".to_owned(),
            external_id: Some("E-7".to_owned()),
        };
        let account = RemoteAccount {
            id: "e-7".to_owned(),
            user_name: "acme/jsmith".to_owned(),
            external_id: Some("6F-0C".to_owned()),
            ..RemoteAccount::default()
        };
        assert!(fits("user_name", &who, &account));
        assert!(fits("guid=external_id", &who, &account));
        assert!(!fits("external_id=id", &who, &account), "ids are exact");
        assert!(!fits("email", &who, &account), "nothing fits nothing");
    }

    #[test]
    fn rules_are_written_as_they_are_read() {
        for text in ["user_name", "guid=external_id", "external_id=id"] {
            assert_eq!(text.parse::<Rule>().map(|rule| rule.to_string()), Ok(text.to_owned()));
        }
        assert!("guid".parse::<Rule>().is_err(), "no platform knows our guid by that name");
    }
}
