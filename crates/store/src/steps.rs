//! Steps, and the queue that they are.
//!
//! The database is the scheduler: `claim` takes ready steps under a lease, everything else saves what
//! `domain` decided, fenced by the state and attempt that the decision was made from.

use domain::breaker::Health;
use domain::step::{Hand, Progress};
use domain::{OffboardingId, PlatformId, Step, StepNo, StepState, TenantId};

use crate::db::{Row, Tx, params, statements};
use crate::{Error, Result};

macro_rules! columns {
    () => {
        "no, platform_id, local, remote_id, action, state, needs, attempt, tried_before, ready_at_ms, \
         idempotency_key, progress_done, progress_total, note, finished_ms, stands_for, assignee, due_ms, remind_ms"
    };
}

statements! {
    INSERT = "INSERT INTO steps (offboarding_id, tenant_id, no, platform_id, local, remote_id, action, state, \
              needs, attempt, tried_before, ready_at_ms, idempotency_key, progress_done, progress_total, note, \
              finished_ms, stands_for, assignee, due_ms, remind_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, \
              $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)";
    OF_OFFBOARDING = concat!("SELECT ", columns!(), " FROM steps WHERE offboarding_id = $1 ORDER BY no");
    LOCKED = concat!("SELECT ", columns!(), " FROM steps WHERE offboarding_id = $1 ORDER BY no FOR NO KEY UPDATE");
    SAVE = "UPDATE steps SET state = $5, tried_before = $6, ready_at_ms = $7, note = $8, finished_ms = $9, \
            progress_done = $10, progress_total = $11, due_ms = $12, remind_ms = $13, lease_until_ms = NULL, node = NULL \
            WHERE offboarding_id = $1 AND no = $2 AND state = $3 AND attempt = $4";
    /// Platforms with a step that may run now, found by hopping along the index from platform to platform.
    DUE = "WITH RECURSIVE due (platform_id) AS ( \
             SELECT MIN(platform_id) FROM steps WHERE state = 'ready' AND action <> 'manual' \
             UNION ALL \
             SELECT (SELECT MIN(s.platform_id) FROM steps s \
               WHERE s.state = 'ready' AND s.action <> 'manual' AND s.platform_id > due.platform_id) \
             FROM due WHERE due.platform_id IS NOT NULL) \
           SELECT p.tenant_id, p.id, p.max_in_flight, p.failures, p.paused_until_ms, p.held \
           FROM due JOIN platforms p ON p.id = due.platform_id \
           WHERE p.paused_until_ms <= $1 AND NOT p.held AND EXISTS (SELECT 1 FROM steps s WHERE s.platform_id = p.id \
             AND s.state = 'ready' AND s.action <> 'manual' AND s.ready_at_ms <= $1) ORDER BY p.id";
    /// One claim at a time on a platform: two at once would not see what the other takes of an account. None on one
    /// that was paused or held since it was looked for.
    ALONE = "SELECT id FROM platforms WHERE id = $1 AND paused_until_ms <= $2 AND NOT held FOR NO KEY UPDATE";
    /// Oldest first. What a person does is not for us, and holds nobody up. Never two offboardings at once on one account: a running one, else the first in line,
    /// keeps the others waiting. Never a deletion before its transfers. The rows are picked once and for all
    /// in a materialized CTE: as a plain subquery, PostgreSQL may run it again and pick more than `LIMIT`.
    CLAIM = "WITH picked AS MATERIALIZED ( \
               SELECT s.offboarding_id, s.no FROM steps s \
               WHERE s.platform_id = $1 AND s.state = 'ready' AND s.action <> 'manual' AND s.ready_at_ms <= $2 \
                 AND NOT EXISTS (SELECT 1 FROM steps r WHERE r.platform_id = s.platform_id \
                   AND r.remote_id = s.remote_id AND r.state IN ('ready', 'running') AND r.action <> 'manual' \
                   AND r.offboarding_id <> s.offboarding_id \
                   AND (r.state = 'running' OR r.ready_at_ms <= $2 \
                     AND (r.ready_at_ms, r.offboarding_id) < (s.ready_at_ms, s.offboarding_id))) \
                 AND (s.action <> 'delete' OR NOT EXISTS (SELECT 1 FROM steps t \
                   WHERE t.offboarding_id = s.offboarding_id AND t.platform_id = s.platform_id \
                   AND t.remote_id = s.remote_id AND t.action = 'transfer' AND t.state <> 'done')) \
               ORDER BY s.ready_at_ms LIMIT $5 FOR NO KEY UPDATE SKIP LOCKED) \
             UPDATE steps SET state = $6, attempt = attempt + 1, lease_until_ms = $3, node = $4 \
             WHERE state = 'ready' AND (offboarding_id, no) IN (SELECT offboarding_id, no FROM picked) \
             RETURNING tenant_id, offboarding_id, no, attempt";
    IS_LAPSED = "SELECT no FROM steps WHERE offboarding_id = $1 AND no = $2 AND attempt = $3 \
                 AND state = 'running' AND lease_until_ms < $4 FOR NO KEY UPDATE";
    LAPSED = "SELECT tenant_id, offboarding_id, no, attempt FROM steps \
              WHERE state = 'running' AND lease_until_ms < $1 ORDER BY lease_until_ms LIMIT $2";
    /// Keeps the lease of a step that works in chunks, and shows how far it is.
    PROGRESS = "UPDATE steps SET progress_done = $4, progress_total = $5, lease_until_ms = $6 \
                WHERE offboarding_id = $1 AND no = $2 AND attempt = $3 AND state = 'running'";
    /// Steps by hand whose time for a word has come.
    REMIND = "SELECT tenant_id, offboarding_id, no, attempt FROM steps \
              WHERE action = 'manual' AND state = 'ready' AND remind_ms <= $1 ORDER BY remind_ms LIMIT $2";
    /// What waits for hands now, the most urgent first.
    BY_HAND = concat!("SELECT offboarding_id, ", columns!(), " FROM steps WHERE tenant_id = $1 \
        AND action = 'manual' AND state = 'ready' AND (due_ms, offboarding_id, no) > ($2, $3, $4) \
        AND due_ms <= $5 AND ready_at_ms <= $6 ORDER BY due_ms, offboarding_id, no LIMIT $7");
    BY_HAND_OF = concat!("SELECT offboarding_id, ", columns!(), " FROM steps WHERE tenant_id = $1 \
        AND action = 'manual' AND state = 'ready' AND (due_ms, offboarding_id, no) > ($2, $3, $4) \
        AND due_ms <= $5 AND ready_at_ms <= $6 AND assignee = $8 ORDER BY due_ms, offboarding_id, no LIMIT $7");
    COUNTS = "SELECT p.name, s.state, COUNT(*) FROM platforms p \
              JOIN steps s ON s.platform_id = p.id AND s.state = $2 \
              AND s.state IN ('waiting', 'ready', 'running', 'failed') AND (s.state <> 'ready' OR s.action <> 'manual') \
              WHERE p.tenant_id = $1 GROUP BY p.name, s.state ORDER BY p.name";
}

/// A step that a node holds under a lease.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub tenant: TenantId,
    pub offboarding: OffboardingId,
    pub no: StepNo,
    pub attempt: i64,
}

/// A platform with work to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    pub tenant: TenantId,
    pub platform: PlatformId,
    pub max_in_flight: i64,
    pub health: Health,
}

/// How a claim is made.
#[derive(Clone, Debug)]
pub struct Lease<'a> {
    pub now_ms: i64,
    pub until_ms: i64,
    pub node: &'a str,
    /// What `domain::step::next` makes of a claimed step.
    pub state: StepState,
}

/// Which of the steps that wait for hands, and where to begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ByHand {
    pub assignee: Option<String>,
    /// Only those whose time was up by then.
    pub due_until_ms: i64,
    /// Behind this one, by due date, offboarding and number.
    pub after: (i64, OffboardingId, StepNo),
    pub now_ms: i64,
}

pub fn insert(tx: &mut Tx<'_>, tenant: TenantId, offboarding: &OffboardingId, steps: &[Step]) -> Result<()> {
    for step in steps {
        tx.execute_one(
            INSERT,
            params![
                offboarding,
                tenant,
                step.no,
                step.platform,
                step.local,
                step.remote_id,
                step.action.as_str(),
                step.state.as_str(),
                needs_text(&step.needs),
                step.attempt,
                step.tried_before,
                step.ready_at_ms,
                step.idempotency_key,
                step.progress.done,
                step.progress.total,
                step.note,
                step.finished_ms,
                step.hand.as_ref().map(|hand| hand.stands_for.as_str()),
                step.hand.as_ref().and_then(|hand| hand.assignee.as_deref()),
                step.hand.as_ref().map(|hand| hand.due_ms),
                step.hand.as_ref().map(|hand| hand.remind_ms),
            ],
        )?;
    }
    Ok(())
}

pub fn of_offboarding(tx: &mut Tx<'_>, offboarding: &OffboardingId) -> Result<Vec<Step>> {
    tx.query(OF_OFFBOARDING, params![offboarding], read)
}

/// As [`of_offboarding`], and none of them is claimed until the transaction ends.
pub fn locked(tx: &mut Tx<'_>, offboarding: &OffboardingId) -> Result<Vec<Step>> {
    tx.query(LOCKED, params![offboarding], read)
}

/// Saves a step that was decided upon from `before`. If it has moved on meanwhile, nothing is saved.
pub fn save(tx: &mut Tx<'_>, offboarding: &OffboardingId, before: &Step, after: &Step) -> Result<()> {
    let rows = tx.execute(
        SAVE,
        params![
            offboarding,
            before.no,
            before.state.as_str(),
            before.attempt,
            after.state.as_str(),
            after.tried_before,
            after.ready_at_ms,
            after.note,
            after.finished_ms,
            after.progress.done,
            after.progress.total,
            after.hand.as_ref().map(|hand| hand.due_ms),
            after.hand.as_ref().map(|hand| hand.remind_ms),
        ],
    )?;
    match rows {
        1 => Ok(()),
        _ => Err(Error::Busy(format!("step {} of {offboarding} has moved on", before.no))),
    }
}

pub fn due(tx: &mut Tx<'_>, now_ms: i64) -> Result<Vec<Due>> {
    tx.query(DUE, params![now_ms], |row| {
        Ok(Due {
            tenant: row.take()?,
            platform: row.take()?,
            max_in_flight: row.take()?,
            health: Health { failures: row.take()?, paused_until_ms: row.take()?, held: row.take()? },
        })
    })
}

/// Takes at most `limit` ready steps of a platform. Several platforms in one transaction: in the order of their
/// ids, as [`due`] gives them, so that two nodes never wait for each other in a circle.
pub fn claim(tx: &mut Tx<'_>, platform: PlatformId, lease: &Lease<'_>, limit: i64) -> Result<Vec<Claim>> {
    if tx.query_opt(ALONE, params![platform, lease.now_ms], |row| row.take::<i64>())?.is_none() {
        return Ok(Vec::new());
    }
    let state = lease.state.as_str();
    tx.query(CLAIM, params![platform, lease.now_ms, lease.until_ms, lease.node, limit, state], read_claim)
}

/// Steps whose node fell silent.
pub fn lapsed(tx: &mut Tx<'_>, now_ms: i64, limit: i64) -> Result<Vec<Claim>> {
    tx.query(LAPSED, params![now_ms, limit], read_claim)
}

/// Steps by hand that somebody should hear of now.
pub fn to_remind(tx: &mut Tx<'_>, now_ms: i64, limit: i64) -> Result<Vec<Claim>> {
    tx.query(REMIND, params![now_ms, limit], read_claim)
}

/// Steps of a tenant that wait for a person now, by due date, each with its offboarding.
pub fn by_hand(
    tx: &mut Tx<'_>,
    tenant: TenantId,
    wanted: &ByHand,
    limit: i64,
) -> Result<Vec<(OffboardingId, Step)>> {
    let ByHand { assignee, due_until_ms, after: (due_ms, offboarding, no), now_ms } = wanted;
    let read_both = |row: &mut Row<'_>| Ok((OffboardingId(row.take()?), read(row)?));
    match assignee {
        None => {
            let params = params![tenant, *due_ms, offboarding, *no, *due_until_ms, *now_ms, limit];
            tx.query(BY_HAND, params, read_both)
        }
        Some(assignee) => {
            let params = params![tenant, *due_ms, offboarding, *no, *due_until_ms, *now_ms, limit, assignee];
            tx.query(BY_HAND_OF, params, read_both)
        }
    }
}

/// Whether a lapsed step still is. Asked in the transaction that rescues it, behind `offboardings::locked`:
/// meanwhile its node may have come back and renewed the lease.
pub fn is_lapsed(tx: &mut Tx<'_>, claim: &Claim, now_ms: i64) -> Result<bool> {
    let params = params![claim.offboarding, claim.no, claim.attempt, now_ms];
    Ok(tx.query_opt(IS_LAPSED, params, |row| row.take::<i64>())?.is_some())
}

/// Answers whether the step is still ours.
pub fn progress(tx: &mut Tx<'_>, claim: &Claim, progress: Progress, lease_until_ms: i64) -> Result<bool> {
    let rows = tx.execute(
        PROGRESS,
        params![claim.offboarding, claim.no, claim.attempt, progress.done, progress.total, lease_until_ms],
    )?;
    Ok(rows == 1)
}

/// Steps of a tenant in `state`, by the name of their platform. Final states are not counted: they only grow; nor
/// is what a person is to do.
pub fn counts(tx: &mut Tx<'_>, tenant: TenantId, state: StepState) -> Result<Vec<(String, StepState, i64)>> {
    tx.query(COUNTS, params![tenant, state.as_str()], |row| Ok((row.take()?, row.word()?, row.take()?)))
}

fn read_claim(row: &mut Row<'_>) -> Result<Claim> {
    Ok(Claim {
        tenant: row.take()?,
        offboarding: OffboardingId(row.take()?),
        no: row.take()?,
        attempt: row.take()?,
    })
}

fn read(row: &mut Row<'_>) -> Result<Step> {
    Ok(Step {
        no: row.take()?,
        platform: row.take()?,
        local: row.take()?,
        remote_id: row.take()?,
        action: row.word()?,
        state: row.word()?,
        needs: read_needs(&row.take::<String>()?)?,
        attempt: row.take()?,
        tried_before: row.take()?,
        ready_at_ms: row.take()?,
        idempotency_key: row.take()?,
        progress: Progress { done: row.take()?, total: row.take()? },
        note: row.take()?,
        finished_ms: row.take()?,
        hand: read_hand(row)?,
    })
}

fn read_hand(row: &mut Row<'_>) -> Result<Option<Hand>> {
    let stands_for: Option<String> = row.take()?;
    let assignee: Option<String> = row.take()?;
    let times: (Option<i64>, Option<i64>) = (row.take()?, row.take()?);
    let (Some(stands_for), (Some(due_ms), Some(remind_ms))) = (stands_for, times) else { return Ok(None) };
    let stands_for =
        stands_for.parse().map_err(|_| Error::inconsistent(format!("stands_for {stands_for:?}")))?;
    Ok(Some(Hand { stands_for, assignee, due_ms, remind_ms }))
}

/// `1,2,5`: they are read and written together with their step, and only there.
fn needs_text(needs: &[StepNo]) -> String {
    needs.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

fn read_needs(text: &str) -> Result<Vec<StepNo>> {
    let number =
        |word: &str| word.parse().map(StepNo).map_err(|_| Error::inconsistent(format!("needs {text:?}")));
    text.split(',').filter(|word| !word.is_empty()).map(number).collect()
}
