//! See the module list in `main.rs`.

mod access; // who may call, whom it reaches, and what of the leaver is dead at once
mod answers; // the examples of the contract, byte for byte, in both modes
mod creating; // users that clients make
mod deleting; // for good, on every platform, and what stays behind
mod garbage; // bodies, names and numbers that are none
mod groups; // who is in a group, and who administers it
mod mails; // the welcome mail, taken by a real mail server
mod notices; // the notice for the leaver
mod passwords; // set by a client
mod platforms; // both synchronization modes over platforms that misbehave
mod reading; // users, lists of them, and their groups
mod refusals; // the error table, line by line
mod tokens; // the cloud token of an account
mod traps; // the contract's traps for clients, one by one
mod updating; // what changes, what stays, and the second way to deactivate

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

    /// The same in the name of the administrator.
    async fn by_admin(mut self) -> Self {
        self.token = self.company.token("admin").await;
        self
    }

    /// An administrator's client in this company.
    async fn at(company: Company) -> Self {
        Self::over(company, ["{}"; 3]).await.by_admin().await
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], "").await
    }

    async fn post(&self, path: &str, body: &str) -> Answer {
        self.send("POST", path, &[JSON], body).await
    }

    async fn edit(&self, path: &str, body: &str) -> Answer {
        self.put(path, &[JSON], body).await
    }

    async fn delete(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send("DELETE", path, headers, "").await
    }

    async fn guid(&self, user_name: &str) -> String {
        self.company.detail(user_name).await.user.guid
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

/// The answer of a call that concerns our own directory alone.
const MANAGEMENT_ONLY: &str = r#"{"location":null,"message":"","responsePlatforms":{"management":{"location":null,"message":null,"status":204}},"status":204}"#;

/// Which platforms an answer names, in order, with the status of each.
fn statuses(answer: &Answer) -> Vec<String> {
    let platforms = answer.json()["responsePlatforms"].clone();
    let entries = platforms.as_object().expect("platforms").iter();
    entries.map(|(name, entry)| format!("{name} {}", entry["status"])).collect()
}
