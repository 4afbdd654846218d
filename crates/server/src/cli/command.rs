//! The commands, by name. Each is described where it is done.

use clap::{Parser, Subcommand};
use domain::Goal;

use super::failure::Failure;
use super::import::Import;
use super::place::{Desk, Place};
use super::serve::Serve;
use super::{backup, client, decide, depart, held, log, platform, status, tenant, token, user};
use crate::demo::Demo;

/// One server for every departure: cuts access everywhere, hands over, releases, deletes and proves it.
#[derive(Debug, Parser)]
#[command(name = "exeunt", version, max_term_width = 100)]
pub struct Cli {
    #[command(flatten)]
    pub place: Place,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run the server until SIGINT or SIGTERM
    Serve(Box<Serve>),
    /// Load a sample company, run four leavers through it, and go on serving
    Demo(Demo),
    /// Add users, groups, assets and accounts from CSV or JSON Lines files, all or nothing
    Import(Import),
    #[command(flatten)]
    AtDesk(AtDesk),
    /// Bring the schema of the store to this program's version
    Migrate,
    /// Print completions for a shell
    Completions {
        /// Which shell
        #[arg(value_name = "SHELL")]
        shell: clap_complete::Shell,
    },
}

/// The commands that need nothing but the verbs and a caller.
#[derive(Debug, Subcommand)]
pub enum AtDesk {
    /// Show what a departure would do, and change nothing
    Plan(depart::Plan),
    /// Let users leave: cut access, hand over, release, delete, as policy says
    Leave(depart::Leave),
    /// Cut users' access everywhere, reversibly
    Deactivate(depart::Deactivate),
    /// Give deactivated users their access back
    Restore(depart::Plain),
    /// Stop the workloads that run for users
    Release(depart::Plain),
    /// Hand over what users own
    Transfer(depart::HandOver),
    /// Cut users' access, hand over what they own and delete their accounts
    Remove(depart::Leave),
    /// Show what is done, what waits and for whom
    Status(status::Status),
    /// Decide on a step that waits for a person
    #[command(subcommand)]
    Step(decide::StepCommand),
    /// Decide on departures that an identity provider asked for, too many at once
    #[command(subcommand)]
    Held(held::HeldCommand),
    /// Call an offboarding off: what has not begun is left out
    Cancel(decide::Cancel),
    /// Show the log, which is the evidence
    Log(log::Log),
    /// Look at users, add them, set passwords
    #[command(subcommand)]
    User(user::UserCommand),
    /// Make, list and revoke API tokens
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Make, list and delete OAuth clients
    #[command(subcommand)]
    Client(client::ClientCommand),
    /// Add and list tenants
    #[command(subcommand)]
    Tenant(tenant::TenantCommand),
    /// Declare, list and check platforms
    #[command(subcommand)]
    Platform(platform::PlatformCommand),
    /// Copy an SQLite store to a file while it is in use
    Backup(backup::Backup),
}

impl AtDesk {
    pub(super) async fn run(self, desk: &Desk) -> Result<(), Failure> {
        match self {
            Self::Plan(plan) => depart::plan(desk, plan).await,
            Self::Leave(leave) => depart::start(desk, leave.request(Goal::Leave)).await,
            Self::Deactivate(cut) => depart::start(desk, cut.request(Goal::Deactivate)).await,
            Self::Restore(plain) => depart::start(desk, plain.request(Goal::Restore)).await,
            Self::Release(plain) => depart::start(desk, plain.request(Goal::Release)).await,
            Self::Transfer(transfer) => depart::start(desk, transfer.request(Goal::Transfer)).await,
            Self::Remove(remove) => depart::start(desk, remove.request(Goal::Remove)).await,
            Self::Status(status) => status::run(desk, status).await,
            Self::Step(step) => decide::step(desk, step).await,
            Self::Held(command) => held::run(desk, command).await,
            Self::Cancel(cancel) => decide::cancel(desk, cancel).await,
            Self::Log(log) => log::run(desk, log).await,
            Self::User(user) => user::run(desk, user).await,
            Self::Token(token) => token::run(desk, token).await,
            Self::Client(client) => client::run(desk, client).await,
            Self::Tenant(tenant) => tenant::run(desk, tenant).await,
            Self::Platform(platform) => platform::run(desk, platform).await,
            Self::Backup(backup) => backup::run(desk, &backup).await,
        }
    }
}
