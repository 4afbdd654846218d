//! A second Exeunt, which plays the vendors' products.

use std::net::SocketAddr;
use std::sync::Arc;

use domain::{Asset, AssetId, AssetKind, Owner, UserState};
use exeunt::app::{App, AppOptions, Caller, LogFilter, NewUser, UserRef};
use exeunt::clock::Clock;
use exeunt::random::Random;
use secrecy::SecretString;

use super::server::Server;
use crate::home::Home;

/// Its administrator's.
pub(super) const PASSWORD: &str = "correct horse";

pub(super) struct Other {
    pub(super) app: Arc<App>,
    pub(super) console: Caller,
    server: Server,
    _home: Home,
}

impl Other {
    /// With jsmith, who owns an alert and a workload, and kjones.
    pub(super) async fn new() -> Self {
        let home = Home::sqlite();
        let store = home.open();
        store.migrate().await.expect("a schema");
        let app = App::new(store, Clock::System, Random::system(), AppOptions::default()).expect("an app");
        app.ensure_default_tenant(|| SecretString::from(PASSWORD)).await.expect("a tenant");
        let console = app.console(None).await.expect("a console");
        for (name, kinds) in [("jsmith", &["alert", "subclient"][..]), ("kjones", &[])] {
            let email = format!("{name}@example.com");
            let new = NewUser { email, ..NewUser::named(name) };
            let user = app.create_user(&console, new).await.expect("a user").id;
            for (number, kind) in (1..).zip(kinds) {
                let asset = Asset {
                    id: AssetId(number),
                    kind: AssetKind::new(kind).expect("a kind"),
                    name: format!("{kind} {number}"),
                    owner: Some(Owner::User(user)),
                    owner_role: None,
                    orphaned: false,
                    external_id: None,
                };
                let tenant = console.tenant;
                let written = app
                    .store
                    .write(move |tx| store::assets::insert(tx, tenant, &asset).map_err(domain::Error::from));
                written.await.expect("an asset");
            }
        }
        let server = Server::start(&home);
        Self { app, console, server, _home: home }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.server.address.parse().expect("an address")
    }

    /// Removed, and by one removal.
    pub(super) async fn check_removed(&self, name: &str) {
        let detail =
            self.app.user(&self.console, &UserRef::Name(name.to_owned())).await.expect("a tombstone");
        assert_eq!(detail.user.state, UserState::Removed);
        let entries = self.app.log(&self.console, &LogFilter::All, 0, 500).await.expect("a log").rows;
        let removals = entries
            .iter()
            .filter(|entry| entry.kind == "offboarding.accepted" && entry.detail["goal"] == "remove");
        assert_eq!(removals.count(), 1, "removed once");
    }
}
