//! Who takes over what a deleted user owned. The platform would hand it to anybody, or to nobody: the new owner
//! is looked at first, and there is exactly one.

use domain::NameKey;
use reqwest::Method;
use serde_json::Value;

use super::said::Said;
use super::{Commvault, account_id};
use crate::outbound::loose;
use crate::{Failure, Heir};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    User(i64),
    Group(i64),
}

impl Owner {
    /// Both are always sent; 0 is nobody.
    pub(super) fn query(&self) -> String {
        match self {
            Self::User(id) => format!("newUserId={id}&newUserGroupId=0"),
            Self::Group(id) => format!("newUserId=0&newUserGroupId={id}"),
        }
    }
}

impl Commvault {
    pub(super) async fn owner(&self, heir: Option<&Heir>, leaver: i64) -> Result<Owner, Failure> {
        let owner = match heir {
            Some(Heir::User { account: Some(account), .. }) => self.owning_user(account, leaver).await,
            Some(Heir::User { user, account: None }) => {
                Err(Failure::Refused(format!("the account of the successor {} is not known", user.user_name)))
            }
            Some(Heir::Group { name }) => self.owning_group(name).await,
            None => Err(Failure::Refused(
                "nobody is named who takes over what the account owns: name a successor, a user or a group"
                    .to_owned(),
            )),
        };
        owner.map_err(Failure::before_change)
    }

    async fn owning_user(&self, account: &str, leaver: i64) -> Result<Owner, Failure> {
        let id = account_id(account)?;
        if id == leaver {
            return Err(Failure::Refused("the successor is the leaver".to_owned()));
        }
        let user = self.user(id).await.map_err(|failure| match failure {
            // The leaver's own account is there.
            Failure::Absent(reason) => Failure::Refused(format!("the successor is not there: {reason}")),
            other => other,
        })?;
        match user.enabled {
            Some(true) => Ok(Owner::User(id)),
            Some(false) => {
                Err(Failure::Refused(format!("the successor's account {} is disabled", user.shown())))
            }
            None => {
                Err(Failure::Broken(format!("it is not told whether account {} is enabled", user.shown())))
            }
        }
    }

    /// Groups are known by their names on our side, and by their ids on theirs.
    async fn owning_group(&self, name: &str) -> Result<Owner, Failure> {
        let answer =
            self.ask(Method::GET, "UserGroup?includeSystemCreated=true&level=10", |request| request).await?;
        let said = Said::in_answer(&answer).map_err(Failure::of_address)?;
        let groups = said.list("userGroups")?;
        let called = |group: &&Value| {
            let theirs = loose::text(entity(group), "userGroupName");
            theirs.is_some_and(|theirs| NameKey::new(&theirs) == NameKey::new(name))
        };
        let found: Vec<&Value> = groups.into_iter().filter(called).collect();
        let refused = |text: String| Err(Failure::Refused(text));
        let &[group] = found.as_slice() else {
            return refused(format!("{} groups there are called {name}: one must take over", found.len()));
        };
        let Some(id) = loose::integer(entity(group), "userGroupId") else {
            return Err(said.nonsense("the group has no id"));
        };
        match loose::truth(group, "enabled") {
            Some(false) => refused(format!("the group {name} ({id}) is disabled there")),
            Some(true) => Ok(Owner::Group(id)),
            None => self.group_is_enabled(id, name).await,
        }
    }

    /// A list may leave out what one group shows.
    async fn group_is_enabled(&self, id: i64, name: &str) -> Result<Owner, Failure> {
        let answer = self.ask(Method::GET, &format!("UserGroup/{id}"), |request| request).await?;
        let said = Said::in_answer(&answer).map_err(Failure::of_address)?;
        let groups = said.list("userGroups")?;
        match groups.first().and_then(|group| loose::truth(group, "enabled")) {
            Some(true) => Ok(Owner::Group(id)),
            _ => Err(Failure::Refused(format!("the group {name} ({id}) is not shown to be enabled there"))),
        }
    }
}

fn entity(group: &Value) -> &Value {
    group.get("userGroupEntity").unwrap_or(group)
}
