use domain::Role;
use exeunt::app::{NewUser, Seat, SeatChange, UserRef};

use crate::fixture::{Company, PASSWORD};

/// How a request shows who calls.
#[derive(Clone, Copy, Debug)]
enum As {
    Nobody,
    /// By the session of this user.
    User(&'static str),
    BadSession,
    BadPassword,
}

struct Row {
    status: u16,
    code: &'static str,
    by: As,
    method: &'static str,
    target: &'static str,
    body: &'static str,
}

const fn row(
    status: u16,
    code: &'static str,
    by: As,
    method: &'static str,
    target: &'static str,
    body: &'static str,
) -> Row {
    Row { status, code, by, method, target, body }
}

const ADMIN: As = As::User("admin");
const REMOVE: &str = "acctmgmt-remove-user?gwsource=web";
const LEAVER: &str = r#"{"payload":{"userNames":["leaver"]}}"#;
const ADDED_TWICE: &str =
    r#"{"payload":{"loginName":"leaver","isExternalAuth":"Y","preferredContactMode":"E","email":"e"}}"#;
const SHORT_PASSWORD: &str = r#"{"payload":{"loginName":"new","isExternalAuth":"N","password":"c2hvcnQ=","confirmPassword":"c2hvcnQ=","preferredContactMode":"E","email":"e"}}"#;

/// Contract section 4, line by line, and the codes that this face adds. Those of roles have nothing to stand for
/// here; those of service accounts are in `client_tokens`.
const TABLE: &[Row] = &[
    row(400, "MANDATORY_FIELD_MISSING", ADMIN, "POST", "acctmgmt-remove-user", LEAVER),
    row(
        400,
        "INVALID_REQUEST",
        ADMIN,
        "POST",
        "user-search?gwsource=web",
        r#"{"payload":{"filterValue":"a","maxSize":0}}"#,
    ),
    row(400, "avx-common-028", ADMIN, "POST", REMOVE, "{"),
    row(400, "ACCT_US_015", ADMIN, "POST", REMOVE, "{}"),
    row(401, "AVX_GW_003", As::BadPassword, "POST", REMOVE, LEAVER),
    row(401, "AVX_GW_012", As::BadSession, "POST", REMOVE, LEAVER),
    row(403, "AVX_GW_005", As::User("auditor"), "POST", REMOVE, LEAVER),
    row(404, "ACCT_US_001", ADMIN, "POST", REMOVE, r#"{"payload":{"userNames":["nobody"]}}"#),
    row(407, "AVX_GW_011", As::Nobody, "POST", REMOVE, LEAVER),
    row(409, "ACCT_US_900", ADMIN, "POST", REMOVE, r#"{"payload":{"userNames":["admin"]}}"#),
    row(409, "ACCT_US_901", As::User("operator"), "POST", REMOVE, r#"{"payload":{"userNames":["admin"]}}"#),
    row(409, "ACCT_US_902", ADMIN, "POST", REMOVE, r#"{"payload":{"userNames":["held"]}}"#),
    row(409, "ACCT_US_903", ADMIN, "POST", REMOVE, r#"{"payload":{"userNames":["leaving"]}}"#),
    row(409, "ACCT_US_904", ADMIN, "POST", "user?gwsource=web", ADDED_TWICE),
    row(400, "ACCT_USERGROUP_001", ADMIN, "POST", "usergroup?gwsource=web", "{}"),
    row(404, "ACCT_USERGROUP_030", ADMIN, "DELETE", "userGroup?gwsource=web&userGroupName=none", ""),
    row(409, "RBAC_US_023", ADMIN, "POST", "usergroup?gwsource=web", r#"{"payload":{"name":"Ops"}}"#),
    row(400, "RBAC_US_019", ADMIN, "DELETE", "userGroup?gwsource=web&userGroupName=Ops", ""),
    row(405, "RBAC_US_015", ADMIN, "DELETE", "userGroup?gwsource=web&userGroupName=master", ""),
    row(400, "VALIDATION_ERROR_0004", ADMIN, "POST", "user?gwsource=web", SHORT_PASSWORD),
    row(404, "DG_009", ADMIN, "POST", "user-search?gwsource=web", r#"{"payload":{"filterValue":"nobody"}}"#),
];

async fn company() -> Company {
    let company = Company::new().await;
    for name in ["leaver", "leaving"] {
        company.person(name).await;
    }
    company.add(NewUser { protected: true, ..NewUser::named("held") }).await;
    company.group("Ops").await;
    let (ops, auditor) = (exeunt::app::GroupRef::Name("Ops".to_owned()), UserRef::Name("auditor".to_owned()));
    let seated =
        company.app.change_seats(&company.console, &ops, Seat::Member, SeatChange::Add, vec![auditor]);
    seated.await.expect("a member");
    let later = exeunt::app::Start {
        start_ms: Some(company.clock.now_ms() + 60_000),
        ..exeunt::app::Start::new(domain::Goal::Leave, vec![UserRef::Name("leaving".to_owned())])
    };
    company.app.start(&company.console, later).await.expect("planned");
    company.user("plain", Role::None).await;
    company
}

#[tokio::test(flavor = "multi_thread")]
async fn every_code_of_the_contract_is_reached() {
    let company = company().await;
    let before = company.log_head().await;
    for row in TABLE {
        let session = match row.by {
            As::User(name) => company.session(name).await,
            _ => String::new(),
        };
        let headers = match row.by {
            As::Nobody => vec![],
            As::User(_) => vec![("sessionId", session.as_str())],
            As::BadSession => vec![("sessionId", "bad")],
            As::BadPassword => vec![("username", "admin"), ("password", "wrong")],
        };
        let answer = company.call(row.method, &format!("/avxapi/{}", row.target), &headers, row.body).await;
        let told = (answer.status.as_u16(), answer.json()["appStatusCode"].clone());
        assert_eq!(told, (row.status, row.code.into()), "{:?} {}: {}", row.by, row.target, answer.body);
        assert!(
            answer.json()["message"].is_string() && answer.json()["response"].is_null(),
            "{}",
            answer.body
        );
    }
    let kinds = company.log_kinds(before).await;
    let changes: Vec<_> = kinds.iter().filter(|kind| !kind.starts_with("session.")).collect();
    assert!(changes.is_empty(), "{changes:?}");
    assert_eq!(company.detail("leaver").await.user.state, domain::UserState::Active);
    company.app.sign_in(Company::attempt("plain", PASSWORD)).await.expect("untouched");
}
