//! `exeunt backup`: a copy of an embedded store while it is in use.

use std::path::PathBuf;

use serde_json::json;

use super::failure::Failure;
use super::place::Desk;

#[derive(Clone, Debug, clap::Args)]
pub struct Backup {
    /// Copy to this file, which must not exist; to restore, serve the copy
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

pub(super) async fn run(desk: &Desk, backup: &Backup) -> Result<(), Failure> {
    desk.app.store.backup(&backup.file).await?;
    let file = backup.file.display().to_string();
    desk.output.answer(&json!({ "file": file }), || format!("the store is copied to {file}\n"))
}
