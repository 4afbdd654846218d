use axum::body::Body;
use axum::http::Request;
use domain::Role;
use exeunt::app::{NewToken, UserRef};

use super::damage::{damage, damage_text};
use super::dice::Dice;
use super::samples::{SAMPLES, Sample};
use super::{Told, Turns, dice};
use crate::fixture::{Answer, Company, send};
use crate::home::Home;

const TURNS: usize = 600;
/// So many users and more come and go meanwhile; those that the samples name are brought back this often.
const AGAIN: usize = 50;

const METHODS: [&str; 8] = ["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "QUERY"];

/// A request that was damaged in one part, or in several.
#[derive(Debug)]
struct Damaged {
    method: &'static str,
    target: String,
    headers: Vec<(&'static str, Vec<u8>)>,
    body: Vec<u8>,
}

fn damaged(dice: &Dice, sample: &Sample, other: &Sample, secret: &str) -> Damaged {
    let filled = |value: &str| value.replace("{secret}", secret).into_bytes();
    let mut request = Damaged {
        method: sample.method,
        target: sample.target.to_owned(),
        headers: sample.headers.iter().map(|(name, value)| (*name, filled(value))).collect(),
        body: sample.body.as_bytes().to_vec(),
    };
    let part = dice.below(8);
    if part < 3 {
        request.target = damage_text(dice, sample.target, other.target);
    }
    if (2..6).contains(&part) {
        damage(dice, &mut request.body, other.body.as_bytes());
    }
    if part == 6 && !request.headers.is_empty() {
        let at = dice.below(request.headers.len());
        damage(dice, &mut request.headers[at].1, other.target.as_bytes());
    }
    if part == 7 {
        request.method = *dice.pick(&METHODS);
        request.body = other.body.as_bytes().to_vec();
    }
    request
}

impl Damaged {
    /// Nothing if HTTP itself has no room for it.
    fn request(&self) -> Option<Request<Body>> {
        let mut request = Request::builder().method(self.method).uri(&self.target);
        for (name, value) in &self.headers {
            request = request.header(*name, value.as_slice());
        }
        request.body(Body::from(self.body.clone())).ok()
    }
}

/// The server did not fail, tells no secret, and what says that it is JSON is.
fn check(request: &Damaged, answer: &Answer) {
    // Without a mail server none is pretended.
    let no_mail = answer.status == 503 && request.target.contains("welcomeMail");
    assert!(!answer.status.is_server_error() || no_mail, "{}: {}", answer.status, answer.body);
    assert!(!answer.body.contains("$argon2"), "{}", answer.body);
    let says = answer.header("content-type").unwrap_or_default();
    if says.contains("json") && request.method != "HEAD" {
        let read: Result<serde_json::Value, _> = serde_json::from_str(&answer.body);
        assert!(read.is_ok(), "{}", answer.body);
    }
    if says.contains("xml") && request.method != "HEAD" {
        assert!(exeunt::faces::commvault::body::parse(answer.body.as_bytes()).is_ok(), "{}", answer.body);
    }
}

/// What the samples name, as far as it is not there any more, and a token for those who ask.
async fn set(company: &Company, turn: usize) -> String {
    for name in ["leaver", "company\\jsmith"] {
        // Whoever is there already is not made again.
        let _ = company.app.create_user(&company.console, Company::new_user(name, Role::None)).await;
    }
    let new = exeunt::app::NewGroup { name: "Ops".to_owned(), description: String::new() };
    let _ = company.app.create_group(&company.console, new).await;
    let user = Some(UserRef::Name("admin".to_owned()));
    let token = NewToken { name: format!("fuzz {turn}"), role: Role::Admin, user, expires_ms: None };
    company.app.create_token(&company.console, token).await.expect("a token").1
}

#[tokio::test(flavor = "multi_thread")]
async fn no_request_makes_the_server_fail() {
    let company = Company::waiting(Home::sqlite(), 0).await;
    let dice = dice();
    let mut turns = Turns::usual(TURNS);
    let (mut secret, mut sent, mut done) = (String::new(), 0, 0);
    while turns.another() {
        if turns.made % AGAIN == 1 {
            secret = set(&company, turns.made).await;
        }
        let request = damaged(&dice, dice.pick(SAMPLES), dice.pick(SAMPLES), &secret);
        let Some(asked) = request.request() else { continue };
        let _told = Told { dice: &dice, input: format!("{request:?}") };
        let answer = send(&company.router, asked).await;
        check(&request, &answer);
        sent += 1;
        done += usize::from(answer.status.is_success());
    }
    turns.tell(&format!("router, {sent} sent, {done} went well"));
    assert!(sent * 2 > turns.made && done * 10 > sent, "{} turns: {sent} sent, {done} went well", turns.made);
    let admins =
        company.app.store.read(|tx| store::users::active_admins(tx, company.console.tenant, 2)).await;
    assert!(admins.expect("reads") > 0, "an administrator is left");
    let head = company.log_head().await;
    let page =
        company.app.log(&company.console, &store::log::Filter::All, head - 1, 2).await.expect("the log");
    assert_eq!(page.rows.len(), 1, "the log goes on to its end");
}
