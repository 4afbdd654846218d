//! A small company with one leaver: the fixture of every test here. Owns no rule.

use domain::plan::{Named, NamedHeir, Request, Snapshot, Successor, plan};
use domain::{
    Account, AccountState, Action, AssetKind, Capabilities, Goal, GroupId, Holdings, Offboarding,
    OffboardingId, Owner, Plan, Platform, PlatformId, PlatformKind, Policy, Refusal, Role, Step, Support,
    Terms, User, UserId, UserState, offboarding::state_of,
};

pub(crate) const NOW_MS: i64 = 1_000_000;
pub(crate) const LEAVER: UserId = UserId(2);
pub(crate) const CALLER: UserId = UserId(1);
pub(crate) const HEIR: UserId = UserId(3);
pub(crate) const OPS: Owner = Owner::Group(GroupId(22));

/// Everything that a plan is a function of, but goal and heir.
#[derive(Clone, Debug)]
pub(crate) struct Company {
    pub(crate) user: Option<User>,
    pub(crate) caller: Option<UserId>,
    pub(crate) active_admins: i64,
    pub(crate) holdings: Holdings,
    pub(crate) accounts: Vec<Account>,
    pub(crate) platforms: Vec<Platform>,
    pub(crate) leaving_by: Option<String>,
    pub(crate) policy: Policy,
    pub(crate) policy_heir: NamedHeir,
    pub(crate) start_ms: i64,
    pub(crate) keep_ms: i64,
    pub(crate) awaits_heir: bool,
}

impl Company {
    /// An ordinary user without assets, with an account on `local` only.
    pub(crate) fn new() -> Self {
        Self {
            user: Some(leaver()),
            caller: Some(CALLER),
            active_admins: 2,
            holdings: Holdings::default(),
            accounts: Vec::new(),
            platforms: vec![platform(1, "local", PlatformKind::Local, Capabilities::FULL)],
            leaving_by: None,
            policy: Policy::default(),
            policy_heir: NamedHeir::Unsaid,
            start_ms: 0,
            keep_ms: 0,
            awaits_heir: false,
        }
    }

    /// With one more platform, on which the leaver has one account.
    pub(crate) fn with(mut self, name: &str, capabilities: Capabilities) -> Self {
        let id = i64::try_from(self.platforms.len()).expect("few") + 1;
        self.platforms.push(platform(id, name, PlatformKind::Simulated, capabilities));
        self.accounts.push(account(id, &format!("jsmith@{name}"), AccountState::Active));
        self
    }

    pub(crate) fn owning(mut self, kinds: &[(&str, u64)]) -> Self {
        let kind = |name| AssetKind::new(name).expect("a kind");
        self.holdings = Holdings(kinds.iter().map(|(name, count)| (kind(name), *count)).collect());
        self
    }

    /// With one thing about the leaver changed.
    pub(crate) fn whose(mut self, change: impl FnOnce(&mut User)) -> Self {
        change(self.user.as_mut().expect("a leaver"));
        self
    }

    pub(crate) fn plan(&self, goal: Goal, heir: NamedHeir) -> Result<Plan, Refusal> {
        let snapshot = Snapshot {
            asked: "company/jsmith".to_owned(),
            user: self.user.as_ref(),
            caller: self.caller,
            active_admins: self.active_admins,
            holdings: self.holdings.clone(),
            accounts: &self.accounts,
            platforms: &self.platforms,
            leaving_by: self.leaving_by.clone(),
            policy_heir: self.policy_heir.clone(),
        };
        let Self { start_ms, keep_ms, awaits_heir, .. } = *self;
        let request = Request { goal, heir, start_ms, keep_ms, awaits_heir };
        plan(&request, &snapshot, &self.policy, NOW_MS, |no| format!("key-{no}"))
    }

    pub(crate) fn platform_name(&self, id: PlatformId) -> &str {
        self.platforms.iter().find(|platform| platform.id == id).map_or("?", |platform| &platform.name)
    }

    /// Every step in a few words: `1 disable local`, `6 delete play needs 2,4`.
    pub(crate) fn steps(&self, plan: &Plan) -> Vec<String> {
        plan.steps.iter().map(|step| self.step(step)).collect()
    }

    fn step(&self, step: &Step) -> String {
        let needs: Vec<String> = step.needs.iter().map(ToString::to_string).collect();
        let needs = if needs.is_empty() { String::new() } else { format!(" needs {}", needs.join(",")) };
        format!("{} {} {}{needs}", step.no, step.action, self.platform_name(step.platform))
    }
}

/// The offboarding that accepting `plan` makes.
pub(crate) fn accepted(plan: &Plan) -> Offboarding {
    let state = state_of(&plan.steps, false, plan.start_ms, NOW_MS);
    Offboarding {
        id: OffboardingId("0197-jsmith".to_owned()),
        goal: plan.goal,
        user: LEAVER,
        user_name: leaver().user_name,
        requester: "admin".to_owned(),
        state,
        handover: plan.handover,
        message: None,
        start_ms: plan.start_ms,
        created_ms: NOW_MS,
        cancel_asked: false,
        finished_ms: state.is_final().then_some(NOW_MS),
    }
}

pub(crate) fn leaver() -> User {
    User {
        id: LEAVER,
        guid: "0123456789abcdef0123456789abcdef".to_owned(),
        user_name: "company\\jsmith".to_owned(),
        email: String::new(),
        full_name: String::new(),
        description: String::new(),
        state: UserState::Active,
        role: Role::None,
        protected: false,
        manager: None,
        external_id: None,
        notice: None,
        created_ms: 0,
        modified_ms: 0,
        hidden: false,
        last_sign_in_ms: None,
    }
}

pub(crate) fn platform(id: i64, name: &str, kind: PlatformKind, capabilities: Capabilities) -> Platform {
    Platform {
        id: PlatformId(id),
        name: name.to_owned(),
        kind,
        settings: "{}".to_owned(),
        max_in_flight: 8,
        terms: Terms::default(),
        capabilities,
        revision: 1,
    }
}

/// Abilities of which some are a person's.
pub(crate) fn by_hand(actions: &[Action]) -> Capabilities {
    actions.iter().fold(Capabilities::FULL, |able, action| able.with(*action, Support::ByHand))
}

pub(crate) fn account(platform: i64, remote_id: &str, state: AccountState) -> Account {
    Account { platform: PlatformId(platform), user: LEAVER, remote_id: remote_id.to_owned(), state }
}

/// An active colleague.
pub(crate) fn colleague() -> Successor {
    Successor { id: HEIR, user_name: "kjones".to_owned(), state: UserState::Active, leaving: false }
}

pub(crate) fn to_user(found: Option<Successor>) -> NamedHeir {
    NamedHeir::User(Named { given: "kjones".to_owned(), found })
}

pub(crate) fn to_group(found: Option<Owner>) -> NamedHeir {
    NamedHeir::Group(Named { given: "Ops".to_owned(), found })
}
