//! The `scim` kind: any SCIM 2.0 service provider (RFC 7643, RFC 7644). Described in docs/connectors/scim.md.
//!
//! Owns: what is asked of such a platform, in the forms that real ones understand.
//! Never: takes a 404 for an absent account before the list of accounts has answered.

mod attribute;
mod change;
mod entry;
mod features;
mod groups;
mod lists;
mod look;
mod settings;
mod told;
mod wire;

use async_trait::async_trait;
use domain::correlation::Theirs;
use domain::{Action, Capabilities, RemoteAccount};
use reqwest::{Method, StatusCode};
use tokio::sync::OnceCell;

use self::change::{Aim, Preferred};
use self::entry::{Active, Entry};
use self::features::Features;
use self::groups::not_told;
use self::lists::{Kind, Position, incomplete};
pub use self::settings::Settings;
use self::settings::{Deletion, Leaving};
use self::wire::Wire;
use crate::outbound::HttpClient;
use crate::outbound::authentication::Credentials;
use crate::{AccountPage, Checked, Connector, Failure, Order, Owned, Place, SettingsError, Sight};

pub struct Scim {
    settings: Settings,
    wire: Wire,
    features: OnceCell<Features>,
    preferred: Preferred,
}

impl Scim {
    pub fn open(place: Place<'_>) -> Result<Self, SettingsError> {
        let settings = Settings::parse(place.settings)?;
        let wire = Wire {
            client: HttpClient::new(&settings.connection, place.vault, place.pace)?,
            credentials: Credentials::open(&settings.authentication, place.vault)?,
            who: settings.authentication.who(),
            base: settings.base()?,
            media_type: settings.media_type,
        };
        Ok(Self { settings, wire, features: OnceCell::new(), preferred: Preferred::default() })
    }

    /// The account, unless it is the one that we ask with.
    async fn touchable(&self, id: &str) -> Result<Entry, Failure> {
        let account = self.account(id).await.map_err(Failure::before_change)?;
        let name = account.text("userName").unwrap_or_default();
        if self.wire.who.eq_ignore_ascii_case(&name) {
            let text = format!("account {id} ({name}) is the one that Exeunt signs in with");
            return Err(Failure::Refused(text));
        }
        Ok(account)
    }

    async fn switch(&self, id: &str, active: bool) -> Result<(), Failure> {
        let account = self.touchable(id).await?;
        let aim = Aim::Active(active);
        let is_so = (account.active() == Active::No) != active;
        if !is_so {
            self.make_so(Kind::User, account.clone(), &aim).await?;
        }
        if !active && self.settings.remove_from_groups == Leaving::OnDisable {
            self.leave_groups(&account).await?;
        }
        Ok(())
    }

    async fn delete(&self, id: &str) -> Result<(), Failure> {
        let account = self.touchable(id).await?;
        if self.settings.remove_from_groups != Leaving::Never {
            self.leave_groups(&account).await?;
        }
        let mut place = self.endpoint(Kind::User).await?;
        place.push(id.to_owned());
        let answer = self.wire.change(Method::DELETE, self.wire.place(&place)?, None, None).await?;
        match answer.status {
            status if status.is_success() => Ok(()),
            StatusCode::NOT_FOUND | StatusCode::GONE => {
                // Absent if it is; else the request is what is not there.
                self.account(id).await?;
                Err(answer.failure().of_address())
            }
            _ => Err(answer.failure().of_address()),
        }
    }

    async fn look_disabled(&self, account: &Entry) -> Result<Sight, Failure> {
        let shown = told::standing(account);
        if account.active() != Active::No {
            return Ok(Sight::NotSo { evidence: shown });
        }
        if self.settings.remove_from_groups != Leaving::OnDisable {
            return Ok(Sight::So { evidence: shown });
        }
        match self.memberships(account).await? {
            None => Err(not_told(&account.id)),
            Some(groups) if groups.is_empty() => {
                Ok(Sight::So { evidence: format!("{shown}; it is in no group") })
            }
            Some(groups) => {
                let names = groups.into_iter().map(|group| group.name).collect();
                Ok(Sight::NotSo { evidence: format!("{shown}; it is in {}", told::some(names)) })
            }
        }
    }
}

#[async_trait]
impl Connector for Scim {
    fn capabilities(&self) -> Capabilities {
        self.settings.capabilities()
    }

    async fn find(&self, field: Theirs, value: &str) -> Result<Vec<RemoteAccount>, Failure> {
        let paths = &self.settings.find;
        let path = match field {
            Theirs::Id => None,
            Theirs::UserName => Some(&paths.user_name),
            Theirs::Email => Some(&paths.email),
            Theirs::ExternalId => Some(&paths.external_id),
        };
        let mut found = Vec::new();
        for value in look::spellings(value) {
            let entries = match path {
                Some(path) => self.users_by(path, &value).await?,
                None => self.user_with(&value).await?,
            };
            found.extend(entries.iter().map(|entry| entry.account(paths, Some(&value))));
        }
        Ok(found)
    }

    async fn observe(&self, order: &Order) -> Result<Sight, Failure> {
        let account = self.account(&order.account).await?;
        match order.action {
            Action::Disable => self.look_disabled(&account).await,
            Action::Enable if account.active() == Active::No => {
                Ok(Sight::NotSo { evidence: told::standing(&account) })
            }
            Action::Enable => Ok(Sight::So { evidence: told::standing(&account) }),
            Action::Delete => Ok(Sight::NotSo { evidence: format!("{}: it exists", told::named(&account)) }),
            action => Err(not_by_scim(action)),
        }
    }

    async fn apply(&self, order: &Order) -> Result<(), Failure> {
        match order.action {
            Action::Disable => self.switch(&order.account, false).await,
            Action::Enable => self.switch(&order.account, true).await,
            Action::Delete if self.settings.delete == Deletion::Delete => self.delete(&order.account).await,
            action => Err(not_by_scim(action)),
        }
    }

    async fn accounts(&self, cursor: Option<&str>) -> Result<AccountPage, Failure> {
        let at = match cursor {
            Some(cursor) => Position::parse(cursor)?,
            None => self.first_position(None).await?,
        };
        let page = self.page(Kind::User, None, &at).await?;
        if page.full {
            return Err(incomplete(self.settings.page_size));
        }
        let accounts = page.entries.iter().map(|entry| entry.account(&self.settings.find, None)).collect();
        Ok(AccountPage { accounts, next: page.next.map(|next| next.text()) })
    }

    async fn inventory(&self, account: &str) -> Result<Option<Vec<Owned>>, Failure> {
        let account = self.account(account).await?;
        let groups = self.memberships(&account).await?;
        Ok(told::owned(&account, groups))
    }

    async fn check(&self) -> Result<Checked, Failure> {
        self.check_platform().await
    }
}

fn not_by_scim(action: Action) -> Failure {
    Failure::Refused(format!("{action} is not done by SCIM"))
}
