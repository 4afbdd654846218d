//! The sample company: the files of examples/company, and four simulated platforms.

use std::path::Path;

use domain::{Error, GroupId, PlatformKind, UserId};
use serde_json::json;

use crate::app::{GroupRef, NewPlatform};
use crate::cli::failure::Failure;
use crate::cli::import;
use crate::cli::place::Desk;

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

/// Applies the platforms and imports the files, a copy of which is left in `folder` to look at.
pub(super) async fn load(desk: &Desk, folder: &Path) -> Result<(), Failure> {
    desk.app.apply_platforms(&desk.caller, platforms(folder)).await?;
    let mut files = Vec::new();
    for (name, text) in FILES {
        let file = folder.join(name);
        std::fs::write(&file, text).map_err(Failure::failed)?;
        files.push(file);
    }
    import::files(desk, files).await
}

/// Each keeps a journal of what was done on it; `social` is busy twice before it gives in.
fn platforms(folder: &Path) -> Vec<NewPlatform> {
    let platform = |name: &str, latency_ms: u64, busy_first: u64| NewPlatform {
        name: name.to_owned(),
        kind: PlatformKind::Simulated,
        settings: json!({
            "latency_ms": latency_ms,
            "busy_first": busy_first,
            "retry_after_ms": 700,
            "journal": folder.join(format!("{name}.jsonl")),
        })
        .to_string(),
        max_in_flight: None,
    };
    vec![
        platform("training", 250, 0),
        platform("social", 150, 2),
        platform("play", 100, 0),
        platform("backup", 400, 0),
    ]
}
