//! The second Exeunt. It runs in a runtime of its own, so that a test asks it like any other server.

use std::net::SocketAddr;
use std::sync::Arc;

use connectors::conformance::identity;
use connectors::{Attempt, Connector, Order, Pace, Place, Vault, open, perform, rules};
use domain::platform::sought;
use domain::{Action, Goal, PlatformKind, Role, TenantId, UserState};
use exeunt::app::{GroupRef, NewUser, Start, UserDetail, UserRef};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::fixture::{Company, PASSWORD};
use crate::served::Served;

/// Who our connectors sign in as there.
pub(super) const SIGN_IN: &str = "svc_exeunt";

pub(super) struct Second {
    served: Option<Arc<Served>>,
    runtime: Option<Runtime>,
}

impl Second {
    /// Eight people who own an alert and two workloads each, and are in a group, two with the same address, a successor,
    /// and the account of our connectors.
    pub(super) async fn staffed() -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let served = runtime.spawn(async {
            let company = Company::new().await;
            company.user(SIGN_IN, Role::Admin).await;
            company.group("Ops").await;
            for number in 0..8 {
                let groups = vec![GroupRef::Name("Ops".to_owned())];
                let new = Company::new_user(&format!("user_{number:02}"), Role::None);
                let user = company.add(NewUser { groups, password: None, ..new }).await;
                company.asset(user, "alert", &format!("alert of {number}")).await;
                company.assets(user, "subclient", 2).await;
            }
            for name in ["twin_a", "twin_b"] {
                let email = "twin@example.com".to_owned();
                let new = Company::new_user(name, Role::None);
                company.add(NewUser { email, password: None, ..new }).await;
            }
            company.person("kjones").await;
            Served::on_a_port(company).await
        });
        let served = Some(Arc::new(served.await.expect("a second Exeunt")));
        Self { served, runtime: Some(runtime) }
    }

    /// What it answers from the inside.
    pub(super) async fn tells<T, F>(&self, what: impl FnOnce(Arc<Served>) -> F) -> T
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let served = Arc::clone(self.served());
        self.runtime.as_ref().expect("it runs").spawn(what(served)).await.expect("no panic")
    }

    fn served(&self) -> &Arc<Served> {
        self.served.as_ref().expect("it runs")
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.served().address
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// What was asked since the last look, with its status and without its query: `200 PUT /…/User/5/Disable`.
    pub(super) fn asked(&self) -> Vec<String> {
        let bare = |line: String| line.split('?').next().unwrap_or_default().to_owned();
        self.served().asked().into_iter().map(bare).collect()
    }

    pub(super) fn pass_minutes(&self, minutes: i64) {
        self.served().company.clock.advance(minutes * 60_000);
    }

    /// The departures that were logged since the last look.
    pub(super) async fn departures(&self) -> Vec<String> {
        let logged = self.tells(|served| async move { served.logged().await }).await;
        logged
            .iter()
            .filter_map(|line| line.strip_prefix("offboarding.accepted "))
            .map(str::to_owned)
            .collect()
    }

    /// Behind our connector's back.
    pub(super) async fn deactivate(&self, user_name: &str) {
        let start = Start::new(Goal::Deactivate, vec![UserRef::Name(user_name.to_owned())]);
        self.tells(|served| async move {
            served.company.app.start(&served.company.console, start).await.expect("accepted");
        })
        .await;
    }

    pub(super) async fn state(&self, user_name: &str) -> UserState {
        self.detail(user_name).await.user.state
    }

    pub(super) async fn owns(&self, user_name: &str) -> u64 {
        self.detail(user_name).await.holdings.total()
    }

    pub(super) async fn detail(&self, user_name: &str) -> UserDetail {
        let user_name = user_name.to_owned();
        self.tells(|served| async move { served.company.detail(&user_name).await }).await
    }

    pub(super) async fn token(&self, user_name: &str) -> String {
        let user_name = user_name.to_owned();
        self.tells(|served| async move { served.company.token(&user_name).await }).await
    }

    /// How often the action was accepted for the user, by the log.
    pub(super) async fn accepted(&self, action: Action, user_name: &str) -> usize {
        let goal = match action {
            Action::Disable => Goal::Deactivate,
            Action::Enable => Goal::Restore,
            Action::Release => Goal::Release,
            _ => Goal::Remove,
        };
        let page = self.tells(|served| async move {
            // What is not sealed yet is not in the log yet.
            served.company.log_head().await;
            let (console, all) = (&served.company.console, store::log::Filter::All);
            served.company.app.log(console, &all, 0, 500).await.expect("the log").rows
        });
        let of_user = |entry: &&store::log::LogEntry| {
            entry.kind == "offboarding.accepted"
                && entry.detail["goal"] == goal.as_str()
                && entry.detail["user"] == user_name
        };
        page.await.iter().filter(of_user).count()
    }
}

/// Within a test's own runtime no other may be waited for.
impl Drop for Second {
    fn drop(&mut self) {
        drop(self.served.take());
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// A connector whose `file:secret` is `secret`, and which gives up within a second.
pub(super) fn connector(kind: PlatformKind, mut settings: Value, secret: &str) -> Arc<dyn Connector> {
    settings["connection"] = json!({ "timeout_ms": 1_000, "proxy": false });
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("secret"), secret).expect("a secret");
    let vault = Vault::new(Some(folder.path()), TenantId(1));
    let settings = settings.to_string();
    open(kind, Place { name: "second", settings: &settings, vault: &vault, pace: Pace::default() })
        .expect("a connector")
}

/// As the settings of a kind that signs in by name and password have it.
pub(super) fn signing_in(kind: PlatformKind, url: &str) -> Arc<dyn Connector> {
    let settings = json!({ "url": url, "user_name": SIGN_IN, "password": "file:secret" });
    connector(kind, settings, PASSWORD)
}

/// One attempt on whoever is called so, by the kind's own rules.
pub(super) async fn attempt(
    kind: PlatformKind,
    connector: &dyn Connector,
    action: Action,
    user_name: &str,
) -> Attempt {
    let order = connectors::conformance::order(action, &sought("00"));
    let key = format!("{action} of {user_name}");
    let order = Order { user: identity(user_name), idempotency_key: key, ..order };
    attempt_as(kind, connector, &order).await
}

pub(super) async fn attempt_as(kind: PlatformKind, connector: &dyn Connector, order: &Order) -> Attempt {
    perform(connector, &rules(kind, "{}", &[]), order).await
}

/// Name of the user whom `account(number)` of a stage is.
pub(super) fn user_name(number: usize) -> String {
    format!("user_{number:02}")
}
