//! The `commvault` kind: a CommCell by its REST API, of any release that has one; described in
//! docs/connectors/commvault.md.
//!
//! Owns: what is asked of a CommCell, and what its answers mean.
//! Never: names a user in a path (quoting in names is not documented, ids are), or deletes without a new owner.

mod change;
mod inventory;
mod owner;
mod root;
mod said;
mod settings;
mod sign_in;
mod users;
mod xml;

use async_trait::async_trait;
use domain::correlation::Theirs;
use domain::{Action, Capabilities, NameKey, RemoteAccount};
use reqwest::{Method, RequestBuilder};

use self::said::Said;
pub use self::settings::Settings;
use self::sign_in::{Credential, Door, below};
use crate::connector::MAX_ACCOUNT_PAGE;
use crate::heard::Heard;
use crate::outbound::{Answer, HttpClient, Signed, loose};
use crate::{AccountPage, Checked, Connector, Failure, Order, Owned, Place, SettingsError, Sight};

pub struct Commvault {
    door: Signed<Door>,
    /// Who we are there, where that is known.
    own_name: Option<String>,
    /// That a user's workloads were released: no call shows it.
    released: Heard,
}

impl Commvault {
    pub fn open(place: Place<'_>) -> Result<Self, SettingsError> {
        let settings = Settings::parse(place.settings)?;
        let reveal = |field, reference: &Option<String>| {
            place.vault.reveal(field, reference.as_deref().unwrap_or_default())
        };
        let credential = match &settings.user_name {
            None => Credential::Token(reveal("token", &settings.token)?),
            Some(user_name) => Credential::Password {
                user_name: user_name.clone(),
                password: reveal("password", &settings.password)?,
            },
        };
        let device = format!("exeunt-{}", place.name);
        let client = HttpClient::new(&settings.connection, place.vault, place.pace)?;
        let door = Door { address: settings.address()?, credential, device };
        let released = Heard::default();
        Ok(Self { door: Signed::new(client, door), own_name: settings.user_name, released })
    }

    /// `path` is one of ours with its query, relative to the root.
    async fn ask(
        &self,
        method: Method,
        path: &str,
        dress: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> Result<Answer, Failure> {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let build = |client: &HttpClient, session: &sign_in::Session| {
            let mut url = below(&session.root, path);
            url.set_query(Some(query).filter(|query| !query.is_empty()));
            dress(client.request(method.clone(), url).headers(session.headers.clone()))
        };
        self.door.ask(build).await
    }
}

#[async_trait]
impl Connector for Commvault {
    fn capabilities(&self) -> Capabilities {
        Settings::capabilities()
    }

    async fn find(&self, field: Theirs, value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        self.find_users(field, value).await
    }

    async fn observe(&self, order: &Order) -> Result<Sight, Failure> {
        let user = self.user(account_id(&order.account)?).await?;
        let shown = user.shown();
        if self.own_name.as_ref().is_some_and(|own| NameKey::new(own) == NameKey::new(&user.name)) {
            return Err(Failure::Refused(format!("{shown} is the account that Exeunt signs in with")));
        }
        let evidence = match (order.action, user.enabled) {
            (Action::Disable | Action::Enable, None) => {
                return Err(Failure::Unheard(format!("it is not told whether account {shown} is enabled")));
            }
            (Action::Disable, Some(false)) => Ok(format!(
                "account {shown} is disabled (enableUser=false); open sessions may go on until they end"
            )),
            (Action::Enable, Some(true)) => Ok(format!("account {shown} is enabled (enableUser=true)")),
            (Action::Disable, _) => Err(format!("account {shown} is enabled")),
            (Action::Enable, _) => Err(format!("account {shown} is disabled")),
            (Action::Delete, _) => Err(format!("account {shown} exists")),
            (Action::Release, _) => match self.released.of(&order.idempotency_key) {
                Some(words) => {
                    Ok(format!("workloads of account {shown} are released, says the CommCell: {words}"))
                }
                None => Err(format!("the workloads of account {shown} are not known to be released")),
            },
            (action, _) => return Err(not_there(action)),
        };
        Ok(match evidence {
            Ok(evidence) => Sight::So { evidence },
            Err(evidence) => Sight::NotSo { evidence },
        })
    }

    async fn apply(&self, order: &Order) -> Result<(), Failure> {
        let id = account_id(&order.account)?;
        match order.action {
            Action::Disable => self.switch(id, "Disable").await,
            Action::Enable => self.switch(id, "Enable").await,
            Action::Release => self.release(id, &order.idempotency_key).await,
            Action::Delete => self.delete(id, order.heir.as_ref()).await,
            action => Err(not_there(action)),
        }
    }

    /// The cursor is the last id of the page before.
    async fn accounts(&self, cursor: Option<&str>) -> Result<AccountPage, Failure> {
        let after = cursor.map_or(Ok(i64::MIN), account_id)?;
        let users = self.users().await?;
        let rest: Vec<_> = users.into_iter().filter(|user| user.id > after).collect();
        let accounts: Vec<_> = rest.iter().take(MAX_ACCOUNT_PAGE).map(users::User::account).collect();
        let more = rest.len() > accounts.len();
        let next = accounts.last().filter(|_| more).map(|last| last.id.clone());
        Ok(AccountPage { accounts, next })
    }

    async fn inventory(&self, account: &str) -> Result<Option<Vec<Owned>>, Failure> {
        self.associations(account_id(account)?).await.map(Some)
    }

    async fn check(&self) -> Result<Checked, Failure> {
        let whoami = self.ask(Method::POST, "WhoAmI", |request| request).await?;
        let said = Said::in_answer(&whoami).map_err(Failure::of_address)?;
        let name = said.tree().get("user").and_then(|user| loose::text(user, "userName"));
        let signed_in_as = name.ok_or_else(|| said.nonsense("the answer names nobody"))?;
        let permissions = match self.users().await {
            Ok(users) => format!("may read the users: {}", users.len()),
            Err(Failure::Refused(reason)) => format!("may not read the users: {reason}"),
            Err(failure) => return Err(failure),
        };
        let version = self.version().await;
        Ok(Checked {
            server: version,
            signed_in_as,
            permissions: vec![permissions],
            clock_ms: whoami.clock_ms(),
        })
    }
}

/// An id of another form is none of a CommCell's.
fn account_id(account: &str) -> Result<i64, Failure> {
    account
        .parse()
        .map_err(|_| Failure::Refused(format!("{account:?} is no id of a user there: ids are numbers")))
}

fn not_there(action: Action) -> Failure {
    Failure::Refused(format!("a CommCell cannot be asked to {action}: a person must"))
}
