//! What a verdict, a lapsed lease or a chunk of local work makes of a step.

use connectors::{Attempt, Presence};
use domain::settle::Moment;
use domain::step::Progress;
use domain::{
    Account, AccountState, Error, Fact, Handover, Offboarding, Outcome, Owner, Platform, Step, TenantId,
};
use serde_json::json;
use store::steps::Claim;
use store::{Tx, accounts, platforms, steps, users};

use super::claim::Work;
use super::edit::Edit;
use super::local::{self, Local};
use super::{App, Pen};

impl App {
    /// Notes a verdict. Answers `false` if the step was no longer ours: then nothing is written.
    pub async fn settle(&self, work: &Work, attempt: Attempt) -> Result<bool, Error> {
        let Attempt { outcome, account } = attempt;
        let pen = self.pen(work.claim.tenant, "engine");
        let moment = Moment { now_ms: pen.now_ms, jitter: self.random.jitter() };
        let (claim, platform, remote_id) = (work.claim.clone(), work.platform.clone(), work.account.clone());
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
                note_account(tx, &edit, &claim, &remote_id, &outcome, &account, pen.now_ms)?;
                if account == Presence::Nobody {
                    edit.nobody_there(claim.no, pen.now_ms)?;
                }
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
                let user = users::by_id(tx, claim.tenant, edit.offboarding.user)?
                    .ok_or_else(|| Error::internal(&"the offboarding's user is gone"))?;
                let offboarding = &edit.offboarding;
                match local::perform(tx, claim.tenant, offboarding, &step, &user, &mut budget, pen.now_ms)? {
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
        // Between chunks nobody is told: whoever watches looks by the clock, and the next chunk begins at once.
        if !more {
            self.hint_work();
        }
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
                    // Its node may have come back meanwhile and renewed the lease.
                    if steps::is_lapsed(tx, &claim, pen.now_ms)? {
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

/// A platform's conduct is written down only when it changes; then settlements of it take turns, so that
/// every failure counts.
fn note_health(tx: &mut Tx<'_>, pen: &Pen, platform: &Platform, outcome: &Outcome) -> Result<(), Error> {
    let before = platforms::health(tx, platform.id)?;
    if before == before.after(outcome, pen.now_ms) {
        return Ok(());
    }
    let before = platforms::health_locked(tx, platform.id)?;
    let after = before.after(outcome, pen.now_ms);
    // What was tried with settings that have been replaced meanwhile tells nothing of the new ones.
    let now = platforms::by_id(tx, platform.id)?;
    if before == after || now.is_none_or(|now| now.revision != platform.revision) {
        return Ok(());
    }
    platforms::set_health(tx, platform.id, after)?;
    let detail = json!({ "platform": platform.name, "failures": after.failures, "reason": outcome.text() });
    if after.held {
        pen.write(tx, &Fact::new("platform.held", detail))?;
    } else if after.is_paused(pen.now_ms) {
        pen.write(tx, &Fact::new("platform.paused", detail))?;
    } else if before.is_on_trial() {
        pen.write(tx, &Fact::new("platform.resumed", detail))?;
    }
    Ok(())
}

/// What the attempt tells of the account: the state it is in now, and which one it is where that was not known.
fn note_account(
    tx: &mut Tx<'_>,
    edit: &Edit,
    claim: &Claim,
    known_id: &str,
    outcome: &Outcome,
    account: &Presence,
    now_ms: i64,
) -> Result<(), Error> {
    let Some(step) = edit.steps.iter().find(|step| step.no == claim.no) else { return Ok(()) };
    let state = match account {
        Presence::Nobody => Some(AccountState::Deleted),
        Presence::AsKnown | Presence::Found(_) => AccountState::after(step.action),
    };
    let state = state.filter(|_| outcome.succeeded());
    if let Presence::Found(remote_id) = account {
        let (platform, user, remote_id) = (step.platform, edit.offboarding.user, remote_id.clone());
        let state = state.unwrap_or(AccountState::Unknown);
        accounts::link(tx, claim.tenant, &Account { platform, user, remote_id, state }, now_ms)?;
    } else if let Some(state) = state {
        accounts::observed(tx, step.platform, known_id, state, now_ms)?;
    }
    Ok(())
}

fn progress_fact(offboarding: &Offboarding, step: &Step, progress: Progress) -> Fact {
    let detail =
        json!({ "step": step.no, "action": step.action, "done": progress.done, "total": progress.total });
    Fact::new("step.progress", detail).on(offboarding.user).of(&offboarding.id)
}
