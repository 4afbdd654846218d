//! Where a command works: which store, which tenant; and opening it.

use std::path::PathBuf;
use std::sync::Arc;

use domain::Error;
use store::{Store, StoreOptions, StoreUrl};

use super::failure::Failure;
use super::output::Output;
use crate::app::{App, AppOptions, Caller, DEFAULT_TENANT};
use crate::clock::Clock;
use crate::random::Random;

/// Options of every command.
#[derive(Clone, Debug, clap::Args)]
#[command(next_help_heading = "General options")]
pub struct Place {
    /// Read settings from this TOML file [default: exeunt.toml if there is one]
    #[arg(long, global = true, env = "EXEUNT_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,

    /// Where the data is: sqlite:PATH or postgres://USER@HOST/DATABASE
    #[arg(long, global = true, env = "EXEUNT_STORE", value_name = "URL", default_value = "sqlite:exeunt.db")]
    pub store: StoreUrl,

    /// Readers of an SQLite store, or connections to PostgreSQL, 1 to 256
    #[arg(long, global = true, env = "EXEUNT_STORE_CONNECTIONS", value_name = "COUNT", default_value = "16")]
    #[arg(value_parser = clap::value_parser!(u16).range(1..=256))]
    pub store_connections: u16,

    /// PEM file with the authority that signs PostgreSQL's certificate [default: the system's]
    #[arg(long, global = true, env = "EXEUNT_STORE_CA_FILE", value_name = "FILE")]
    pub store_ca_file: Option<PathBuf>,

    /// Folder of the secrets that platforms' settings refer to as file:PATH; tenant N's own are in its folder tenant-N
    #[arg(long, global = true, env = "EXEUNT_SECRETS", value_name = "DIR")]
    pub secrets: Option<PathBuf>,

    /// Work in this tenant
    #[arg(long, global = true, value_name = "NAME", default_value = DEFAULT_TENANT)]
    pub tenant: String,

    /// Answer in JSON: one document, or one document per line where the answer goes on
    #[arg(long, global = true)]
    pub json: bool,
}

/// How far a store may be brought along before it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// Whatever is there; a new file is made if there is none.
    Any,
    /// The schema must be this program's.
    Migrated,
}

impl Place {
    pub fn output(&self) -> Output {
        Output { json: self.json }
    }

    /// Opens the store. Must be called from a thread that may block.
    pub fn open(&self, readiness: Readiness) -> Result<Store, Failure> {
        if let (StoreUrl::Sqlite(path), Readiness::Migrated) = (&self.store, readiness)
            && !path.exists()
        {
            let text = format!("there is no store at {}: exeunt serve makes one", path.display());
            return Err(Failure::Failed(text));
        }
        let options = StoreOptions {
            connections: usize::from(self.store_connections),
            ca_file: self.store_ca_file.clone(),
        };
        Store::open(&self.store, &options)
            .map_err(|error| Failure::Failed(format!("{}: {error}", self.store)))
    }

    /// The verbs over the store. To be called, and dropped, outside a runtime: PostgreSQL's client runs its own.
    pub fn app(&self, readiness: Readiness, options: AppOptions) -> Result<Arc<App>, Failure> {
        Ok(App::new(self.open(readiness)?, Clock::System, Random::system(), options)?)
    }

    /// Does the work of a command as the caller who may do everything here, and numbers what it logged.
    pub fn at_desk(&self, work: impl AsyncFnOnce(&Desk) -> Result<(), Failure>) -> Result<(), Failure> {
        let options = AppOptions { secrets: self.secrets.clone(), ..AppOptions::default() };
        let app = self.app(Readiness::Migrated, options)?;
        super::runtime()?.block_on(async {
            app.store.check_schema().await?;
            let caller = app.console(Some(&self.tenant)).await.map_err(|error| self.no_tenant(error))?;
            let desk = Desk { app: Arc::clone(&app), caller, output: self.output() };
            let done = work(&desk).await;
            // Without a server nobody else would, and the log must be readable at once.
            let sealed = desk.seal().await;
            done.and(sealed)
        })
    }

    fn no_tenant(&self, error: Error) -> Failure {
        match error {
            Error::NotFound { .. } => {
                let maker = if self.tenant == DEFAULT_TENANT {
                    "the first exeunt serve"
                } else {
                    "exeunt tenant add"
                };
                Failure::Failed(format!(
                    "there is no tenant {} on {}: {maker} makes it",
                    self.tenant, self.store
                ))
            }
            other => other.into(),
        }
    }
}

/// A command at work: the verbs, who asks, and where the answer goes.
pub struct Desk {
    pub app: Arc<App>,
    pub caller: Caller,
    pub output: Output,
}

impl Desk {
    async fn seal(&self) -> Result<(), Failure> {
        while self.app.seal().await? > 0 {}
        Ok(())
    }

    /// Remote steps run in a server only: says so where none is at work.
    pub async fn warn_if_nobody_works(&self) -> Result<(), Failure> {
        if self.app.nodes(&self.caller).await?.is_empty() {
            self.output.remark("no exeunt serve is running on this store: remote steps wait for one");
        }
        Ok(())
    }
}
