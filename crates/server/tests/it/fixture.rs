//! A company on a fresh store, and a client for its router.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use domain::{
    Account, AccountState, Asset, AssetId, AssetKind, Owner, PlatformId, PlatformKind, Role, TenantId, UserId,
};
use exeunt::app::{
    App, AppOptions, Caller, GroupRef, NewGroup, NewPlatform, NewToken, NewUser, SecretForm, SignIn, UserRef,
};
use exeunt::clock::Clock;
use exeunt::engine::{Engine, EngineOptions};
use exeunt::random::Random;
use exeunt::{faces, faces::Peer};
use secrecy::SecretString;
use tokio::sync::watch;
use tower::ServiceExt;

use crate::home::Home;

/// The password of every user of the fixture.
pub(crate) const PASSWORD: &str = "correct horse";
/// When the fixture's clock begins: 2026-11-22T00:00:00Z.
pub(crate) const NOW_MS: i64 = 1_795_305_600_000;

/// A server over a fresh store, with an administrator, an operator and an auditor.
pub(crate) struct Company {
    pub(crate) app: Arc<App>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) router: Router,
    pub(crate) clock: Clock,
    /// The console of the default tenant.
    pub(crate) console: Caller,
    next_asset: AtomicI64,
    pub(crate) home: Home,
}

impl Company {
    /// On the embedded store.
    pub(crate) async fn new() -> Self {
        Self::at(Home::sqlite()).await
    }

    pub(crate) async fn at(home: Home) -> Self {
        Self::waiting(home, 5_000).await
    }

    /// A server whose synchronous calls wait this long.
    pub(crate) async fn waiting(home: Home, max_wait_ms: i64) -> Self {
        Self::with(home, AppOptions { max_wait_ms, ..AppOptions::default() }).await
    }

    pub(crate) async fn with(home: Home, options: AppOptions) -> Self {
        let store = home.open();
        store.migrate().await.expect("a schema");
        let clock = Clock::set(NOW_MS);
        let app = App::new(store, clock.clone(), Random::seeded(7), options).expect("an app");
        app.ensure_default_tenant(|| SecretString::from(PASSWORD)).await.expect("a tenant");
        let console = app.console(None).await.expect("a console");
        let engine = Engine::new(Arc::clone(&app), EngineOptions::default());
        let router = faces::router(&app);
        let next_asset = AtomicI64::new(1);
        let company = Self { app, engine, router, clock, console, next_asset, home };
        company.user("operator", Role::Operator).await;
        company.user("auditor", Role::Auditor).await;
        company
    }

    /// A second node on the same store, under the same clock. Once in a test: a third would draw the second's ids.
    pub(crate) fn second_node(&self) -> Arc<App> {
        // A seeded source counts up from its seed: far enough away that the two never draw the same.
        let random = Random::seeded(1 << 40);
        let options = self.app.options.clone();
        App::new(self.home.open(), self.clock.clone(), random, options).expect("an app")
    }

    /// An engine on this store beside the usual one, which stands still unless it is run.
    pub(crate) fn engine_with(&self, options: EngineOptions) -> Arc<Engine> {
        Engine::new(Arc::clone(&self.app), options)
    }

    /// Adds a user who can sign in with [`PASSWORD`].
    pub(crate) async fn user(&self, user_name: &str, role: Role) -> UserId {
        self.add(Self::new_user(user_name, role)).await
    }

    /// Adds a user who cannot sign in, which is quick.
    pub(crate) async fn person(&self, user_name: &str) -> UserId {
        self.add(NewUser { password: None, ..Self::new_user(user_name, Role::None) }).await
    }

    pub(crate) async fn report_of(&self, user_name: &str, manager: &str) -> UserId {
        let manager = Some(UserRef::Name(manager.to_owned()));
        self.add(NewUser { password: None, manager, ..Self::new_user(user_name, Role::None) }).await
    }

    pub(crate) async fn add(&self, new: NewUser) -> UserId {
        self.app.create_user(&self.console, new).await.expect("a user").id
    }

    pub(crate) fn new_user(user_name: &str, role: Role) -> NewUser {
        NewUser {
            email: format!("{}@example.com", user_name.replace(['/', '\\', ' '], ".")),
            full_name: format!("Full {user_name}"),
            role,
            password: Some(SecretString::from(PASSWORD)),
            ..NewUser::named(user_name)
        }
    }

    pub(crate) async fn group(&self, name: &str) -> domain::GroupId {
        let new = NewGroup { name: name.to_owned(), description: String::new() };
        self.app.create_group(&self.console, new).await.expect("a group").id
    }

    /// Gives a user an asset of `kind`.
    pub(crate) async fn asset(&self, owner: UserId, kind: &str, name: &str) -> AssetId {
        let asset = self.new_asset(owner, kind, name.to_owned());
        let id = asset.id;
        self.insert(vec![asset]).await;
        id
    }

    /// Gives a user `count` assets of `kind`.
    pub(crate) async fn assets(&self, owner: UserId, kind: &str, count: usize) {
        let asset = |n| self.new_asset(owner, kind, format!("{kind} {n}"));
        self.insert((0..count).map(asset).collect()).await;
    }

    fn new_asset(&self, owner: UserId, kind: &str, name: String) -> Asset {
        Asset {
            id: AssetId(self.next_asset.fetch_add(1, Ordering::SeqCst)),
            kind: AssetKind::new(kind).expect("a kind"),
            name,
            owner: Some(Owner::User(owner)),
            owner_role: None,
            orphaned: false,
            external_id: None,
        }
    }

    async fn insert(&self, assets: Vec<Asset>) {
        let tenant = self.console.tenant;
        let insert = move |tx: &mut store::Tx<'_>| {
            assets.iter().try_for_each(|asset| store::assets::insert(tx, tenant, asset))
        };
        self.app.store.write(insert).await.expect("assets");
    }

    /// Declares a simulated platform with the given settings (JSON).
    pub(crate) async fn platform(&self, name: &str, settings: &str) -> PlatformId {
        self.platform_limited(name, settings, None).await
    }

    pub(crate) async fn platform_limited(
        &self,
        name: &str,
        settings: &str,
        max_in_flight: Option<i64>,
    ) -> PlatformId {
        let new = NewPlatform {
            name: name.to_owned(),
            kind: PlatformKind::Simulated,
            settings: settings.to_owned(),
            max_in_flight,
            terms: domain::Terms::default(),
        };
        self.app.apply_platforms(&self.console, vec![new]).await.expect("a platform")[0].0.id
    }

    pub(crate) async fn account(&self, user: UserId, platform: PlatformId, remote_id: &str) {
        let account =
            Account { platform, user, remote_id: remote_id.to_owned(), state: AccountState::Active };
        let tenant = self.console.tenant;
        let insert = move |tx: &mut store::Tx<'_>| store::accounts::insert(tx, tenant, &account);
        self.app.store.write(insert).await.expect("an account");
    }

    /// An API token of `user` with that user's own role.
    pub(crate) async fn token(&self, user_name: &str) -> String {
        let role = self.detail(user_name).await.user.role;
        let user = Some(UserRef::Name(user_name.to_owned()));
        let new = NewToken { name: format!("token of {user_name}"), role, user, expires_ms: None };
        self.app.create_token(&self.console, new).await.expect("a token").1
    }

    /// A session of `user`, as if it had signed in on the REST face.
    pub(crate) async fn session(&self, user_name: &str) -> String {
        self.app.sign_in(Self::attempt(user_name, PASSWORD)).await.expect("a session").secret
    }

    pub(crate) fn attempt(user_name: &str, password: &str) -> SignIn {
        SignIn {
            host: None,
            user_name: user_name.to_owned(),
            password: SecretString::from(password),
            address: None,
            face: "rest",
            device: None,
            idle_ms: None,
            form: SecretForm::Hex,
        }
    }

    pub(crate) async fn detail(&self, user_name: &str) -> exeunt::app::UserDetail {
        let user = UserRef::Name(user_name.to_owned());
        self.app.user(&self.console, &user).await.expect("the user")
    }

    pub(crate) async fn group_named(&self, name: &str) -> domain::Group {
        self.app.group(&self.console, &GroupRef::Name(name.to_owned())).await.expect("the group")
    }

    /// Lets the engine work beside the test, with a clock that runs fast, until the answer is dropped.
    pub(crate) fn run_engine(&self) -> RunningEngine {
        let (stop, stopped) = watch::channel(false);
        let (clock, mut over) = (self.clock.clone(), stopped.clone());
        tokio::spawn(Arc::clone(&self.engine).run(stopped));
        tokio::spawn(async move {
            while !*over.borrow() {
                let tick = Duration::from_millis(5);
                if tokio::time::timeout(tick, over.changed()).await.is_err() {
                    clock.advance(500);
                }
            }
        });
        RunningEngine(stop)
    }

    /// The kinds of all sealed log entries from number `after` on, in order.
    pub(crate) async fn log_kinds(&self, after: i64) -> Vec<String> {
        while self.app.seal().await.expect("sealing") > 0 {}
        let page = self.app.log(&self.console, &store::log::Filter::All, after, 500).await.expect("the log");
        page.rows.into_iter().map(|entry| entry.kind).collect()
    }

    pub(crate) async fn log_head(&self) -> i64 {
        while self.app.seal().await.expect("sealing") > 0 {}
        self.app.log_head(&self.console).await.expect("the log")
    }

    /// Sends a request to the router and reads the whole answer.
    pub(crate) async fn call(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        ask(&self.router, method, target, headers, body).await
    }
}

/// Sends a request to a router and reads the whole answer.
pub(crate) async fn ask(
    router: &Router,
    method: &str,
    target: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut request = Request::builder().method(method).uri(target);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(router, request.body(Body::from(body.to_owned())).expect("a request")).await
}

/// As [`ask`], for a request that is no text.
pub(crate) async fn send(router: &Router, mut request: Request<Body>) -> Answer {
    request.extensions_mut().insert(Peer([127, 0, 0, 1].into()));
    let response = router.clone().oneshot(request).await.expect("an answer");
    let (head, body) = response.into_parts();
    // A feed has no end.
    let is_feed = head.headers.get("content-type").is_some_and(|value| value == "text/event-stream");
    let body = if is_feed { Body::empty() } else { body };
    let body = axum::body::to_bytes(body, 64 * 1024 * 1024).await.expect("a body");
    let body = String::from_utf8(body.to_vec()).expect("text");
    Answer { status: head.status, headers: head.headers, body }
}

/// Stops the engine when it is dropped.
pub(crate) struct RunningEngine(watch::Sender<bool>);

impl Drop for RunningEngine {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

/// A second tenant with an administrator of its own.
pub(crate) async fn other_tenant(company: &Company, host: &str) -> TenantId {
    let password = SecretString::from(PASSWORD);
    company.app.add_tenant(&company.console, "other", Some(host), &password).await.expect("a tenant").id
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
