//! From a request and what the store knows to a plan, or to a refusal.

use crate::asset::Handover;
use crate::platform::sought;
use crate::policy::Heir;
use crate::step::{Hand, Progress};
use crate::{
    Account, AccountState, Action, Goal, Holdings, Owner, Platform, PlatformKind, Policy, Refusal, Role,
    Step, StepNo, StepState, Support, User, UserId, UserState,
};

/// Most accounts of one user, checked where accounts are added; with the platforms it bounds the steps of a plan.
pub const MAX_ACCOUNTS: usize = 200;

/// What is asked for, with names already looked up: the snapshot holds what they stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    pub goal: Goal,
    pub heir: NamedHeir,
    /// When to begin; now or in the past means at once.
    pub start_ms: i64,
    /// How long after the cut of a `Remove` the rest waits.
    pub keep_ms: i64,
    /// With nobody fit to inherit the plan is made all the same, and waits for a name before it hands over; else it
    /// is refused.
    pub awaits_heir: bool,
}

/// Who inherits, as the request put it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum NamedHeir {
    /// Nobody named: policy decides, else the user must own nothing.
    #[default]
    Unsaid,
    /// Assets stay with the tombstone.
    Orphan,
    User(Named<Successor>),
    Group(Named<Owner>),
    /// Both a user and a group: refused.
    Both,
}

/// A name as the caller gave it, and what it was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named<T> {
    pub given: String,
    pub found: Option<T>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Successor {
    pub id: UserId,
    pub user_name: String,
    pub state: UserState,
    /// Has an open offboarding that cuts.
    pub leaving: bool,
}

/// What the store knows at this moment about one user.
#[derive(Clone, Debug)]
pub struct Snapshot<'a> {
    /// The name or id that was asked for.
    pub asked: String,
    pub user: Option<&'a User>,
    /// Who asks, if it is a user.
    pub caller: Option<UserId>,
    /// Active administrators of the tenant, this user included.
    pub active_admins: i64,
    pub holdings: Holdings,
    pub accounts: &'a [Account],
    pub platforms: &'a [Platform],
    /// An open `Leave` or `Remove` of this user.
    pub leaving_by: Option<String>,
    /// What policy names: the manager or the group, resolved.
    pub policy_heir: NamedHeir,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub goal: Goal,
    pub handover: Option<Handover>,
    pub start_ms: i64,
    pub steps: Vec<Step>,
}

/// A pure function of its arguments. `key` makes the idempotency key of a step.
pub fn plan(
    request: &Request,
    snapshot: &Snapshot<'_>,
    policy: &Policy,
    now_ms: i64,
    key: impl Fn(StepNo) -> String,
) -> Result<Plan, Refusal> {
    let user = admit(request.goal, snapshot, policy)?;
    let handover = match handover(request, user, snapshot, policy) {
        Err(refusal) if request.awaits_heir => awaited(request.goal, snapshot, refusal)?,
        found => found?,
    };
    let start_ms = request.start_ms.max(now_ms);
    let grace_ms = if request.goal == Goal::Leave { policy.grace_ms } else { request.keep_ms };
    let mut draft = Draft { steps: Vec::new(), start_ms, grace_ms, key: &key };
    draft.write(request.goal, snapshot, user, handover);
    Ok(Plan { goal: request.goal, handover, start_ms, steps: draft.steps })
}

/// May this be done to this user at all?
fn admit<'a>(goal: Goal, snapshot: &Snapshot<'a>, policy: &Policy) -> Result<&'a User, Refusal> {
    let asked = || snapshot.asked.clone();
    let user = snapshot.user.ok_or_else(|| Refusal::UnknownUser { user: asked() })?;
    let name = || user.user_name.clone();
    if user.state == UserState::Removed {
        return Err(Refusal::AlreadyRemoved { user: name() });
    }
    if goal.cuts() {
        if snapshot.caller == Some(user.id) {
            return Err(Refusal::Yourself { user: name(), goal });
        }
        if user.role == Role::Admin && user.state == UserState::Active && snapshot.active_admins <= 1 {
            return Err(Refusal::LastAdministrator { user: name() });
        }
        if user.protected {
            return Err(Refusal::Protected { user: name() });
        }
    }
    if let Some(offboarding) = &snapshot.leaving_by
        && goal != Goal::Deactivate
    {
        return Err(Refusal::Leaving { user: name(), offboarding: offboarding.clone() });
    }
    if goal == Goal::Remove && policy.require_deactivated_before_remove && user.state == UserState::Active {
        return Err(Refusal::NotDeactivated { user: name() });
    }
    Ok(user)
}

/// The part of the holdings that the goal hands over.
pub fn transferable(goal: Goal, holdings: &Holdings) -> Holdings {
    if goal.transfers_workloads() { holdings.clone() } else { holdings.only(|kind| !kind.is_workload()) }
}

/// Who inherits: the request, else policy, else nobody, which only a user without assets may have.
fn handover(
    request: &Request,
    user: &User,
    snapshot: &Snapshot<'_>,
    policy: &Policy,
) -> Result<Option<Handover>, Refusal> {
    if !request.goal.transfers() {
        return Ok(None);
    }
    let by_policy = request.heir == NamedHeir::Unsaid && policy.heir != Heir::Nobody;
    let heir = if by_policy { &snapshot.policy_heir } else { &request.heir };
    match heir {
        NamedHeir::Both => Err(Refusal::TwoSuccessors),
        NamedHeir::Orphan | NamedHeir::Unsaid if request.goal == Goal::Transfer => Err(Refusal::NothingNamed),
        NamedHeir::Orphan => Ok(Some(Handover::Orphan)),
        NamedHeir::Group(named) => match named.found {
            Some(owner) => Ok(Some(Handover::To(owner))),
            None => Err(Refusal::SuccessorUnknown { successor: named.given.clone() }),
        },
        NamedHeir::User(named) => successor(user, named).map(|id| Some(Handover::To(Owner::User(id)))),
        NamedHeir::Unsaid => {
            let holdings = transferable(request.goal, &snapshot.holdings);
            if holdings.is_empty() {
                Ok(None)
            } else {
                Err(Refusal::NoSuccessor { user: user.user_name.clone(), holdings })
            }
        }
    }
}

/// Nobody is fit to inherit: that matters only where there is something to hand over.
fn awaited(goal: Goal, snapshot: &Snapshot<'_>, refusal: Refusal) -> Result<Option<Handover>, Refusal> {
    if !goal.removes() {
        return Err(refusal);
    }
    Ok((!transferable(goal, &snapshot.holdings).is_empty()).then_some(Handover::Awaited))
}

/// A successor exists, is active, is not the leaver and is not leaving. Asked again when the transfer runs.
pub fn successor(leaver: &User, named: &Named<Successor>) -> Result<UserId, Refusal> {
    match &named.found {
        Some(found) if found.id == leaver.id => {
            Err(Refusal::SuccessorIsLeaver { successor: found.user_name.clone() })
        }
        _ => new_owner(named),
    }
}

/// Whoever takes something over exists, is active and is not leaving.
pub fn new_owner(named: &Named<Successor>) -> Result<UserId, Refusal> {
    let Some(found) = &named.found else {
        return Err(Refusal::SuccessorUnknown { successor: named.given.clone() });
    };
    let successor = found.user_name.clone();
    match found.state {
        UserState::Removed => Err(Refusal::SuccessorUnknown { successor: named.given.clone() }),
        UserState::Deactivated => Err(Refusal::SuccessorInactive { successor }),
        UserState::Active if found.leaving => Err(Refusal::SuccessorLeaving { successor }),
        UserState::Active => Ok(found.id),
    }
}

/// Steps as they are written down, cut first.
struct Draft<'k, K> {
    steps: Vec<Step>,
    start_ms: i64,
    /// How long after the cut the account is kept.
    grace_ms: i64,
    key: &'k K,
}

impl<K: Fn(StepNo) -> String> Draft<'_, K> {
    fn write(&mut self, goal: Goal, snapshot: &Snapshot<'_>, user: &User, handover: Option<Handover>) {
        let mut places = places(snapshot, user);
        let start_ms = self.start_ms;
        let end_ms = start_ms.saturating_add(self.grace_ms);
        // What a removal hands over is kept with the account.
        let handover_ms = if goal == Goal::Remove { end_ms } else { start_ms };
        let mut each = |places: &[Place<'_>], action, start_ms, after: &[Action]| {
            for place in places.iter().filter(|place| place.concerns(action, goal, handover, snapshot)) {
                self.add(place, action, start_ms, after);
            }
        };
        if goal.cuts() {
            each(&places, Action::Disable, start_ms, &[]);
            each(&places, Action::EndSessions, start_ms, &[]);
        }
        if goal == Goal::Restore {
            each(&places, Action::Enable, start_ms, &[]);
        }
        each(&places, Action::Transfer, handover_ms, &[Action::Disable]);
        if goal.releases() {
            each(&places, Action::Release, start_ms, &[Action::Disable]);
        }
        // Sessions too: once the account is gone, most platforms can no longer end those that outlive it.
        let before_deletion = [Action::Disable, Action::EndSessions, Action::Transfer, Action::Release];
        if goal == Goal::Remove {
            each(&places, Action::Delete, end_ms, &before_deletion);
        }
        if goal == Goal::Leave {
            places.sort_by_key(Place::local);
            each(&places, Action::Delete, end_ms, &before_deletion);
            self.delete_own_account_last();
        }
        if handover == Some(Handover::Awaited) {
            self.delete_nothing_before_the_handover();
        }
    }

    /// While nobody inherits here, nothing is deleted elsewhere either.
    fn delete_nothing_before_the_handover(&mut self) {
        let own = self.steps.iter().find(|step| step.local && step.action == Action::Transfer);
        let Some(handover) = own.map(|step| step.no) else { return };
        for step in self.steps.iter_mut().filter(|step| step.wanted() == Action::Delete) {
            if !step.needs.contains(&handover) {
                step.needs.push(handover);
                step.needs.sort_unstable();
            }
            step.state = StepState::Waiting;
        }
    }

    /// In a `Leave` our own account goes when all the rest is settled, so that open steps keep a face.
    /// Its step is the last one as well: needs always point to earlier steps.
    fn delete_own_account_last(&mut self) {
        if let Some((own, others)) = self.steps.split_last_mut()
            && own.local
        {
            own.needs = others.iter().map(|step| step.no).collect();
            own.state = StepState::Waiting;
        }
    }

    /// Adds `action` at `place`, after the steps for the actions `after` on the same account.
    fn add(&mut self, place: &Place<'_>, action: Action, ready_at_ms: i64, after: &[Action]) {
        let no = StepNo(i64::try_from(self.steps.len() + 1).unwrap_or(i64::MAX));
        let same_account = self
            .steps
            .iter()
            .filter(|step| step.platform == place.platform.id && step.remote_id == place.remote_id);
        // A cut that only a person can make holds nothing up.
        let gates = same_account.filter(|step| {
            after.contains(&step.wanted()) && !(step.action == Action::Manual && step.wanted().is_cut())
        });
        let needs: Vec<StepNo> = gates.map(|step| step.no).collect();
        let hand = place.hand(action, ready_at_ms);
        self.steps.push(Step {
            no,
            platform: place.platform.id,
            local: place.local(),
            remote_id: place.remote_id.clone(),
            action: if hand.is_none() { action } else { Action::Manual },
            state: if needs.is_empty() { StepState::Ready } else { StepState::Waiting },
            needs,
            attempt: 0,
            tried_before: 0,
            ready_at_ms,
            idempotency_key: (self.key)(no),
            progress: Progress::default(),
            note: hand.is_some().then(|| place.instructions(action)),
            finished_ms: None,
            hand,
        });
    }
}

/// An account that a plan acts on.
struct Place<'a> {
    platform: &'a Platform,
    remote_id: String,
}

impl Place<'_> {
    fn local(&self) -> bool {
        self.platform.kind == PlatformKind::Local
    }

    /// What is left to a person, where the platform cannot do `action` by itself.
    fn hand(&self, action: Action, ready_at_ms: i64) -> Option<Hand> {
        let terms = &self.platform.terms;
        (!self.platform.capabilities.allow(action)).then(|| Hand {
            stands_for: action,
            assignee: terms.assignee.clone(),
            due_ms: terms.due_ms(ready_at_ms),
            remind_ms: ready_at_ms,
        })
    }

    fn instructions(&self, action: Action) -> String {
        let said = self.platform.terms.instructions.get(&action).cloned();
        said.unwrap_or_else(|| format!("{} cannot {action} by itself: a person must", self.platform.name))
    }

    /// Whether `action` has anything to do here. Here we know what is owned; elsewhere only the platform does.
    fn concerns(
        &self,
        action: Action,
        goal: Goal,
        handover: Option<Handover>,
        snapshot: &Snapshot<'_>,
    ) -> bool {
        match (action, handover) {
            _ if !supports(self.platform, action, goal) => false,
            (Action::Transfer, None) => false,
            (Action::Transfer, Some(_)) if self.local() => !transferable(goal, &snapshot.holdings).is_empty(),
            (Action::Transfer, Some(handover)) => matches!(handover, Handover::To(_)),
            _ => true,
        }
    }
}

/// Whether the platform, or the agreement on it, leaves anything to do: what hands over with a deletion is no
/// step of its own where there is one.
fn supports(platform: &Platform, action: Action, goal: Goal) -> bool {
    match platform.capabilities.of(action) {
        Support::Able | Support::ByHand => true,
        Support::WithDelete => !(goal.removes() && platform.capabilities.allow(Action::Delete)),
        Support::Nothing => false,
    }
}

/// What the goal is about and a plan has no step for on this platform, and why: so that nothing is left out unseen.
pub fn left_out(goal: Goal, handover: Option<Handover>, platform: &Platform) -> Vec<(Action, Support)> {
    let wanted = |action: &Action| match action {
        Action::Disable | Action::EndSessions => goal.cuts(),
        Action::Enable => goal == Goal::Restore,
        Action::Transfer => matches!(handover, Some(Handover::To(_))),
        Action::Release => goal.releases(),
        Action::Delete => goal.removes(),
        Action::Manual => false,
    };
    let actions = Action::ALL.iter().copied().filter(wanted);
    let missing = actions.filter(|action| !supports(platform, *action, goal));
    missing.map(|action| (action, platform.capabilities.of(action))).collect()
}

/// The accounts elsewhere that a plan for this user may act on, by platform; those still to be found among them.
pub fn reach<'a>(snapshot: &Snapshot<'a>, user: &'a User) -> Vec<(&'a Platform, String)> {
    let places = places(snapshot, user).into_iter().filter(|place| !place.local());
    places.map(|place| (place.platform, place.remote_id)).collect()
}

/// Our own directory first, then the user's accounts elsewhere that are not deleted yet, then every platform on
/// which an account may turn up that nobody has told us of.
fn places<'a>(snapshot: &Snapshot<'a>, user: &'a User) -> Vec<Place<'a>> {
    let own = snapshot.platforms.iter().filter(|platform| platform.kind == PlatformKind::Local);
    let own = own.map(|platform| Place { platform, remote_id: user.guid.clone() });
    let present = |account: &&Account| account.state != AccountState::Deleted;
    let known = snapshot.accounts.iter().filter(present).filter_map(|account| {
        let elsewhere = |platform: &&Platform| platform.kind != PlatformKind::Local;
        let platform = snapshot.platforms.iter().filter(elsewhere).find(|p| p.id == account.platform)?;
        Some(Place { platform, remote_id: account.remote_id.clone() })
    });
    let unknown = |platform: &&Platform| {
        !snapshot.accounts.iter().filter(present).any(|account| account.platform == platform.id)
    };
    let seeking = snapshot.platforms.iter().filter(|platform| platform.kind.seeks()).filter(unknown);
    let seeking = seeking.map(|platform| Place { platform, remote_id: sought(&user.guid) });
    own.chain(known).chain(seeking).collect()
}
