//! The `appviewx` kind: an AppViewX by its account API; described in docs/connectors/appviewx.md.
//!
//! Owns: what is asked of an AppViewX, and what its answers mean.
//! Never: removes more than one user in a call (what becomes of a list that is partly unknown is not documented).

mod envelope;
mod gateway;
mod settings;
mod sign_in;
mod users;

use async_trait::async_trait;
use domain::correlation::Theirs;
use domain::{Action, Capabilities, RemoteAccount};
use reqwest::Method;
use serde_json::{Value, json};

use self::envelope::{is_no_endpoint, nobody_listens, response};
use self::gateway::Gateway;
pub use self::settings::{Disable, Settings};
use self::sign_in::{Credential, Door, Session};
use self::users::User;
use crate::outbound::{Answer, HttpClient, Signed, loose};
use crate::{AccountPage, Checked, Connector, Failure, Order, Owned, Place, SettingsError, Sight};

/// The search has no filter for everybody: accounts are listed by how their names begin.
const INITIALS: &str = "abcdefghijklmnopqrstuvwxyz0123456789_";

pub struct Appviewx {
    door: Signed<Door>,
    gateway: Gateway,
    settings: Settings,
    witness: String,
}

impl Appviewx {
    pub fn open(place: Place<'_>) -> Result<Self, SettingsError> {
        let settings = Settings::parse(place.settings)?;
        let reveal = |field, reference: &Option<String>| {
            place.vault.reveal(field, reference.as_deref().unwrap_or_default())
        };
        let credential = match (&settings.user_name, &settings.client_id) {
            (None, Some(id)) => Credential::Client {
                id: id.clone(),
                secret: reveal("client_secret", &settings.client_secret)?,
            },
            (user_name, _) => {
                let password = reveal("password", &settings.password)?;
                Credential::password(user_name.as_deref().unwrap_or_default(), &password)?
            }
        };
        let client = HttpClient::new(&settings.connection, place.vault, place.pace)?;
        let gateway = Gateway::new(&settings)?;
        let door = Signed::new(client, Door { gateway: gateway.clone(), credential });
        Ok(Self { door, gateway, witness: settings.witness().to_owned(), settings })
    }

    /// Where nobody listens with the prefix, somebody may without.
    async fn ask(&self, method: Method, endpoint: &str, body: &Value) -> Result<Answer, Failure> {
        let mut asked = Vec::new();
        for prefix in self.gateway.prefixes() {
            let build = |client: &HttpClient, session: &Session| {
                let url = self.gateway.url(prefix, endpoint);
                client.request(method.clone(), url).headers(session.headers()).json(body)
            };
            let answer = self.door.ask(build).await?;
            if !is_no_endpoint(&answer) {
                return Ok(answer);
            }
            asked.push(answer.asked);
        }
        Err(nobody_listens(&asked))
    }

    async fn remove(&self, name: &str) -> Result<(), Failure> {
        let payload = json!({ "payload": { "userNames": [name] } });
        let answer = self.ask(Method::POST, "acctmgmt-remove-user", &payload).await?;
        match loose::truth(&response(&answer)?, "isOperationSuccess") {
            Some(true) => Ok(()),
            _ => Err(Failure::Unheard(format!("{}: the answer does not say that it was done", answer.asked))),
        }
    }

    async fn unassign_groups(&self, name: &str) -> Result<(), Failure> {
        let user = self.user(name).await.map_err(Failure::before_change)?;
        let groups = groups(&user).map_err(Failure::before_change)?;
        let payload = json!({ "payload": {
            "loginName": name,
            "assignUserGroups": [],
            "unassignUserGroups": groups,
        } });
        let answer = self.ask(Method::PUT, "user-updateUsergroups", &payload).await?;
        response(&answer).map(|_| ())
    }

    fn sight(&self, order: &Order, user: &User) -> Result<Sight, Failure> {
        let name = &user.name;
        match (order.action, self.settings.disable) {
            (Action::Delete, _) => Ok(Sight::NotSo { evidence: format!("account {name} exists") }),
            (Action::Disable, Some(Disable::UnassignGroups)) => {
                let groups = groups(user)?;
                Ok(if groups.is_empty() {
                    let evidence = format!("account {name} is in no user group, and so without rights");
                    Sight::So { evidence }
                } else {
                    Sight::NotSo { evidence: format!("account {name} is in {} user groups", groups.len()) }
                })
            }
            (action, _) => Err(not_there(action)),
        }
    }
}

#[async_trait]
impl Connector for Appviewx {
    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities()
    }

    /// A login name is all that it can be asked for, and all that names an account.
    async fn find(&self, field: Theirs, value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        if !matches!(field, Theirs::Id | Theirs::UserName) {
            return Err(Failure::Refused(format!("AppViewX cannot be asked for {field}")));
        }
        let called = self.called(value).await?;
        if called.is_empty() {
            self.look_for_witness(value).await?;
        }
        Ok(called.iter().map(User::account).collect())
    }

    async fn observe(&self, order: &Order) -> Result<Sight, Failure> {
        let user = self.user(&order.account).await?;
        if user.is_called(&self.witness) {
            let text = format!("{} is the account that Exeunt signs in with, or looks for", user.name);
            return Err(Failure::Refused(text));
        }
        self.sight(order, &user)
    }

    async fn apply(&self, order: &Order) -> Result<(), Failure> {
        match (order.action, self.settings.disable) {
            (Action::Delete, _) => self.remove(&order.account).await,
            (Action::Disable, Some(Disable::UnassignGroups)) => self.unassign_groups(&order.account).await,
            (action, _) => Err(not_there(action)),
        }
    }

    /// The cursor is how the names begin, and after how many of them the page begins.
    async fn accounts(&self, cursor: Option<&str>) -> Result<AccountPage, Failure> {
        let (initial, after) = cursor.and_then(|cursor| cursor.split_once(' ')).unwrap_or(("a", "0"));
        let begin = INITIALS.find(initial).zip(after.parse::<usize>().ok());
        let (begin, mut after) = begin.ok_or_else(|| Failure::Refused("there is no such page".to_owned()))?;
        for initial in INITIALS.chars().skip(begin) {
            loop {
                let found = self.search(&initial.to_string(), after).await?;
                after = after.saturating_add(found.users.len());
                let begins = |user: &&User| user.name.to_lowercase().starts_with(initial);
                let accounts: Vec<_> = found.users.iter().filter(begins).map(User::account).collect();
                if !accounts.is_empty() {
                    return Ok(AccountPage { accounts, next: Some(format!("{initial} {after}")) });
                }
                if found.ends(after) {
                    break;
                }
            }
            after = 0;
        }
        Ok(AccountPage::default())
    }

    async fn inventory(&self, account: &str) -> Result<Option<Vec<Owned>>, Failure> {
        let user = self.user(account).await?;
        Ok(user.groups.map(|groups| vec![Owned::named("user group", groups)]))
    }

    async fn check(&self) -> Result<Checked, Failure> {
        let payload = json!({ "payload": { "startIndex": 1, "maxSize": 1, "filterValue": self.witness } });
        let answer = self.ask(Method::POST, "user-search", &payload).await?;
        self.look_for_witness(&self.witness).await?;
        Ok(Checked {
            server: format!("AppViewX at {}, which does not tell its version", self.gateway.host()),
            signed_in_as: self
                .settings
                .user_name
                .as_ref()
                .or(self.settings.client_id.as_ref())
                .cloned()
                .unwrap_or_default(),
            permissions: vec![format!("may search the users, and sees {}", self.witness)],
            clock_ms: answer.clock_ms(),
        })
    }
}

fn groups(user: &User) -> Result<&[String], Failure> {
    let untold = || Failure::Unheard(format!("it is not told in which user groups account {} is", user.name));
    user.groups.as_deref().ok_or_else(untold)
}

fn not_there(action: Action) -> Failure {
    Failure::Refused(format!("AppViewX cannot be asked to {action}: a person must"))
}
