//! Reading offboardings, and a person's word on them.

use domain::platform::is_sought;
use domain::{
    Account, Error, Offboarding, OffboardingId, Platform, PlatformId, Role, Step, StepNo, UserId, text,
};
use store::offboardings::Filter;
use store::{accounts, offboardings, platforms, steps};

use super::edit::Edit;
use super::{App, Caller, MAX_PAGE, MAX_REASON_CHARS};

/// An offboarding with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Detail {
    pub offboarding: Offboarding,
    pub steps: Vec<Step>,
    pub platforms: Vec<Platform>,
    /// The platforms that do not take our credentials: nothing is tried there.
    pub held: Vec<PlatformId>,
    /// What is known by now of the accounts that were still to be found when the plan was made.
    accounts: Vec<Account>,
    /// When it was looked at.
    pub now_ms: i64,
}

impl Detail {
    /// The account that a step is about; `None` while it is still to be found.
    pub fn account_of<'d>(&'d self, step: &'d Step) -> Option<&'d str> {
        account_of(step, self.offboarding.user, &self.accounts)
    }
}

/// The account that a step of this user's is about: it may be known by now, though it was not when the plan was made.
pub(super) fn account_of<'d>(step: &'d Step, user: UserId, known: &'d [Account]) -> Option<&'d str> {
    if !is_sought(&step.remote_id) {
        return Some(&step.remote_id);
    }
    let mut there = known.iter().filter(|known| known.platform == step.platform && known.user == user);
    there.next().map(|account| account.remote_id.as_str())
}

/// A part of a list, and whether more follows.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    pub more: bool,
}

impl<T> Page<T> {
    /// From one row more than was asked for.
    pub(super) fn cut(mut rows: Vec<T>, limit: usize) -> Self {
        let more = rows.len() > limit;
        rows.truncate(limit);
        Self { rows, more }
    }
}

/// The number of rows to ask the store for: the page, and one to see whether more follows.
pub(super) fn one_more(limit: usize) -> Result<i64, Error> {
    if limit == 0 || limit > MAX_PAGE {
        return Err(Error::invalid("limit", format!("must be 1 to {MAX_PAGE}")));
    }
    i64::try_from(limit + 1).map_err(|error| Error::internal(&error))
}

impl App {
    pub async fn offboarding(&self, caller: &Caller, id: &OffboardingId) -> Result<Detail, Error> {
        caller.require(Role::Auditor)?;
        let missing = || Error::not_found("offboarding", id.to_string());
        let now_ms = self.clock.now_ms();
        self.store
            .read(|tx| {
                let offboarding = offboardings::by_id(tx, caller.tenant, id)?.ok_or_else(missing)?;
                let steps = steps::of_offboarding(tx, id)?;
                let seeks = steps.iter().any(|step| is_sought(&step.remote_id));
                let whose = if seeks { vec![offboarding.user] } else { Vec::new() };
                Ok(Detail {
                    platforms: platforms::list(tx, caller.tenant)?,
                    held: platforms::held(tx, caller.tenant)?,
                    accounts: accounts::of_users(tx, caller.tenant, &whose)?,
                    offboarding,
                    steps,
                    now_ms,
                })
            })
            .await
    }

    /// Newest first.
    pub async fn offboardings(
        &self,
        caller: &Caller,
        filter: Filter,
        before: Option<&OffboardingId>,
        limit: usize,
    ) -> Result<Page<Offboarding>, Error> {
        caller.require(Role::Auditor)?;
        let rows = one_more(limit)?;
        let found = self
            .store
            .read(|tx| Ok::<_, Error>(offboardings::list(tx, caller.tenant, filter, before, rows)?))
            .await?;
        Ok(Page::cut(found, limit))
    }

    /// Another attempt at a failed step.
    pub async fn retry_step(
        &self,
        caller: &Caller,
        id: &OffboardingId,
        no: StepNo,
    ) -> Result<(Offboarding, Vec<Step>), Error> {
        self.edit(caller, id, move |edit, now_ms| edit.retry(no, now_ms)).await
    }

    /// Leaves a step out for good.
    pub async fn skip_step(
        &self,
        caller: &Caller,
        id: &OffboardingId,
        no: StepNo,
        reason: &str,
    ) -> Result<(Offboarding, Vec<Step>), Error> {
        let reason = with_name("reason", reason, &caller.name)?;
        self.edit(caller, id, move |edit, now_ms| edit.skip(no, &reason, now_ms)).await
    }

    /// Calls off what has not begun.
    pub async fn cancel(
        &self,
        caller: &Caller,
        id: &OffboardingId,
        reason: &str,
    ) -> Result<(Offboarding, Vec<Step>), Error> {
        let reason = with_name("reason", reason, &caller.name)?;
        self.edit(caller, id, move |edit, now_ms| edit.cancel(&reason, now_ms)).await
    }

    async fn edit(
        &self,
        caller: &Caller,
        id: &OffboardingId,
        change: impl FnOnce(&mut Edit, i64) -> Result<(), Error> + Send + 'static,
    ) -> Result<(Offboarding, Vec<Step>), Error> {
        caller.require(Role::Operator)?;
        let id = id.clone();
        let edited = self
            .write_for(caller, move |tx, pen| {
                let mut edit = Edit::alone(tx, pen.tenant, &id)?;
                change(&mut edit, pen.now_ms)?;
                edit.save(tx, pen)
            })
            .await?;
        self.hint_work();
        Ok(edited)
    }
}

/// A person's words stay with the step, together with who said them.
pub(super) fn with_name(field: &'static str, words: &str, who: &str) -> Result<String, Error> {
    if words.trim().is_empty() {
        return Err(Error::invalid(field, "must not be empty"));
    }
    text::check(field, words, MAX_REASON_CHARS)?;
    Ok(format!("{} ({who})", words.trim()))
}
