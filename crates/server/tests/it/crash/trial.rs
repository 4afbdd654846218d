//! One platform behind an executioner, and departures that outlive the servers that run them.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use domain::{Action, Goal, OffboardingId, PlatformKind, Step, StepState, Support, Terms};
use exeunt::app::{App, AppOptions, Caller, HeirRef, NewPlatform, NewUser, Start, UserRef};
use exeunt::clock::Clock;
use exeunt::random::Random;
use secrecy::SecretString;
use serde_json::Value;
use tokio::sync::Mutex;

use super::executioner::{Executioner, IsChange};
use super::server::Server;
use crate::home::Home;

/// More lives than there are changes to die of.
const MOST_LIVES: usize = 60;
/// Longest time of one life; a machine may be busy.
const LIFE: Duration = Duration::from_mins(2);

pub(super) struct Trial {
    app: Arc<App>,
    console: Caller,
    home: Home,
    executioner: Executioner,
    steps: Mutex<Vec<Step>>,
}

impl Trial {
    /// The platform of this kind at `backend`, reached through the executioner's port; `secret` is what the settings
    /// call `file:secret`. What a person would have to do there is left out.
    pub(super) async fn before(
        kind: PlatformKind,
        backend: SocketAddr,
        is_change: IsChange,
        settings: impl Fn(u16) -> Value,
        secret: &str,
    ) -> Self {
        let home = Home::sqlite();
        std::fs::write(home.folder().join("secret"), secret).expect("a secret");
        let store = home.open();
        store.migrate().await.expect("a schema");
        let app = App::new(store, Clock::System, Random::system(), AppOptions::default()).expect("an app");
        app.ensure_default_tenant(|| SecretString::from("correct horse")).await.expect("a tenant");
        let console = app.console(None).await.expect("a console");
        let executioner = Executioner::before(backend, is_change).await;
        let settings = settings(executioner.address.port()).to_string();
        let able = connectors::check_settings(kind, &settings).expect("settings");
        let by_hand = Action::ALL.iter().filter(|action| **action != Action::Manual);
        let leave_out = by_hand.copied().filter(|action| able.of(*action) == Support::ByHand).collect();
        let platform = NewPlatform {
            name: "elsewhere".to_owned(),
            kind,
            settings,
            // One change at a time, so that each has a death of its own.
            max_in_flight: Some(1),
            terms: Terms { leave_out, ..Terms::default() },
        };
        app.apply_platforms(&console, vec![platform]).await.expect("a platform");
        Self { app, console, home, executioner, steps: Mutex::default() }
    }

    /// One departure after the other, each to its end, however many servers die of it.
    pub(super) async fn depart(&self, leaver: &str, heir: &str, goals: &[Goal]) {
        for name in [leaver, heir] {
            let email = format!("{name}@example.com");
            let new = NewUser { email, ..NewUser::named(name) };
            self.app.create_user(&self.console, new).await.expect("a user");
        }
        for goal in goals {
            let heir = UserRef::Name(heir.to_owned());
            let heir = if goal.transfers() { HeirRef::User(heir) } else { HeirRef::Unsaid };
            let start = Start { heir, ..Start::new(*goal, vec![UserRef::Name(leaver.to_owned())]) };
            let started = self.app.start(&self.console, start).await.expect("accepted").remove(0);
            let deaths = self.see_to_its_end(&started.offboarding.id).await;
            self.check_changes(deaths);
        }
    }

    /// A server died of every change, and every change reached the platform once. A CommCell does not tell whether
    /// it has released: there the call, which can be repeated, is all that is known.
    fn check_changes(&self, deaths: usize) {
        let changes = self.executioner.changes();
        assert_eq!(deaths, changes.len(), "{changes:#?}");
        for (change, times) in &changes {
            let expected = if change.ends_with("/User/Offboard") { 2 } else { 1 };
            assert_eq!(*times, expected, "{change}: {changes:#?}");
        }
        self.executioner.forget();
    }

    /// Answers how many servers died of it.
    async fn see_to_its_end(&self, id: &OffboardingId) -> usize {
        for deaths in 0..MOST_LIVES {
            let server = Server::start(&self.home);
            self.executioner.aim(server.pid());
            let life = async {
                tokio::select! {
                    () = self.executioner.struck() => true,
                    () = self.until_rest(id) => false,
                }
            };
            let died = tokio::time::timeout(LIFE, life).await;
            if died.expect("something happens in a life") {
                server.bury();
                continue;
            }
            server.stop();
            let detail = self.app.offboarding(&self.console, id).await.expect("an offboarding");
            let open: Vec<_> = detail.steps.iter().filter(|step| step.state != StepState::Done).collect();
            assert!(open.is_empty(), "{open:#?}");
            self.steps.lock().await.extend(detail.steps.into_iter().filter(|step| !step.local));
            return deaths;
        }
        panic!("it does not come to an end: {:#?}", self.executioner.changes());
    }

    async fn until_rest(&self, id: &OffboardingId) {
        loop {
            let detail = self.app.offboarding(&self.console, id).await.expect("an offboarding");
            let moves = |step: &Step| !step.state.is_final() && step.state != StepState::Failed;
            if !detail.steps.iter().any(moves) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Each of these actions is known to be so from a look of a later life.
    pub(super) async fn check(&self, actions: &[Action]) {
        let steps = self.steps.lock().await;
        for action in actions {
            let seen = |step: &&Step| {
                step.action == *action
                    && step.note.as_ref().is_some_and(|note| note.contains("(seen before attempt"))
            };
            assert!(steps.iter().any(|step| seen(&step)), "{action}: {steps:#?}");
        }
    }
}
