//! One pretended account: what has been done to it, and how it stands with what is asked.

use domain::Action;

use crate::{Heir, Order};

/// An account exists, and is untouched, until it is acted on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent effects, in any combination")]
pub(super) struct Account {
    disabled: bool,
    sessions_ended: bool,
    /// The last heir, as `heir_text` writes it.
    transferred_to: Option<String>,
    released: bool,
    deleted: bool,
}

/// How an account stands with an order; each with a sentence that says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    So(String),
    NotSo(String),
    /// It is not so and cannot be made so.
    Never(String),
}

/// `user kjones` or `group Ops`: how an heir is written in journals and evidence.
pub(super) fn heir_text(heir: &Heir) -> String {
    match heir {
        Heir::User { account: Some(account), .. } => format!("user {account}"),
        Heir::User { user, account: None } => format!("user {}", user.user_name),
        Heir::Group { name } => format!("group {name}"),
    }
}

impl Account {
    pub(super) fn standing(&self, order: &Order) -> Standing {
        let id = &order.account;
        match order.action {
            Action::Manual => Standing::Never("a manual step is done by a person".to_owned()),
            Action::Enable if self.deleted => Standing::Never(format!("account {id} does not exist")),
            _ if self.deleted => Standing::So(format!("account {id} does not exist")),
            Action::Disable if self.disabled => Standing::So(format!("account {id} is disabled")),
            Action::Disable => Standing::NotSo(format!("account {id} is active")),
            Action::Enable if self.disabled => Standing::NotSo(format!("account {id} is disabled")),
            Action::Enable => Standing::So(format!("account {id} is active")),
            Action::EndSessions if self.sessions_ended => {
                Standing::So(format!("account {id} has no sessions"))
            }
            Action::EndSessions => Standing::NotSo(format!("account {id} has sessions")),
            Action::Transfer => self.transfer_standing(order),
            Action::Release if self.released => Standing::So(format!("nothing runs for account {id}")),
            Action::Release => Standing::NotSo(format!("workloads run for account {id}")),
            Action::Delete => Standing::NotSo(format!("account {id} exists")),
        }
    }

    fn transfer_standing(&self, order: &Order) -> Standing {
        let id = &order.account;
        let Some(heir) = order.heir.as_ref().map(heir_text) else {
            return Standing::Never("the order names no heir".to_owned());
        };
        match &self.transferred_to {
            Some(owner) if *owner == heir => {
                Standing::So(format!("what account {id} owned belongs to {heir}"))
            }
            Some(owner) => {
                Standing::NotSo(format!("what account {id} owned belongs to {owner}, not to {heir}"))
            }
            None => Standing::NotSo(format!("account {id} owns what it owned")),
        }
    }

    /// `heir` as `heir_text` writes it.
    pub(super) fn take_effect(&mut self, action: Action, heir: Option<&str>) {
        match action {
            Action::Disable => self.disabled = true,
            Action::EndSessions => self.sessions_ended = true,
            Action::Enable => {
                self.disabled = false;
                self.sessions_ended = false;
            }
            Action::Transfer => self.transferred_to = heir.map(str::to_owned),
            Action::Release => self.released = true,
            Action::Delete => self.deleted = true,
            Action::Manual => {}
        }
    }
}
