//! `exeunt serve`: the engine and every face over one store, until a signal says stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use domain::Error;
use secrecy::SecretString;
use store::{Store, StoreUrl};
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

use super::failure::Failure;
use super::mail::Mail;
use super::output::Output;
use super::place::{Place, Readiness};
use crate::app::{ADMINISTRATOR, App, AppOptions};
use crate::engine::{Engine, EngineOptions};
use crate::faces::Proxies;
use crate::{faces, listener, telemetry};

/// The exit code after a second signal, as shells know it.
const INTERRUPTED: i32 = 130;
/// How often it is seen whether the store still takes writes.
const LOOK_AT_STORE_MS: u64 = 500;
/// Hex digits of a password that we make up: 80 bits.
const GENERATED_DIGITS: usize = 20;

#[derive(Clone, Debug, clap::Args)]
pub struct Serve {
    /// Print the effective configuration with the origin of each value, and exit
    #[arg(long)]
    pub check: bool,

    /// Listen on this address; port 0 takes a free one and says which
    #[arg(long, env = "EXEUNT_LISTEN", value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub listen: SocketAddr,

    /// Addresses of proxies before the server, separated by commas: their X-Forwarded-For tells whose sign-in it is
    #[arg(long, env = "EXEUNT_PROXIES", value_name = "ADDRS")]
    pub proxies: Option<Proxies>,

    /// PEM file with the server's certificate chain; TLS is spoken if it is set
    #[arg(long, env = "EXEUNT_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,

    /// PEM file with the key of that certificate
    #[arg(long, env = "EXEUNT_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,

    /// Password of the first administrator, used only when the store is new [default: made up and shown once]
    #[arg(long, env = "EXEUNT_ADMIN_PASSWORD", value_name = "PASSWORD")]
    pub admin_password: Option<String>,

    /// File with that password in its first line
    #[arg(long, env = "EXEUNT_ADMIN_PASSWORD_FILE", value_name = "FILE")]
    pub admin_password_file: Option<PathBuf>,

    #[command(flatten)]
    pub mail: Mail,

    /// Name of this process among several on one store [default: host name and process id]
    #[arg(long, env = "EXEUNT_NODE", value_name = "NAME")]
    pub node: Option<String>,

    /// A session ends when it was not used for so many milliseconds
    #[arg(long, env = "EXEUNT_SESSION_IDLE_MS", value_name = "MS", default_value = "1800000")]
    #[arg(value_parser = clap::value_parser!(i64).range(1_000..=86_400_000))]
    pub session_idle_ms: i64,

    /// Requests a second that one token may send over SCIM, twice as many in a burst; 0 for no limit
    #[arg(long, env = "EXEUNT_SCIM_RATE", value_name = "COUNT", default_value = "500")]
    #[arg(value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub scim_rate: u32,

    /// Steps under way at once on this node, over all platforms
    #[arg(long, env = "EXEUNT_MAX_IN_FLIGHT", value_name = "COUNT", default_value = "64")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=4_096))]
    pub max_in_flight: u16,

    /// Longest time one attempt at a step may take, in milliseconds
    #[arg(long, env = "EXEUNT_ATTEMPT_MS", value_name = "MS", default_value = "30000")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=600_000))]
    pub attempt_ms: u64,

    /// A step whose node falls silent is given back after so many milliseconds; must exceed the attempt
    #[arg(long, env = "EXEUNT_LEASE_MS", value_name = "MS", default_value = "60000")]
    #[arg(value_parser = clap::value_parser!(i64).range(1..=3_600_000))]
    pub lease_ms: i64,

    /// Look for work at least every so many milliseconds
    #[arg(long, env = "EXEUNT_POLL_MS", value_name = "MS", default_value = "250")]
    #[arg(value_parser = clap::value_parser!(u64).range(10..=60_000))]
    pub poll_ms: u64,

    /// Longest wait for steps under way when the server stops, in milliseconds
    #[arg(long, env = "EXEUNT_STOP_MS", value_name = "MS", default_value = "15000")]
    #[arg(value_parser = clap::value_parser!(u64).range(0..=600_000))]
    pub stop_ms: u64,

    /// Form of the log on standard error
    #[arg(long, env = "EXEUNT_LOG_FORMAT", value_name = "FORM", default_value = "text")]
    pub log_format: telemetry::Format,

    /// What is logged: error, warn, info, debug, trace, or a filter such as exeunt=debug,warn
    #[arg(long, env = "EXEUNT_LOG", value_name = "FILTER", default_value = "info")]
    pub log: String,
}

impl Serve {
    /// What no single option can tell.
    pub fn check(&self) -> Result<(), Failure> {
        if i64::try_from(self.attempt_ms).unwrap_or(i64::MAX) >= self.lease_ms {
            return Err(Failure::Usage("lease_ms must exceed attempt_ms".to_owned()));
        }
        if self.tls_cert.is_some() != self.tls_key.is_some() {
            return Err(Failure::Usage("tls_cert and tls_key go together".to_owned()));
        }
        if self.admin_password.is_some() && self.admin_password_file.is_some() {
            let text = "admin_password and admin_password_file exclude each other";
            return Err(Failure::Usage(text.to_owned()));
        }
        telemetry::filter(&self.log).map_err(|error| Failure::Usage(format!("log: {error}")))?;
        self.tls()?;
        self.given_password()?;
        self.mail.mailer()?;
        Ok(())
    }

    pub fn node(&self) -> String {
        self.node.clone().unwrap_or_else(|| format!("{}-{}", host_name(), std::process::id()))
    }

    fn tls(&self) -> Result<Option<TlsAcceptor>, Failure> {
        let (Some(certificates), Some(key)) = (&self.tls_cert, &self.tls_key) else { return Ok(None) };
        listener::tls(certificates, key).map(Some).map_err(Failure::Failed)
    }

    fn given_password(&self) -> Result<Option<SecretString>, Failure> {
        match &self.admin_password_file {
            Some(file) => super::secret::from_file(file).map(Some),
            None => Ok(self.admin_password.clone().map(SecretString::from)),
        }
    }

    fn engine_options(&self) -> EngineOptions {
        EngineOptions {
            node: self.node(),
            attempt_ms: self.attempt_ms,
            lease_ms: self.lease_ms,
            max_in_flight: usize::from(self.max_in_flight),
            poll_ms: self.poll_ms,
            stop_ms: self.stop_ms,
        }
    }
}

pub fn run(place: &Place, serve: &Serve) -> Result<(), Failure> {
    serve.check()?;
    telemetry::start(&serve.log, serve.log_format).map_err(Failure::Failed)?;
    let options = AppOptions {
        session_idle_ms: serve.session_idle_ms,
        scim_rate: serve.scim_rate,
        mailer: serve.mail.mailer()?,
        secrets: place.secrets.clone(),
        ..AppOptions::default()
    };
    let app = place.app(Readiness::Any, options)?;
    super::runtime()?.block_on(serve_app(place, serve, &app))
}

async fn serve_app(place: &Place, serve: &Serve, app: &Arc<App>) -> Result<(), Failure> {
    // Before anything else: a signal during start-up must stop us as well.
    let signals = Signals::new()?;
    bring_along(&place.store, &app.store).await?;
    first_start(app, serve.given_password()?, place.output()).await?;
    let listener = TcpListener::bind(serve.listen).await;
    let listener = listener.map_err(|error| Failure::Failed(format!("{}: {error}", serve.listen)))?;
    let tls = serve.tls()?;
    announce(&listener, tls.is_some(), place.output())?;
    let router = serve.proxies.clone().unwrap_or_default().before(faces::router(app));
    serve_until(app, serve.engine_options(), listener, tls, router, signals.stop()).await
}

/// An embedded store is migrated in passing; a shared one only by `exeunt migrate`, at a time of your choice.
async fn bring_along(url: &StoreUrl, store: &Store) -> Result<(), Failure> {
    match url {
        StoreUrl::Sqlite(_) => {
            store.migrate().await?;
        }
        StoreUrl::Postgres(_) => store.check_schema().await.map_err(|error| match error {
            newer @ store::Error::SchemaTooNew { .. } => newer.into(),
            other => Failure::Failed(format!("{other} (a PostgreSQL store is prepared by exeunt migrate)")),
        })?,
    }
    Ok(())
}

/// Makes the default tenant on a new store, and tells the password that nobody chose.
async fn first_start(app: &App, given: Option<SecretString>, output: Output) -> Result<(), Failure> {
    let made_up: String = app.random.secret().chars().take(GENERATED_DIGITS).collect();
    let shown = given.is_none().then(|| made_up.clone());
    let made = app.ensure_default_tenant(|| given.unwrap_or_else(|| SecretString::from(made_up))).await;
    match (made, shown) {
        (Ok(true), Some(password)) => {
            output.remark(&format!(
                "first start: sign in as {ADMINISTRATOR} with password {password} (shown once)"
            ));
            Ok(())
        }
        // Another node was faster: its console has the password.
        (Ok(_) | Err(Error::Conflict(_)), _) => Ok(()),
        (Err(error), _) => Err(error.into()),
    }
}

fn announce(listener: &TcpListener, tls: bool, output: Output) -> Result<(), Failure> {
    let address = listener.local_addr().map_err(Failure::failed)?;
    let scheme = if tls { "https" } else { "http" };
    output.line(&format!("listening on {scheme}://{address}"))
}

/// Runs the engine and the listener until `stop` turns true, then lets both finish, bounded. Ends with a failure
/// when the store takes no writes any more: only a process that opens it anew can go on.
pub async fn serve_until(
    app: &Arc<App>,
    options: EngineOptions,
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    stop: watch::Receiver<bool>,
) -> Result<(), Failure> {
    let stop = or_lost(app, stop);
    let engine = tokio::spawn(Engine::new(Arc::clone(app), options).run(stop.clone()));
    listener::serve(listener, tls, router, stop).await;
    if let Err(error) = engine.await {
        tracing::error!(%error, "the engine ended by a panic");
    }
    tracing::info!("stopped");
    let lost = |reason| Failure::Failed(format!("the store is out of service: {reason}"));
    app.store.out_of_service().map_or(Ok(()), |reason| Err(lost(reason)))
}

/// Turns true when `asked` does, and when the store is lost.
fn or_lost(app: &Arc<App>, mut asked: watch::Receiver<bool>) -> watch::Receiver<bool> {
    let (sender, stop) = watch::channel(false);
    let app = Arc::clone(app);
    tokio::spawn(async move {
        while app.store.out_of_service().is_none() {
            tokio::select! {
                _ = asked.wait_for(|asked| *asked) => break,
                () = tokio::time::sleep(Duration::from_millis(LOOK_AT_STORE_MS)) => {}
            }
        }
        // Whoever listened may be gone already.
        let _ = sender.send(true);
    });
    stop
}

/// SIGINT and SIGTERM.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub fn new() -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(Failure::failed);
        Ok(Self { interrupt: listen(SignalKind::interrupt())?, terminate: listen(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// Turns true at the first signal; the second ends the process at once.
    pub fn stop(mut self) -> watch::Receiver<bool> {
        let (sender, stop) = watch::channel(false);
        tokio::spawn(async move {
            self.next().await;
            tracing::info!("stopping; a second signal exits at once");
            // Whoever listened may be gone already.
            let _ = sender.send(true);
            self.next().await;
            std::process::exit(INTERRUPTED);
        });
        stop
    }
}

fn host_name() -> String {
    let of_kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = of_kernel.or_else(|| std::env::var("HOSTNAME").ok()).unwrap_or_default();
    if name.trim().is_empty() { "exeunt".to_owned() } else { name.trim().to_owned() }
}
