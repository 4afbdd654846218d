//! A client of this face: a company, a token and the two forms of an answer.

use domain::Role;
use exeunt::app::{NewToken, UserRef};

use crate::fixture::{Answer, Company, other_tenant};
use crate::home::Home;

pub(super) const ROOT: &str = "/webconsole/api";
pub(super) const DECLARATION: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="no" ?>"#;
pub(super) const JSON: (&str, &str) = ("Accept", "application/json");
pub(super) const XML: (&str, &str) = ("Accept", "application/xml");

pub(super) struct Client {
    pub(super) company: Company,
    pub(super) token: String,
}

impl Client {
    /// The built-in administrator (user 1), beside `operator` (2) and `auditor` (3).
    pub(super) async fn new() -> Self {
        Self::of(Company::new().await).await
    }

    pub(super) async fn of(company: Company) -> Self {
        let token = format!("QSDK {}", company.token("admin").await);
        Self { company, token }
    }

    /// With `jsmith` (4) and `kjones` (5), and the group `Ops` (4).
    pub(super) async fn with_leaver() -> Self {
        Self::new().await.and_leaver().await
    }

    /// The same, and no call waits for anything.
    pub(super) async fn impatient() -> Self {
        Self::of(Company::waiting(Home::sqlite(), 0).await).await.and_leaver().await
    }

    pub(super) async fn and_leaver(self) -> Self {
        self.company.user("jsmith", Role::None).await;
        self.company.user("kjones", Role::None).await;
        self.company.group("Ops").await;
        self
    }

    /// The same client with the token of another tenant's administrator.
    pub(super) async fn stranger(self) -> Self {
        other_tenant(&self.company, "other.example.com").await;
        let console = self.company.app.console(Some("other")).await.expect("a console");
        let user = Some(UserRef::Name("admin".to_owned()));
        let new = NewToken { name: "t".to_owned(), role: Role::Admin, user, expires_ms: None };
        let (_, token) = self.company.app.create_token(&console, new).await.expect("a token");
        Self { token, ..self }
    }

    /// Calls as the administrator, and wants JSON.
    pub(super) async fn json(&self, method: &str, path: &str) -> Answer {
        self.send(method, path, JSON, "").await
    }

    pub(super) async fn xml(&self, method: &str, path: &str) -> Answer {
        self.send(method, path, XML, "").await
    }

    pub(super) async fn send(&self, method: &str, path: &str, accept: (&str, &str), body: &str) -> Answer {
        let headers = [("Authtoken", self.token.as_str()), accept];
        self.company.call(method, &format!("{ROOT}/{path}"), &headers, body).await
    }

    /// Calls with the token of somebody else.
    pub(super) async fn json_as(&self, user_name: &str, method: &str, path: &str, body: &str) -> Answer {
        let token = self.company.token(user_name).await;
        let headers = [("Authtoken", token.as_str()), JSON];
        self.company.call(method, &format!("{ROOT}/{path}"), &headers, body).await
    }

    /// As many alerts of the user as asked for.
    pub(super) async fn give_alerts(&self, user_name: &str, count: usize) {
        let user = self.company.detail(user_name).await.user.id;
        for n in 0..count {
            self.company.asset(user, "alert", &format!("alert {n}")).await;
        }
    }

    /// What was logged from entry `after` on, a line each.
    pub(super) async fn logged(&self, after: i64) -> String {
        while self.company.app.seal().await.expect("sealing") > 0 {}
        let (console, filter) = (&self.company.console, store::log::Filter::All);
        let page = self.company.app.log(console, &filter, after, 100).await.expect("the log");
        let line = |entry: store::log::LogEntry| {
            let detail = &entry.detail;
            let word = |name: &str| detail[name].as_str().unwrap_or("-").to_owned();
            let steps = detail["steps"].as_array().into_iter().flatten();
            let step = |step: &serde_json::Value| {
                format!(
                    "{} {}",
                    step["action"].as_str().unwrap_or("-"),
                    step["state"].as_str().unwrap_or("-")
                )
            };
            let steps = steps.map(step).collect::<Vec<_>>().join(", ");
            let (goal, heir, state) = (word("goal"), word("heir"), word("state"));
            format!("{}: {goal} {} for {heir}, {state}: {steps}", entry.kind, word("user"))
        };
        page.rows.into_iter().map(line).collect::<Vec<_>>().join("\n")
    }

    pub(super) async fn owned_by(&self, user_name: &str) -> u64 {
        self.company.detail(user_name).await.holdings.total()
    }
}

impl Answer {
    #[track_caller]
    pub(super) fn is_json(&self, status: u16, expected: &str) {
        let told = (self.status.as_u16(), self.header("content-type"), self.body.as_str());
        assert_eq!(told, (status, Some("application/json"), expected));
    }

    /// `expected` follows the declaration.
    #[track_caller]
    pub(super) fn is_xml(&self, expected: &str) {
        let told = (self.status.as_u16(), self.header("content-type"), self.body.as_str());
        assert_eq!(told, (200, Some("application/xml"), format!("{DECLARATION}{expected}").as_str()));
    }

    /// The code and text of a v2 write.
    #[track_caller]
    pub(super) fn told(&self) -> (i64, String) {
        assert_eq!(self.status.as_u16(), 200, "{}", self.body);
        let answer = self.json();
        let response = &answer["response"][0];
        let code = response["errorCode"].as_i64().expect("a code");
        (code, response["errorString"].as_str().expect("a text").to_owned())
    }

    #[track_caller]
    pub(super) fn succeeds(&self, text: &str) {
        assert_eq!(self.told(), (0, text.to_owned()));
    }

    #[track_caller]
    pub(super) fn fails(&self, text: &str) {
        assert_eq!(self.told(), (2, text.to_owned()));
        let answer = self.json();
        assert_eq!(answer["response"][0]["errorMessage"], text, "both texts are the same");
    }
}
