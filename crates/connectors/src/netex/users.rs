//! The users of a tenant. A 404 alone proves no departure, for a wrong path is answered so too: the list of
//! users must be where the user is not.

use std::collections::HashSet;

use domain::correlation::Theirs;
use domain::{NameKey, RemoteAccount};
use reqwest::Method;
use serde_json::Value;

use super::Netex;
use super::envelope;
use crate::Failure;
use crate::connector::MAX_ACCOUNT_PAGE;
use crate::outbound::{Answer, loose};

/// Most users of a tenant.
const MAX_USERS: usize = 100_000;
/// A list may stand in an envelope, but not deeper.
const MAX_WRAPPED: u32 = 2;

#[derive(Clone, Debug)]
pub(super) struct User {
    pub id: String,
    pub name: String,
    pub email: Option<String>,
    pub external_id: Option<String>,
    pub enabled: Option<bool>,
    /// `training: trainer`; not the role that everybody has.
    pub roles: Vec<String>,
}

impl User {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            id: loose::text(value, "id")?,
            name: loose::text(value, "username")?,
            email: loose::text(value, "email"),
            external_id: loose::text(value, "externalId"),
            enabled: loose::truth(value, "enabled"),
            roles: roles(value),
        })
    }

    /// `ff80… (jsmith)`.
    pub(super) fn shown(&self) -> String {
        format!("{} ({})", self.id, self.name)
    }

    pub(super) fn account(&self) -> RemoteAccount {
        RemoteAccount {
            id: self.id.clone(),
            user_name: self.name.clone(),
            email: self.email.clone(),
            external_id: self.external_id.clone(),
            active: self.enabled,
        }
    }

    fn is_known_by(&self, field: Theirs, value: &str) -> bool {
        let same = |theirs: &str| NameKey::new(theirs) == NameKey::new(value);
        match field {
            Theirs::Id => self.id == value,
            Theirs::UserName => same(&self.name),
            Theirs::Email => self.email.as_deref().is_some_and(same),
            Theirs::ExternalId => self.external_id.as_deref() == Some(value),
        }
    }
}

impl Netex {
    /// Any identifier but the address can be asked for; whoever is missed so is looked for in the whole list.
    pub(super) async fn find_users(&self, field: Theirs, value: &str) -> Result<Vec<User>, Failure> {
        if field != Theirs::Email && is_segment(value) {
            match self.shown_user(value).await {
                Ok(user) if user.is_known_by(field, value) => return Ok(vec![user]),
                Ok(_) | Err(Failure::Absent(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        let everybody = self.everybody().await?;
        Ok(everybody.into_iter().filter(|user| user.is_known_by(field, value)).collect())
    }

    /// `Absent` only if the list of users is there.
    pub(super) async fn user(&self, id: &str) -> Result<User, Failure> {
        if !is_segment(id) {
            return Err(Failure::Refused(format!("{id:?} is no id of a user there")));
        }
        match self.shown_user(id).await {
            Ok(user) if user.id == id => Ok(user),
            Ok(user) => Err(Failure::Unheard(format!("asked for account {id}, it shows {}", user.shown()))),
            Err(Failure::Absent(reason)) => Err(self.absent(id, &reason).await),
            Err(failure) => Err(failure),
        }
    }

    async fn absent(&self, id: &str, reason: &str) -> Failure {
        match self.page(0, 1).await {
            Ok(users) if users.is_empty() => {
                Failure::Broken(format!("{reason}; but the list of users is empty"))
            }
            Ok(users) if users.iter().any(|user| user.id == id) => {
                Failure::Broken(format!("{reason}; but the list of users shows it"))
            }
            Ok(_) => Failure::Absent(format!("account {id} does not exist: {reason}")),
            Err(failure) => failure,
        }
    }

    /// `Absent` at a 404, whatever that means.
    async fn shown_user(&self, identifier: &str) -> Result<User, Failure> {
        let answer = self.ask(Method::GET, &["users", identifier], None).await?;
        let mut users = users_in(&envelope::body(&answer)?, MAX_WRAPPED).unwrap_or_default();
        match (users.pop(), users.is_empty()) {
            (Some(user), true) => Ok(user),
            _ => Err(Failure::Unheard(format!("{}: the answer is not one user", answer.asked))),
        }
    }

    /// Until a page is empty, or begins anew: what a page holds at most is the server's choice.
    async fn everybody(&self) -> Result<Vec<User>, Failure> {
        let (mut users, mut ids) = (Vec::new(), HashSet::new());
        loop {
            let page = self.page(users.len(), MAX_ACCOUNT_PAGE).await?;
            let known = users.len();
            users.extend(page.into_iter().filter(|user| ids.insert(user.id.clone())));
            if users.len() == known {
                break;
            }
            if users.len() > MAX_USERS {
                return Err(Failure::Broken(format!("the list of users has more than {MAX_USERS}")));
            }
        }
        if users.is_empty() {
            return Err(Failure::Broken("the list of users is empty: not even our own account".to_owned()));
        }
        Ok(users)
    }

    pub(super) async fn page(&self, start: usize, count: usize) -> Result<Vec<User>, Failure> {
        in_page(&self.ask_for_page(start, count).await?)
    }

    pub(super) async fn ask_for_page(&self, start: usize, count: usize) -> Result<Answer, Failure> {
        let paging = format!("startIndex={start}&count={count}");
        self.ask_with(Method::GET, &["users"], Some(&paging), None).await
    }
}

pub(super) fn in_page(answer: &Answer) -> Result<Vec<User>, Failure> {
    let body = envelope::body(answer).map_err(Failure::of_address)?;
    users_in(&body, MAX_WRAPPED)
        .ok_or_else(|| Failure::Unheard(format!("{}: the answer is no list of users", answer.asked)))
}

/// One user, a list of them, or either within an envelope; nothing where one of them is only half there.
fn users_in(value: &Value, wrapped: u32) -> Option<Vec<User>> {
    match value {
        Value::Array(elements) => elements.iter().map(User::read).collect(),
        Value::Object(fields) => match User::read(value) {
            Some(user) => Some(vec![user]),
            None if wrapped == 0 => None,
            None => fields.values().find_map(|inside| users_in(inside, wrapped - 1)),
        },
        _ => None,
    }
}

fn roles(user: &Value) -> Vec<String> {
    let areas = user.get("roles").and_then(Value::as_object).into_iter().flatten();
    let named = areas.flat_map(|(area, roles)| {
        let roles = roles.as_array().into_iter().flatten().filter_map(Value::as_str);
        roles.filter(|role| *role != "user").map(move |role| format!("{area}: {role}"))
    });
    named.collect()
}

/// Whether it can stand in a path by itself, encoded.
fn is_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..")
}
