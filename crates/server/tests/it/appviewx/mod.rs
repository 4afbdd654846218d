//! See the module list in `main.rs`.

mod access; // credentials, roles, tenants: who may call, and with which refusal
mod adding; // adding users, and their groups
mod client_tokens; // OAuth clients and what they are issued
mod codes; // every status code of the contract, and how it is reached
mod grouping; // adding and removing groups
mod login; // sessions: the examples, the failures, lockout
mod removal; // acctmgmt-remove-user: the examples, all or nothing, the error table
mod searching; // user-search: pages, order, what cannot be asked
mod wire; // paths, queries and header names as sloppy as the clients

use crate::fixture::{Answer, Company};

/// Calls by operation name, with `gwsource` and without the prefix, as in the vendor's sample.
async fn post(company: &Company, endpoint: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    company.call("POST", &format!("/{endpoint}?gwsource=external"), headers, body).await
}

async fn call(company: &Company, session: &str, method: &str, target: &str, body: &str) -> Answer {
    company.call(method, &format!("/avxapi/{target}"), &[("sessionId", session)], body).await
}

async fn remove(company: &Company, session: &str, body: &str) -> Answer {
    post(company, "acctmgmt-remove-user", &[("sessionId", session)], body).await
}

fn payload(user_names: &[&str]) -> String {
    serde_json::json!({ "payload": { "userNames": user_names } }).to_string()
}

const REMOVED: &str = r#"{"response":{"result":"Success","isOperationSuccess":true},"message":null,"appStatusCode":null,"tags":null,"headers":null}"#;

#[track_caller]
fn is(answer: &Answer, status: u16, body: &str) {
    assert_eq!((answer.status.as_u16(), answer.body.as_str()), (status, body));
    assert_eq!(answer.header("content-type"), Some("application/json"));
}

#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str, message: &str) {
    let body = format!(
        r#"{{"response":null,"message":"{message}","appStatusCode":"{code}","tags":null,"headers":null}}"#
    );
    is(answer, status, &body);
}

#[track_caller]
fn refused_for(answer: &Answer, status: u16, code: &str, message: &str, user_names: &[&str]) {
    let names = serde_json::json!(user_names);
    let body = format!(
        r#"{{"response":null,"message":"{message}","appStatusCode":"{code}","tags":{{"userNames":{names}}},"headers":null}}"#
    );
    is(answer, status, &body);
}
