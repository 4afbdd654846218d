//! `exeunt migrate`: brings the schema of a store to this program's version.

use serde_json::json;

use super::failure::Failure;
use super::place::{Place, Readiness};

pub(super) fn run(place: &Place) -> Result<(), Failure> {
    let store = place.open(Readiness::Any)?;
    let (before, after) = super::runtime()?.block_on(store.migrate())?;
    place.output().answer(&json!({ "before": before, "after": after }), || match before {
        before if before == after => format!("schema {after} already\n"),
        before => format!("schema {before} brought to {after}\n"),
    })
}
