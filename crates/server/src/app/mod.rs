//! The verbs: one operation = one function = one transaction.
//!
//! Owns: authorization, once, for all faces; looking names up; writing what `domain` decided.
//! Never: HTTP, wire formats, a remote call.

mod accept;
mod access_tokens;
mod assets;
mod authenticate;
mod by_hand;
mod check;
mod claim;
mod client_tokens;
mod clients;
mod cloud_tokens;
mod confirm;
mod connections;
mod console;
mod credentials;
mod directory;
mod edit;
mod feed;
mod health;
mod heirs;
pub mod import;
mod inventory;
mod link;
mod load;
pub mod local;
mod locked;
mod lockout;
mod lookup;
mod nodes;
mod offboardings;
mod platforms;
mod policy;
mod preview;
mod provisioning;
mod release;
mod remind;
mod report;
mod search;
mod sessions;
mod settle;
mod sight;
mod sign_in;
mod standing;
mod start;
mod tenants;
mod tokens;
mod wait;
mod welcome;
mod whose;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use domain::{Error, Fact, Role, TenantId, TokenKind, User, UserId};
use store::{Store, Tx};
use tokio::sync::Notify;

use crate::clock::Clock;
use crate::jwt::SigningKey;
use crate::mail::Mailer;
use crate::passwords::Passwords;
use crate::random::Random;

pub use access_tokens::{
    ACCESS_TOKEN_LIFE_MS, AccessToken, DEFAULT_ACCESS_TOKEN_NAME, LONGEST_ACCESS_MS, Life, MAX_ACCESS_TOKENS,
    NewAccessToken, REFRESH_PREFIX, Refresh,
};
pub use authenticate::TOKEN_PREFIX;
pub use by_hand::{HandFilter, HandKey, HandStep};
pub use check::PlatformCheck;
pub use claim::Work;
pub use client_tokens::{ClientSignIn, MAX_SERVICE_TOKENS, SERVICE_TOKEN_LIFE_MS};
pub use clients::Client;
pub use connections::Connections;
pub use directory::{
    Changed, Dissolution, Dissolved, GroupDetail, GroupsChange, Leaving, MAX_GROUP_ROLES,
    MAX_GROUPS_PER_REQUEST, MAX_MEMBERS, MAX_NEW_USERS, NewGroup, NewManager, NewName, NewUser, SeatChange,
    UserChange, UserDetail,
};
pub use health::Health;
pub use inventory::{Inventory, InventoryPlace, InventoryRow};
pub use link::{Link, Linked};
pub use locked::Lock;
pub use lookup::{AssetRef, GroupRef, HeirRef, UserRef};
pub use nodes::NODE_ALIVE_MS;
pub use offboardings::{Detail, Page};
pub use platforms::{MAX_IN_FLIGHT, NewPlatform, PlatformStatus};
pub use preview::Preview;
pub use provisioning::{
    Decided, Decision, Found, Hold, Keep, MAX_SCANNED, MAX_SEATS, Manager, Matches, Member, Order,
    PeopleQuery, Person, PersonTold, Provisioned, Query, Rank, SeatsTold, Team, TeamTold, TeamsQuery, Which,
    WithMembers,
};
pub use release::{TenantRef, TenantRelease, WorkloadRef};
pub use report::{PlatformReport, Report, reports};
pub use search::{FoundUser, FoundUsers, MAX_SEARCHED, UserSearch};
pub use sessions::{MAX_SESSIONS_LISTED, RENEWABLE_MS, SessionView};
pub use sight::Place;
pub use sign_in::{DEFAULT_TENANT, SecretForm, SignIn, SignedIn, without_port};
pub use start::{Leaver, Start, Started};
pub use store::held::Held;
pub use store::log::{Filter as LogFilter, LogEntry};
pub use store::members::Seat;
pub use store::offboardings::{Filter as OffboardingFilter, Repeat};
pub use store::search::{
    At, Comparison, Condition, GroupOrder, GroupTerm, Key, KeyValue, Link as Reference,
    MAX_DEPTH as MAX_CONDITION_DEPTH, MAX_PARTS as MAX_CONDITIONS, Term, Text, UserOrder, UserTerm,
};
pub use store::tenants::Tenant;
pub use store::tokens::Token;
pub use tenants::ADMINISTRATOR;
pub use tokens::NewToken;
pub use wait::{WaitFor, moves};
pub use welcome::Delivery;
pub use whose::Whose;

/// Most rows of one page, on every list of every face.
pub const MAX_PAGE: usize = 500;
/// Most users in one request.
pub const MAX_USERS_PER_REQUEST: usize = 1_000;
/// Longest notice for a leaver, in characters.
pub const MAX_NOTICE_CHARS: usize = 1_000;
/// Longest reason a person gives, in characters.
pub const MAX_REASON_CHARS: usize = 500;
/// How much later than its last use a session may be noted as used: saves a write per request.
const SEEN_GRAIN_MS: i64 = 30_000;

/// What an administrator may tune; every field has its default here.
#[derive(Clone, Debug)]
pub struct AppOptions {
    /// A session ends when it was not used for this long.
    pub session_idle_ms: i64,
    /// Wrong passwords before a name, or an address, must wait.
    pub max_failures: i64,
    /// The first wait; each further failure doubles it.
    pub first_lock_ms: i64,
    pub longest_lock_ms: i64,
    /// Longest wait for platforms in a synchronous call.
    pub max_wait_ms: i64,
    /// Requests of one token for provisioning in a second; 0 for no limit.
    pub scim_rate: u32,
    /// Where welcome mails go; without it none is sent.
    pub mailer: Option<Mailer>,
    /// The folder of the secrets that platforms' settings refer to as `file:PATH`.
    pub secrets: Option<PathBuf>,
}

impl Default for AppOptions {
    fn default() -> Self {
        Self {
            session_idle_ms: 30 * 60_000,
            max_failures: 5,
            first_lock_ms: 30_000,
            longest_lock_ms: 15 * 60_000,
            max_wait_ms: 30_000,
            scim_rate: 500,
            mailer: None,
            secrets: None,
        }
    }
}

pub struct App {
    pub store: Store,
    pub clock: Clock,
    pub random: Random,
    pub(crate) passwords: Passwords,
    /// What service tokens are signed with, once it was needed; it stays the same for ever.
    service_key: OnceLock<SigningKey>,
    pub options: AppOptions,
    pub connections: Connections,
    /// Steps may be ready: a hint for the engine, which polls all the same.
    pub work_hint: Notify,
    /// Something was logged or settled: a hint for feeds and for those who wait.
    pub change_hint: tokio::sync::watch::Sender<u64>,
}

impl App {
    pub fn new(store: Store, clock: Clock, random: Random, options: AppOptions) -> Result<Arc<Self>, Error> {
        let passwords = Passwords::new(&random)?;
        Ok(Arc::new(Self {
            store,
            clock,
            random,
            passwords,
            service_key: OnceLock::new(),
            connections: Connections::new(options.secrets.clone()),
            options,
            work_hint: Notify::new(),
            change_hint: tokio::sync::watch::Sender::new(0),
        }))
    }

    /// Tells the engine that steps may be ready, and everybody who waits that something was committed.
    fn hint_work(&self) {
        self.work_hint.notify_one();
        self.hint_change();
    }

    fn hint_change(&self) {
        self.change_hint.send_modify(|count| *count += 1);
    }

    fn pen(&self, tenant: TenantId, actor: impl Into<String>) -> Pen {
        Pen { tenant, actor: actor.into(), now_ms: self.clock.now_ms(), random: self.random.clone() }
    }
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    pub tenant: TenantId,
    /// `None` for whoever works on the store's own console.
    pub user: Option<UserId>,
    /// As it is written in the log.
    pub name: String,
    pub role: Role,
    pub credential: Credential,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    Session {
        hash: String,
    },
    Token {
        id: i64,
        kind: TokenKind,
    },
    /// Name and password sent with this very call; the hash is the stored one that the password fits.
    Password {
        hash: String,
    },
    /// The command line on the store itself: whoever can open the file may do everything.
    Console,
}

impl Caller {
    /// The one place where a role is compared with what an operation needs.
    pub fn require(&self, role: Role) -> Result<(), Error> {
        if self.role >= role { Ok(()) } else { Err(Error::Forbidden) }
    }

    /// Users and groups as an identity provider keeps them: for its token, and for administrators.
    pub fn require_provisioning(&self) -> Result<(), Error> {
        if self.role == Role::Scim { Ok(()) } else { self.require(Role::Admin) }
    }

    /// Whoever is signed in may see itself; to see others, or that there is nobody, takes a role.
    pub fn require_sight_of(&self, user: Option<&User>) -> Result<(), Error> {
        if self.is(user.map(|user| user.id)) { Ok(()) } else { self.require(Role::Auditor) }
    }

    /// Whether the caller is that very user; the console is nobody.
    fn is(&self, user: Option<UserId>) -> bool {
        self.user.is_some() && self.user == user
    }
}

/// Writes log entries in the transaction that makes them true.
pub struct Pen {
    pub tenant: TenantId,
    pub actor: String,
    pub now_ms: i64,
    random: Random,
}

impl Pen {
    /// The same hand in another tenant's log.
    fn of(&self, tenant: TenantId) -> Self {
        Self { tenant, actor: self.actor.clone(), now_ms: self.now_ms, random: self.random.clone() }
    }

    pub fn write(&self, tx: &mut Tx<'_>, fact: &Fact) -> Result<(), Error> {
        let id = self.random.ordered_id(self.now_ms);
        let entry =
            store::log::NewEntry { id, tenant: self.tenant, at_ms: self.now_ms, actor: &self.actor, fact };
        store::log::append(tx, &entry)?;
        Ok(())
    }
}
