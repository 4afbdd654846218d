//! The `http` kind: any HTTP API, described by its requests; described in docs/connectors/http.md.
//!
//! Owns: what is asked, in which order, by the description. Never: takes a status for a proof, or a 404 for an absent
//! account where the description does not say so.

mod act;
mod condition;
mod declared;
mod pages;
mod request;
mod settings;
mod speaker;
mod template;
mod values;

use async_trait::async_trait;
use domain::correlation::Theirs;
use domain::{Capabilities, RemoteAccount};
use serde_json::Value;

use self::pages::{Cursor, List};
pub use self::settings::Settings;
use self::settings::{Belongings, Check, Find, Look, Shape};
use self::speaker::Speaker;
use self::values::Values;
use crate::connector::{MAX_ACCOUNT_PAGE, MAX_OWNED_NAMES};
use crate::outbound::HttpClient;
use crate::outbound::authentication::Credentials;
use crate::{AccountPage, Checked, Connector, Failure, Order, Owned, Place, SettingsError, Sight};

/// Most pages of what an account owns, of one kind.
const MAX_OWNED_PAGES: usize = 50;

pub struct Http {
    settings: Settings,
    speaker: Speaker,
    shape: Shape,
    look: Look,
    check: Check,
}

impl Http {
    pub fn open(place: Place<'_>) -> Result<Self, SettingsError> {
        let settings = Settings::parse(place.settings)?;
        let missing = |field: &str| SettingsError::new(field, declared::MISSING);
        let speaker = Speaker {
            client: HttpClient::new(&settings.connection, place.vault, place.pace)?,
            base: settings.base_url.clone().ok_or_else(|| missing("base_url"))?,
            headers: settings.headers.clone(),
            credentials: Credentials::open(&settings.authentication, place.vault)?,
        };
        Ok(Self {
            speaker,
            shape: settings.account.clone().ok_or_else(|| missing("account"))?,
            look: settings.look.clone().ok_or_else(|| missing("look"))?,
            check: settings.check.clone().ok_or_else(|| missing("check"))?,
            settings,
        })
    }

    async fn found(&self, find: &Find, value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        let shape = find.account.as_ref().unwrap_or(&self.shape);
        let answer = self.speaker.ask(&find.request, &Values::of_value(value)).await?;
        let document = answer.json()?;
        let Some(list) = &find.list else { return Ok(vec![shape.read(&document)?]) };
        let entries = list.entries(&answer.asked, &document)?;
        let accounts = entries.iter().map(|entry| shape.read(entry)).collect::<Result<Vec<_>, _>>()?;
        if !entries.is_empty() && !entries.iter().any(|entry| mentions(entry, value)) {
            // A list that is not filtered has pages, and the account may be on any of them.
            return Err(Failure::Refused(format!(
                "{} was asked for {value:?} and shows {} accounts that have nothing of it: the filter is not \
                 followed, so that nothing can be said of an account",
                answer.asked,
                entries.len()
            )));
        }
        Ok(accounts)
    }

    async fn owned(&self, kind: &Belongings, account: &str) -> Result<Owned, Failure> {
        let list = List { request: &kind.request, at: &kind.list, paging: kind.paging.as_ref() };
        let (mut count, mut names, mut place) = (0, Vec::new(), None);
        for _ in 0..MAX_OWNED_PAGES {
            let page = list.page(&self.speaker, &Values::of_account(account), place.as_deref()).await?;
            count += page.entries.len() as u64;
            names.extend(page.entries.iter().filter_map(|entry| kind.name.text(entry)));
            names.sort();
            names.truncate(MAX_OWNED_NAMES);
            place = page.next;
            if place.is_none() {
                return Ok(Owned { kind: kind.kind.clone(), count, names });
            }
        }
        Err(Failure::Refused(format!("{}: more than {MAX_OWNED_PAGES} pages of them", kind.kind)))
    }
}

#[async_trait]
impl Connector for Http {
    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities()
    }

    async fn find(&self, field: Theirs, value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        let Some(find) = self.settings.find.iter().find(|find| find.by == field) else {
            return Err(Failure::Refused(format!("no request is described that finds accounts by {field}")));
        };
        match self.found(find, value).await {
            Err(Failure::Absent(_)) => Ok(Vec::new()),
            found => found,
        }
    }

    async fn observe(&self, order: &Order) -> Result<Sight, Failure> {
        self.see(order).await
    }

    async fn apply(&self, order: &Order) -> Result<(), Failure> {
        self.act(order).await
    }

    async fn accounts(&self, cursor: Option<&str>) -> Result<AccountPage, Failure> {
        let Some(accounts) = &self.settings.accounts else {
            return Err(Failure::Refused("no list of accounts is described".to_owned()));
        };
        let shape = accounts.account.as_ref().unwrap_or(&self.shape);
        let list = List { request: &accounts.request, at: &accounts.list, paging: accounts.paging.as_ref() };
        let cursor = cursor.map_or(Ok(Cursor::default()), Cursor::parse)?;
        let page = list.page(&self.speaker, &Values::default(), cursor.place.as_deref()).await?;
        let rest = page.entries.iter().skip(cursor.skipped).take(MAX_ACCOUNT_PAGE);
        let accounts = rest.map(|entry| shape.read(entry)).collect::<Result<Vec<_>, _>>()?;
        let next = cursor.after(accounts.len(), page.entries.len(), page.next)?;
        Ok(AccountPage { accounts, next: next.map(|cursor| cursor.to_string()) })
    }

    async fn inventory(&self, account: &str) -> Result<Option<Vec<Owned>>, Failure> {
        if self.settings.owned.is_empty() {
            return Ok(None);
        }
        let mut owned = Vec::with_capacity(self.settings.owned.len());
        for kind in &self.settings.owned {
            owned.push(self.owned(kind, account).await?);
        }
        owned.retain(|owned| owned.count > 0);
        Ok(Some(owned))
    }

    async fn check(&self) -> Result<Checked, Failure> {
        let values = Values::default();
        let answer = self.speaker.ask(&self.check.request, &values).await?;
        let document = answer.json()?;
        let who = self.check.signed_in_as.text(&document).ok_or_else(|| {
            Failure::Unheard(format!("{}: {}", answer.asked, self.check.signed_in_as.shown(&document)))
        })?;
        let host = self.speaker.base.host_str().unwrap_or_default();
        let server = self.check.server.as_ref().and_then(|server| server.text(&document));
        let permissions = self.check.permissions.iter().map(|pointer| pointer.shown(&document));
        let permissions = permissions.map(|text| self.speaker.hide(text, &values)).collect();
        Ok(Checked {
            server: server.unwrap_or_else(|| format!("an HTTP API at {host}")),
            signed_in_as: self.speaker.hide(who, &values),
            permissions,
            clock_ms: answer.clock_ms(),
        })
    }
}

/// Whether a text in it holds the value, as rules compare: case, `\` for `/` and the dashes of guids aside.
fn mentions(entry: &Value, value: &str) -> bool {
    let plain = |text: &str| text.to_lowercase().replace('\\', "/").replace('-', "");
    match entry {
        Value::Array(list) => list.iter().any(|inner| mentions(inner, value)),
        Value::Object(fields) => fields.values().any(|inner| mentions(inner, value)),
        simple => condition::text_of(simple).is_some_and(|text| plain(&text).contains(&plain(value))),
    }
}
