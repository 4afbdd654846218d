//! The users of an AppViewX, by its search. What that compares, and how its answer looks, the vendor does not say:
//! only the exact name counts, and nobody is absent unless the search shows somebody who is known to be there.

use domain::{NameKey, RemoteAccount};
use reqwest::Method;
use serde_json::{Value, json};

use super::Appviewx;
use super::envelope::{NOTHING_FOUND, code, response};
use crate::Failure;
use crate::connector::MAX_ACCOUNT_PAGE;
use crate::outbound::{Answer, loose};

/// Most users that one search may find.
const MAX_FOUND: usize = 10_000;
/// Where answers have their list.
const LISTS: [&str; 4] = ["objects", "users", "data", "records"];
const NAMES: [&str; 3] = ["loginName", "userName", "name"];

#[derive(Clone, Debug)]
pub(super) struct User {
    pub name: String,
    email: Option<String>,
    active: Option<bool>,
    /// `None` where they are not told.
    pub groups: Option<Vec<String>>,
}

impl User {
    fn read(value: &Value) -> Option<Self> {
        let status = loose::text(value, "status").map(|status| status.to_lowercase());
        Some(Self {
            name: NAMES.iter().find_map(|key| loose::text(value, key))?,
            email: loose::text(value, "email"),
            active: match status.as_deref() {
                Some("active" | "a") => Some(true),
                Some("inactive" | "i") => Some(false),
                _ => None,
            },
            groups: groups(value),
        })
    }

    pub(super) fn account(&self) -> RemoteAccount {
        RemoteAccount {
            id: self.name.clone(),
            user_name: self.name.clone(),
            email: self.email.clone(),
            external_id: None,
            active: self.active,
        }
    }

    pub(super) fn is_called(&self, name: &str) -> bool {
        NameKey::new(&self.name) == NameKey::new(name)
    }
}

/// Part of what a search found.
pub(super) struct Found {
    pub users: Vec<User>,
    total: Option<usize>,
}

impl Found {
    /// Whether nobody comes after so many; a server that shows the same page for ever has shown enough of it.
    pub(super) fn ends(&self, after: usize) -> bool {
        self.users.is_empty() || self.total.is_some_and(|total| after >= total) || after > MAX_FOUND
    }
}

impl Appviewx {
    /// `Absent` only if the search shows the witness.
    pub(super) async fn user(&self, name: &str) -> Result<User, Failure> {
        let mut called = self.called(name).await?;
        if let Some(exact) = called.iter().position(|user| user.name == name) {
            return Ok(called.swap_remove(exact));
        }
        if let Some(other) = called.first() {
            return Err(Failure::Refused(format!(
                "the search for {name} shows {}: a person must look",
                other.name
            )));
        }
        self.look_for_witness(name).await?;
        Err(Failure::Absent(format!("account {name} does not exist: the search shows nobody of that name")))
    }

    /// Whoever has this name but for its case.
    pub(super) async fn called(&self, name: &str) -> Result<Vec<User>, Failure> {
        let mut users: Vec<User> = Vec::new();
        loop {
            let found = self.search(name, users.len()).await?;
            let known = users.len();
            for user in found.users {
                if users.iter().all(|known| known.name != user.name) {
                    users.push(user);
                }
            }
            if users.len() == known || found.total == Some(users.len()) {
                if found.total.is_some_and(|total| total > users.len()) {
                    let text = format!("the search for {name} shows {} of more", users.len());
                    return Err(Failure::Broken(text));
                }
                users.retain(|user| user.is_called(name));
                return Ok(users);
            }
            if users.len() > MAX_FOUND {
                return Err(Failure::Broken(format!("the search for {name} finds more than {MAX_FOUND}")));
            }
        }
    }

    /// Fails where the search does not show who is there for sure.
    pub(super) async fn look_for_witness(&self, sought: &str) -> Result<(), Failure> {
        let witness = self.witness.as_str();
        if self.called(witness).await?.is_empty() {
            let text = format!("the search shows neither {sought} nor {witness}, who must be there");
            return Err(Failure::Broken(text));
        }
        Ok(())
    }

    /// What the search for `filter` finds after so many.
    pub(super) async fn search(&self, filter: &str, after: usize) -> Result<Found, Failure> {
        let payload = json!({ "payload": {
            "startIndex": after.saturating_add(1),
            "maxSize": MAX_ACCOUNT_PAGE,
            "sortColumn": "loginName",
            "sortOrder": "asc",
            "filterValue": filter,
        } });
        found(&self.ask(Method::POST, "user-search", &payload).await?)
    }
}

fn found(answer: &Answer) -> Result<Found, Failure> {
    if code(answer).as_deref() == Some(NOTHING_FOUND) {
        return Ok(Found { users: Vec::new(), total: None });
    }
    let response = response(answer).map_err(Failure::of_address)?;
    let nonsense = |what: &str| Failure::Unheard(format!("{}: {what}", answer.asked));
    let list = response.as_array().or_else(|| LISTS.iter().find_map(|key| response.get(key)?.as_array()));
    let list = list.ok_or_else(|| nonsense("the answer is no list of users"))?;
    let users = list.iter().map(User::read).collect::<Option<Vec<_>>>();
    let users = users.ok_or_else(|| nonsense("a user in the list has no name"))?;
    let total = loose::integer(&response, "totalRecords").and_then(|total| usize::try_from(total).ok());
    Ok(Found { users, total })
}

/// Names, or objects that have one.
fn groups(user: &Value) -> Option<Vec<String>> {
    let name = |group: &Value| match group {
        Value::String(name) => Some(name.clone()),
        group => ["userGroupName", "name"].iter().find_map(|key| loose::text(group, key)),
    };
    user.get("userGroups")?.as_array()?.iter().map(name).collect()
}
