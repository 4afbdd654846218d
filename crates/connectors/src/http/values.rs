//! What placeholders stand for in one request.

use super::template::Placeholder;
use crate::{Failure, Heir, Order};

/// A notice that is shorter tells nothing, and would be hidden in every word.
const MIN_HIDDEN_CHARS: usize = 4;

/// What is known where a request is filled.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Values<'a> {
    order: Option<&'a Order>,
    account: Option<&'a str>,
    value: Option<&'a str>,
    each: Option<&'a str>,
}

impl<'a> Values<'a> {
    pub(super) fn of_order(order: &'a Order) -> Self {
        Self { order: Some(order), account: Some(&order.account), ..Self::default() }
    }

    pub(super) fn of_account(account: &'a str) -> Self {
        Self { account: Some(account), ..Self::default() }
    }

    pub(super) fn of_value(value: &'a str) -> Self {
        Self { value: Some(value), ..Self::default() }
    }

    pub(super) fn with_each(self, each: &'a str) -> Self {
        Self { each: Some(each), ..self }
    }

    /// What must not show in any text, besides the platform's credentials.
    pub(super) fn hidden(&self) -> impl Iterator<Item = &'a str> {
        let of_order =
            self.order.map(|order| [Some(order.idempotency_key.as_str()), order.message.as_deref()]);
        of_order.into_iter().flatten().flatten().filter(|text| text.chars().count() >= MIN_HIDDEN_CHARS)
    }

    pub(super) fn of(&self, placeholder: Placeholder) -> Result<&'a str, Failure> {
        let value = match placeholder {
            Placeholder::Account => self.account,
            Placeholder::Value => self.value,
            Placeholder::Each => self.each,
            Placeholder::Heir | Placeholder::HeirName | Placeholder::HeirEmail | Placeholder::HeirGroup => {
                return self.of_heir(placeholder);
            }
            // A leaver without a notice gets none.
            Placeholder::Message => self.order.map(|order| order.message.as_deref().unwrap_or_default()),
            Placeholder::IdempotencyKey => self.order.map(|order| order.idempotency_key.as_str()),
            Placeholder::UserName => self.user(|user| Some(&user.user_name)),
            Placeholder::Email => self.user(|user| Some(&user.email)),
            Placeholder::Guid => self.user(|user| Some(&user.guid)),
            Placeholder::ExternalId => self.user(|user| user.external_id.as_ref()),
        };
        value.ok_or_else(|| {
            Failure::Refused(format!(
                "the description needs the user's {}: there is none",
                placeholder.word()
            ))
        })
    }

    fn user(&self, of: fn(&'a domain::Identity) -> Option<&'a String>) -> Option<&'a str> {
        of(&self.order?.user).map(String::as_str).filter(|value| !value.is_empty())
    }

    fn of_heir(&self, placeholder: Placeholder) -> Result<&'a str, Failure> {
        let heir = self.order.and_then(|order| order.heir.as_ref());
        let value = match (placeholder, heir) {
            (_, None) => None,
            (Placeholder::HeirGroup, Some(Heir::Group { name })) => Some(name.as_str()),
            (Placeholder::HeirGroup, Some(Heir::User { .. })) => {
                return Err(Failure::Refused("this platform hands over to groups, not to users".to_owned()));
            }
            (_, Some(Heir::Group { name })) => {
                let text = format!("this platform hands over to users, not to groups such as {name}");
                return Err(Failure::Refused(text));
            }
            (Placeholder::Heir, Some(Heir::User { account, .. })) => account.as_deref(),
            (Placeholder::HeirEmail, Some(Heir::User { user, .. })) => Some(user.email.as_str()),
            (_, Some(Heir::User { user, .. })) => Some(user.user_name.as_str()),
        };
        value.filter(|value| !value.is_empty()).ok_or_else(|| {
            let word = placeholder.word();
            Failure::Refused(format!("handing over needs a successor there, and {word} is not known"))
        })
    }
}
