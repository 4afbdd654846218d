//! Taking ready steps under a lease, with everything that is needed to act on them.

use connectors::Heir;
use domain::step::{Event, next};
use domain::{
    Action, Error, Fact, Handover, Offboarding, OffboardingState, Owner, Platform, PlatformId, Step,
    StepState, TenantId,
};
use store::steps::{Claim, Due, Lease};
use store::{Tx, accounts, groups, offboardings, platforms, steps, users};

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
