//! The users of a CommCell. Whoever is not shown is absent only if the list of all users says so too: what a
//! wrong path, a proxy or a failing server answers must never pass for a departure.

use domain::correlation::Theirs;
use domain::{NameKey, RemoteAccount};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use super::Commvault;
use super::said::Said;
use crate::Failure;
use crate::outbound::loose;

/// What one request asks for where a server shows its users page by page.
const PAGE: usize = 500;
/// Most users of a CommCell.
const MAX_USERS: usize = 100_000;
/// How servers name the number of all users.
const TOTALS: [&str; 3] = ["totalRecords", "totalUsers", "numberOfUsers"];

#[derive(Clone, Debug)]
pub(super) struct User {
    pub id: i64,
    pub name: String,
    pub email: Option<String>,
    pub upn: Option<String>,
    pub enabled: Option<bool>,
}

impl User {
    fn read(value: &Value) -> Option<Self> {
        let entity = value.get("userEntity").unwrap_or(value);
        Some(Self {
            id: loose::integer(entity, "userId")?,
            name: loose::text(entity, "userName")?,
            email: loose::text(value, "email"),
            upn: loose::text(value, "UPN"),
            enabled: loose::truth(value, "enableUser"),
        })
    }

    /// `5 (jsmith)`.
    pub(super) fn shown(&self) -> String {
        format!("{} ({})", self.id, self.name)
    }

    /// The name to sign in with counts as an address where it is one.
    pub(super) fn account(&self) -> RemoteAccount {
        RemoteAccount {
            id: self.id.to_string(),
            user_name: self.name.clone(),
            email: self.email.clone().or_else(|| self.upn.clone()),
            external_id: None,
            active: self.enabled,
        }
    }

    /// The account, if its `field` is `value`.
    fn known_by(&self, field: Theirs, value: &str) -> Option<RemoteAccount> {
        let same = |theirs: &String| NameKey::new(theirs) == NameKey::new(value);
        match field {
            Theirs::Id => (self.id.to_string() == value).then(|| self.account()),
            Theirs::UserName => same(&self.name).then(|| self.account()),
            Theirs::Email => {
                let email = [&self.email, &self.upn].into_iter().flatten().find(|theirs| same(theirs))?;
                Some(RemoteAccount { email: Some(email.clone()), ..self.account() })
            }
            Theirs::ExternalId => None,
        }
    }
}

impl Commvault {
    pub(super) async fn find_users(&self, field: Theirs, value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        let users = self.users().await?;
        Ok(users.iter().filter_map(|user| user.known_by(field, value)).collect())
    }

    /// Everybody, by id. A list without anybody is not believed: not even our own account would be there.
    pub(super) async fn users(&self) -> Result<Vec<User>, Failure> {
        let mut users: Vec<User> = Vec::new();
        loop {
            let (page, total) = self.page_of_users(users.len()).await?;
            let known = users.len();
            users.extend(page);
            users.sort_unstable_by_key(|user| user.id);
            users.dedup_by_key(|user| user.id);
            if users.is_empty() {
                return Err(Failure::Broken(
                    "the list of users is empty: not even our own account".to_owned(),
                ));
            }
            if total.is_none_or(|total| users.len() >= total) {
                return Ok(users);
            }
            if users.len() == known || users.len() > MAX_USERS {
                let text = format!("the list of users ends after {} of {}", users.len(), total.unwrap_or(0));
                return Err(Failure::Broken(text));
            }
        }
    }

    async fn page_of_users(&self, known: usize) -> Result<(Vec<User>, Option<usize>), Failure> {
        let answer = self.ask(Method::GET, "User?level=10", |request| match known {
            0 => request,
            _ => request.header("limit", PAGE).header("offset", known),
        });
        let answer = answer.await?;
        let said = Said::in_answer(&answer).map_err(Failure::of_address)?;
        let users = said.list("users")?.into_iter().map(User::read).collect::<Option<Vec<_>>>();
        let users = users.ok_or_else(|| said.nonsense("a user in the list has no id or no name"))?;
        let total = TOTALS.iter().find_map(|key| loose::integer(said.tree(), key));
        Ok((users, total.and_then(|total| usize::try_from(total).ok())))
    }

    /// `Absent` only where the list of all users shows somebody, and not this one.
    pub(super) async fn user(&self, id: i64) -> Result<User, Failure> {
        let answer = self.ask(Method::GET, &format!("User/{id}"), |request| request).await?;
        let denied = if answer.status == StatusCode::NOT_FOUND {
            format!("{} was answered 404", answer.asked)
        } else {
            let said = Said::in_answer(&answer)?;
            let shown = loose::list(said.tree(), "users").unwrap_or_default();
            let mut users = shown.into_iter().filter_map(User::read);
            match (users.find(|user| user.id == id), said.code()) {
                (Some(user), _) => return Ok(user),
                (None, Some(code)) if code.number != 0 => said.refusal(&code).to_string(),
                (None, _) if said.tree().get("users").is_some() => {
                    format!("{} was answered without that user", answer.asked)
                }
                (None, _) => return Err(said.nonsense("the answer shows no user")),
            }
        };
        let everybody = self.users().await?;
        match everybody.into_iter().find(|user| user.id == id) {
            Some(user) => {
                Err(Failure::Broken(format!("{denied}; but the list of users shows {}", user.shown())))
            }
            None => Err(Failure::Absent(format!(
                "account {id} does not exist: {denied}, and the list of users does not show it"
            ))),
        }
    }
}
