//! What changes a tenant: deactivate, activate, delete, and what must go before a deletion.

use reqwest::Method;
use serde_json::{Value, json};

use super::Netex;
use super::envelope::{self, Changed};
use crate::outbound::loose;
use crate::{Failure, Order};

/// Groups of one request, the vendor's own limit.
const PAGE: usize = 500;
/// Most groups of one user.
const MAX_GROUPS: usize = 10_000;

/// A group of a user.
pub(super) struct Group {
    /// What calls name it by.
    code: String,
    pub name: String,
}

impl Netex {
    /// A platform that failed is asked again: to deactivate twice does no harm.
    pub(super) async fn deactivate(&self, order: &Order) -> Result<(), Failure> {
        let notice = order.message.as_deref().filter(|_| self.notice);
        let body = notice.map(|message| json!({ "message": message }));
        self.switch(order, "deactivate", body.as_ref()).await
    }

    pub(super) async fn activate(&self, order: &Order) -> Result<(), Failure> {
        self.switch(order, "activate", None).await
    }

    async fn switch(&self, order: &Order, which: &str, body: Option<&Value>) -> Result<(), Failure> {
        let changed = self.change(Method::PUT, &["users", &order.account, which], body).await?;
        match changed {
            Changed::Everywhere => self.unsettled.forget(&order.idempotency_key),
            Changed::Queued(platforms) => return Err(queued(&platforms)),
            Changed::NotOn(platforms) => {
                self.unsettled.note(&order.idempotency_key, platforms.clone());
                return Err(Failure::Broken(format!("not done everywhere: {platforms}")));
            }
        }
        Ok(())
    }

    /// The vendor's own console lets nobody be deleted who is active.
    pub(super) async fn delete(&self, order: &Order) -> Result<(), Failure> {
        let user = self.user(&order.account).await.map_err(Failure::before_change)?;
        if user.enabled != Some(false) {
            self.deactivate(order).await?;
        }
        if self.leave_groups {
            self.leave_groups(&user.id).await?;
        }
        match self.change(Method::DELETE, &["users", &user.id], None).await? {
            Changed::Everywhere => Ok(()),
            Changed::Queued(platforms) => Err(queued(&platforms)),
            // Whoever is gone here cannot be deleted there by another call.
            Changed::NotOn(platforms) => Err(Failure::Refused(format!(
                "deleted, but not everywhere: {platforms}; a person must delete it there"
            ))),
        }
    }

    async fn leave_groups(&self, id: &str) -> Result<(), Failure> {
        for group in self.groups(id).await.map_err(Failure::before_change)? {
            for (call, body) in
                [("admins.remove", json!({ "adminIds": [id] })), ("users.remove", json!({ "userIds": [id] }))]
            {
                match self.change(Method::POST, &["groups", &group.code, call], Some(&body)).await? {
                    Changed::Everywhere => {}
                    Changed::Queued(platforms) => return Err(queued(&platforms)),
                    Changed::NotOn(platforms) => {
                        let text = format!("not taken from group {} everywhere: {platforms}", group.name);
                        return Err(Failure::Broken(text));
                    }
                }
            }
        }
        Ok(())
    }

    /// The groups of a user, as far as it is a member.
    pub(super) async fn groups(&self, id: &str) -> Result<Vec<Group>, Failure> {
        let mut groups: Vec<Group> = Vec::new();
        while groups.len() < MAX_GROUPS {
            let paging = format!("startIndex={}&count={PAGE}", groups.len());
            let answer = self.ask_with(Method::GET, &["users", id, "groups"], Some(&paging), None).await?;
            let body = envelope::body(&answer).map_err(Failure::of_address)?;
            let page = groups_in(&body).ok_or_else(|| {
                Failure::Unheard(format!("{}: the answer is no list of groups", answer.asked))
            })?;
            let known = groups.len();
            let new: Vec<Group> = page
                .into_iter()
                .filter(|group| groups.iter().all(|known| known.code != group.code))
                .collect();
            groups.extend(new);
            if groups.len() == known {
                return Ok(groups);
            }
        }
        Err(Failure::Broken(format!("account {id} is in more than {MAX_GROUPS} groups")))
    }

    async fn change(&self, method: Method, path: &[&str], body: Option<&Value>) -> Result<Changed, Failure> {
        let answer = self.ask(method, path, body).await?;
        // Whether the account is missing, a look must tell.
        envelope::changed(&answer).map_err(Failure::of_address)
    }
}

fn queued(platforms: &str) -> Failure {
    Failure::Unheard(format!("queued, not done: {platforms}"))
}

/// A list, or a list within an envelope.
fn groups_in(body: &Value) -> Option<Vec<Group>> {
    let read = |group: &Value| {
        let code = loose::text(group, "codGroup").or_else(|| loose::text(group, "commonId"))?;
        let name = loose::text(group, "name").unwrap_or_else(|| code.clone());
        Some(Group { code, name })
    };
    let list = body.as_array().or_else(|| body.as_object()?.values().find_map(Value::as_array))?;
    list.iter().map(read).collect()
}
