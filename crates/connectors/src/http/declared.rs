//! Which descriptions are accepted: what can be known to be wrong is said when a platform is declared, not when
//! somebody leaves.
//!
//! Owns: the rules and limits of a description. Above all: an action that could not be seen is not accepted.

use std::collections::BTreeMap;

use domain::Action;
use reqwest::header::HeaderName;
use url::Url;

use super::condition::Condition;
use super::request::{Absence, Method, Request, at};
use super::settings::{ACTIONS, Part, Seen, Settings, Shape};
use super::template::{Placeholder, Template};
use crate::SettingsError;
use crate::outbound::authentication::is_plain;

pub(super) const MISSING: &str = "is missing";
const MAX_PARTS: usize = 8;
const MAX_CONDITIONS: usize = 16;
/// In one query, form or set of headers.
const MAX_NAMES: usize = 64;
const MAX_KINDS: usize = 16;
const MAX_EVIDENCE: usize = 8;
const MAX_KIND_CHARS: usize = 64;
/// What would show a secret that is no reference, or belongs to the connection.
const CLOSED_HEADERS: [&str; 8] = [
    "authorization",
    "connection",
    "content-length",
    "cookie",
    "host",
    "proxy-authorization",
    "transfer-encoding",
    "upgrade",
];
/// Statuses that always mean something else: our credentials, our rights, our pace.
const TAKEN: [u16; 5] = [401, 403, 407, 408, 429];

type Checked = Result<(), SettingsError>;

/// What a request is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Purpose {
    /// Of no account in particular.
    Overview,
    /// Looks for an account by a value.
    Search,
    /// Looks at an account.
    Look,
    /// Looks at what an action has done.
    Proof(Action),
    Change(Action),
    /// Changes each of several things.
    ChangeEach(Action),
}

impl Purpose {
    fn knows(self, placeholder: Placeholder) -> bool {
        match self {
            Self::Overview => false,
            Self::Search => placeholder == Placeholder::Value,
            Self::Look => placeholder == Placeholder::Account,
            Self::ChangeEach(_) if placeholder == Placeholder::Each => true,
            Self::Proof(action) | Self::Change(action) | Self::ChangeEach(action)
                if placeholder.is_of_heir() =>
            {
                matches!(action, Action::Transfer | Action::Delete)
            }
            Self::Proof(_) | Self::Change(_) | Self::ChangeEach(_) => {
                !matches!(placeholder, Placeholder::Value | Placeholder::Each)
            }
        }
    }
}

impl Settings {
    pub(super) fn check(&self) -> Checked {
        let missing = |field: &str| bad(field, MISSING);
        let Some(base) = &self.base_url else { return missing("base_url") };
        let (Some(account), Some(look)) = (&self.account, &self.look) else {
            return missing(if self.account.is_none() { "account" } else { "look" });
        };
        let Some(check) = &self.check else { return missing("check") };
        if !is_plain(base) {
            return bad("base_url", "must be an https or http URL without user, query and fragment");
        }
        self.authentication.check()?;
        self.connection.check()?;
        let rules = Rules { base };
        headers("headers", &self.headers)?;
        shape("account", account)?;
        rules.request("look.request", &look.request, Purpose::Look)?;
        if look.unlisted_is_absent && look.list.is_none() {
            return bad("look.unlisted_is_absent", "belongs to a list");
        }
        let looked = look.account.as_ref().unwrap_or(account);
        shape("look.account", looked)?;
        rules.request("check.request", &check.request, Purpose::Overview)?;
        self.check_lists(&rules)?;
        for action in ACTIONS {
            self.check_action(&rules, action, looked)?;
        }
        Ok(())
    }

    fn check_lists(&self, rules: &Rules<'_>) -> Checked {
        for (number, find) in self.find.iter().enumerate() {
            let field = format!("find[{number}]");
            if self.find[..number].iter().any(|other| other.by == find.by) {
                return bad(&format!("{field}.by"), "is described twice");
            }
            rules.request(&format!("{field}.request"), &find.request, Purpose::Search)?;
            find.account.as_ref().map_or(Ok(()), |account| shape(&format!("{field}.account"), account))?;
        }
        let accounts = self.accounts.iter().map(|accounts| {
            ("accounts".to_owned(), &accounts.request, accounts.paging.as_ref(), Purpose::Overview)
        });
        let owned = self.owned.iter().enumerate().map(|(number, kind)| {
            (format!("owned[{number}]"), &kind.request, kind.paging.as_ref(), Purpose::Look)
        });
        at_most("owned", self.owned.len(), MAX_KINDS)?;
        for (field, request, paging, purpose) in accounts.chain(owned) {
            rules.request(&format!("{field}.request"), request, purpose)?;
            if let Some(Err((name, message))) = paging.map(|paging| paging.check()) {
                return bad(&format!("{field}.paging.{name}"), message);
            }
        }
        match self.owned.iter().position(|kind| !(1..=MAX_KIND_CHARS).contains(&kind.kind.chars().count())) {
            Some(number) => {
                bad(&format!("owned[{number}].kind"), format!("must be 1 to {MAX_KIND_CHARS} characters"))
            }
            None => Ok(()),
        }
    }

    fn check_action(&self, rules: &Rules<'_>, action: Action, looked: &Shape) -> Checked {
        let parts = self.parts(action);
        if self.nothing.contains(&Action::Manual) {
            return bad("nothing", "manual is what an action becomes, not an action");
        }
        if !parts.is_empty() && self.nothing.contains(&action) {
            return bad("nothing", format!("{action} is described"));
        }
        at_most(action.as_str(), parts.len(), MAX_PARTS)?;
        let mut by_account = None;
        for (number, part) in parts.iter().enumerate() {
            let field = format!("{action}[{number}]");
            rules.part(&field, part, action)?;
            if part.seen.is_some() {
                continue;
            }
            let shows = match action {
                Action::Disable | Action::Enable => looked.active.is_some(),
                Action::Delete => true,
                _ => false,
            };
            if !shows || by_account.replace(number).is_some() {
                let message = "is missing: a success that cannot be seen is no proof, say where it is seen";
                return bad(&format!("{field}.seen"), message);
            }
        }
        Ok(())
    }
}

struct Rules<'a> {
    base: &'a Url,
}

impl Rules<'_> {
    fn part(&self, field: &str, part: &Part, action: Action) -> Checked {
        let purpose = match &part.each {
            None => Purpose::Change(action),
            Some(each) => {
                self.request(&format!("{field}.each.request"), &each.request, Purpose::Proof(action))?;
                Purpose::ChangeEach(action)
            }
        };
        self.request(&format!("{field}.request"), &part.request, purpose)?;
        if part.each.is_some() && part.request.absent.is_some() {
            return bad(&format!("{field}.request.absent"), "is of the account, not of each: see accepted");
        }
        if part.request.method.is_none() {
            return bad(&format!("{field}.request.method"), MISSING);
        }
        part.seen.as_ref().map_or(Ok(()), |seen| self.seen(&format!("{field}.seen"), seen, action))
    }

    fn seen(&self, field: &str, seen: &Seen, action: Action) -> Checked {
        if seen.gone {
            let alone = seen.request.is_none() && seen.when.is_empty() && action != Action::Enable;
            return if alone {
                Ok(())
            } else {
                bad(&format!("{field}.gone"), "stands alone, and restores nobody")
            };
        }
        conditions(&format!("{field}.when"), &seen.when, Purpose::Proof(action))?;
        at_most(&format!("{field}.evidence"), seen.evidence.len(), MAX_EVIDENCE)?;
        let Some(request) = &seen.request else {
            let none = seen.when.is_empty();
            return if none { bad(&format!("{field}.when"), MISSING) } else { Ok(()) };
        };
        self.request(&format!("{field}.request"), request, Purpose::Proof(action))?;
        if request.absent.is_none() && seen.when.iter().all(Condition::could_hold_of_anything) {
            let message = "must hold something that a wrong answer would not show as well";
            return bad(&format!("{field}.when"), message);
        }
        Ok(())
    }

    fn request(&self, field: &str, request: &Request, purpose: Purpose) -> Checked {
        let path = request.path.sample();
        if !path.starts_with('/') || path.contains(['?', '#']) || at(self.base, &path).is_none() {
            let message =
                "must begin with a slash and be a path as it stands in a URL; a query stands in query";
            return bad(&format!("{field}.path"), message);
        }
        if let Some(placeholder) = request.placeholders().into_iter().find(|known| !purpose.knows(*known)) {
            return bad(field, format!("{{{}}} is not known here", placeholder.word()));
        }
        headers(&format!("{field}.headers"), &request.headers)?;
        at_most(&format!("{field}.query"), request.query.len(), MAX_NAMES)?;
        at_most(&format!("{field}.form"), request.form.len(), MAX_NAMES)?;
        if request.body.is_some() && !request.form.is_empty() {
            return bad(&format!("{field}.form"), "excludes a body");
        }
        let changes = matches!(purpose, Purpose::Change(_) | Purpose::ChangeEach(_));
        if !changes && !matches!(request.method, None | Some(Method::Get | Method::Post)) {
            return bad(&format!("{field}.method"), "must be GET or POST: it only looks");
        }
        let counts = |status: u16| match status {
            200..=299 => true,
            304 | 400..=499 => changes && !TAKEN.contains(&status),
            _ => false,
        };
        if let Some(status) = request.accepted.iter().find(|status| !counts(**status)) {
            return bad(&format!("{field}.accepted"), format!("{status} is no success"));
        }
        conditions(&format!("{field}.when"), &request.when, purpose)?;
        if let Some(refused) = &request.refused {
            let field = format!("{field}.refused");
            if refused.statuses.is_empty() || refused.when.is_empty() {
                return bad(&field, "needs statuses and what the answer says besides");
            }
            conditions(&format!("{field}.when"), &refused.when, purpose)?;
        }
        let absent = request.absent.as_ref();
        absent.map_or(Ok(()), |absent| self.absence(&format!("{field}.absent"), absent, purpose))
    }

    fn absence(&self, field: &str, absence: &Absence, purpose: Purpose) -> Checked {
        let counts = |status: u16| matches!(status, 200 | 400..=499) && !TAKEN.contains(&status);
        if absence.statuses.is_empty() {
            return bad(&format!("{field}.statuses"), MISSING);
        }
        if let Some(status) = absence.statuses.iter().find(|status| !counts(**status)) {
            return bad(&format!("{field}.statuses"), format!("{status} does not mean an absent account"));
        }
        conditions(&format!("{field}.when"), &absence.when, purpose)?;
        let Some(witness) = &absence.witness else {
            if absence.when.iter().all(Condition::could_hold_of_anything) {
                let message =
                    "is missing, and no witness: a wrong URL is answered with these statuses as well";
                return bad(&format!("{field}.when"), message);
            }
            return Ok(());
        };
        if witness.absent.is_some() {
            return bad(&format!("{field}.witness.absent"), "a witness has no absence of its own");
        }
        let purpose = if let Purpose::Change(action) = purpose { Purpose::Proof(action) } else { purpose };
        self.request(&format!("{field}.witness"), witness, purpose)
    }
}

fn headers(field: &str, headers: &BTreeMap<String, Template>) -> Checked {
    at_most(field, headers.len(), MAX_NAMES)?;
    for (name, value) in headers {
        if name.parse::<HeaderName>().is_err() || CLOSED_HEADERS.contains(&&*name.to_lowercase()) {
            return bad(&format!("{field}.{name}"), "cannot be set here");
        }
        if field == "headers" && value.placeholders().next().is_some() {
            return bad(&format!("{field}.{name}"), "has no placeholders: it goes with every request");
        }
    }
    Ok(())
}

fn conditions(field: &str, conditions: &[Condition], purpose: Purpose) -> Checked {
    at_most(field, conditions.len(), MAX_CONDITIONS)?;
    for (number, condition) in conditions.iter().enumerate() {
        let field = format!("{field}[{number}]");
        condition.check().map_err(|message| SettingsError::new(&field, message))?;
        let used = condition.expected().map(|expected| expected.placeholders()).unwrap_or_default();
        if let Some(placeholder) = used.into_iter().find(|known| !purpose.knows(*known)) {
            return bad(&field, format!("{{{}}} is not known here", placeholder.word()));
        }
    }
    Ok(())
}

fn shape(field: &str, shape: &Shape) -> Checked {
    match &shape.active {
        Some(active) if active.yes.is_empty() || active.no.is_empty() => {
            bad(&format!("{field}.active"), "needs values for yes and for no")
        }
        Some(active) if active.yes.iter().any(|value| active.no.contains(value)) => {
            bad(&format!("{field}.active"), "has a value that is both yes and no")
        }
        _ => Ok(()),
    }
}

fn at_most(field: &str, count: usize, most: usize) -> Checked {
    if count <= most { Ok(()) } else { bad(field, format!("must not hold more than {most}")) }
}

fn bad(field: &str, message: impl Into<String>) -> Checked {
    Err(SettingsError::new(field, message))
}
