//! Taking ready steps under a lease, with everything that is needed to act on them.

use connectors::Heir;
use domain::platform::is_sought;
use domain::step::{Event, next};
use domain::{
    Action, Error, Handover, Identity, Offboarding, OffboardingState, Owner, Platform, PlatformId, Refusal,
    Step, StepState, Support, TenantId, User,
};
use store::steps::{Claim, Due, Lease};
use store::{Tx, accounts, groups, offboardings, platforms, steps, users};

use super::App;
use super::edit::Edit;
use super::local::unfit;

/// A claimed step with everything that is needed to act on it.
#[derive(Clone, Debug)]
pub struct Work {
    pub claim: Claim,
    pub offboarding: Offboarding,
    pub step: Step,
    pub platform: Platform,
    /// The account, by the platform's own id; or what stands for one that is still to be found.
    pub account: String,
    /// Whose account it is.
    pub user: Identity,
    /// Who inherits, or why nobody may: successors are judged again now that the transfer runs.
    pub heir: Result<Option<Heir>, Refusal>,
    /// Why the step is not done as it was planned: its platform was declared anew since.
    pub outdated: Option<String>,
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
        let work = self
            .store
            .write(move |tx| {
                let lease = Lease { now_ms, until_ms: now_ms + lease_ms, node: &node, state };
                let mut work = Vec::new();
                for (platform, limit) in wanted {
                    let claims = steps::claim(tx, platform, &lease, limit)?;
                    let Some(platform) = platforms::by_id(tx, platform)? else { continue };
                    for claim in claims {
                        work.push(load_work(tx, claim, &platform)?);
                    }
                }
                Ok::<_, Error>(work)
            })
            .await?;
        for work in work.iter().filter(|work| work.offboarding.state == OffboardingState::Scheduled) {
            self.begin(&work.claim).await;
        }
        Ok(work)
    }

    /// The first claimed step of a scheduled offboarding sets it going. In a transaction of its own: a claim
    /// holds its platform, and whoever holds an offboarding may be waiting for that. If it fails, the
    /// settlement of the step says the same.
    async fn begin(&self, claim: &Claim) {
        let pen = self.pen(claim.tenant, "engine");
        let claim = claim.clone();
        let begun = self.store.write(move |tx| {
            let mut edit = Edit::load(tx, claim.tenant, &claim.offboarding)?;
            edit.begin(pen.now_ms);
            edit.save(tx, &pen).map(|_| ())
        });
        if let Err(error) = begun.await {
            tracing::warn!(%error, inside = error.inside(), "a scheduled offboarding was not set going yet");
        }
    }
}

fn load_work(tx: &mut Tx<'_>, claim: Claim, platform: &Platform) -> Result<Work, Error> {
    let gone = || Error::internal(&format!("offboarding {} vanished", claim.offboarding));
    let offboarding = offboardings::by_id(tx, claim.tenant, &claim.offboarding)?.ok_or_else(gone)?;
    let mut steps = steps::of_offboarding(tx, &claim.offboarding)?;
    let index = steps.iter().position(|step| step.no == claim.no).ok_or_else(gone)?;
    let outdated = outdated(&offboarding, &steps[index], &steps, platform);
    let step = steps.swap_remove(index);
    let leaver = users::by_id(tx, claim.tenant, offboarding.user)?;
    let leaver = leaver.ok_or_else(|| Error::internal(&"the offboarding's user is gone"))?;
    let by_deletion = platform.capabilities.transfer == Support::WithDelete;
    let heir = match step.action {
        Action::Transfer => heir(tx, claim.tenant, &offboarding, &leaver, platform)?,
        Action::Delete if by_deletion => heir(tx, claim.tenant, &offboarding, &leaver, platform)?,
        _ => Ok(None),
    };
    let account = account(tx, claim.tenant, &offboarding, &step)?;
    let user = Identity::from(&leaver);
    Ok(Work { claim, offboarding, step, platform: platform.clone(), account, user, heir, outdated })
}

/// What is agreed now counts, not what was when the plan was made: a deletion may lie a month behind it.
fn outdated(offboarding: &Offboarding, step: &Step, steps: &[Step], platform: &Platform) -> Option<String> {
    if step.local {
        return None;
    }
    let (name, action) = (&platform.name, step.action);
    match platform.capabilities.of(action) {
        Support::Able => {}
        Support::ByHand | Support::WithDelete => {
            return Some(format!("{name} was declared anew since: a person must {action} there now"));
        }
        Support::Nothing => {
            return Some(format!("{name} was declared anew since: {action} is not asked for there any more"));
        }
    }
    let wants_transfer = matches!(platform.capabilities.transfer, Support::Able | Support::ByHand);
    let hands_over = |other: &Step| {
        other.wanted() == Action::Transfer
            && other.platform == step.platform
            && other.remote_id == step.remote_id
    };
    let is_lost = action == Action::Delete
        && matches!(offboarding.handover, Some(Handover::To(_)))
        && wants_transfer
        && !steps.iter().any(hands_over);
    is_lost.then(|| {
        format!(
            "{name} was declared anew since: a deletion does not hand over any more, and nothing else does"
        )
    })
}

/// An account that an earlier step has found need not be looked for again.
fn account(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    offboarding: &Offboarding,
    step: &Step,
) -> Result<String, Error> {
    if is_sought(&step.remote_id)
        && let Some(known) = accounts::on_platform(tx, tenant, offboarding.user, step.platform)?
    {
        return Ok(known.remote_id);
    }
    Ok(step.remote_id.clone())
}

/// Who inherits, with the successor's own account on the platform where there is one.
fn heir(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    offboarding: &Offboarding,
    leaver: &User,
    platform: &Platform,
) -> Result<Result<Option<Heir>, Refusal>, Error> {
    let Some(Handover::To(owner)) = offboarding.handover else { return Ok(Ok(None)) };
    if let Some(refusal) = unfit(tx, tenant, leaver, owner)? {
        return Ok(Err(refusal));
    }
    let heir = match owner {
        Owner::Group(id) => groups::by_id(tx, tenant, id)?.map(|group| Heir::Group { name: group.name }),
        Owner::User(id) => {
            let account =
                accounts::on_platform(tx, tenant, id, platform.id)?.map(|account| account.remote_id);
            users::by_id(tx, tenant, id)?.map(|user| Heir::User { user: Identity::from(&user), account })
        }
    };
    Ok(Ok(heir))
}

#[cfg(test)]
mod tests {
    use domain::step::Progress;
    use domain::{Capabilities, Goal, OffboardingId, PlatformKind, StepNo, Terms, UserId};

    use super::*;

    fn step(no: i64, action: Action) -> Step {
        Step {
            no: StepNo(no),
            platform: PlatformId(2),
            local: false,
            remote_id: "7".to_owned(),
            action,
            state: StepState::Ready,
            needs: Vec::new(),
            attempt: 0,
            tried_before: 0,
            ready_at_ms: 0,
            idempotency_key: String::new(),
            progress: Progress::default(),
            note: None,
            finished_ms: None,
            hand: None,
        }
    }

    fn why(steps: &[Step], transfer: Support) -> Option<String> {
        let offboarding = Offboarding {
            id: OffboardingId("1".to_owned()),
            goal: Goal::Remove,
            user: UserId(1),
            user_name: "jsmith".to_owned(),
            requester: "console".to_owned(),
            handover: Some(Handover::To(Owner::User(UserId(2)))),
            state: OffboardingState::Running,
            message: None,
            start_ms: 0,
            created_ms: 0,
            cancel_asked: false,
            finished_ms: None,
        };
        let platform = Platform {
            id: PlatformId(2),
            name: "wiki".to_owned(),
            kind: PlatformKind::Http,
            settings: "{}".to_owned(),
            max_in_flight: 8,
            terms: Terms::default(),
            capabilities: Capabilities::FULL.with(Action::Transfer, transfer),
            revision: 2,
        };
        outdated(&offboarding, &steps[0], steps, &platform)
    }

    #[test]
    fn a_deletion_that_was_to_hand_over_does_not_run_where_it_no_longer_does() {
        let alone = [step(1, Action::Delete)];
        assert_eq!(why(&alone, Support::WithDelete), None);
        for now in [Support::Able, Support::ByHand] {
            let said = why(&alone, now).expect("a reason");
            assert!(said.contains("does not hand over any more"), "{said}");
        }
        let with_transfer = [step(1, Action::Delete), step(2, Action::Transfer)];
        assert_eq!(why(&with_transfer, Support::Able), None);
    }
}
