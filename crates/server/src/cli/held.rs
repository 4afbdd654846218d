//! `exeunt held`: departures that an identity provider asked for beyond what its token may.

use clap::{Args, Subcommand};
use domain::UserId;
use serde_json::{Value, json};

use super::failure::Failure;
use super::named;
use super::output::table;
use super::pages::gather;
use super::place::Desk;
use crate::app::{Decided, Decision, Held, MAX_PAGE, UserRef, Which};

#[derive(Clone, Debug, Subcommand)]
pub enum HeldCommand {
    /// List the departures that wait for a decision
    List {
        /// Only those that this token asked for, by its number
        #[arg(long, value_name = "ID")]
        token: Option<i64>,
    },
    /// Let departures begin, as they were asked for
    Approve(Chosen),
    /// Let departures not begin, unless they are asked for once more
    Reject(Chosen),
}

#[derive(Clone, Debug, Args)]
#[group(id = "chosen", required = true, multiple = false)]
pub struct Chosen {
    /// These users: names, or id:NUMBER
    #[arg(value_name = "USER", value_parser = named::user, group = "chosen")]
    pub users: Vec<UserRef>,

    /// Everybody whose departure this token asked for, by its number
    #[arg(long, value_name = "ID", group = "chosen")]
    pub token: Option<i64>,

    /// Everybody who is held
    #[arg(long, group = "chosen")]
    pub all: bool,
}

impl Chosen {
    fn which(self) -> Which {
        match self.token {
            Some(token) => Which::Token(token),
            None if self.all => Which::All,
            None => Which::Users(self.users),
        }
    }
}

pub(super) async fn run(desk: &Desk, command: HeldCommand) -> Result<(), Failure> {
    match command {
        HeldCommand::List { token } => list(desk, token).await,
        HeldCommand::Approve(chosen) => decide(desk, chosen, Decision::Approve).await,
        HeldCommand::Reject(chosen) => decide(desk, chosen, Decision::Reject).await,
    }
}

/// How many departures are held.
pub(super) async fn count(desk: &Desk) -> Result<usize, Failure> {
    Ok(gathered(desk, None).await?.len())
}

/// The same as a line of `exeunt status`; nothing where none is.
pub(super) fn remark(count: usize) -> String {
    if count == 0 { String::new() } else { format!("departures held: {count}; see exeunt held list\n") }
}

async fn gathered(desk: &Desk, token: Option<i64>) -> Result<Vec<Held>, Failure> {
    let page = async |after: Option<UserId>| {
        desk.app.held_departures(&desk.caller, token, after.unwrap_or(UserId(0)), MAX_PAGE).await
    };
    Ok(gather(page, |held: &Held| held.user).await?)
}

async fn list(desk: &Desk, token: Option<i64>) -> Result<(), Failure> {
    let found = gathered(desk, token).await?;
    let documents: Vec<Value> = found
        .iter()
        .map(|held| {
            json!({
                "user": held.user_name, "userId": held.user, "token": held.token, "deletes": held.removes,
                "requester": held.requester, "asked": named::shown_moment(held.asked_ms),
            })
        })
        .collect();
    desk.output.answer(&json!(documents), || told(&found))
}

fn told(found: &[Held]) -> String {
    if found.is_empty() {
        return "no departure is held\n".to_owned();
    }
    let row = |held: &Held| {
        let what = if held.removes { "delete" } else { "deactivate" };
        let asked = named::shown_moment(held.asked_ms);
        [held.user_name.clone(), what.to_owned(), held.token.to_string(), held.requester.clone(), asked]
    };
    table(["USER", "TO", "TOKEN", "ASKED BY", "AT"], found.iter().map(row))
}

async fn decide(desk: &Desk, chosen: Chosen, decision: Decision) -> Result<(), Failure> {
    let Decided { departures, refused } =
        desk.app.decide_held(&desk.caller, chosen.which(), decision).await?;
    let word = match decision {
        Decision::Approve => "approved",
        Decision::Reject => "rejected",
    };
    let refusals: Vec<Value> =
        refused.iter().map(|(held, why)| json!({ "user": held.user_name, "detail": why })).collect();
    let document = json!({ "departures": departures, "decision": word, "refused": refusals });
    desk.output.answer(&document, || format!("{word}: {departures}\n"))?;
    if refused.is_empty() {
        return Ok(());
    }
    for (held, why) in &refused {
        desk.output.remark(&format!("{} is held still: {why}", held.user_name));
    }
    Err(Failure::Unfinished)
}
