//! A company in which everything that the tables name is there, its callers, and copies of it.

use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use domain::{AssetId, AssetKind, Goal, OffboardingId, Owner, Role, StepState, UserId};
use exeunt::app::{App, Life, NewAccessToken, NewToken, NewUser, SignIn, Start, UserRef};
use exeunt::faces;
use exeunt::random::Random;
use store::StoreUrl;

use crate::fixture::{Company, PASSWORD, other_tenant};
use crate::home::Home;

/// What another tenant must never be told of this one.
pub(super) const SECRETS: [&str; 3] = ["leaver@example.com", "Full leaver", "Nightly of leaver"];

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Who {
    /// Without a credential.
    Nobody,
    /// With a secret that was never given out.
    Unknown,
    /// With a session that was not used for too long.
    Idle,
    /// With a token that has expired.
    Late,
    /// With a session that was open when its user was deactivated.
    Cut,
    User(Role),
    /// The administrator of another tenant.
    Stranger,
}

impl Who {
    pub(super) const EVERYBODY: [Self; 10] = [
        Self::Nobody,
        Self::Unknown,
        Self::Idle,
        Self::Late,
        Self::Cut,
        Self::User(Role::None),
        Self::User(Role::Auditor),
        Self::User(Role::Operator),
        Self::User(Role::Admin),
        Self::Stranger,
    ];
}

/// What paths and bodies name.
pub(super) struct Things {
    pub(super) leaver: i64,
    pub(super) group: i64,
    pub(super) leaver_guid: String,
    pub(super) group_guid: String,
    pub(super) subclient: i64,
    /// An offboarding with a step that failed.
    pub(super) offboarding: String,
    pub(super) step: i64,
    /// The secret of a session of the leaver's that has idled out on the device `pc`.
    pub(super) session: String,
    /// A token of the leaver's.
    pub(super) token: i64,
    /// An access token that can be renewed, and what renews it.
    pub(super) access: String,
    pub(super) refresh: String,
    /// The operator's OAuth client.
    pub(super) client: String,
    pub(super) client_secret: String,
}

/// The guid of a virtual machine of the leaver's.
pub(super) const VM: &str = "421f1e0a-2bf9-4e4a-89a8-bc780a255813";

pub(crate) struct Stage {
    pub(crate) company: Company,
    pub(super) things: Things,
    secrets: Vec<(Who, String)>,
    copies: AtomicU64,
}

/// The same company on a store of its own.
pub(super) struct Copy {
    pub(super) router: Router,
    pub(super) home: Home,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        Self::of(Company::new().await).await
    }

    pub(crate) async fn of(company: Company) -> Self {
        other_tenant(&company, "other.example").await;
        let leaver = company.user("leaver", Role::None).await;
        let group = company.group("Ops").await.0;
        let leaver_guid = company.detail("leaver").await.user.guid;
        let group_guid = company.group_named("Ops").await.guid;
        let subclient = company.asset(leaver, "subclient", "Nightly of leaver").await.0;
        machine(&company, leaver).await;
        held(&company, leaver).await;
        let (offboarding, step) = blocked(&company).await;
        let session = on_device(&company).await;
        let secrets = secrets(&company).await;
        let (access, refresh) = renewable(&company).await;
        let tokens = company.app.tokens(&company.console, 0, 500).await.expect("tokens");
        let token = tokens.rows.iter().find(|token| token.user == leaver).expect("the leaver's").id;
        let leaver = leaver.0;
        let (client, client_secret) = granted(&company).await;
        let things = Things {
            leaver,
            group,
            leaver_guid,
            group_guid,
            subclient,
            offboarding,
            step,
            session,
            token,
            access,
            refresh,
            client,
            client_secret,
        };
        while company.app.seal().await.expect("sealing") > 0 {}
        Self { company, things, secrets, copies: AtomicU64::new(0) }
    }

    pub(crate) fn secret(&self, who: Who) -> Option<&str> {
        self.secrets.iter().find(|(holder, _)| *holder == who).map(|(_, secret)| secret.as_str())
    }

    pub(super) async fn copy(&self) -> Copy {
        let home = Home::sqlite();
        let StoreUrl::Sqlite(path) = &home.url else { panic!("a file") };
        self.company.app.store.backup(path).await.expect("a copy");
        // A seeded source counts up from its seed: far enough away that no copy draws what is there already.
        let seed = (1 << 40) + (self.copies.fetch_add(1, Ordering::Relaxed) << 20);
        let (clock, options) = (self.company.clock.clone(), self.company.app.options.clone());
        let app = App::new(home.open(), clock, Random::seeded(seed), options).expect("an app");
        Copy { router: faces::router(&app), home }
    }
}

async fn machine(company: &Company, leaver: UserId) {
    let asset = domain::Asset {
        id: AssetId(1_000),
        kind: AssetKind::new("vm_client").expect("a kind"),
        name: "vm of leaver".to_owned(),
        owner: Some(Owner::User(leaver)),
        owner_role: None,
        orphaned: false,
        external_id: Some(VM.to_owned()),
    };
    let tenant = company.console.tenant;
    let insert = move |tx: &mut store::Tx<'_>| store::assets::insert(tx, tenant, &asset);
    company.app.store.write(insert).await.expect("a machine");
}

/// A departure that waits for an administrator.
async fn held(company: &Company, leaver: UserId) {
    let tenant = company.console.tenant;
    let held = store::held::Held {
        user: leaver,
        user_name: "leaver".to_owned(),
        token: 1,
        removes: false,
        requester: "idp (token scim)".to_owned(),
        asked_ms: company.clock.now_ms(),
    };
    company.app.store.write(move |tx| store::held::hold(tx, tenant, &held)).await.expect("a hold");
}

async fn on_device(company: &Company) -> String {
    let attempt = SignIn { device: Some("pc".to_owned()), ..Company::attempt("leaver", PASSWORD) };
    company.app.sign_in(attempt).await.expect("a session").secret
}

async fn renewable(company: &Company) -> (String, String) {
    let caller = company.app.authenticate(&company.token("leaver").await).await.expect("a caller");
    let life = Life::Renewed { until_ms: None };
    let made =
        company.app.create_access_token(&caller, NewAccessToken { name: "pair".to_owned(), life }).await;
    let made = made.expect("a pair");
    (made.secret, made.refresh.expect("renewable").secret)
}

/// The operator has an OAuth client and a cloud token.
async fn granted(company: &Company) -> (String, String) {
    let operator = UserRef::Name("operator".to_owned());
    company.app.create_cloud_token(&company.console, &operator).await.expect("a cloud token");
    let (client, secret) = company.app.create_client(&company.console, &operator).await.expect("a client");
    (client.id, secret)
}

/// A user with an account that the platform `training` refuses to touch, and their open deactivation.
async fn blocked(company: &Company) -> (String, i64) {
    let stuck = company.person("stuck").await;
    let training = company.platform("training", r#"{"refuse":["s.tuck"]}"#).await;
    company.account(stuck, training, "s.tuck").await;
    let cut = Start::new(Goal::Deactivate, vec![UserRef::Id(stuck)]);
    let id: OffboardingId =
        company.app.start(&company.console, cut).await.expect("accepted")[0].offboarding.id.clone();
    company.engine.run_until_idle().await;
    let detail = company.app.offboarding(&company.console, &id).await.expect("the offboarding");
    let failed = detail.steps.iter().find(|step| step.state == StepState::Failed).expect("a failed step");
    (id.0, failed.no.0)
}

/// What has to be late is made first: the clock stands still from then on, so that no session is noted as used.
async fn secrets(company: &Company) -> Vec<(Who, String)> {
    let mut secrets = vec![(Who::Unknown, "0".repeat(64)), (Who::Idle, company.session("admin").await)];
    let expires_ms = Some(company.clock.now_ms() + 1);
    let user = Some(UserRef::Name("admin".to_owned()));
    let late = NewToken { name: "late".to_owned(), role: Role::Admin, user, expires_ms };
    secrets.push((Who::Late, company.app.create_token(&company.console, late).await.expect("a token").1));
    company.clock.advance(company.app.options.session_idle_ms);
    let cut = Company::new_user("cut", Role::Admin);
    company.add(NewUser { password: cut.password.clone(), ..cut }).await;
    secrets.push((Who::Cut, company.session("cut").await));
    let cut = Start::new(Goal::Deactivate, vec![UserRef::Name("cut".to_owned())]);
    company.app.start(&company.console, cut).await.expect("deactivated");
    company.user("plain", Role::None).await;
    for (name, role) in [
        ("plain", Role::None),
        ("auditor", Role::Auditor),
        ("operator", Role::Operator),
        ("admin", Role::Admin),
    ] {
        secrets.push((Who::User(role), company.session(name).await));
    }
    let stranger = SignIn { host: Some("other.example".to_owned()), ..Company::attempt("admin", PASSWORD) };
    secrets.push((Who::Stranger, company.app.sign_in(stranger).await.expect("a session").secret));
    secrets
}
