//! The `netex` kind: a netexCloud tenant by its web services; described in docs/connectors/netex.md.
//!
//! Owns: what is asked of a tenant, and what its answers mean.
//! Never: asks asynchronously, for then nobody tells what became of it.

mod change;
mod envelope;
mod settings;
mod token;
mod users;

use async_trait::async_trait;
use domain::correlation::Theirs;
use domain::{Action, Capabilities, RemoteAccount};
use reqwest::header::HeaderMap;
use reqwest::{Method, Url};
use serde_json::Value;

pub use self::settings::Settings;
use self::token::Token;
use self::users::User;
use crate::connector::MAX_ACCOUNT_PAGE;
use crate::heard::Heard;
use crate::outbound::{Answer, HttpClient, Signed};
use crate::{AccountPage, Checked, Connector, Failure, Order, Owned, Place, SettingsError, Sight};

pub struct Netex {
    door: Signed<Token>,
    base: Url,
    notice: bool,
    leave_groups: bool,
    /// Platforms that failed where Netex itself did not: only the answer to the change tells.
    unsettled: Heard,
}

impl Netex {
    pub fn open(place: Place<'_>) -> Result<Self, SettingsError> {
        let settings = Settings::parse(place.settings)?;
        let token = Token::new(&place.vault.reveal("token", &settings.token)?)?;
        let client = HttpClient::new(&settings.connection, place.vault, place.pace)?;
        Ok(Self {
            door: Signed::new(client, token),
            base: settings.base()?,
            notice: settings.notice,
            leave_groups: settings.leave_groups,
            unsettled: Heard::default(),
        })
    }

    async fn ask(&self, method: Method, path: &[&str], body: Option<&Value>) -> Result<Answer, Failure> {
        self.ask_with(method, path, None, body).await
    }

    /// Every part of `path` is one segment, whatever characters it has.
    async fn ask_with(
        &self,
        method: Method,
        path: &[&str],
        query: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, Failure> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url.set_query(query);
        let build = |client: &HttpClient, headers: &HeaderMap| {
            let request = client.request(method.clone(), url.clone()).headers(headers.clone());
            match body {
                Some(body) => request.json(body),
                None => request,
            }
        };
        self.door.ask(build).await
    }

    fn sight(&self, order: &Order, user: &User) -> Result<Sight, Failure> {
        let shown = user.shown();
        let disabled = match (order.action, user.enabled) {
            (Action::Delete, _) => return Ok(Sight::NotSo { evidence: format!("account {shown} exists") }),
            (Action::Disable | Action::Enable, Some(enabled)) => !enabled,
            (Action::Disable | Action::Enable, None) => {
                return Err(Failure::Unheard(format!("it is not told whether account {shown} is enabled")));
            }
            (action, _) => return Err(not_there(action)),
        };
        let state = if disabled { "disabled (enabled=false)" } else { "enabled (enabled=true)" };
        let evidence = format!("account {shown} is {state}");
        if disabled != (order.action == Action::Disable) {
            return Ok(Sight::NotSo { evidence });
        }
        Ok(match self.unsettled.of(&order.idempotency_key) {
            None => Sight::So { evidence },
            Some(platforms) => Sight::NotSo { evidence: format!("{evidence}, but {platforms}") },
        })
    }
}

#[async_trait]
impl Connector for Netex {
    fn capabilities(&self) -> Capabilities {
        Settings::capabilities()
    }

    async fn find(&self, field: Theirs, value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        Ok(self.find_users(field, value).await?.iter().map(User::account).collect())
    }

    async fn observe(&self, order: &Order) -> Result<Sight, Failure> {
        let user = self.user(&order.account).await?;
        self.sight(order, &user)
    }

    async fn apply(&self, order: &Order) -> Result<(), Failure> {
        match order.action {
            Action::Disable => self.deactivate(order).await,
            Action::Enable => self.activate(order).await,
            Action::Delete => self.delete(order).await,
            action => Err(not_there(action)),
        }
    }

    /// The cursor is where the page begins, and who began the page before.
    async fn accounts(&self, cursor: Option<&str>) -> Result<AccountPage, Failure> {
        let (start, first) = cursor.and_then(|cursor| cursor.split_once(' ')).unwrap_or(("0", ""));
        let start: usize =
            start.parse().map_err(|_| Failure::Refused(format!("{start:?} is where no page begins")))?;
        let users = self.page(start, MAX_ACCOUNT_PAGE).await?;
        match users.first() {
            // A server that does not page begins anew.
            Some(begins) if begins.id != first => Ok(AccountPage {
                next: Some(format!("{} {}", start.saturating_add(users.len()), begins.id)),
                accounts: users.iter().take(MAX_ACCOUNT_PAGE).map(User::account).collect(),
            }),
            _ => Ok(AccountPage::default()),
        }
    }

    /// Memberships and roles: a person hands over what goes with them.
    async fn inventory(&self, account: &str) -> Result<Option<Vec<Owned>>, Failure> {
        let user = self.user(account).await?;
        let groups = self.groups(&user.id).await?.into_iter().map(|group| group.name).collect();
        let owned = [Owned::named("group", groups), Owned::named("role", user.roles)];
        Ok(Some(owned.into_iter().filter(|owned| owned.count > 0).collect()))
    }

    async fn check(&self) -> Result<Checked, Failure> {
        let answer = self.ask_for_page(0, 1).await?;
        users::in_page(&answer)?;
        let host = self.base.host_str().unwrap_or_default();
        Ok(Checked {
            server: format!("netexCloud at {host}, which does not tell its version"),
            signed_in_as: "the account that the token belongs to; Netex does not tell which".to_owned(),
            permissions: vec!["may read the users".to_owned()],
            clock_ms: answer.clock_ms(),
        })
    }
}

fn not_there(action: Action) -> Failure {
    Failure::Refused(format!("netexCloud cannot be asked to {action}: a person must"))
}
