use domain::Role;
use exeunt::app::{NewToken, UserRef};

use super::{JSON, Netex};
use crate::fixture::{Answer, Company, other_tenant};

/// Who asks, in the order of the columns.
#[derive(Clone, Copy, Debug)]
enum Who {
    /// Without a token.
    Nobody,
    /// With a token that has expired.
    Late,
    /// A user without a role.
    Plain,
    Auditor,
    Operator,
    Admin,
    /// The administrator of another tenant.
    Stranger,
}

const EVERYBODY: [Who; 7] =
    [Who::Nobody, Who::Late, Who::Plain, Who::Auditor, Who::Operator, Who::Admin, Who::Stranger];

/// Every call. A stranger finds nobody; what strangers make is made in their own tenant. Each row finds the user
/// `leaver` active, in a company of its own.
const TABLE: [(&str, &str, &str, [u16; 7]); 15] = [
    ("GET", "users", "", [401, 401, 403, 200, 200, 200, 200]),
    ("POST", "users", r#"{"username":"new"}"#, [401, 401, 403, 403, 403, 200, 200]),
    ("GET", "users/leaver", "", [401, 401, 403, 200, 200, 200, 404]),
    ("PUT", "users/leaver", r#"{"name":"New"}"#, [401, 401, 403, 403, 403, 200, 404]),
    ("DELETE", "users/leaver", "", [401, 401, 403, 403, 200, 404, 404]),
    ("PUT", "users/leaver/deactivate", "", [401, 401, 403, 403, 200, 200, 404]),
    ("PUT", "users/leaver/activate", "", [401, 401, 403, 403, 200, 200, 404]),
    (
        "PUT",
        "users/leaver/changePassword",
        r#"{"newPassword":"another horse"}"#,
        [401, 401, 403, 403, 403, 200, 404],
    ),
    // Nobody has told the server of a mail server.
    ("POST", "users/leaver/welcomeMail", "", [401, 401, 403, 403, 403, 503, 404]),
    ("GET", "users/leaver/groups", "", [401, 401, 403, 200, 200, 200, 404]),
    ("POST", "groups/Ops/users.add", r#"{"userIds":["leaver"]}"#, [401, 401, 403, 403, 403, 200, 404]),
    ("POST", "groups/Ops/users.remove", r#"{"userIds":["leaver"]}"#, [401, 401, 403, 403, 403, 200, 404]),
    ("GET", "groups/Ops/admins", "", [401, 401, 403, 200, 200, 200, 404]),
    ("POST", "groups/Ops/admins.add", r#"{"adminIds":["leaver"]}"#, [401, 401, 403, 403, 403, 200, 404]),
    ("POST", "groups/Ops/admins.remove", r#"{"adminIds":["leaver"]}"#, [401, 401, 403, 403, 403, 200, 404]),
];

struct Stage {
    company: Company,
    secrets: Vec<Option<String>>,
}

impl Stage {
    async fn set() -> Self {
        let company = Company::new().await;
        other_tenant(&company, "other.example").await;
        company.user("plain", Role::None).await;
        company.person("leaver").await;
        company.group("Ops").await;
        let mut secrets = Vec::new();
        for who in EVERYBODY {
            secrets.push(secret(&company, who).await);
        }
        Self { company, secrets }
    }

    async fn ask(&self, who: Who, method: &str, path: &str, body: &str) -> Answer {
        let target = format!("/integration/ws/management/rest/{path}");
        let mut headers = vec![JSON];
        if let Some(secret) = &self.secrets[who as usize] {
            headers.push(("X-Cloud-Auth-Token", secret));
        }
        self.company.call(method, &target, &headers, body).await
    }
}

async fn secret(company: &Company, who: Who) -> Option<String> {
    let user = match who {
        Who::Nobody => return None,
        Who::Plain => "plain",
        Who::Auditor => "auditor",
        Who::Operator => "operator",
        Who::Admin => "admin",
        Who::Late | Who::Stranger => {
            let name = if matches!(who, Who::Late) { "default" } else { "other" };
            let console = company.app.console(Some(name)).await.expect("a console");
            let user = Some(UserRef::Name("admin".to_owned()));
            let expires_ms = matches!(who, Who::Late).then(|| company.clock.now_ms() + 1);
            let new = NewToken { name: format!("{who:?}"), role: Role::Admin, user, expires_ms };
            let secret = company.app.create_token(&console, new).await.expect("a token").1;
            company.clock.advance(1);
            return Some(secret);
        }
    };
    Some(company.token(user).await)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_answers_everybody_as_the_table_says() {
    let mut wrong = Vec::new();
    for (method, path, body, statuses) in TABLE {
        let stage = Stage::set().await;
        for (who, wanted) in EVERYBODY.into_iter().zip(statuses) {
            let answer = stage.ask(who, method, path, body).await;
            // Refusals have the face's own form: the status stands in the body too.
            let in_form = wanted == 200 || answer.json()["status"] == wanted;
            if answer.status.as_u16() != wanted || !in_form {
                wrong.push(format!("{method} {path} by {who:?}: {} {}", answer.status, answer.body));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Everybody may read themselves.
#[tokio::test(flavor = "multi_thread")]
async fn oneself_may_be_read() {
    let stage = Stage::set().await;
    for path in ["users/plain", "users/plain/groups"] {
        assert_eq!(stage.ask(Who::Plain, "GET", path, "").await.status, 200);
        assert_eq!(stage.ask(Who::Stranger, "GET", path, "").await.status, 404);
    }
}

/// A call of the table with another method says which would do, and every call is in the table.
#[tokio::test(flavor = "multi_thread")]
async fn other_methods_are_refused_with_the_right_ones() {
    let netex = Netex::new().await;
    let all = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"];
    for path in TABLE.iter().map(|row| row.1).collect::<std::collections::BTreeSet<_>>() {
        let mut allowed: Vec<&str> = TABLE.iter().filter(|row| row.1 == path).map(|row| row.0).collect();
        allowed.sort_unstable();
        for method in all.iter().filter(|method| !allowed.contains(*method)) {
            let answer = netex.send(method, path, &[], "").await;
            assert_eq!(answer.status, 405, "{method} {path}");
            let told = answer.header("allow").expect("methods").to_owned();
            let mut told: Vec<&str> = told.split(", ").collect();
            told.sort_unstable();
            assert_eq!(told, allowed, "{method} {path}");
        }
    }
}
