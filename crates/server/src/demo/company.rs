//! The sample company: the files of examples/company.

use std::path::{Path, PathBuf};

use domain::{Error, GroupId, UserId};
use serde_json::{Value, json};

use crate::app::{GroupRef, NewPlatform};
use crate::cli::failure::Failure;
use crate::cli::place::Desk;
use crate::cli::{import, platform};

/// Four simulated ones, of which `social` is busy twice before it gives in.
const PLATFORMS: (&str, &str) =
    ("platforms.toml", include_str!("../../../../examples/company/platforms.toml"));
/// In the order in which they name each other.
const FILES: [(&str, &str); 4] = [
    ("groups.csv", include_str!("../../../../examples/company/groups.csv")),
    ("users.csv", include_str!("../../../../examples/company/users.csv")),
    ("assets.csv", include_str!("../../../../examples/company/assets.csv")),
    ("accounts.csv", include_str!("../../../../examples/company/accounts.csv")),
];

/// A group that nothing in the demo can remove: where it is, the company is.
const LANDMARK: GroupId = GroupId(22);

/// Whether the company is still to be loaded, as after a first start that was cut short. Anybody else's store
/// is left as it is.
pub(super) async fn is_missing(desk: &Desk, folder: &Path) -> Result<bool, Failure> {
    match desk.app.group(&desk.caller, &GroupRef::Id(LANDMARK)).await {
        Ok(_) => return Ok(false),
        Err(Error::NotFound { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    // The administrator alone is nobody's company.
    if desk.app.users(&desk.caller, UserId(0), 2).await?.rows.len() > 1 {
        let text = format!("{}: the store there is not a demo's; name another folder", folder.display());
        return Err(Failure::Refused(text));
    }
    Ok(true)
}

/// Imports the files, a copy of which is left in `folder` to look at, and applies the platforms first.
pub(super) async fn load(desk: &Desk, folder: &Path) -> Result<(), Failure> {
    let declared = copy(folder, PLATFORMS)?;
    let mut platforms = platform::read(&declared).map_err(Failure::Failed)?;
    for platform in &mut platforms {
        keep_journal(platform, folder)?;
    }
    desk.app.apply_platforms(&desk.caller, platforms).await?;
    let files = FILES.into_iter().map(|file| copy(folder, file)).collect::<Result<_, _>>()?;
    import::files(desk, files).await
}

fn copy(folder: &Path, (name, text): (&str, &str)) -> Result<PathBuf, Failure> {
    let file = folder.join(name);
    std::fs::write(&file, text).map_err(|error| Failure::Failed(format!("{}: {error}", file.display())))?;
    Ok(file)
}

/// What was done on a platform outlives the process, as it would on a real one.
fn keep_journal(platform: &mut NewPlatform, folder: &Path) -> Result<(), Failure> {
    let mut settings: Value = serde_json::from_str(&platform.settings).map_err(Failure::failed)?;
    settings["journal"] = json!(folder.join(format!("{}.jsonl", platform.name)));
    platform.settings = settings.to_string();
    Ok(())
}
