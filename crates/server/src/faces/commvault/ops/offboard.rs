//! `POST …/Offboard` of a user, a workload or a tenant: workloads stop running for their owners. May be repeated.

use domain::{Action, Error, Goal, NameKey, User};

use super::accepted::{Accepted, Here, accept};
use super::{Call, body};
use crate::app::{Start, TenantRelease, UserRef, WorkloadRef};
use crate::faces::commvault::answer::{self, Code, OfTenant, Offboarded, Reply};
use crate::faces::commvault::body::Node;
use crate::faces::commvault::failure;
use crate::faces::commvault::offboard::{self, Offboard};
use crate::faces::commvault::workload;

pub(super) async fn offboard(call: &Call<'_>) -> Reply {
    match release(call).await {
        Ok((user, accepted)) => answered(call, &user, &accepted),
        Err(error) => refused(call, Offboarded::User, &error),
    }
}

pub(super) async fn workload(call: &Call<'_>, asked: &WorkloadRef) -> Reply {
    let what = match asked {
        WorkloadRef::Subclient(_) => Offboarded::Subclient,
        WorkloadRef::VmClient(_) => Offboarded::Vm,
    };
    match release_workload(call, asked).await {
        Ok(()) => answer::offboarded(call.format, what, &asked.shown()),
        Err(error) => refused(call, what, &error),
    }
}

pub(super) async fn tenant(call: &Call<'_>) -> Reply {
    match release_tenant(call).await {
        Ok(told) => tenant_answered(call, &told),
        Err(error) => refused(call, Offboarded::Tenant, &error),
    }
}

fn refused(call: &Call<'_>, what: Offboarded, error: &Error) -> Reply {
    failure::answer(error, |code, text| answer::not_offboarded(call.format, what, code, text))
}

/// The request for a subclient has no body that says anything.
async fn release_workload(call: &Call<'_>, asked: &WorkloadRef) -> Result<(), Error> {
    let sent = match asked {
        WorkloadRef::Subclient(_) => Node::default(),
        WorkloadRef::VmClient(_) => body(call.exchange)?,
    };
    call.app.release_workload(&call.caller, asked, workload::vm_name(&sent)?).await
}

async fn release_tenant(call: &Call<'_>) -> Result<TenantRelease, Error> {
    let named = offboard::tenant(&body(call.exchange)?)?;
    call.app.release_tenant(&call.caller, &named).await
}

fn tenant_answered(call: &Call<'_>, told: &TenantRelease) -> Reply {
    let TenantRelease { ref tenant, users, workloads, under_way, ref refusals, more_refused, cut_short } =
        *told;
    let done = OfTenant { name: tenant, users, workloads, under_way };
    if refusals.is_empty() && !cut_short {
        return answer::tenant_offboarded(call.format, done);
    }
    let more = (more_refused > 0).then(|| format!("and {more_refused} more"));
    let shown = (!refusals.is_empty()).then(|| failure::sentence(refusals));
    let refused = failure::joined(shown.into_iter().chain(more));
    answer::tenant_partly_offboarded(call.format, done, cut_short, &refused)
}

async fn release(call: &Call<'_>) -> Result<(User, Accepted), Error> {
    let sent = Offboard::parse(&body(call.exchange)?)?;
    let user = call.find(&sent.user).await?.user;
    let same = |name: &String| NameKey::new(name) == NameKey::new(&user.user_name);
    if !sent.user_name.as_ref().is_none_or(same) {
        return Err(Error::invalid("userName", format!("is not the name of user {}", user.id)));
    }
    let accepted = accept(call, Start::new(Goal::Release, vec![UserRef::Id(user.id)])).await?;
    Ok((user, accepted))
}

fn answered(call: &Call<'_>, user: &User, accepted: &Accepted) -> Reply {
    let id = user.id.0;
    match &accepted.here {
        Here::Done => answer::offboarded(call.format, Offboarded::User, &id.to_string()),
        Here::UnderWay => {
            let progress = accepted.progress(Action::Release);
            answer::offboarding(call.format, id, progress.done, progress.total)
        }
        Here::Failed(why) => {
            let text = format!("User {} is not wholly offboarded: {why}", user.user_name);
            answer::not_offboarded(call.format, Offboarded::User, Code::Failure, &text)
        }
    }
}
