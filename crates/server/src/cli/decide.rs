//! A person's word: `exeunt step retry`, `exeunt step confirm`, `exeunt step skip`, `exeunt cancel`.

use clap::Subcommand;
use domain::{Error, OffboardingId, StepNo};

use super::failure::Failure;
use super::place::Desk;
use super::{by_hand, view, watch};

#[derive(Clone, Debug, Subcommand)]
pub enum StepCommand {
    /// Try a failed step again
    Retry(WhichStep),
    /// Say that a person did what a step wanted: one by hand, or one that has failed
    Confirm {
        #[command(flatten)]
        step: WhichStep,

        /// How it is known that it is done; it stays with the step and in the log
        #[arg(long, value_name = "TEXT")]
        evidence: String,
    },
    /// List what waits for people now, the most urgent first
    List(by_hand::List),
    /// Leave a step out for good
    Skip {
        #[command(flatten)]
        step: WhichStep,

        /// Why; it stays with the step and in the log
        #[arg(long, value_name = "TEXT")]
        reason: String,
    },
}

/// Which step.
#[derive(Clone, Debug, clap::Args)]
pub struct WhichStep {
    /// The offboarding's id
    #[arg(value_name = "OFFBOARDING")]
    pub offboarding: String,

    /// The step's number, as exeunt status shows it
    #[arg(value_name = "NO")]
    pub no: i64,
}

#[derive(Clone, Debug, clap::Args)]
pub struct Cancel {
    /// The offboarding's id
    #[arg(value_name = "OFFBOARDING")]
    pub offboarding: String,

    /// Why; it stays with the steps and in the log
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

pub(super) async fn step(desk: &Desk, command: StepCommand) -> Result<(), Failure> {
    let id = match command {
        StepCommand::Retry(step) => {
            let id = OffboardingId(step.offboarding);
            desk.app.retry_step(&desk.caller, &id, StepNo(step.no)).await.map_err(refused)?;
            desk.warn_if_nobody_works().await?;
            id
        }
        StepCommand::Confirm { step, evidence } => {
            let id = OffboardingId(step.offboarding);
            desk.app.confirm_step(&desk.caller, &id, StepNo(step.no), &evidence).await.map_err(refused)?;
            id
        }
        StepCommand::List(list) => return by_hand::list(desk, list).await,
        StepCommand::Skip { step, reason } => {
            let id = OffboardingId(step.offboarding);
            desk.app.skip_step(&desk.caller, &id, StepNo(step.no), &reason).await.map_err(refused)?;
            id
        }
    };
    show(desk, &id).await
}

pub(super) async fn cancel(desk: &Desk, cancel: Cancel) -> Result<(), Failure> {
    let id = OffboardingId(cancel.offboarding);
    desk.app.cancel(&desk.caller, &id, &cancel.reason).await.map_err(refused)?;
    show(desk, &id).await
}

/// What the state of a step or of an offboarding excludes is a refusal here.
fn refused(error: Error) -> Failure {
    match error {
        Error::Conflict(text) => Failure::Refused(text),
        other => other.into(),
    }
}

async fn show(desk: &Desk, id: &OffboardingId) -> Result<(), Failure> {
    let standing = watch::look(desk, id).await?;
    if desk.output.json {
        return desk.output.line(&view::document(&standing).to_string());
    }
    watch::tell(desk, &[standing])
}
