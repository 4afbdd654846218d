use std::collections::BTreeSet;

use domain::{Role, UserState};
use exeunt::app::NewUser;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::fixture::{Answer, Company};
use crate::home::both;

/// All at once in one company, so that one could be taken for another.
fn names() -> Vec<String> {
    let mut names: Vec<String> = [
        r"company\jsmith",
        "company/kjones",
        "jsmith",
        "j.smith",
        "j_smith",
        "John Smith",
        "John%20Smith",
        "John+Smith",
        "o'brien",
        "o''brien",
        "say \"hi\"",
        "x')y",
        "byName(userName='jsmith')",
        "Zoë Ünal",
        "Zoe\u{308} Ünal",
        "İstanbul",
        "日本/太郎",
        "💩",
        "\u{202e}reversed",
        "50%",
        "%00",
        "%2e%2e",
        "..",
        ".",
        "a,b;c=d&e?f#g",
        "a:eq:b",
        "<b>&amp;</b>",
        "[x]{y}|z^",
        "$1 ?1 :x @y",
        "*",
        "'; --",
        "null",
        "0",
        "42",
        "-1",
        "name:jsmith",
        "\u{10ffff}",
    ]
    .map(str::to_owned)
    .to_vec();
    names.extend(["n".repeat(255), "é".repeat(255), "%".repeat(255)]);
    names
}

/// How one face finds, disables and deletes somebody by name. Each answers whether it did.
struct Ways {
    name: &'static str,
    secret: String,
}

impl Ways {
    async fn call(&self, company: &Company, method: &str, target: &str, body: &Value) -> Answer {
        let bearer = format!("Bearer {}", self.secret);
        let credential = match self.name {
            "commvault" => ("Authtoken", self.secret.as_str()),
            "netex" => ("X-Cloud-Auth-Token", self.secret.as_str()),
            "appviewx" => ("sessionId", self.secret.as_str()),
            _ => ("Authorization", bearer.as_str()),
        };
        let json = [("Accept", "application/json"), ("Content-Type", "application/json")];
        let body = if body.is_null() { String::new() } else { body.to_string() };
        company.call(method, target, &[credential, json[0], json[1]], &body).await
    }

    /// The name that the face answers with.
    async fn find(&self, company: &Company, name: &str) -> Option<String> {
        let sent = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let (method, target, body) = match self.name {
            "commvault" => ("GET", format!("/webconsole/api/User/byName(userName='{sent}')"), Value::Null),
            "netex" => ("GET", format!("/integration/ws/management/rest/users/{sent}"), Value::Null),
            "appviewx" => (
                "POST",
                "/user-search?gwsource=web".to_owned(),
                json!({ "payload": { "filterValue": name } }),
            ),
            _ => ("GET", format!("/v1/users/name%3A{sent}"), Value::Null),
        };
        let answer = self.call(company, method, &target, &body).await.json();
        let found = match self.name {
            "commvault" => &answer["users"][0]["userEntity"]["userName"],
            "netex" => &answer["username"],
            // Others may begin with the same letters; the connector of this API takes the exact match only, too.
            "appviewx" => {
                let rows = answer["response"]["objects"].as_array().cloned().unwrap_or_default();
                let row = rows.iter().find(|row| row["loginName"] == name);
                return row.and_then(|row| row["loginName"].as_str().map(str::to_owned));
            }
            // Whoever is gone is still shown here, as such.
            _ if answer["state"] == "removed" => return None,
            _ => &answer["userName"],
        };
        found.as_str().map(str::to_owned)
    }

    async fn disable(&self, company: &Company, name: &str) {
        let sent = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let (method, target, body) = match self.name {
            "commvault" => {
                ("PUT", format!("/webconsole/api/User/byName(userName='{sent}')/Disable"), Value::Null)
            }
            "netex" => {
                ("PUT", format!("/integration/ws/management/rest/users/{sent}/deactivate"), Value::Null)
            }
            // This API has no such call.
            "appviewx" => return,
            _ => {
                let user = format!("name:{name}");
                ("POST", "/v1/offboardings".to_owned(), json!({ "goal": "deactivate", "user": user }))
            }
        };
        self.call(company, method, &target, &body).await;
        assert_eq!(company.detail(name).await.user.state, UserState::Deactivated, "{}: {name:?}", self.name);
    }

    async fn delete(&self, company: &Company, name: &str) -> Answer {
        let sent = utf8_percent_encode(name, NON_ALPHANUMERIC);
        let (method, target, body) = match self.name {
            "commvault" => ("DELETE", format!("/webconsole/api/User/byName(userName='{sent}')"), Value::Null),
            "netex" => ("DELETE", format!("/integration/ws/management/rest/users/{sent}"), Value::Null),
            "appviewx" => (
                "POST",
                "/acctmgmt-remove-user?gwsource=web".to_owned(),
                json!({ "payload": { "userNames": [name] } }),
            ),
            _ => {
                let user = format!("name:{name}");
                ("POST", "/v1/offboardings".to_owned(), json!({ "goal": "remove", "user": user }))
            }
        };
        self.call(company, method, &target, &body).await
    }
}

/// The names of everybody who is there, with whether they are active.
async fn everybody(company: &Company) -> BTreeSet<(String, bool)> {
    let page = company.app.users(&company.console, domain::UserId(0), 500).await.expect("users");
    let told =
        |detail: exeunt::app::UserDetail| (detail.user.user_name, detail.user.state == UserState::Active);
    page.rows.into_iter().map(told).collect()
}

#[test]
fn odd_names_lead_to_their_owners_and_to_nobody_else() {
    both(|company| async move {
        let secret = company.session("operator").await;
        for face in ["commvault", "netex", "appviewx", "rest"] {
            for name in names() {
                company.add(NewUser { role: Role::None, ..NewUser::named(name) }).await;
            }
            let ways = Ways { name: face, secret: secret.clone() };
            let mut left = everybody(&company).await;
            for name in names() {
                assert_eq!(
                    ways.find(&company, &name).await.as_deref(),
                    Some(name.as_str()),
                    "{face}: {name:?}"
                );
                ways.disable(&company, &name).await;
                left.retain(|(other, _)| *other != name);
                let others: BTreeSet<_> =
                    everybody(&company).await.into_iter().filter(|(other, _)| *other != name).collect();
                assert_eq!(others, left, "{face}: {name:?} was disabled");
                let answer = ways.delete(&company, &name).await;
                assert_eq!(everybody(&company).await, left, "{face}: {name:?} was deleted: {}", answer.body);
                assert_eq!(ways.find(&company, &name).await, None, "{face}: {name:?} is gone");
            }
        }
    });
}
