//! Workloads that stop running for their owners: a single one, or all of a tenant. Those of one user are
//! a departure like any other.

use domain::{
    Action, Asset, AssetKind, Error, Fact, Goal, NameKey, Owner, Refusal, Role, TenantId, UserId, UserState,
};
use serde_json::json;
use store::tenants::{self, Tenant};
use store::{Tx, assets, users};

use super::{App, AssetRef, Caller, MAX_PAGE, Pen, Start, Started, UserDetail, UserRef};

/// How a caller may name a workload.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkloadRef {
    Subclient(AssetRef),
    VmClient(AssetRef),
}

impl WorkloadRef {
    fn kind(&self) -> &'static str {
        match self {
            Self::Subclient(_) => AssetKind::SUBCLIENT,
            Self::VmClient(_) => AssetKind::VM_CLIENT,
        }
    }

    fn noun(&self) -> &'static str {
        match self {
            Self::Subclient(_) => "subclient",
            Self::VmClient(_) => "VM client",
        }
    }

    pub fn shown(&self) -> String {
        self.asset().shown()
    }

    fn asset(&self) -> &AssetRef {
        match self {
            Self::Subclient(asset) | Self::VmClient(asset) => asset,
        }
    }

    fn find(&self, tx: &mut Tx<'_>, tenant: TenantId) -> Result<Asset, Error> {
        let found = self.asset().find(tx, tenant, &AssetKind::new(self.kind())?)?;
        found.ok_or_else(|| Error::not_found(self.noun(), self.shown()))
    }
}

/// How a caller may name a tenant; none but its own is there for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TenantRef {
    Id(TenantId),
    /// Its name or its host.
    Name(String),
}

/// How far the release of a whole tenant came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TenantRelease {
    pub tenant: String,
    pub users: u64,
    /// Released by the time of the answer.
    pub workloads: u64,
    /// Users of whose workloads the engine releases the rest.
    pub under_way: u64,
    /// The first of those who were refused.
    pub refusals: Vec<Refusal>,
    /// How many were refused besides.
    pub more_refused: u64,
    /// The time of a call was up before all users were looked at.
    pub cut_short: bool,
}

/// Most refusals that are told one by one.
const MAX_REFUSALS: usize = 5;

impl App {
    /// Releases one workload in our own directory; one that was released before stays so. `name`, where it is given,
    /// must be the workload's own: two ways of naming must mean the same one.
    pub async fn release_workload(
        &self,
        caller: &Caller,
        workload: &WorkloadRef,
        name: Option<&str>,
    ) -> Result<(), Error> {
        caller.require(Role::Operator)?;
        let (workload, name) = (workload.clone(), name.map(NameKey::new));
        self.write_for(caller, move |tx, pen| release(tx, pen, &workload, name.as_ref())).await?;
        self.hint_change();
        Ok(())
    }

    /// Releases the workloads of every user of the caller's own tenant, each user in a transaction of its own:
    /// whatever stops this on its way, what was released stays so, and a repetition does the rest. No call goes on for
    /// longer than the longest wait, but for one user.
    /// `asked` are the ways in which the caller named it.
    pub async fn release_tenant(&self, caller: &Caller, asked: &[TenantRef]) -> Result<TenantRelease, Error> {
        caller.require(Role::Operator)?;
        let mut told = TenantRelease { tenant: self.own(caller, asked).await?, ..TenantRelease::default() };
        let until_ms = self.clock.now_ms().saturating_add(self.options.max_wait_ms);
        let mut after = UserId(0);
        loop {
            let page = self.users(caller, after, MAX_PAGE).await?;
            after = page.rows.last().map_or(after, |last| last.user.id);
            for detail in page.rows.iter().filter(|detail| may_run_workloads(detail)) {
                if told.users + told.refused() > 0 && self.clock.now_ms() >= until_ms {
                    return Ok(TenantRelease { cut_short: true, ..told });
                }
                let start = Start::new(Goal::Release, vec![UserRef::Id(detail.user.id)]);
                match self.start(caller, start).await {
                    Ok(started) => started.iter().for_each(|started| told.add(started)),
                    Err(Error::Refused(refusals)) => told.refuse(refusals),
                    Err(error) => return Err(error),
                }
            }
            if !page.more {
                return Ok(told);
            }
        }
    }

    /// The name of the caller's tenant, if every way of naming it means that one.
    async fn own(&self, caller: &Caller, asked: &[TenantRef]) -> Result<String, Error> {
        let found = self.store.read(|tx| Ok::<_, Error>(tenants::by_id(tx, caller.tenant)?)).await?;
        let own = found.ok_or_else(|| Error::internal(&"the tenant is gone"))?;
        match asked.iter().find(|asked| !asked.means(&own)) {
            None => Ok(own.name),
            Some(other) => Err(Error::not_found("tenant", other.shown())),
        }
    }
}

impl TenantRef {
    fn means(&self, own: &Tenant) -> bool {
        match self {
            Self::Id(id) => *id == own.id,
            Self::Name(name) => {
                let same = |own: &str| NameKey::new(own) == NameKey::new(name);
                same(&own.name) || own.host.as_deref().is_some_and(same)
            }
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Name(name) => name.clone(),
        }
    }
}

impl TenantRelease {
    fn add(&mut self, started: &Started) {
        self.users += 1;
        for step in started.steps.iter().filter(|step| step.local && step.action == Action::Release) {
            self.workloads += u64::try_from(step.progress.done).unwrap_or(0);
            self.under_way += u64::from(!step.state.is_final());
        }
    }

    /// Who was removed meanwhile runs nothing.
    fn refuse(&mut self, refusals: Vec<Refusal>) {
        for refusal in refusals.into_iter().filter(|r| !matches!(r, Refusal::AlreadyRemoved { .. })) {
            if self.refusals.len() < MAX_REFUSALS {
                self.refusals.push(refusal);
            } else {
                self.more_refused += 1;
            }
        }
    }

    fn refused(&self) -> u64 {
        u64::try_from(self.refusals.len()).unwrap_or(u64::MAX).saturating_add(self.more_refused)
    }
}

/// Those with workloads here, and those with accounts on platforms: what runs there only the platform knows.
fn may_run_workloads(detail: &UserDetail) -> bool {
    detail.user.state != UserState::Removed
        && (!detail.holdings.workloads().is_empty() || !detail.accounts.is_empty())
}

fn release(tx: &mut Tx<'_>, pen: &Pen, workload: &WorkloadRef, name: Option<&NameKey>) -> Result<(), Error> {
    let asset = workload.find(tx, pen.tenant)?;
    if name.is_some_and(|name| *name != NameKey::new(&asset.name)) {
        let text = format!("{} {} has another name", workload.noun(), workload.shown());
        return Err(Error::Conflict(text));
    }
    let Some(owner) = asset.owner else { return Ok(()) };
    if let Owner::User(owner) = owner {
        // A departure of the owner that moves assets in chunks takes a chunk that is not full for the last one:
        // under this lock there is none on its way.
        users::lock(tx, pen.tenant, &[owner])?;
    }
    match workload.find(tx, pen.tenant)?.owner {
        None => return Ok(()),
        Some(now) if now != owner => {
            return Err(Error::Unavailable { inside: format!("asset {} changed hands meanwhile", asset.id) });
        }
        Some(_) => {}
    }
    if assets::release_one(tx, pen.tenant, asset.id)? {
        let detail = json!({ "asset": asset.id, "kind": asset.kind, "name": asset.name, "owner": owner });
        let fact = Fact::new("asset.released", detail);
        pen.write(tx, &if let Owner::User(owner) = owner { fact.on(owner) } else { fact })?;
    }
    Ok(())
}
