//! Watching offboardings until nothing moves: bars on a terminal, plain lines elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use domain::{OffboardingId, OffboardingState};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use super::failure::Failure;
use super::output::is_watched;
use super::place::Desk;
use super::view::{self, Standing};
use crate::app::moves;

/// Other processes do the work, so we look again after this long.
const LOOK_AGAIN_MS: u64 = 250;

/// How an offboarding stands now.
pub(super) async fn look(desk: &Desk, id: &OffboardingId) -> Result<Standing, Failure> {
    let detail = desk.app.offboarding(&desk.caller, id).await?;
    let platforms = desk.app.platforms(&desk.caller).await?;
    let now_ms = desk.app.clock.now_ms();
    let paused = platforms.iter().filter(|status| status.health.is_paused(now_ms));
    let paused = paused.map(|status| (status.platform.id, status.health.paused_until_ms)).collect();
    Ok(Standing { detail, paused, now_ms })
}

/// Answers when the offboarding rests: finished, blocked with nothing else to do, or not begun.
pub(super) async fn until_rest(desk: &Desk, id: &OffboardingId) -> Result<Standing, Failure> {
    let mut bars = Bars::new();
    loop {
        let standing = look(desk, id).await?;
        bars.show(&standing);
        if rests(&standing) {
            bars.clear();
            return Ok(standing);
        }
        tokio::time::sleep(Duration::from_millis(LOOK_AGAIN_MS)).await;
    }
}

/// Whether nothing will change before a date comes or a person decides.
fn rests(standing: &Standing) -> bool {
    let Standing { detail, now_ms, .. } = standing;
    match detail.offboarding.state {
        OffboardingState::Completed | OffboardingState::Cancelled | OffboardingState::Scheduled => true,
        OffboardingState::Running | OffboardingState::Blocked => {
            let waits_for_date = |ready_at_ms: i64, tries: i64| ready_at_ms > *now_ms && tries == 0;
            let moving = |step: &&domain::Step| moves(step, &detail.held);
            !detail.steps.iter().filter(moving).any(|s| !waits_for_date(s.ready_at_ms, s.tries()))
        }
    }
}

/// How each stands in the end.
pub(super) fn tell(desk: &Desk, standings: &[Standing]) -> Result<(), Failure> {
    for standing in standings {
        desk.output.line(&view::headline(standing))?;
        desk.output.text(&view::steps(standing))?;
        for advice in view::advice(standing) {
            desk.output.line(&advice)?;
        }
    }
    Ok(())
}

/// A bar per platform, on standard error.
struct Bars {
    all: MultiProgress,
    by_platform: BTreeMap<String, ProgressBar>,
}

impl Bars {
    fn new() -> Self {
        Self { all: MultiProgress::new(), by_platform: BTreeMap::new() }
    }

    fn show(&mut self, standing: &Standing) {
        if !is_watched() {
            return;
        }
        let detail = &standing.detail;
        for platform in &detail.platforms {
            let steps: Vec<_> = detail.steps.iter().filter(|step| step.platform == platform.id).collect();
            let Some(last) = steps.last() else { continue };
            let over = steps.iter().filter(|step| step.state.is_final()).count();
            let current = steps.iter().find(|step| !step.state.is_final()).unwrap_or(last);
            let all = &self.all;
            let bar = self
                .by_platform
                .entry(platform.name.clone())
                .or_insert_with(|| all.add(bar(&platform.name, steps.len())));
            bar.set_position(u64::try_from(over).unwrap_or(u64::MAX));
            bar.set_message(format!("{}: {}", current.wanted(), view::state_of(standing, current)));
        }
    }

    fn clear(&self) {
        for bar in self.by_platform.values() {
            bar.finish_and_clear();
        }
    }
}

/// Built without being drawn: one that draws before it has its place leaves a line behind.
fn bar(platform: &str, steps: usize) -> ProgressBar {
    // A template that cannot be read leaves indicatif's own.
    let style = ProgressStyle::with_template("{prefix:16} {bar:20} {pos}/{len} {wide_msg}");
    ProgressBar::new(u64::try_from(steps).unwrap_or(u64::MAX))
        .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        .with_prefix(platform.to_owned())
}
