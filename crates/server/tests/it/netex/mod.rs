//! See the module list in `main.rs`.

mod access; // who may call, whom it reaches, and what of the leaver is dead at once
mod answers; // the examples of the contract, byte for byte, and the clients' traps
mod mails; // the welcome mail, taken by a real mail server
mod notices; // the notice for the leaver
mod platforms; // both synchronization modes over platforms that misbehave
mod refusals; // the error table, line by line
mod tokens; // the cloud token of an account

use domain::{Role, UserId};

use crate::fixture::{Answer, Company};

const SYNCHRONOUS: (&str, &str) = ("X-Cloud-Synchronization", "synchronous");
const JSON: (&str, &str) = ("Content-Type", "application/json");

/// The vendor's three platforms, `restuser.netex` with an account on each, and a client with a token.
struct Netex {
    company: Company,
    leaver: UserId,
    token: String,
}

impl Netex {
    async fn new() -> Self {
        Self::over(Company::new().await, ["{}"; 3]).await
    }

    /// `settings` are those of training, social and play.
    async fn over(company: Company, settings: [&str; 3]) -> Self {
        let leaver = company.user("restuser.netex", Role::None).await;
        for (name, settings) in ["training", "social", "play"].into_iter().zip(settings) {
            let platform = company.platform(name, settings).await;
            company.account(leaver, platform, "restuser.netex").await;
        }
        let token = company.token("operator").await;
        Self { company, leaver, token }
    }

    /// `path` follows the base: `users/{u}/deactivate`.
    async fn put(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send("PUT", path, headers, body).await
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let target = format!("/integration/ws/management/rest/{path}");
        let mut all = vec![("X-Cloud-Auth-Token", self.token.as_str())];
        all.extend_from_slice(headers);
        self.company.call(method, &target, &all, body).await
    }
}

#[track_caller]
fn is(answer: &Answer, status: u16, body: &str) {
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (status, body));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[track_caller]
fn refused(answer: &Answer, status: u16, message: &str) {
    let message = serde_json::Value::from(message);
    let body =
        format!(r#"{{"location":null,"message":{message},"responsePlatforms":{{}},"status":{status}}}"#);
    is(answer, status, &body);
}
