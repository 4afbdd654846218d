//! `exeunt demo`: a sample company, four leavers, and requests to paste. Nothing here is pretended: the
//! platforms are simulated and say so, everything else is the server as it is.

mod call;
mod company;
mod run;
mod told;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use domain::Role;
use secrecy::SecretString;
use serde_json::json;
use store::{Store, StoreOptions, StoreUrl};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::app::{ADMINISTRATOR, App, AppOptions, Caller, NewToken, UserRef};
use crate::cli::failure::Failure;
use crate::cli::output::Output;
use crate::cli::place::Desk;
use crate::cli::serve::{Signals, serve_until};
use crate::clock::Clock;
use crate::engine::EngineOptions;
use crate::faces;
use crate::random::Random;
use run::Run;

/// Where the demo listens if nothing else is said.
const PORT: u16 = 8_080;
/// Ports tried after that one, before the system is asked for any.
const MORE_PORTS: u16 = 20;
/// The simulated platforms answer within half a second.
const ATTEMPT_MS: u64 = 2_000;
/// Short, so that a demo that was killed goes on soon after it is started again.
const LEASE_MS: i64 = 4_000;

/// Load a sample company, run four leavers through it, and go on serving
#[derive(Clone, Debug, clap::Args)]
pub struct Demo {
    /// Stop after the run
    #[arg(long, conflicts_with = "no_run")]
    pub exit: bool,

    /// Only load and serve
    #[arg(long)]
    pub no_run: bool,

    /// Listen on this address [default: 127.0.0.1:8080, or the next free port]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,

    /// Keep the data in this folder; one that holds a demo already goes on where it stopped [default: a fresh one]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,

    /// Password of user admin [default: made up and printed]
    #[arg(long, value_name = "PW")]
    pub admin_password: Option<String>,
}

pub async fn run(demo: &Demo, output: Output) -> Result<(), Failure> {
    let signals = Signals::new()?;
    let random = Random::system();
    let folder = folder(demo.data.as_deref(), &random)?;
    let store = Store::open(&StoreUrl::Sqlite(folder.join("exeunt.db")), &StoreOptions::default())?;
    store.migrate().await?;
    let app = App::new(store, Clock::System, random, AppOptions::default())?;
    let fresh = first_start(&app, demo, &folder, output).await?;
    let caller = app.console(None).await?;
    let desk = Desk { app: Arc::clone(&app), caller: caller.clone(), output };
    if company::is_missing(&desk, &folder).await? {
        company::load(&desk, &folder).await?;
    }
    if !fresh {
        change_password(&app, &caller, demo).await?;
    }
    let listener = listen(demo.listen, output).await?;
    let base = format!("http://{}", listener.local_addr().map_err(Failure::failed)?);
    output.story(&format!("listening on {base}"))?;
    let token = token(&app, &caller).await?;
    if output.json {
        output.line(&json!({ "url": base, "token": token, "data": folder }).to_string())?;
    }
    let (stop, asked) = stop(signals);
    let serving = {
        let (app, router, asked) = (Arc::clone(&app), faces::router(&app), asked.clone());
        let options = engine_options();
        tokio::spawn(async move { serve_until(&app, options, listener, None, router, asked).await })
    };
    let show = Run { app: &app, caller: &caller, base: &base, token: &token, output };
    let shown = show_all(&show, demo, fresh, asked).await;
    if demo.exit || shown.is_err() {
        // The serving task may have ended by a signal already.
        let _ = stop.send(true);
    }
    let served = serving.await.map_err(Failure::failed)?;
    shown.and(served)?;
    output.story(&format!("\nStopped. To go on with this company: --data {}", folder.display()))
}

/// What was begun is finished, then comes what was not; then lines to paste. Cut short by a signal.
async fn show_all(
    show: &Run<'_>,
    demo: &Demo,
    fresh: bool,
    mut asked: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let run = async {
        show.finish_what_was_begun().await?;
        if !demo.no_run {
            show.leavers().await?;
        }
        show.close().await?;
        if !demo.exit {
            show.invite(fresh)?;
        }
        Ok(())
    };
    tokio::select! {
        shown = run => shown,
        _ = asked.wait_for(|stop| *stop) => Ok(()),
    }
}

fn engine_options() -> EngineOptions {
    EngineOptions {
        node: format!("demo-{}", std::process::id()),
        attempt_ms: ATTEMPT_MS,
        lease_ms: LEASE_MS,
        ..EngineOptions::default()
    }
}

fn folder(wanted: Option<&Path>, random: &Random) -> Result<PathBuf, Failure> {
    let unique: String = random.guid().chars().take(8).collect();
    let folder =
        wanted.map_or_else(|| std::env::temp_dir().join(format!("exeunt-demo-{unique}")), Path::to_owned);
    std::fs::create_dir_all(&folder)
        .map_err(|error| Failure::Failed(format!("{}: {error}", folder.display())))?;
    Ok(folder)
}

/// Makes the tenant on a fresh store and says who may sign in. Answers whether it was fresh.
async fn first_start(app: &App, demo: &Demo, folder: &Path, output: Output) -> Result<bool, Failure> {
    let made_up: String = app.random.secret().chars().take(16).collect();
    let given = demo.admin_password.clone();
    let password = given.clone().unwrap_or_else(|| made_up.clone());
    let fresh = app.ensure_default_tenant(|| SecretString::from(password.clone())).await?;
    let state = if fresh { "a new sample company" } else { "the company as it was left" };
    output.story(&format!("Exeunt demo: {state} in {}", folder.display()))?;
    if fresh && given.is_none() {
        output.story(&format!("sign in as {ADMINISTRATOR} with password {made_up}"))?;
    }
    Ok(fresh)
}

/// On a later start the password is set only if one was given.
async fn change_password(app: &App, caller: &Caller, demo: &Demo) -> Result<(), Failure> {
    let Some(password) = demo.admin_password.clone() else { return Ok(()) };
    let admin = UserRef::Name(ADMINISTRATOR.to_owned());
    Ok(app.set_password(caller, &admin, &SecretString::from(password)).await?)
}

/// The address asked for, or the first free one from 8080 on; a taken port is said.
async fn listen(wanted: Option<SocketAddr>, output: Output) -> Result<TcpListener, Failure> {
    if let Some(address) = wanted {
        let bound = TcpListener::bind(address).await;
        return bound.map_err(|error| Failure::Failed(format!("{address}: {error}")));
    }
    for port in PORT..PORT + MORE_PORTS {
        match TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await {
            Ok(listener) => return Ok(listener),
            Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                output.story(&format!("port {port} is taken, trying the next"))?;
            }
            Err(error) => return Err(Failure::Failed(format!("127.0.0.1:{port}: {error}"))),
        }
    }
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(Failure::failed)
}

/// A token for the run and for the lines to paste; each start has its own.
async fn token(app: &App, caller: &Caller) -> Result<String, Failure> {
    let suffix: String = app.random.guid().chars().take(6).collect();
    let user = Some(UserRef::Name(ADMINISTRATOR.to_owned()));
    let new = NewToken { name: format!("demo {suffix}"), role: Role::Admin, user, expires_ms: None };
    Ok(app.create_token(caller, new).await?.1)
}

/// Stops at a signal, or when the demo itself has seen enough.
fn stop(signals: Signals) -> (watch::Sender<bool>, watch::Receiver<bool>) {
    let (sender, receiver) = watch::channel(false);
    let mut signalled = signals.stop();
    let forward = sender.clone();
    tokio::spawn(async move {
        if signalled.wait_for(|stop| *stop).await.is_ok() {
            // Whoever listened may be gone already.
            let _ = forward.send(true);
        }
    });
    (sender, receiver)
}
