//! What one offboarding means per platform: the view that faces and people ask for.

use domain::{Offboarding, OffboardingState, Platform, Step, StepState};

/// How a platform stands in one offboarding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Report {
    /// Every step there is done or left out.
    Done,
    /// Steps are still to come; the text is the last reason to wait, if there was one.
    Pending(Option<String>),
    /// A person must decide; the text says why.
    Failed(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformReport {
    pub platform: String,
    /// Exeunt's own directory.
    pub local: bool,
    pub report: Report,
}

/// One line per platform that the offboarding touches, in the order of `platforms`.
pub fn reports(offboarding: &Offboarding, steps: &[Step], platforms: &[Platform]) -> Vec<PlatformReport> {
    let touched = platforms.iter().filter(|p| steps.iter().any(|step| step.platform == p.id));
    touched
        .map(|platform| PlatformReport {
            platform: platform.name.clone(),
            local: platform.kind == domain::PlatformKind::Local,
            report: report(offboarding, steps.iter().filter(|step| step.platform == platform.id)),
        })
        .collect()
}

fn report<'a>(offboarding: &Offboarding, steps: impl Iterator<Item = &'a Step>) -> Report {
    let mut worst = Report::Done;
    for step in steps {
        let note = step.note.clone();
        match step.state {
            StepState::Failed => return Report::Failed(note.unwrap_or_else(|| "failed".to_owned())),
            StepState::Waiting | StepState::Ready | StepState::Running
                if offboarding.state != OffboardingState::Cancelled =>
            {
                worst = Report::Pending(note);
            }
            _ => {}
        }
    }
    worst
}
