//! Where an offboarding changes after its acceptance: by a verdict, a lapsed lease, or a person's word.

use connectors::Heir;
use domain::settle::{self, Moment, SettleError};
use domain::step::{Event, Progress, next};
use domain::{
    AccountState, Action, Error, Fact, Handover, Offboarding, OffboardingId, OffboardingState, Outcome,
    Owner, Platform, PlatformId, Step, StepNo, StepState, TenantId,
};
use serde_json::json;
use store::steps::{Claim, Due, Lease};
use store::{Tx, accounts, groups, offboardings, platforms, steps, users};

use super::local::{self, Local};
use super::{App, Pen};

/// A claimed step with everything that is needed to act on it.
#[derive(Clone, Debug)]
pub struct Work {
    pub claim: Claim,
    pub offboarding: Offboarding,
    pub step: Step,
    pub platform: Platform,
    pub heir: Option<Heir>,
}

/// An offboarding in the hands of one transaction: what it was, what it becomes, what is told of it.
pub(super) struct Edit {
    tenant: TenantId,
    before: (Offboarding, Vec<Step>),
    pub offboarding: Offboarding,
    pub steps: Vec<Step>,
    facts: Vec<Fact>,
}

impl Edit {
    pub(super) fn load(tx: &mut Tx<'_>, tenant: TenantId, id: &OffboardingId) -> Result<Self, Error> {
        let offboarding = offboardings::locked(tx, tenant, id)?
            .ok_or_else(|| Error::not_found("offboarding", id.to_string()))?;
        let steps = steps::of_offboarding(tx, id)?;
        Ok(Self {
            tenant,
            before: (offboarding.clone(), steps.clone()),
            offboarding,
            steps,
            facts: Vec::new(),
        })
    }

    fn settle(&mut self, no: StepNo, outcome: &Outcome, moment: Moment) -> Result<(), Error> {
        let facts = settle::settle(&mut self.offboarding, &mut self.steps, no, outcome, moment);
        self.told(facts)
    }

    fn rescue(&mut self, no: StepNo, now_ms: i64) -> Result<(), Error> {
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
            SettleError::Illegal(_) | SettleError::Over(_) => Error::Conflict(error.to_string()),
        };
        self.facts.extend(facts.map_err(refused)?);
        Ok(())
    }

    /// Is the step still under this very claim?
    fn holds(&self, claim: &Claim) -> bool {
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
        for fact in &self.facts {
            pen.write(tx, fact)?;
        }
        Ok((self.offboarding, self.steps))
    }
}

impl App {
    /// Platforms with steps that may run now.
    pub async fn due(&self) -> Result<Vec<Due>, Error> {
        let now_ms = self.clock.now_ms();
        self.store.read(|tx| Ok(steps::due(tx, now_ms)?)).await
    }

    /// Takes at most `limit` steps of each of these platforms under a lease.
    pub async fn claim(
        &self,
        node: &str,
        lease_ms: i64,
        wanted: Vec<(PlatformId, i64)>,
    ) -> Result<Vec<Work>, Error> {
        let state = next(StepState::Ready, Event::Claimed).map_err(|error| Error::internal(&error))?;
        let (now_ms, node) = (self.clock.now_ms(), node.to_owned());
        let pen = self.pen(TenantId(0), "engine");
        self.store
            .write(move |tx| {
                let lease = Lease { now_ms, until_ms: now_ms + lease_ms, node: &node, state };
                let mut work = Vec::new();
                for (platform, limit) in wanted {
                    let claims = steps::claim(tx, platform, &lease, limit)?;
                    let Some(platform) = platforms::by_id(tx, platform)? else { continue };
                    for claim in claims {
                        work.push(load_work(tx, &pen, claim, &platform)?);
                    }
                }
                Ok(work)
            })
            .await
    }

    /// Notes a verdict. Answers `false` if the step was no longer ours: then nothing is written.
    pub async fn settle(&self, work: &Work, outcome: Outcome) -> Result<bool, Error> {
        let pen = self.pen(work.claim.tenant, "engine");
        let moment = Moment { now_ms: pen.now_ms, jitter: self.random.jitter() };
        let (claim, platform) = (work.claim.clone(), work.platform.clone());
        let ours = self
            .store
            .write(move |tx| {
                let mut edit = Edit::load(tx, claim.tenant, &claim.offboarding)?;
                if !edit.holds(&claim) {
                    return Ok::<_, Error>(false);
                }
                edit.settle(claim.no, &outcome, moment)?;
                crate::halt::at("settling");
                note_health(tx, &pen, &platform, &outcome)?;
                note_account(tx, &edit, claim.no, &outcome, pen.now_ms)?;
                edit.save(tx, &pen)?;
                Ok(true)
            })
            .await?;
        self.hint_work();
        Ok(ours)
    }

    /// Does a local step, or its next chunk, in the transaction that notes it. Answers whether more is left.
    pub async fn run_local(&self, work: &Work, lease_ms: i64) -> Result<bool, Error> {
        let pen = self.pen(work.claim.tenant, "engine");
        let moment = Moment { now_ms: pen.now_ms, jitter: self.random.jitter() };
        let (claim, frozen) = (work.claim.clone(), work.offboarding.clone());
        let more = self
            .store
            .write(move |tx| {
                lock_parties(tx, claim.tenant, &frozen)?;
                let mut edit = Edit::load(tx, claim.tenant, &claim.offboarding)?;
                if !edit.holds(&claim) {
                    return Ok::<_, Error>(false);
                }
                let Some(step) = edit.steps.iter().find(|step| step.no == claim.no).cloned() else {
                    return Ok(false);
                };
                let mut budget = store::assets::CHUNK;
                match local::perform(tx, claim.tenant, &edit.offboarding, &step, &mut budget, pen.now_ms)? {
                    Local::More(progress) => {
                        let fact = progress_fact(&edit.offboarding, &step, progress);
                        pen.write(tx, &fact)?;
                        Ok(steps::progress(tx, &claim, progress, pen.now_ms + lease_ms)?)
                    }
                    Local::Settled(outcome, progress) => {
                        for step in edit.steps.iter_mut().filter(|step| step.no == claim.no) {
                            step.progress = progress;
                        }
                        edit.settle(claim.no, &outcome, moment)?;
                        edit.save(tx, &pen)?;
                        Ok(false)
                    }
                }
            })
            .await?;
        self.hint_work();
        Ok(more)
    }

    /// Gives steps back whose node fell silent. Answers how many.
    pub async fn rescue(&self, limit: i64) -> Result<usize, Error> {
        let now_ms = self.clock.now_ms();
        let lapsed = self.store.read(|tx| Ok::<_, Error>(steps::lapsed(tx, now_ms, limit)?)).await?;
        for claim in &lapsed {
            let pen = self.pen(claim.tenant, "engine");
            let claim = claim.clone();
            self.store
                .write(move |tx| {
                    let mut edit = Edit::load(tx, claim.tenant, &claim.offboarding)?;
                    if edit.holds(&claim) {
                        edit.rescue(claim.no, pen.now_ms)?;
                        edit.save(tx, &pen)?;
                    }
                    Ok::<_, Error>(())
                })
                .await?;
        }
        Ok(lapsed.len())
    }

    /// Numbers waiting log entries. Answers how many.
    pub async fn seal(&self) -> Result<usize, Error> {
        if !self.store.read(|tx| Ok::<_, Error>(store::log::any_unsealed(tx)?)).await? {
            return Ok(0);
        }
        let sealed = self.store.write(|tx| Ok::<_, Error>(store::log::seal(tx)?)).await?;
        self.hint_change();
        Ok(sealed)
    }
}

fn load_work(tx: &mut Tx<'_>, pen: &Pen, claim: Claim, platform: &Platform) -> Result<Work, Error> {
    let gone = || Error::internal(&format!("offboarding {} vanished", claim.offboarding));
    let offboarding = offboardings::by_id(tx, claim.tenant, &claim.offboarding)?.ok_or_else(gone)?;
    let offboarding = begin(tx, pen, claim.tenant, offboarding)?;
    let mut steps = steps::of_offboarding(tx, &claim.offboarding)?;
    let index = steps.iter().position(|step| step.no == claim.no).ok_or_else(gone)?;
    let step = steps.swap_remove(index);
    let heir =
        if step.action == Action::Transfer { heir(tx, claim.tenant, &offboarding, platform)? } else { None };
    Ok(Work { claim, offboarding, step, platform: platform.clone(), heir })
}

/// The first claimed step of a scheduled offboarding sets it going.
fn begin(
    tx: &mut Tx<'_>,
    pen: &Pen,
    tenant: TenantId,
    mut offboarding: Offboarding,
) -> Result<Offboarding, Error> {
    if offboarding.state == OffboardingState::Scheduled {
        offboarding.state = OffboardingState::Running;
        offboardings::update(tx, tenant, &offboarding)?;
        let fact = Fact::bare("offboarding.running").on(offboarding.user).of(&offboarding.id);
        pen.of(tenant).write(tx, &fact)?;
    }
    Ok(offboarding)
}

/// Who inherits, with the successor's own account on the platform where there is one.
fn heir(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    offboarding: &Offboarding,
    platform: &Platform,
) -> Result<Option<Heir>, Error> {
    let Some(Handover::To(owner)) = offboarding.handover else { return Ok(None) };
    Ok(match owner {
        Owner::Group(id) => groups::by_id(tx, tenant, id)?.map(|group| Heir::Group { name: group.name }),
        Owner::User(id) => {
            let account =
                accounts::on_platform(tx, tenant, id, platform.id)?.map(|account| account.remote_id);
            users::by_id(tx, tenant, id)?.map(|user| Heir::User { user_name: user.user_name, account })
        }
    })
}

/// Leaver and successor in the order of their ids, before the offboarding, as when a plan is accepted.
fn lock_parties(tx: &mut Tx<'_>, tenant: TenantId, offboarding: &Offboarding) -> Result<(), Error> {
    let mut parties = vec![offboarding.user];
    if let Some(Handover::To(Owner::User(heir))) = offboarding.handover {
        parties.push(heir);
    }
    parties.sort_unstable();
    users::lock(tx, tenant, &parties)?;
    Ok(())
}

/// A platform's conduct is written down only when it changes.
fn note_health(tx: &mut Tx<'_>, pen: &Pen, platform: &Platform, outcome: &Outcome) -> Result<(), Error> {
    let before = platforms::health(tx, platform.id)?;
    let after = before.after(outcome, pen.now_ms);
    if before == after {
        return Ok(());
    }
    platforms::set_health(tx, platform.id, after)?;
    let detail = json!({ "platform": platform.name, "failures": after.failures, "reason": outcome.text() });
    if after.is_paused(pen.now_ms) {
        pen.write(tx, &Fact::new("platform.paused", detail))?;
    } else if before.failures >= domain::breaker::FAILURES_BEFORE_PAUSE {
        pen.write(tx, &Fact::new("platform.resumed", detail))?;
    }
    Ok(())
}

fn note_account(
    tx: &mut Tx<'_>,
    edit: &Edit,
    no: StepNo,
    outcome: &Outcome,
    now_ms: i64,
) -> Result<(), Error> {
    let Some(step) = edit.steps.iter().find(|step| step.no == no) else { return Ok(()) };
    let state = match step.action {
        Action::Disable => AccountState::Disabled,
        Action::Enable => AccountState::Active,
        Action::Delete => AccountState::Deleted,
        Action::EndSessions | Action::Transfer | Action::Release | Action::Manual => return Ok(()),
    };
    if outcome.succeeded() {
        accounts::observed(tx, step.platform, &step.remote_id, state, now_ms)?;
    }
    Ok(())
}

fn progress_fact(offboarding: &Offboarding, step: &Step, progress: Progress) -> Fact {
    let detail =
        json!({ "step": step.no, "action": step.action, "done": progress.done, "total": progress.total });
    Fact::new("step.progress", detail).on(offboarding.user).of(&offboarding.id)
}
