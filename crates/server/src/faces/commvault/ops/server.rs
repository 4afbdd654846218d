//! `GET CommServ` and `GET Security/TwoFactorAuth/Status`: what clients ask about the server itself.

use domain::Error;

use super::Call;
use crate::app::{UserRef, without_port};
use crate::faces::commvault::answer::{self, CommCell, Reply};
use crate::faces::commvault::{failure, percent};

pub(super) async fn comm_serv(call: &Call<'_>) -> Reply {
    match host_name(call).await {
        Ok(host_name) => {
            let guid = &answer::tenant_guid(call.caller.tenant.0);
            answer::comm_serv(&CommCell { host_name: &host_name, guid })
        }
        Err(error) => failure::answer(&error, answer::json_failed),
    }
}

/// How the server is called by whoever asks; a client that names no host gets the name of its tenant.
pub(super) async fn host_name(call: &Call<'_>) -> Result<String, Error> {
    match call.exchange.host().map(without_port) {
        Some(host) if !host.is_empty() => Ok(host.to_owned()),
        _ => Ok(call.app.tenant(&call.caller).await?.name),
    }
}

/// Nobody has a second factor here, but only whoever is there has none.
pub(super) async fn two_factor_status(call: &Call<'_>) -> Reply {
    match asked(call).await {
        Ok(()) => answer::two_factor_status(),
        Err(error) => failure::answer(&error, answer::json_failed),
    }
}

async fn asked(call: &Call<'_>) -> Result<(), Error> {
    const FIELD: &str = "username";
    let raw = call.query.raw(FIELD)?.unwrap_or_default();
    let name = percent::decode(FIELD, raw)?;
    if name.trim().is_empty() {
        return Err(Error::invalid(FIELD, "must be given"));
    }
    call.find(&UserRef::Name(name)).await?;
    Ok(())
}
