//! `exeunt platform`: the systems where users have accounts, declared in a file.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use domain::{Action, PlatformKind, Terms};
use serde::Deserialize;
use serde_json::{Value, json};

use super::failure::Failure;
use super::output::table;
use super::place::Desk;
use super::{inventory, named, view};
use crate::app::{NewPlatform, PlatformCheck};

#[derive(Clone, Debug, Subcommand)]
pub enum PlatformCommand {
    /// Declare the platforms of a TOML file, all or none; what is declared already is brought up to date
    Apply {
        /// File of [[platform]] tables with name, kind, max_in_flight, terms and settings
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// List the platforms and how they stand
    List,
    /// List the accounts of a platform, each with its user as far as the platform's rules tell
    Inventory(inventory::Inventory),
    /// Ask a platform whether it is reachable with our credentials
    Check {
        /// The platform's name
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// A platforms file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declarations {
    #[serde(default)]
    platform: Vec<Declaration>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Declaration {
    name: String,
    kind: String,
    max_in_flight: Option<i64>,
    #[serde(default)]
    terms: Terms,
    #[serde(default)]
    settings: toml::Table,
}

pub(super) async fn run(desk: &Desk, command: PlatformCommand) -> Result<(), Failure> {
    match command {
        PlatformCommand::Apply { file } => apply(desk, &file).await,
        PlatformCommand::List => list(desk).await,
        PlatformCommand::Inventory(inventory) => inventory::run(desk, inventory).await,
        PlatformCommand::Check { name } => check(desk, &name).await,
    }
}

/// What a platforms file declares.
pub fn read(file: &Path) -> Result<Vec<NewPlatform>, String> {
    let complain = |text: String| format!("{}: {text}", file.display());
    let text = std::fs::read_to_string(file).map_err(|error| complain(error.to_string()))?;
    let declared: Declarations = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        format!("{}:{line}: {}", file.display(), error.message())
    })?;
    declared.platform.into_iter().map(|one| declaration(one).map_err(&complain)).collect()
}

fn declaration(one: Declaration) -> Result<NewPlatform, String> {
    let kind =
        named::word::<PlatformKind>(&one.kind).map_err(|error| format!("{}: kind: {error}", one.name))?;
    let settings =
        serde_json::to_string(&one.settings).map_err(|error| format!("{}: settings: {error}", one.name))?;
    Ok(NewPlatform { name: one.name, kind, settings, max_in_flight: one.max_in_flight, terms: one.terms })
}

async fn apply(desk: &Desk, file: &Path) -> Result<(), Failure> {
    let declared = read(file).map_err(Failure::Failed)?;
    let applied = desk.app.apply_platforms(&desk.caller, declared).await?;
    let document: Vec<Value> = applied
        .iter()
        .map(
            |(platform, verdict)| json!({ "name": platform.name, "kind": platform.kind, "verdict": verdict }),
        )
        .collect();
    desk.output.answer(&json!(document), || {
        let rows = applied.iter().map(|(platform, verdict)| [platform.name.clone(), (*verdict).to_owned()]);
        table(["NAME", "NOW"], rows)
    })
}

async fn list(desk: &Desk) -> Result<(), Failure> {
    let found = desk.app.platforms(&desk.caller).await?;
    let now_ms = desk.app.clock.now_ms();
    let documents: Vec<Value> = found
        .iter()
        .map(|status| {
            let paused = status.health.is_paused(now_ms).then(|| named::shown_moment(status.health.paused_until_ms));
            json!({
                "name": status.platform.name, "kind": status.platform.kind,
                "maxInFlight": status.platform.max_in_flight, "ready": status.ready, "running": status.running,
                "failed": status.failed, "failures": status.health.failures, "pausedUntil": paused,
                "held": status.health.held.then_some("credentials"),
            })
        })
        .collect();
    desk.output.answer(&json!(documents), || {
        let rows = found.iter().map(|status| {
            let health = match status.health {
                health if health.held => {
                    format!("held: credentials; {}", view::held(&status.platform.name))
                }
                health if health.is_paused(now_ms) => {
                    format!("paused until {}", named::shown_moment(health.paused_until_ms))
                }
                health if health.failures > 0 => format!("failed {} times in a row", health.failures),
                _ => "well".to_owned(),
            };
            let platform = &status.platform;
            let counts = [status.ready, status.running, status.failed].map(|count| count.to_string());
            let [ready, running, failed] = counts;
            [platform.name.clone(), platform.kind.to_string(), ready, running, failed, health]
        });
        table(["NAME", "KIND", "READY", "RUNNING", "FAILED", "HEALTH"], rows)
    })
}

async fn check(desk: &Desk, name: &str) -> Result<(), Failure> {
    let check = desk.app.check_platform(&desk.caller, name).await?;
    let document = json!({
        "platform": check.platform, "kind": check.kind, "well": check.is_well(), "reachable": check.reachable,
        "credentials": check.credentials, "failure": check.failure, "server": check.server,
        "signedInAs": check.signed_in_as, "permissions": check.permissions, "capabilities": check.capabilities,
        "clock": check.clock_ms.map(named::shown_moment), "clockAheadMs": check.clock_ahead_ms, "tookMs": check.took_ms,
    });
    desk.output.answer(&document, || told(&check))?;
    if check.is_well() { Ok(()) } else { Err(Failure::Failed(format!("{name} is not well"))) }
}

fn told(check: &PlatformCheck) -> String {
    let mut rows = vec![["reachable", if check.reachable { "yes" } else { "no" }].map(str::to_owned)];
    let mut add = |what: &str, told: Option<String>| {
        rows.extend(told.map(|told| [what.to_owned(), told]));
    };
    add("credentials", check.credentials.map(|taken| if taken { "taken" } else { "not taken" }.to_owned()));
    add("failure", check.failure.clone());
    add("server", check.server.clone());
    add("signed in as", check.signed_in_as.clone());
    for permission in &check.permissions {
        add("may", Some(permission.clone()));
    }
    add("clock", check.clock_ms.map(|ms| clock(ms, check.clock_ahead_ms)));
    add("took", Some(format!("{} ms", check.took_ms)));
    let able = Action::ALL.iter().filter(|action| **action != Action::Manual);
    let able = able.map(|action| [action.to_string(), check.capabilities.of(*action).to_string()]);
    let title = [format!("PLATFORM {}", check.platform), check.kind.to_string()];
    let title = [title[0].as_str(), title[1].as_str()];
    format!("{}\n{}", table(title, rows), table(["ACTION", "HOW"], able))
}

fn clock(ms: i64, ahead_ms: Option<i64>) -> String {
    let shown = named::shown_moment(ms);
    match ahead_ms.unwrap_or(0) {
        0 => shown,
        ahead @ 1.. => format!("{shown}, {ahead} ms ahead of ours"),
        behind => format!("{shown}, {} ms behind ours", behind.unsigned_abs()),
    }
}
