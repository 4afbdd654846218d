//! Which platforms an answer names, in which order, and with which status (contract section 3.1).
//!
//! This is the one place of the choices that the contract leaves open there; docs/faces/netex.md lists them.

use domain::{Goal, Offboarding, Platform, PlatformKind, Step, StepState};

use super::answer::Entry;
use super::headers::Mode;
use crate::app::{Report, reports};

const TRAINING: &str = "training";
const SOCIAL: &str = "social";
const PLAY: &str = "play";
/// Exeunt's own directory, in the vendor's word.
pub(super) const MANAGEMENT: &str = "management";
/// The vendor's platforms in the order of its samples, and what a tenant has that has declared none.
const DEFAULT_SET: [&str; 3] = [TRAINING, SOCIAL, PLAY];

const DONE_WITH_ANSWER: u16 = 200;
pub(super) const QUEUED: u16 = 202;
const DONE: u16 = 204;
const FAILED: u16 = 500;

/// How one platform stands, as far as this answer knows.
enum Standing {
    /// Done, or there was nothing to do.
    Settled,
    Pending(Option<String>),
    Failed(String),
}

/// One entry for each platform that the call concerns, in the vendor's order.
pub(super) fn entries(
    mode: Mode,
    offboarding: &Offboarding,
    steps: &[Step],
    platforms: &[Platform],
) -> Vec<(String, Entry)> {
    let mut named: Vec<(String, Standing)> = platforms
        .iter()
        .filter(|platform| concerned(platform, steps))
        .map(|platform| (shown(platform), standing(offboarding, steps, platform)))
        .collect();
    if none_declared(platforms) {
        named.extend(DEFAULT_SET.map(|name| (name.to_owned(), Standing::Settled)));
    }
    named.sort_by(|(a, _), (b, _)| (rank(a), a).cmp(&(rank(b), b)));
    let entry = |(name, standing): (String, Standing)| {
        let entry = entry(mode, &name, standing);
        (name, entry)
    };
    let mut entries: Vec<(String, Entry)> = named.into_iter().map(entry).collect();
    if offboarding.goal == Goal::Remove {
        // The vendor's sample of a deletion is silent about it; a failure there must not be.
        entries.retain(|(name, entry)| name != PLAY || entry.failed());
    }
    entries
}

/// The answer of a call that concerns the vendor's platforms and leaves nothing to do there.
pub(super) fn nothing_to_do(mode: Mode, platforms: &[Platform]) -> Vec<(String, Entry)> {
    let told =
        |name: &str| none_declared(platforms) || platforms.iter().any(|platform| platform.name == name);
    let names = DEFAULT_SET.into_iter().filter(|name| told(name)).chain([MANAGEMENT]);
    names.map(|name| (name.to_owned(), entry(mode, name, Standing::Settled))).collect()
}

/// The answer of a call that concerns our own directory alone.
pub(super) fn management() -> Vec<(String, Entry)> {
    vec![(MANAGEMENT.to_owned(), Entry::new(DONE, None))]
}

/// The answer about a group's administrators.
pub(super) fn training_and_management(mode: Mode, platforms: &[Platform]) -> Vec<(String, Entry)> {
    let mut entries = nothing_to_do(mode, platforms);
    entries.retain(|(name, _)| name == TRAINING || name == MANAGEMENT);
    entries
}

/// The vendor's platforms are always told of; others only where the user has an account.
fn concerned(platform: &Platform, steps: &[Step]) -> bool {
    DEFAULT_SET.contains(&platform.name.as_str()) || steps.iter().any(|step| step.platform == platform.id)
}

fn none_declared(platforms: &[Platform]) -> bool {
    platforms.iter().all(is_local)
}

fn is_local(platform: &Platform) -> bool {
    platform.kind == PlatformKind::Local
}

/// A remote platform of the local one's name must not hide it.
fn shown(platform: &Platform) -> String {
    match platform.name.as_str() {
        _ if is_local(platform) => MANAGEMENT.to_owned(),
        MANAGEMENT => format!("{MANAGEMENT} (remote)"),
        name => name.to_owned(),
    }
}

fn rank(name: &str) -> usize {
    let others = DEFAULT_SET.len();
    let vendors = DEFAULT_SET.iter().position(|known| *known == name);
    vendors.unwrap_or(if name == MANAGEMENT { others + 1 } else { others })
}

/// What was left out was not done: a client must not take it for a success.
fn standing(offboarding: &Offboarding, steps: &[Step], platform: &Platform) -> Standing {
    let mut here = steps.iter().filter(|step| step.platform == platform.id);
    if let Some(skipped) = here.find(|step| step.state == StepState::Skipped) {
        let why = skipped.note.as_ref().map_or_else(String::new, |note| format!(": {note}"));
        return Standing::Failed(format!("left out{why}"));
    }
    let touched = reports(offboarding, steps, std::slice::from_ref(platform)).pop();
    match touched.map(|touched| touched.report) {
        None | Some(Report::Done) => Standing::Settled,
        Some(Report::Pending(note)) => Standing::Pending(note),
        Some(Report::Failed(why)) => Standing::Failed(why),
    }
}

fn entry(mode: Mode, name: &str, standing: Standing) -> Entry {
    match standing {
        // A failure that is known is told in either mode.
        Standing::Failed(why) => Entry::new(FAILED, Some(why)),
        // The wait is over and the platform is not: the work goes on, but nobody can vouch for it.
        Standing::Pending(why) if mode == Mode::Synchronous => {
            let why = why.map_or_else(String::new, |why| format!("; {why}"));
            Entry::new(FAILED, Some(format!("timeout{why}")))
        }
        Standing::Pending(_) => Entry::new(status(mode, name, true), None),
        Standing::Settled => Entry::new(status(mode, name, false), None),
    }
}

fn status(mode: Mode, name: &str, pending: bool) -> u16 {
    let queued = match name {
        // By these two a client tells the modes apart, whatever there was to do.
        TRAINING | SOCIAL => true,
        // The vendor's samples know no 202 from here.
        PLAY => false,
        _ => pending,
    };
    match mode {
        Mode::Asynchronous if queued => QUEUED,
        Mode::Synchronous if name == TRAINING => DONE_WITH_ANSWER,
        _ => DONE,
    }
}
