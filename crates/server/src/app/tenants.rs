//! Tenants: made on the console of the store, with what every tenant begins with.

use domain::{
    Error, Fact, Group, GroupId, Platform, PlatformId, PlatformKind, Policy, Role, TenantId, User, UserId,
    UserState,
};
use secrecy::SecretString;
use serde_json::json;
use store::members::{self, Seat};
use store::numbers::{self, Series};
use store::tenants::{self, Tenant};
use store::{Tx, groups, platforms, users};

use super::offboardings::one_more;
use super::{App, Caller, Credential, Page, Pen};
use crate::passwords;

/// The administrator every tenant begins with: user 1, protected.
pub const ADMINISTRATOR: &str = "admin";
/// Longest host name, as in the DNS.
const MAX_HOST_BYTES: usize = 253;
/// The groups every tenant begins with, by Commvault's ids and names.
pub(super) const FIRST_GROUPS: [(i64, &str); 2] = [(1, "master"), (3, "View All")];

impl App {
    /// Makes a tenant with its administrator, first groups and own directory. Console only.
    pub async fn add_tenant(
        &self,
        caller: &Caller,
        name: &str,
        host: Option<&str>,
        password: &SecretString,
    ) -> Result<Tenant, Error> {
        if caller.credential != Credential::Console {
            return Err(Error::Forbidden);
        }
        domain::name::check("name", name)?;
        passwords::check("password", password)?;
        let host = host.map(str::to_ascii_lowercase);
        if host.as_ref().is_some_and(|host| !is_host(host)) {
            return Err(Error::invalid("host", "must be a host name without port"));
        }
        let hash = self.passwords.hash(password, &self.random).await?;
        let pen = self.pen(TenantId(0), caller.name.clone());
        let (name, guids) = (name.to_owned(), [self.random.guid(), self.random.guid(), self.random.guid()]);
        self.store.write(move |tx| add(tx, &pen, name, host, &hash, guids)).await
    }

    /// The caller's own tenant.
    pub async fn tenant(&self, caller: &Caller) -> Result<Tenant, Error> {
        let found = self.store.read(|tx| Ok::<_, Error>(tenants::by_id(tx, caller.tenant)?)).await?;
        found.ok_or_else(|| Error::internal(&"the tenant is gone"))
    }

    pub async fn tenants(
        &self,
        caller: &Caller,
        after: TenantId,
        limit: usize,
    ) -> Result<Page<Tenant>, Error> {
        if caller.credential != Credential::Console {
            return Err(Error::Forbidden);
        }
        let rows = one_more(limit)?;
        let found = self.store.read(|tx| Ok::<_, Error>(tenants::list(tx, after, rows)?)).await?;
        Ok(Page::cut(found, limit))
    }
}

fn is_host(host: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_graphic() && !b":/\\@".contains(&byte);
    (1..=MAX_HOST_BYTES).contains(&host.len()) && host.bytes().all(fits)
}

fn add(
    tx: &mut Tx<'_>,
    pen: &Pen,
    name: String,
    host: Option<String>,
    password_hash: &str,
    guids: [String; 3],
) -> Result<Tenant, Error> {
    let id = TenantId(numbers::take(tx, TenantId(0), Series::Tenants, 1)?);
    let tenant = Tenant { id, name, host, policy: Policy::default() };
    tenants::insert(tx, &tenant, pen.now_ms).map_err(|error| match error {
        store::Error::Unique(_) => Error::Conflict(format!("tenant {} or its host exists", tenant.name)),
        other => other.into(),
    })?;
    let directory = Platform {
        id: PlatformId(numbers::take(tx, id, Series::Platforms, 1)?),
        name: "local".to_owned(),
        kind: PlatformKind::Local,
        settings: "{}".to_owned(),
        max_in_flight: domain::platform::DEFAULT_MAX_IN_FLIGHT,
        terms: domain::Terms::default(),
        capabilities: domain::Capabilities::FULL,
        revision: 1,
    };
    platforms::insert(tx, id, &directory)?;
    let [user_guid, group_guids @ ..] = guids;
    for ((number, name), guid) in FIRST_GROUPS.into_iter().zip(group_guids) {
        let group = Group::new(GroupId(number), guid, name, pen.now_ms);
        groups::insert(tx, id, &Group { description: "Built in".to_owned(), ..group })?;
        numbers::raise(tx, id, Series::Groups, number)?;
    }
    users::insert(tx, id, &administrator(user_guid, pen.now_ms), Some(password_hash))?;
    numbers::raise(tx, id, Series::Users, 1)?;
    members::add(tx, id, GroupId(1), UserId(1), Seat::Member)?;
    let detail = json!({ "tenant": tenant.name, "host": tenant.host });
    pen.of(id).write(tx, &Fact::new("tenant.created", detail))?;
    Ok(tenant)
}

fn administrator(guid: String, now_ms: i64) -> User {
    User {
        id: UserId(1),
        guid,
        user_name: ADMINISTRATOR.to_owned(),
        email: String::new(),
        full_name: "Administrator".to_owned(),
        description: "Built in".to_owned(),
        state: UserState::Active,
        role: Role::Admin,
        protected: true,
        manager: None,
        external_id: None,
        notice: None,
        created_ms: now_ms,
        modified_ms: now_ms,
        hidden: false,
        last_sign_in_ms: None,
    }
}
