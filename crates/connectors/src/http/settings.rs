//! The description of a platform: its settings, as they are declared.
//!
//! Owns: the form of a description and the capabilities that follow from it. What makes one acceptable is in `declared.rs`.

use std::collections::BTreeMap;

use domain::correlation::Theirs;
use domain::{Action, Capabilities, RemoteAccount, Support};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::condition::{Condition, Pointer, text_of};
use super::pages::Paging;
use super::request::Request;
use super::template::Template;
use crate::outbound::Connection;
use crate::outbound::authentication::Authentication;
use crate::{Failure, SettingsError, settings};

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    pub(super) base_url: Option<Url>,
    pub(super) authentication: Authentication,
    pub(super) connection: Connection,
    /// Sent with every request.
    pub(super) headers: BTreeMap<String, Template>,
    /// How an account looks, wherever nothing else is said.
    pub(super) account: Option<Shape>,
    /// One account, by its id.
    pub(super) look: Option<Look>,
    pub(super) find: Vec<Find>,
    pub(super) accounts: Option<Accounts>,
    /// What an account owns.
    pub(super) owned: Vec<Belongings>,
    pub(super) check: Option<Check>,
    pub(super) disable: Vec<Part>,
    pub(super) enable: Vec<Part>,
    pub(super) end_sessions: Vec<Part>,
    pub(super) transfer: Vec<Part>,
    pub(super) release: Vec<Part>,
    pub(super) delete: Vec<Part>,
    /// Actions that there is nothing to do for.
    pub(super) nothing: Vec<Action>,
}

/// Where in its JSON an account says who it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Shape {
    id: Pointer,
    user_name: Option<Pointer>,
    email: Option<Pointer>,
    external_id: Option<Pointer>,
    pub(super) active: Option<Active>,
}

/// Where an account says whether it may sign in, and by which values.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Active {
    pub(super) at: Pointer,
    pub(super) yes: Vec<Value>,
    pub(super) no: Vec<Value>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Look {
    pub(super) request: Request,
    /// Where the accounts are, if the answer is a list of them.
    pub(super) list: Option<Pointer>,
    /// Whether a list without the account means that there is none.
    #[serde(default)]
    pub(super) unlisted_is_absent: bool,
    pub(super) account: Option<Shape>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Find {
    pub(super) by: Theirs,
    pub(super) request: Request,
    /// Where the accounts are; without it the answer is the account.
    pub(super) list: Option<Pointer>,
    pub(super) account: Option<Shape>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Accounts {
    pub(super) request: Request,
    pub(super) list: Pointer,
    pub(super) paging: Option<Paging>,
    pub(super) account: Option<Shape>,
}

/// One kind of what an account owns.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Belongings {
    pub(super) kind: String,
    pub(super) request: Request,
    pub(super) list: Pointer,
    /// Of each of them.
    pub(super) name: Pointer,
    pub(super) paging: Option<Paging>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {
    pub(super) request: Request,
    pub(super) signed_in_as: Pointer,
    /// The platform's product and version.
    pub(super) server: Option<Pointer>,
    #[serde(default)]
    pub(super) permissions: Vec<Pointer>,
}

/// One request of an action, and how it is seen that it is so.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    pub(super) request: Request,
    /// What the request is sent for, one by one.
    pub(super) each: Option<Each>,
    pub(super) seen: Option<Seen>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Each {
    pub(super) request: Request,
    pub(super) list: Pointer,
    /// Of each entry.
    pub(super) id: Pointer,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Seen {
    /// It is so when there is no such account any more, and nothing else.
    #[serde(default)]
    pub(super) gone: bool,
    /// Where to look; without it, at the account.
    pub(super) request: Option<Request>,
    #[serde(default)]
    pub(super) when: Vec<Condition>,
    /// What else is told as evidence.
    #[serde(default)]
    pub(super) evidence: Vec<Pointer>,
}

impl Settings {
    /// Reads and checks a JSON object.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = settings::parse(text)?;
        settings.check()?;
        Ok(settings)
    }

    pub fn capabilities(&self) -> Capabilities {
        let able = ACTIONS.into_iter().fold(Capabilities::all(Support::ByHand), |able, action| {
            let described = !self.parts(action).is_empty();
            if described { able.with(action, Support::Able) } else { able }
        });
        let hands_over = self.transfer.is_empty() && self.delete.iter().any(Part::hands_over);
        let able = if hands_over { able.with(Action::Transfer, Support::WithDelete) } else { able };
        self.nothing.iter().fold(able, |able, action| able.with(*action, Support::Nothing))
    }

    /// What accounts can be found by.
    pub fn fields(&self) -> Vec<Theirs> {
        self.find.iter().map(|find| find.by).collect()
    }

    pub(super) fn parts(&self, action: Action) -> &[Part] {
        match action {
            Action::Disable => &self.disable,
            Action::Enable => &self.enable,
            Action::EndSessions => &self.end_sessions,
            Action::Transfer => &self.transfer,
            Action::Release => &self.release,
            Action::Delete => &self.delete,
            Action::Manual => &[],
        }
    }
}

/// What can be described.
pub(super) const ACTIONS: [Action; 6] =
    [Action::Disable, Action::Enable, Action::EndSessions, Action::Transfer, Action::Release, Action::Delete];

impl Part {
    fn hands_over(&self) -> bool {
        self.request.placeholders().into_iter().any(|placeholder| placeholder.is_of_heir())
    }
}

impl Shape {
    pub(super) fn read(&self, document: &Value) -> Result<RemoteAccount, Failure> {
        let id = self.id.text(document).filter(|id| !id.is_empty());
        let id = id
            .ok_or_else(|| Failure::Unheard(format!("an account without id: {}", self.id.shown(document))))?;
        let text = |pointer: &Option<Pointer>| pointer.as_ref().and_then(|pointer| pointer.text(document));
        Ok(RemoteAccount {
            user_name: text(&self.user_name).unwrap_or_else(|| id.clone()),
            id,
            email: text(&self.email),
            external_id: text(&self.external_id),
            active: self.active.as_ref().and_then(|active| active.of(document)),
        })
    }
}

impl Active {
    /// `None` where the platform says neither.
    fn of(&self, document: &Value) -> Option<bool> {
        let found = text_of(self.at.get(document)?)?;
        let says = |values: &[Value]| values.iter().any(|value| text_of(value).as_ref() == Some(&found));
        if says(&self.yes) { Some(true) } else { says(&self.no).then_some(false) }
    }
}
