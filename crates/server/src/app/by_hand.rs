//! What only a person does: which steps wait for whom, and a person's word that one is done.

use std::collections::HashMap;

use domain::{AccountState, Error, Goal, Offboarding, OffboardingId, Role, Step, StepNo, UserId};
use store::steps::ByHand;
use store::{Tx, accounts, offboardings, platforms, steps};

use super::edit::Edit;
use super::offboardings::{account_of, one_more, with_name};
use super::{App, Caller, Page, Pen};

/// Which of the steps that wait for a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HandFilter {
    /// Only those of this person, as the platform's terms name it.
    pub assignee: Option<String>,
    pub overdue: bool,
}

/// The place of a row in the list: due date, offboarding, number.
pub type HandKey = (i64, OffboardingId, StepNo);

/// A step that waits for a person, and what it belongs to.
#[derive(Clone, Debug)]
pub struct HandStep {
    pub offboarding: OffboardingId,
    pub goal: Goal,
    pub user: UserId,
    pub user_name: String,
    pub platform: String,
    /// `None` while it is still to be found.
    pub account: Option<String>,
    pub step: Step,
    pub overdue: bool,
}

impl HandStep {
    pub fn key(&self) -> HandKey {
        let due_ms = self.step.hand.as_ref().map_or(0, |hand| hand.due_ms);
        (due_ms, self.offboarding.clone(), self.step.no)
    }
}

impl App {
    /// A person did what a step wanted, and says how it is known. It stays with the step together with who said so.
    pub async fn confirm_step(
        &self,
        caller: &Caller,
        id: &OffboardingId,
        no: StepNo,
        evidence: &str,
    ) -> Result<(Offboarding, Vec<Step>), Error> {
        caller.require(Role::Operator)?;
        let evidence = with_name("evidence", evidence, &format!("confirmed by {}", caller.name))?;
        let id = id.clone();
        let confirmed = self
            .write_for(caller, move |tx, pen| {
                let mut edit = Edit::alone(tx, pen.tenant, &id)?;
                edit.confirm(no, &evidence, pen.now_ms)?;
                note_account(tx, pen, &edit, no)?;
                edit.save(tx, pen)
            })
            .await?;
        self.hint_work();
        Ok(confirmed)
    }

    /// What waits for hands now, the most urgent first.
    pub async fn steps_by_hand(
        &self,
        caller: &Caller,
        filter: &HandFilter,
        after: Option<HandKey>,
        limit: usize,
    ) -> Result<Page<HandStep>, Error> {
        caller.require(Role::Auditor)?;
        let rows = one_more(limit)?;
        let now_ms = self.clock.now_ms();
        let wanted = ByHand {
            assignee: filter.assignee.clone(),
            due_until_ms: if filter.overdue { now_ms } else { i64::MAX },
            after: after.unwrap_or_else(|| (i64::MIN, OffboardingId(String::new()), StepNo(0))),
            now_ms,
        };
        let found = self
            .store
            .read(|tx| {
                let found = steps::by_hand(tx, caller.tenant, &wanted, rows)?;
                in_full(tx, caller, found, now_ms)
            })
            .await?;
        Ok(Page::cut(found, limit))
    }
}

/// What the person says of the account is what we know of it from now on.
fn note_account(tx: &mut Tx<'_>, pen: &Pen, edit: &Edit, no: StepNo) -> Result<(), Error> {
    let step = edit.steps.iter().find(|step| step.no == no);
    if let Some((step, state)) = step.and_then(|step| Some((step, AccountState::after(step.wanted())?))) {
        accounts::observed(tx, step.platform, &step.remote_id, state, pen.now_ms)?;
    }
    Ok(())
}

fn in_full(
    tx: &mut Tx<'_>,
    caller: &Caller,
    found: Vec<(OffboardingId, Step)>,
    now_ms: i64,
) -> Result<Vec<HandStep>, Error> {
    let mut ids: Vec<OffboardingId> = found.iter().map(|(id, _)| id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let whole: HashMap<OffboardingId, Offboarding> = offboardings::by_ids(tx, caller.tenant, &ids)?
        .into_iter()
        .map(|offboarding| (offboarding.id.clone(), offboarding))
        .collect();
    let mut users: Vec<UserId> = whole.values().map(|offboarding| offboarding.user).collect();
    users.sort_unstable();
    users.dedup();
    let known = accounts::of_users(tx, caller.tenant, &users)?;
    let platforms = platforms::list(tx, caller.tenant)?;
    let row = |(id, step): (OffboardingId, Step)| {
        let offboarding = whole.get(&id)?;
        let platform = platforms.iter().find(|platform| platform.id == step.platform)?;
        Some(HandStep {
            goal: offboarding.goal,
            user: offboarding.user,
            user_name: offboarding.user_name.clone(),
            account: account_of(&step, offboarding.user, &known).map(str::to_owned),
            platform: platform.name.clone(),
            overdue: step.hand.as_ref().is_some_and(|hand| hand.is_overdue(now_ms)),
            offboarding: id,
            step,
        })
    };
    Ok(found.into_iter().filter_map(row).collect())
}
