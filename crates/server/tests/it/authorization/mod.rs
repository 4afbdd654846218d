//! See the module list in `main.rs`. A row for each route of a face; a route without one fails the test.
//!
//! Whoever is refused gets the face's own refusal, and nothing is changed. Whoever is allowed succeeds, on a copy
//! of the company where the call changes something. The administrator of another tenant finds nobody, or acts on
//! that tenant.

mod appviewx;
mod commvault;
mod netex;
mod rest;
mod scim;
mod stage;

use std::collections::BTreeSet;

use domain::{Role, TenantId};

use crate::dump::{Dump, Watch};
use crate::fixture::{Answer, ask};
use stage::Things;
pub(crate) use stage::{Stage, Who};

/// Every face, with its routes.
pub(crate) const FACES: [&Face; 5] =
    [&appviewx::FACE, &commvault::FACE, &netex::FACE, &rest::FACE, &scim::FACE];

/// Who may call.
#[derive(Clone, Copy, Debug)]
enum Need {
    /// Everybody, signed in or not.
    Open,
    At(Role),
}

const OPEN: Need = Need::Open;
const SIGNED_IN: Need = Need::At(Role::None);
const AUDITOR: Need = Need::At(Role::Auditor);
const OPERATOR: Need = Need::At(Role::Operator);
const ADMIN: Need = Need::At(Role::Admin);

/// What the administrator of another tenant gets to see.
#[derive(Clone, Copy, Debug)]
enum Stranger {
    /// What the request names is not there.
    FindsNobody,
    /// The request names nobody, or something that the other tenant may have too.
    ActsAtHome,
}
use Stranger::{ActsAtHome, FindsNobody};

/// Why a call is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    NoCredential,
    BadCredential,
    Forbidden,
}

#[derive(Clone, Copy)]
pub(crate) struct Row {
    pub(crate) method: &'static str,
    /// As the face's own table has it, and a query behind `?`.
    pub(crate) path: &'static str,
    pub(crate) body: &'static str,
    need: Need,
    /// The status of a success.
    success: u16,
    stranger: Stranger,
    headers: &'static [(&'static str, &'static str)],
    /// Whom `{user}` names.
    user: &'static str,
}

const fn row(
    method: &'static str,
    path: &'static str,
    body: &'static str,
    need: Need,
    success: u16,
    stranger: Stranger,
) -> Row {
    Row { method, path, body, need, success, stranger, headers: &[], user: "leaver" }
}

impl Row {
    const fn with(self, headers: &'static [(&'static str, &'static str)]) -> Self {
        Self { headers, ..self }
    }

    const fn of(self, user: &'static str) -> Self {
        Self { user, ..self }
    }

    fn route(&self) -> (String, String) {
        let path = self.path.split_once('?').map_or(self.path, |(path, _)| path);
        (self.method.to_owned(), path.to_owned())
    }
}

pub(crate) struct Face {
    /// What stands before every path.
    pub(crate) root: &'static str,
    pub(crate) rows: &'static [Row],
    /// The header that carries a secret.
    pub(crate) credential: fn(&str) -> (&'static str, String),
    pub(crate) headers: &'static [(&'static str, &'static str)],
    /// What stands for the `{…}` of paths and bodies.
    stand_ins: fn(&Things) -> Vec<(&'static str, String)>,
    /// What the answer should have been, if it is not the face's refusal.
    refusal: fn(&Row, Why) -> Refusal,
    succeeded: fn(&Answer) -> bool,
    /// Whether an answer is an error in the form that the face gives its errors.
    pub(crate) is_error: fn(&Answer) -> bool,
    finds_nobody: fn(&Answer) -> bool,
}

/// The face's own refusal: its status, and its body, or what the body must hold.
struct Refusal {
    status: u16,
    body: Body,
}

enum Body {
    Is(String),
    Holds(Vec<String>),
}

impl Refusal {
    fn matches(&self, answer: &Answer) -> bool {
        let body = match &self.body {
            Body::Is(body) => answer.body == *body,
            Body::Holds(parts) => parts.iter().all(|part| answer.body.contains(part)),
        };
        answer.status.as_u16() == self.status && body
    }
}

enum Expected {
    Refused(Why),
    Allowed,
    Stranger,
}

impl Row {
    fn expected(&self, who: Who) -> Expected {
        let Need::At(needed) = self.need else {
            return if who == Who::Stranger { Expected::Stranger } else { Expected::Allowed };
        };
        match who {
            Who::Nobody => Expected::Refused(Why::NoCredential),
            Who::Unknown | Who::Idle | Who::Late | Who::Cut => Expected::Refused(Why::BadCredential),
            Who::User(role) if role < needed => Expected::Refused(Why::Forbidden),
            Who::User(_) => Expected::Allowed,
            Who::Stranger => Expected::Stranger,
        }
    }

    fn changes_nothing(&self) -> bool {
        self.method == "GET"
    }
}

/// Asks every row by everybody.
async fn hold(face: &Face) {
    let stage = Stage::set().await;
    let mut watch = Watch::begin(&stage.company.home);
    let mut wrong = Vec::new();
    for row in face.rows {
        for who in Who::EVERYBODY {
            let told = match row.expected(who) {
                Expected::Refused(why) => refused(face, &stage, row, who, why, &mut watch).await,
                Expected::Allowed => allowed(face, &stage, row, who).await,
                Expected::Stranger => stranger(face, &stage, row).await,
            };
            if let Err(what) = told {
                wrong.push(format!("{} {} by {who:?}: {what}", row.method, row.path));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

async fn refused(
    face: &Face,
    stage: &Stage,
    row: &Row,
    who: Who,
    why: Why,
    watch: &mut Watch,
) -> Result<(), String> {
    let answer = face.ask(stage, &stage.company.router, row, who).await;
    if !(face.refusal)(row, why).matches(&answer) {
        return Err(format!("{why:?} is told as {}: {}", answer.status, answer.body));
    }
    let changes = watch.changes();
    if changes.is_empty() { Ok(()) } else { Err(format!("refused, and still changed: {changes:#?}")) }
}

async fn allowed(face: &Face, stage: &Stage, row: &Row, who: Who) -> Result<(), String> {
    let answer = if row.changes_nothing() {
        face.ask(stage, &stage.company.router, row, who).await
    } else {
        face.ask(stage, &stage.copy().await.router, row, who).await
    };
    if answer.status.as_u16() == row.success && (face.succeeded)(&answer) {
        return Ok(());
    }
    Err(format!("{} instead of {}: {}", answer.status, row.success, answer.body))
}

async fn stranger(face: &Face, stage: &Stage, row: &Row) -> Result<(), String> {
    let copy = stage.copy().await;
    let before = Dump::of_tenant(&copy.home, TenantId(1));
    let answer = face.ask(stage, &copy.router, row, Who::Stranger).await;
    let changes = before.differences(&Dump::of_tenant(&copy.home, TenantId(1)));
    // Whoever signs in with the password of somebody in the first tenant is that one.
    if !matches!(row.need, Need::Open) {
        if !changes.is_empty() {
            return Err(format!("the first tenant was changed: {changes:#?}"));
        }
        if let Some(secret) = stage::SECRETS.iter().find(|secret| answer.body.contains(**secret)) {
            return Err(format!("{secret} of the first tenant is told: {}", answer.body));
        }
    }
    let as_expected = match row.stranger {
        ActsAtHome => answer.status.is_success() && (face.succeeded)(&answer),
        FindsNobody => (face.finds_nobody)(&answer),
    };
    if as_expected { Ok(()) } else { Err(format!("{}: {}", answer.status, answer.body)) }
}

impl Face {
    /// With what is there in the company for every `{…}`.
    pub(crate) fn filled(&self, stage: &Stage, row: &Row, text: &str) -> String {
        let stand_ins = (self.stand_ins)(&stage.things);
        let filled = stand_ins.iter().fold(text.to_owned(), |text, (name, value)| text.replace(name, value));
        filled.replace("{user}", row.user)
    }

    /// What a request of this row carries besides its credential.
    pub(crate) fn headers(&self, stage: &Stage, row: &Row) -> Vec<(&'static str, String)> {
        let headers = self.headers.iter().chain(row.headers);
        headers.map(|(name, value)| (*name, self.filled(stage, row, value))).collect()
    }

    async fn ask(&self, stage: &Stage, router: &axum::Router, row: &Row, who: Who) -> Answer {
        let filled = |text: &str| self.filled(stage, row, text);
        let credential = stage.secret(who).map(|secret| (self.credential)(secret));
        let own = self.headers(stage, row);
        let headers: Vec<_> =
            own.iter().chain(&credential).map(|(name, value)| (*name, value.as_str())).collect();
        let target = format!("{}{}", self.root, filled(row.path));
        ask(router, row.method, &target, &headers, &filled(row.body)).await
    }

    /// Every route has its row, and every row its route.
    fn is_complete(&self, routes: impl Iterator<Item = (String, String)>) {
        let rows: BTreeSet<_> = self.rows.iter().map(Row::route).collect();
        assert_eq!(rows, routes.collect::<BTreeSet<_>>());
    }
}
