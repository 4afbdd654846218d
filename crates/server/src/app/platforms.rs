//! Platforms are declared: applying a declaration twice is applying it once.

use connectors::SettingsError;
use domain::breaker::Health;
use domain::{Error, Fact, Platform, PlatformId, PlatformKind, Role, StepState, Terms};
use serde_json::json;
use store::numbers::{self, Series};
use store::{Tx, platforms, steps, tenants};

use super::{App, Caller, Pen};

/// Most steps under way at once that a platform may ask for.
pub const MAX_IN_FLIGHT: i64 = 256;

/// A declaration, as in a platforms file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPlatform {
    pub name: String,
    pub kind: PlatformKind,
    /// JSON text, in the connector's terms.
    pub settings: String,
    pub max_in_flight: Option<i64>,
    pub terms: Terms,
}

/// A platform and how it stands.
#[derive(Clone, Debug)]
pub struct PlatformStatus {
    pub platform: Platform,
    pub health: Health,
    pub ready: i64,
    pub running: i64,
    pub failed: i64,
}

impl App {
    /// Declares platforms, all or none. Answers for each whether it is new, changed or as it was.
    pub async fn apply_platforms(
        &self,
        caller: &Caller,
        declared: Vec<NewPlatform>,
    ) -> Result<Vec<(Platform, &'static str)>, Error> {
        caller.require(Role::Admin)?;
        if declared.len() > platforms::MAX_PLATFORMS {
            return Err(Error::TooMany { what: "platforms", limit: platforms::MAX_PLATFORMS });
        }
        let applied = self
            .write_for(caller, move |tx, pen| {
                // One declaration at a time, or two at once could pass the limit together.
                tenants::lock(tx, pen.tenant)?;
                let applied =
                    declared.iter().map(|new| apply(tx, pen, new)).collect::<Result<Vec<_>, Error>>()?;
                let limit = platforms::MAX_PLATFORMS;
                let most = i64::try_from(limit + 1).map_err(|error| Error::internal(&error))?;
                if platforms::count(tx, pen.tenant, most)? == most {
                    return Err(Error::TooMany { what: "platforms", limit });
                }
                Ok(applied)
            })
            .await?;
        self.hint_work();
        Ok(applied)
    }

    pub async fn platforms(&self, caller: &Caller) -> Result<Vec<PlatformStatus>, Error> {
        caller.require(Role::Auditor)?;
        self.store
            .read(|tx| {
                let mut counts = Vec::new();
                for state in [StepState::Ready, StepState::Running, StepState::Failed] {
                    counts.extend(steps::counts(tx, caller.tenant, state)?);
                }
                let mut found = Vec::new();
                for (platform, health) in platforms::list_with_health(tx, caller.tenant)? {
                    let count = |wanted| {
                        let mut of = counts
                            .iter()
                            .filter(|(name, state, _)| *name == platform.name && *state == wanted);
                        of.next().map_or(0, |(_, _, count)| *count)
                    };
                    found.push(PlatformStatus {
                        health,
                        ready: count(StepState::Ready),
                        running: count(StepState::Running),
                        failed: count(StepState::Failed),
                        platform,
                    });
                }
                Ok(found)
            })
            .await
    }

    /// As [`App::platforms`], without how they stand.
    pub async fn declared_platforms(&self, caller: &Caller) -> Result<Vec<Platform>, Error> {
        caller.require(Role::Auditor)?;
        self.store.read(|tx| Ok(platforms::list(tx, caller.tenant)?)).await
    }

    pub async fn platform(&self, caller: &Caller, name: &str) -> Result<Platform, Error> {
        caller.require(Role::Auditor)?;
        let found =
            self.store.read(|tx| Ok::<_, Error>(platforms::by_name(tx, caller.tenant, name)?)).await?;
        found.ok_or_else(|| Error::not_found("platform", name))
    }
}

fn apply(tx: &mut Tx<'_>, pen: &Pen, new: &NewPlatform) -> Result<(Platform, &'static str), Error> {
    domain::name::check("name", &new.name)?;
    let max_in_flight = new.max_in_flight.unwrap_or(domain::platform::DEFAULT_MAX_IN_FLIGHT);
    if !(1..=MAX_IN_FLIGHT).contains(&max_in_flight) {
        return Err(Error::invalid("max_in_flight", format!("must be 1 to {MAX_IN_FLIGHT}")));
    }
    let unfit = |error: SettingsError| Error::invalid("settings", format!("{}: {error}", new.name));
    let able = connectors::check_settings(new.kind, &new.settings).map_err(unfit)?;
    new.terms
        .check()
        .map_err(|(field, message)| Error::invalid(field, format!("{}: {message}", new.name)))?;
    connectors::check_rules(new.kind, &new.settings, &new.terms.match_by).map_err(unfit)?;
    let before = platforms::by_name(tx, pen.tenant, &new.name)?;
    let id = match &before {
        Some(before) if before.kind != new.kind => {
            return Err(Error::Conflict(format!("platform {} is of kind {}", new.name, before.kind)));
        }
        Some(before) => before.id,
        None => PlatformId(numbers::take(tx, pen.tenant, Series::Platforms, 1)?),
    };
    let platform = Platform {
        id,
        name: new.name.clone(),
        kind: new.kind,
        settings: new.settings.clone(),
        max_in_flight: within_pace(max_in_flight, new.terms.max_per_second),
        capabilities: new.terms.limit(able),
        terms: new.terms.clone(),
        // Always one more: the secrets that the settings refer to may be new ones.
        revision: before.as_ref().map_or(0, |before| before.revision) + 1,
    };
    let verdict = if let Some(before) = before {
        end_hold(tx, pen, &platform)?;
        platforms::update(tx, pen.tenant, &platform)?;
        let same = before == Platform { revision: before.revision, ..platform.clone() };
        if same { "unchanged" } else { "changed" }
    } else {
        platforms::insert(tx, pen.tenant, &platform)?;
        "created"
    };
    let detail = json!({ "platform": platform.name, "kind": platform.kind, "verdict": verdict });
    pen.write(tx, &Fact::new("platform.applied", detail))?;
    Ok((platform, verdict))
}

/// Tells that a declaration ends a pause or a hold: what was wrong may have been put right.
fn end_hold(tx: &mut Tx<'_>, pen: &Pen, platform: &Platform) -> Result<(), Error> {
    let health = platforms::health_locked(tx, platform.id)?;
    if health.held || health.is_on_trial() {
        let reason = "declared anew";
        let detail = json!({ "platform": platform.name, "failures": health.failures, "reason": reason });
        pen.write(tx, &Fact::new("platform.resumed", detail))?;
    }
    Ok(())
}

/// More at once than requests in a second would only wait for their turn, and lose their time by it.
fn within_pace(max_in_flight: i64, max_per_second: Option<u32>) -> i64 {
    max_per_second.map_or(max_in_flight, |most| max_in_flight.min(i64::from(most)))
}
