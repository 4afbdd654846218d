//! The `postgres` kind: the roles of a PostgreSQL server. Described in docs/connectors/postgres.md.
//!
//! Owns: every statement that Exeunt sends to somebody else's server, and what its errors mean.
//! Never: drops an object, or touches a superuser, one of PostgreSQL's own roles or itself unless told to.

mod check;
mod cut;
mod delete;
mod door;
mod loan;
mod owned;
mod quote;
mod role;
mod sentence;
mod session;
mod settings;
mod transfer;
mod words;

use async_trait::async_trait;
use domain::correlation::Theirs;
use domain::{Action, Capabilities, RemoteAccount};

use self::door::Door;
use self::role::Role;
use self::session::Session;
pub use self::settings::Settings;
use crate::{AccountPage, Checked, Connector, Failure, Order, Owned, Place, SettingsError, Sight};

pub struct Postgres {
    settings: Settings,
    door: Door,
}

impl Postgres {
    pub fn open(place: Place<'_>) -> Result<Self, SettingsError> {
        let settings = Settings::parse(place.settings)?;
        let door = Door::new(&settings, &place)?;
        Ok(Self { settings, door })
    }

    /// The role of the order, unless it is one that is never touched.
    async fn role(&self, session: &Session, account: &str) -> Result<Role, Failure> {
        let role = Role::resolve(session, account).await?;
        match role.protection(&self.settings) {
            None => Ok(role),
            Some(why) => Err(Failure::Refused(format!("role {} is left alone: {why}", role.id()))),
        }
    }

    async fn look(&self, session: &Session, order: &Order) -> Result<Sight, Failure> {
        let role = self.role(session, &order.account).await?;
        match order.action {
            Action::Disable => Ok(cut::look_at_login(&role, false)),
            Action::Enable => Ok(cut::look_at_login(&role, true)),
            Action::EndSessions => cut::look_at_sessions(session, &role).await,
            Action::Transfer => transfer::look(self, session, &role).await,
            Action::Delete => Ok(delete::look(&role)),
            Action::Release | Action::Manual => Err(no_such_thing(order.action)),
        }
    }

    async fn act(&self, session: &Session, order: &Order) -> Result<(), Failure> {
        let role = self.role(session, &order.account).await?;
        match order.action {
            Action::Disable => cut::set_login(session, &role, false).await,
            Action::Enable => cut::set_login(session, &role, true).await,
            Action::EndSessions => cut::end_sessions(session, &role).await,
            Action::Transfer => transfer::hand_over(self, session, &role, order).await,
            Action::Delete => delete::delete(self, session, &role).await,
            Action::Release | Action::Manual => Err(no_such_thing(order.action)),
        }
    }

    /// Whatever `result` came to, a session in which it went well is kept.
    fn after<T>(&self, session: Session, result: Result<T, Failure>) -> Result<T, Failure> {
        if matches!(result, Ok(_) | Err(Failure::Absent(_))) {
            self.door.keep(session);
        }
        result
    }
}

#[async_trait]
impl Connector for Postgres {
    fn capabilities(&self) -> Capabilities {
        Settings::capabilities()
    }

    async fn find(&self, field: Theirs, value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        if field != Theirs::UserName {
            return Err(Failure::Refused(format!("roles cannot be found by {}", field.as_str())));
        }
        let session = self.door.session().await?;
        let found = role::named(&session, value).await;
        self.after(session, found)
    }

    async fn observe(&self, order: &Order) -> Result<Sight, Failure> {
        let session = self.door.session().await?;
        let seen = self.look(&session, order).await;
        self.after(session, seen)
    }

    async fn apply(&self, order: &Order) -> Result<(), Failure> {
        let session = self.door.session().await?;
        let done = self.act(&session, order).await;
        self.after(session, done)
    }

    async fn accounts(&self, cursor: Option<&str>) -> Result<AccountPage, Failure> {
        let session = self.door.session().await?;
        let page = role::page(&session, cursor).await;
        self.after(session, page)
    }

    async fn inventory(&self, account: &str) -> Result<Option<Vec<Owned>>, Failure> {
        let session = self.door.session().await?;
        let owned = match Role::resolve(&session, account).await {
            Ok(role) => owned::inventory(&self.door, &session, &role).await.map(Some),
            Err(failure) => Err(failure),
        };
        self.after(session, owned)
    }

    async fn check(&self) -> Result<Checked, Failure> {
        let session = self.door.session().await?;
        let checked = check::check(self, &session).await;
        self.after(session, checked)
    }
}

fn no_such_thing(action: Action) -> Failure {
    Failure::Refused(format!("roles know no {action}"))
}
