//! Is a platform there, does it take our credentials, what may we do?

use std::time::Duration;

use connectors::{Checked, Failure};
use domain::{Capabilities, Error, Platform, PlatformKind, Role};

use super::{App, Caller};
use crate::clock;

/// A platform that is checked must have answered by then.
const CHECK_MS: u64 = 10_000;

/// What a check found. Texts are for an administrator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlatformCheck {
    pub platform: String,
    pub kind: PlatformKind,
    pub reachable: bool,
    /// Whether it takes our credentials; `None` where it did not come to that.
    pub credentials: Option<bool>,
    /// Why it is not well.
    pub failure: Option<String>,
    pub server: Option<String>,
    pub signed_in_as: Option<String>,
    /// What our account may do there, one sentence each.
    pub permissions: Vec<String>,
    pub capabilities: Capabilities,
    pub clock_ms: Option<i64>,
    /// By how much its clock is ahead of ours.
    pub clock_ahead_ms: Option<i64>,
    pub took_ms: i64,
}

impl PlatformCheck {
    pub fn is_well(&self) -> bool {
        self.failure.is_none()
    }

    fn of(platform: &Platform) -> Self {
        Self {
            platform: platform.name.clone(),
            kind: platform.kind,
            reachable: false,
            credentials: None,
            failure: None,
            server: None,
            signed_in_as: None,
            permissions: Vec::new(),
            capabilities: platform.capabilities,
            clock_ms: None,
            clock_ahead_ms: None,
            took_ms: 0,
        }
    }

    /// `now_ms` is the middle of the call: there and back take time.
    fn found(self, checked: Checked, now_ms: i64) -> Self {
        let told = |text: String| Some(text).filter(|text| !text.is_empty());
        Self {
            reachable: true,
            credentials: Some(true),
            server: told(checked.server),
            signed_in_as: told(checked.signed_in_as),
            permissions: checked.permissions,
            clock_ms: checked.clock_ms,
            clock_ahead_ms: checked.clock_ms.map(|theirs| theirs.saturating_sub(now_ms)),
            ..self
        }
    }

    fn failed(self, failure: &Failure) -> Self {
        let (reachable, credentials) = match failure {
            Failure::Unreached(_) | Failure::Unheard(_) => (false, None),
            Failure::Credentials(_) => (true, Some(false)),
            Failure::Broken(_) | Failure::Busy { .. } | Failure::Absent(_) | Failure::Refused(_) => {
                (true, None)
            }
        };
        Self { reachable, credentials, failure: Some(failure.to_string()), ..self }
    }
}

impl App {
    /// Asks a platform whether it is reachable with our credentials, and what we may do there. Bounded; changes
    /// nothing.
    pub async fn check_platform(&self, caller: &Caller, name: &str) -> Result<PlatformCheck, Error> {
        caller.require(Role::Operator)?;
        let platform = self.platform(caller, name).await?;
        let check = PlatformCheck::of(&platform);
        if platform.kind == PlatformKind::Local {
            let server = "Exeunt's own directory".to_owned();
            let checked = Checked { server, signed_in_as: caller.name.clone(), ..Checked::default() };
            return Ok(check.found(checked, self.clock.now_ms()));
        }
        let connector = match self.connections.to(caller.tenant, &platform) {
            Ok(connector) => connector,
            Err(error) => return Ok(PlatformCheck { failure: Some(error.to_string()), ..check }),
        };
        let (begun, begun_ms) = (clock::instant(), self.clock.now_ms());
        let answer = tokio::time::timeout(Duration::from_millis(CHECK_MS), connector.check()).await;
        let took_ms = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        let check = match answer {
            Ok(Ok(checked)) => check.found(checked, begun_ms.saturating_add(took_ms / 2)),
            Ok(Err(failure)) => check.failed(&failure),
            Err(_) => PlatformCheck { failure: Some(format!("no answer within {CHECK_MS} ms")), ..check },
        };
        Ok(PlatformCheck { took_ms, ..check })
    }
}
