//! Looking whether an action is so, and making it so, part by part.

use domain::{Action, RemoteAccount};
use serde_json::Value;

use super::Http;
use super::condition::judge;
use super::request::Request;
use super::settings::{Each, Part, Seen};
use super::values::Values;
use crate::{Failure, Order, Sight};

/// Most entries that one attempt deals with; the next goes on.
const MAX_EACH: usize = 200;

/// An account, and all that its platform says of it.
pub(super) struct Looked {
    pub(super) account: RemoteAccount,
    pub(super) document: Value,
}

impl Http {
    pub(super) async fn see(&self, order: &Order) -> Result<Sight, Failure> {
        let parts = self.parts(order.action)?;
        let looked = self.look(&order.account).await?;
        let mut evidence = Vec::with_capacity(parts.len());
        for part in parts {
            match self.see_part(part, order, &looked).await? {
                (true, seen) => evidence.push(seen),
                (false, seen) => return Ok(Sight::NotSo { evidence: self.tell(order, &looked, &seen) }),
            }
        }
        evidence.dedup();
        Ok(Sight::So { evidence: self.tell(order, &looked, &evidence.join("; ")) })
    }

    /// Where an action has several parts, an earlier attempt may have done some of them.
    pub(super) async fn act(&self, order: &Order) -> Result<(), Failure> {
        let parts = self.parts(order.action)?;
        for part in parts {
            if parts.len() > 1 {
                let looked = self.look(&order.account).await?;
                if self.see_part(part, order, &looked).await?.0 {
                    continue;
                }
            }
            match &part.each {
                None => drop(self.speaker.ask(&part.request, &Values::of_order(order)).await?),
                Some(each) => self.act_on_each(&part.request, each, order).await?,
            }
        }
        Ok(())
    }

    /// What an earlier attempt has dealt with is not in the list any more.
    async fn act_on_each(&self, request: &Request, each: &Each, order: &Order) -> Result<(), Failure> {
        let values = Values::of_order(order);
        let answer = self.speaker.ask(&each.request, &values).await?;
        let document = answer.json()?;
        for entry in each.list.entries(&answer.asked, &document)?.iter().take(MAX_EACH) {
            let id = each.id.text(entry).ok_or_else(|| {
                Failure::Unheard(format!("{}: an entry without id: {}", answer.asked, each.id.shown(entry)))
            })?;
            self.speaker.ask(request, &values.with_each(&id)).await?;
        }
        Ok(())
    }

    /// The account, which must be the one that was asked for.
    pub(super) async fn look(&self, id: &str) -> Result<Looked, Failure> {
        let values = Values::of_account(id);
        let look = &self.look;
        let answer = self.speaker.ask(&look.request, &values).await?;
        let document = answer.json()?;
        let shape = look.account.as_ref().unwrap_or(&self.shape);
        let Some(list) = &look.list else {
            let account = shape.read(&document)?;
            if account.id == id {
                return Ok(Looked { account, document });
            }
            let text = format!("{} was answered with account {} instead of {id}", answer.asked, account.id);
            return Err(Failure::Unheard(text));
        };
        let entries = list.entries(&answer.asked, &document)?;
        for entry in entries {
            let account = shape.read(entry)?;
            if account.id == id {
                return Ok(Looked { account, document: entry.clone() });
            }
        }
        let text = format!("{} was answered with {} accounts and without {id}", answer.asked, entries.len());
        Err(if look.unlisted_is_absent { Failure::Absent(text) } else { Failure::Refused(text) })
    }

    async fn see_part(&self, part: &Part, order: &Order, looked: &Looked) -> Result<(bool, String), Failure> {
        match &part.seen {
            Some(seen) if seen.gone => Ok(self.see_account(Action::Delete, looked)),
            Some(seen) => self.see_described(seen, order, looked).await,
            None => Ok(self.see_account(order.action, looked)),
        }
    }

    /// What an account itself shows of an action.
    fn see_account(&self, action: Action, looked: &Looked) -> (bool, String) {
        let shape = self.look.account.as_ref().unwrap_or(&self.shape);
        let wanted = match action {
            Action::Disable => Some(false),
            Action::Enable => Some(true),
            _ => None,
        };
        match (wanted, &shape.active) {
            (Some(_), Some(active)) => (looked.account.active == wanted, active.at.shown(&looked.document)),
            _ => (false, "it is there".to_owned()),
        }
    }

    async fn see_described(
        &self,
        seen: &Seen,
        order: &Order,
        looked: &Looked,
    ) -> Result<(bool, String), Failure> {
        let values = Values::of_order(order);
        let Some(request) = &seen.request else {
            let (holds, shown) = judge(&seen.when, &looked.document, &values)?;
            return Ok((holds, with_evidence(shown, seen, &looked.document)));
        };
        let answer = match self.speaker.ask(request, &values).await {
            Err(Failure::Absent(evidence)) => return Ok((true, evidence)),
            answer => answer?,
        };
        let document = answer.json()?;
        let (holds, shown) = judge(&seen.when, &document, &values)?;
        Ok((holds, format!("{}: {}", answer.asked, with_evidence(shown, seen, &document))))
    }

    fn parts(&self, action: Action) -> Result<&[Part], Failure> {
        match self.settings.parts(action) {
            [] => Err(Failure::Refused(format!("{action} is not described"))),
            parts => Ok(parts),
        }
    }

    fn tell(&self, order: &Order, looked: &Looked, seen: &str) -> String {
        let account = &looked.account;
        let named =
            if account.user_name == account.id { String::new() } else { format!(" ({})", account.user_name) };
        self.speaker.hide(format!("account {}{named}: {seen}", account.id), &Values::of_order(order))
    }
}

fn with_evidence(mut shown: String, seen: &Seen, document: &Value) -> String {
    for pointer in &seen.evidence {
        shown.push_str(", ");
        shown.push_str(&pointer.shown(document));
    }
    shown
}
