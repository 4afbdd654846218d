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
    Ok(Work { claim, offboarding, step, platform: platform.clone(), account, user, heir })
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
