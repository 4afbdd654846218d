//! Where an offboarding changes after its acceptance.

use domain::offboarding::state_of;
use domain::settle::{self, Moment, SettleError};
use domain::{
    Error, Fact, Offboarding, OffboardingId, OffboardingState, Outcome, Platform, PlatformId, Step, StepNo,
    StepState, TenantId,
};
use store::steps::Claim;
use store::{Tx, offboardings, platforms, steps};

use super::Pen;

/// An offboarding in the hands of one transaction: what it was, what it becomes, what is told of it.
pub(super) struct Edit {
    tenant: TenantId,
    before: (Offboarding, Vec<Step>),
    pub offboarding: Offboarding,
    pub steps: Vec<Step>,
    facts: Vec<Fact>,
}

impl Edit {
    /// For a change that begins with a step of our own.
    pub(super) fn load(tx: &mut Tx<'_>, tenant: TenantId, id: &OffboardingId) -> Result<Self, Error> {
        let offboarding = locked(tx, tenant, id)?;
        let steps = steps::of_offboarding(tx, id)?;
        Ok(Self::new(tenant, offboarding, steps))
    }

    /// For a change to any step: none is claimed meanwhile.
    pub(super) fn alone(tx: &mut Tx<'_>, tenant: TenantId, id: &OffboardingId) -> Result<Self, Error> {
        let offboarding = locked(tx, tenant, id)?;
        let steps = steps::locked(tx, id)?;
        Ok(Self::new(tenant, offboarding, steps))
    }

    fn new(tenant: TenantId, offboarding: Offboarding, steps: Vec<Step>) -> Self {
        let before = (offboarding.clone(), steps.clone());
        Self { tenant, before, offboarding, steps, facts: Vec::new() }
    }

    /// One of its steps has begun.
    pub(super) fn begin(&mut self, now_ms: i64) {
        let Offboarding { cancel_asked, start_ms, .. } = self.offboarding;
        let state = state_of(&self.steps, cancel_asked, start_ms, now_ms);
        if self.offboarding.state == OffboardingState::Scheduled && state == OffboardingState::Running {
            self.offboarding.state = state;
            let fact = Fact::bare("offboarding.running");
            self.facts.push(fact.on(self.offboarding.user).of(&self.offboarding.id));
        }
    }

    pub(super) fn settle(&mut self, no: StepNo, outcome: &Outcome, moment: Moment) -> Result<(), Error> {
        let facts = settle::settle(&mut self.offboarding, &mut self.steps, no, outcome, moment);
        self.told(facts)
    }

    pub(super) fn nobody_there(&mut self, no: StepNo, now_ms: i64) -> Result<(), Error> {
        let facts = settle::nobody_there(&mut self.offboarding, &mut self.steps, no, now_ms);
        self.told(facts)
    }

    pub(super) fn confirm(&mut self, no: StepNo, evidence: &str, now_ms: i64) -> Result<(), Error> {
        let facts = settle::confirm_step(&mut self.offboarding, &mut self.steps, no, evidence, now_ms);
        self.told(facts)
    }

    /// Answers whether there was a word to say.
    pub(super) fn remind(&mut self, no: StepNo, now_ms: i64) -> Result<bool, Error> {
        let facts = settle::remind(&mut self.offboarding, &mut self.steps, no, now_ms);
        let before = self.facts.len();
        self.told(facts)?;
        Ok(self.facts.len() > before)
    }

    pub(super) fn rescue(&mut self, no: StepNo, now_ms: i64) -> Result<(), Error> {
        let facts = settle::rescue(&mut self.offboarding, &mut self.steps, no, now_ms);
        self.told(facts)
    }

    pub(super) fn retry(&mut self, no: StepNo, now_ms: i64) -> Result<(), Error> {
        let facts = settle::retry_step(&mut self.offboarding, &mut self.steps, no, now_ms);
        self.told(facts)
    }

    pub(super) fn skip(&mut self, no: StepNo, reason: &str, now_ms: i64) -> Result<(), Error> {
        let facts = settle::skip_step(&mut self.offboarding, &mut self.steps, no, reason, now_ms);
        self.told(facts)
    }

    pub(super) fn cancel(&mut self, reason: &str, now_ms: i64) -> Result<(), Error> {
        let facts = settle::cancel(&mut self.offboarding, &mut self.steps, reason, now_ms);
        self.told(facts)
    }

    fn told(&mut self, facts: Result<Vec<Fact>, SettleError>) -> Result<(), Error> {
        let refused = |error: SettleError| match error {
            SettleError::NoSuchStep(no) => Error::not_found("step", no.to_string()),
            SettleError::Illegal(_) | SettleError::Over(_) | SettleError::Ours(_) => {
                Error::Conflict(error.to_string())
            }
        };
        self.facts.extend(facts.map_err(refused)?);
        Ok(())
    }

    /// Is the step still under this very claim?
    pub(super) fn holds(&self, claim: &Claim) -> bool {
        let ours = |step: &&Step| step.no == claim.no && step.attempt == claim.attempt;
        self.steps.iter().find(ours).is_some_and(|step| step.state == StepState::Running)
    }

    /// Writes what differs, and what is told of it.
    pub(super) fn save(self, tx: &mut Tx<'_>, pen: &Pen) -> Result<(Offboarding, Vec<Step>), Error> {
        for (before, after) in self.before.1.iter().zip(&self.steps).filter(|(before, after)| before != after)
        {
            steps::save(tx, &self.offboarding.id, before, after)?;
        }
        if self.before.0 != self.offboarding {
            offboardings::update(tx, self.tenant, &self.offboarding)?;
        }
        let mut known = Vec::new();
        for fact in self.facts {
            let fact = with_platform_name(tx, fact, &mut known)?;
            pen.write(tx, &fact)?;
        }
        Ok((self.offboarding, self.steps))
    }
}

/// The domain knows platforms by number; whoever reads the log knows them by name. Each is looked up once.
fn with_platform_name(tx: &mut Tx<'_>, mut fact: Fact, known: &mut Vec<Platform>) -> Result<Fact, Error> {
    let number = fact.detail.get("platform").and_then(serde_json::Value::as_i64).map(PlatformId);
    let Some(id) = number else { return Ok(fact) };
    if !known.iter().any(|platform| platform.id == id) {
        known.extend(platforms::by_id(tx, id)?);
    }
    if let Some(platform) = known.iter().find(|platform| platform.id == id) {
        fact.detail["platform"] = platform.name.clone().into();
    }
    Ok(fact)
}

fn locked(tx: &mut Tx<'_>, tenant: TenantId, id: &OffboardingId) -> Result<Offboarding, Error> {
    offboardings::locked(tx, tenant, id)?.ok_or_else(|| Error::not_found("offboarding", id.to_string()))
}
