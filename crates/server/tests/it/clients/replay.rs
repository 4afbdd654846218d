//! What a client sent, byte for byte, sent again; and what that client reads in the answers.
//!
//! One file of `replays/` per client. Where the bytes are from stands in the file: recorded from the client itself,
//! or written after its source.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Role;
use exeunt::app::{NewToken, UserRef};
use serde::Deserialize;
use serde_json::Value;

use super::wire::{Answer, send};
use crate::fixture::Company;
use crate::home::run;
use crate::served::Served;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/clients/replays");

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Replay {
    call: Vec<Call>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Call {
    does: String,
    /// Minutes that pass before.
    #[serde(default)]
    after_minutes: i64,
    /// The request. `$NAME` stands for what is known by then; `$length` for the length of the body.
    send: String,
    #[serde(default = "ok")]
    status: u16,
    /// The media type of the answer; empty where it has no body.
    form: String,
    /// What the client reads: JSON pointers, into XML too.
    #[serde(default)]
    reads: BTreeMap<String, Value>,
    /// What must be `null`.
    #[serde(default)]
    nulls: Vec<String>,
    /// What must not be there.
    #[serde(default)]
    lacks: Vec<String>,
    /// The whole answer, where the client compares it to the letter.
    body: Option<String>,
    /// What it keeps for later calls.
    #[serde(default)]
    keeps: BTreeMap<String, String>,
    /// The headers that it reads, which may name what it has just kept.
    #[serde(default)]
    heads: BTreeMap<String, String>,
    /// What the log then holds, and nothing else.
    #[serde(default)]
    logs: Vec<String>,
}

fn ok() -> u16 {
    200
}

/// What `$NAME` stands for.
struct Known(BTreeMap<String, String>);

impl Known {
    async fn of(served: &Served) -> Self {
        let company = &served.company;
        let mut known = BTreeMap::from([("host".to_owned(), served.address.to_string())]);
        for name in ["admin", "operator", "auditor", "jsmith", "kjones", "mlopez"] {
            let user = company.detail(name).await.user;
            known.insert(name.to_owned(), user.id.to_string());
            known.insert(format!("guid_{name}"), user.guid);
        }
        known.insert("Ops".to_owned(), company.group_named("Ops").await.id.to_string());
        // For headers that are sent empty: a file of ours has no white space at the end of a line.
        known.insert("nothing".to_owned(), String::new());
        let operator = UserRef::Name("operator".to_owned());
        let (client, secret) =
            company.app.create_client(&company.console, &operator).await.expect("a client");
        known.insert("client_basic".to_owned(), STANDARD.encode(format!("{}:{secret}", client.id)));
        known.insert("api_token".to_owned(), company.token("admin").await);
        let provider = NewToken {
            name: "provider".to_owned(),
            role: Role::Scim,
            user: Some(operator),
            expires_ms: None,
        };
        let made = company.app.create_token(&company.console, provider).await.expect("a token");
        known.insert("scim_token".to_owned(), made.1);
        Self(known)
    }

    /// Longer names first, or `$session` would be found in `$session_id`.
    fn fill(&self, text: &str) -> String {
        self.0
            .iter()
            .rev()
            .fold(text.to_owned(), |text, (name, value)| text.replace(&format!("${name}"), value))
    }

    fn fill_value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => Value::String(self.fill(text)),
            other => other.clone(),
        }
    }
}

/// On one database: the wire is the same on either.
#[test]
fn every_client_reads_what_it_needs() {
    let entries = std::fs::read_dir(FOLDER).expect("a folder");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        run(async { replay(&file, Company::new().await).await });
    }
}

async fn replay(file: &Path, company: Company) {
    let text = std::fs::read_to_string(file).expect("a text");
    let replay: Replay = toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let served = Served::company(company).await;
    let mut known = Known::of(&served).await;
    served.logged().await;
    for call in &replay.call {
        let context = format!("{}: {}", file.file_name().expect("a name").display(), call.does);
        served.company.clock.advance(call.after_minutes * 60_000);
        let answer = send(served.address, &known.fill(&call.send)).await;
        call.check(&context, &answer, &mut known);
        assert_eq!(served.logged().await, call.logs, "{context}: {answer:?}");
    }
}

impl Call {
    fn check(&self, context: &str, answer: &Answer, known: &mut Known) {
        assert_eq!((answer.status, &answer.form), (self.status, &self.form), "{context}: {answer:?}");
        if let Some(body) = &self.body {
            assert_eq!(&answer.body, body, "{context}");
        }
        let value = answer.value();
        for (pointer, expected) in &self.reads {
            let found = value.pointer(pointer);
            assert_eq!(found, Some(&known.fill_value(expected)), "{context}: {pointer} in {answer:?}");
        }
        for pointer in &self.nulls {
            assert_eq!(value.pointer(pointer), Some(&Value::Null), "{context}: {pointer} in {answer:?}");
        }
        for pointer in &self.lacks {
            assert_eq!(value.pointer(pointer), None, "{context}: {pointer} in {answer:?}");
        }
        for (name, pointer) in &self.keeps {
            let kept = match value.pointer(pointer) {
                Some(Value::String(text)) => text.clone(),
                Some(Value::Number(number)) => number.to_string(),
                other => panic!("{context}: {pointer} is {other:?} in {answer:?}"),
            };
            known.0.insert(name.clone(), kept);
        }
        for (name, expected) in &self.heads {
            let expected = known.fill(expected);
            assert_eq!(answer.header(name), Some(&*expected), "{context}: {name} in {answer:?}");
        }
    }
}
