//! Reading offboardings, and a person's word on them.

use domain::{Error, Offboarding, OffboardingId, Platform, Role, Step, StepNo, text};
use store::offboardings::Filter;
use store::{offboardings, platforms, steps};

use super::edit::Edit;
use super::{App, Caller, MAX_PAGE, MAX_REASON_CHARS};

/// An offboarding with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Detail {
    pub offboarding: Offboarding,
    pub steps: Vec<Step>,
    pub platforms: Vec<Platform>,
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
        self.store
            .read(|tx| {
                let offboarding = offboardings::by_id(tx, caller.tenant, id)?.ok_or_else(missing)?;
                let steps = steps::of_offboarding(tx, id)?;
                Ok(Detail { offboarding, steps, platforms: platforms::list(tx, caller.tenant)? })
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
        let reason = with_name(caller, reason)?;
        self.edit(caller, id, move |edit, now_ms| edit.skip(no, &reason, now_ms)).await
    }

    /// Calls off what has not begun.
    pub async fn cancel(
        &self,
        caller: &Caller,
        id: &OffboardingId,
        reason: &str,
    ) -> Result<(Offboarding, Vec<Step>), Error> {
        let reason = with_name(caller, reason)?;
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

/// A reason stays with the step, together with who gave it.
fn with_name(caller: &Caller, reason: &str) -> Result<String, Error> {
    if reason.trim().is_empty() {
        return Err(Error::invalid("reason", "must not be empty"));
    }
    text::check("reason", reason, MAX_REASON_CHARS)?;
    Ok(format!("{} ({})", reason.trim(), caller.name))
}
