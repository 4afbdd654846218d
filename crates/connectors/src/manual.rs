//! The `manual` kind: a system that only a person can work on. Described in docs/connectors/manual.md.
//!
//! Owns: which actions a person is asked for. Never: calls anything, or knows whether the person did it.

use std::collections::BTreeSet;

use async_trait::async_trait;
use domain::correlation::Theirs;
use domain::{Action, Capabilities, RemoteAccount, Support};
use serde::Deserialize;

use crate::{AccountPage, Checked, Connector, Failure, Order, Owned, Place, SettingsError, Sight, settings};

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What there is to do there. Of everything else there is no such thing.
    pub actions: BTreeSet<Action>,
}

impl Default for Settings {
    fn default() -> Self {
        let actions = [Action::Disable, Action::Enable, Action::Transfer, Action::Delete];
        Self { actions: actions.into() }
    }
}

impl Settings {
    /// Reads and checks a JSON object.
    pub fn parse(text: &str) -> Result<Self, SettingsError> {
        let settings: Self = settings::parse(text)?;
        if settings.actions.contains(&Action::Manual) {
            return Err(SettingsError::new("actions", "manual is what an action becomes, not an action"));
        }
        if settings.actions.is_empty() {
            return Err(SettingsError::new("actions", "must name what there is to do"));
        }
        Ok(settings)
    }

    pub fn capabilities(&self) -> Capabilities {
        let nothing = Capabilities::all(Support::Nothing);
        self.actions.iter().fold(nothing, |able, action| able.with(*action, Support::ByHand))
    }
}

pub struct Manual {
    settings: Settings,
}

impl Manual {
    pub fn open(place: Place<'_>) -> Result<Self, SettingsError> {
        Ok(Self { settings: Settings::parse(place.settings)? })
    }
}

#[async_trait]
impl Connector for Manual {
    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities()
    }

    /// Nobody found would mean that nobody is there.
    async fn find(&self, _field: Theirs, _value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        Err(by_a_person())
    }

    async fn observe(&self, _order: &Order) -> Result<Sight, Failure> {
        Err(by_a_person())
    }

    async fn apply(&self, _order: &Order) -> Result<(), Failure> {
        Err(by_a_person())
    }

    async fn accounts(&self, _cursor: Option<&str>) -> Result<AccountPage, Failure> {
        Err(by_a_person())
    }

    async fn inventory(&self, _account: &str) -> Result<Option<Vec<Owned>>, Failure> {
        Ok(None)
    }

    /// There is nothing that could be wrong.
    async fn check(&self) -> Result<Checked, Failure> {
        let server = "no system that could be called: what there is to do is done by a person".to_owned();
        Ok(Checked { server, signed_in_as: "nobody".to_owned(), ..Checked::default() })
    }
}

fn by_a_person() -> Failure {
    Failure::Refused("done by a person: there is nothing to call".to_owned())
}
