//! What an identity provider does all day, over SCIM, in small and large directories and beside OpenLDAP's server.

use std::path::Path;
use std::sync::Mutex;

use super::client::{Call, Client};
use super::load::{self, Limit, Outcome};
use super::report::Report;
use super::server::{Server, text_field};
use super::slapd::{PEOPLE, Slapd, person};
use crate::Result;

const CLIENTS: usize = 16;
const SMALL: usize = 1_000;
/// Requests of each kind: so few that the small directory stays small.
const REQUESTS: usize = 2_000;
const NAMES: [&str; 4] = ["create", "filter by userName", "PATCH active=false", "delete"];

pub(super) fn run(folder: &Path, seconds: u64, users: usize, report: &mut Report) -> Result {
    let limit = Limit { seconds: 4 * seconds, requests: REQUESTS };
    let small = exeunt(&folder.join("scim-small"), SMALL, limit, report)?;
    let large = exeunt(&folder.join("scim-large"), users, limit, report)?;
    let slapd = slapd(&folder.join("slapd"), users, limit, report)?;
    for (number, name) in NAMES.iter().enumerate() {
        let aim = if number == 1 { 3 } else { 4 };
        let name_of = format!("SCIM {name} to slapd (aim: at least {aim})");
        report.ratio(&name_of, large[number].per_second / slapd[number].per_second);
    }
    for (number, name) in NAMES.iter().enumerate() {
        let p99 = |of: &[Outcome]| of[number].p99.as_secs_f64();
        let name_of = format!("p99 of {name} with {users} users to {SMALL} (aim: at most 2)");
        report.ratio(&name_of, p99(&large) / p99(&small));
    }
    Ok(())
}

/// The four kinds in turn; afterwards the directory is as large as it was.
fn exeunt(folder: &Path, users: usize, limit: Limit, report: &mut Report) -> Result<Vec<Outcome>> {
    std::fs::create_dir_all(folder)?;
    let server = Server::directory(folder, users, &["--scim-rate", "0"])?;
    let token = provisioning_token(&server)?;
    let headers = format!("Content-Type: application/scim+json\r\nAuthorization: Bearer {token}\r\n");
    let ids = Mutex::new(Vec::new());
    let ask =
        |client: &mut Client, method: &str, target: &str, body: &str, expected: u16| -> Result<String> {
            let answer = client.call(&Call { method, target, headers: &headers, body })?;
            if answer.status == expected {
                return Ok(answer.body);
            }
            Err(format!("{method} {target} was answered {}: {}", answer.status, answer.body).into())
        };
    let connect = || server.client();
    let created = load::measure(CLIENTS, limit, connect, |client, number| {
        let answer = ask(client, "POST", "/scim/v2/Users", &resource(number), 201)?;
        let id = text_field(&answer, "id")?;
        ids.lock().map_err(|error| error.to_string())?.push(id);
        Ok(())
    })?;
    let ids = ids.into_inner()?;
    let limit = Limit { requests: ids.len(), ..limit };
    let found = load::measure(CLIENTS, limit, connect, |client, number| {
        let target = format!("/scim/v2/Users?filter=userName%20eq%20%22new{number}%40example.com%22");
        let answer = ask(client, "GET", &target, "", 200)?;
        if answer.contains("\"totalResults\":1") { Ok(()) } else { Err(answer.into()) }
    })?;
    let patch = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations":[{"op":"replace","path":"active","value":false}]}"#;
    let cut = load::measure(CLIENTS, limit, connect, |client, number| {
        let answer = ask(client, "PATCH", &format!("/scim/v2/Users/{}", ids[number]), patch, 200)?;
        if answer.contains("\"active\":false") { Ok(()) } else { Err(answer.into()) }
    })?;
    let removed = load::measure(CLIENTS, limit, connect, |client, number| {
        ask(client, "DELETE", &format!("/scim/v2/Users/{}", ids[number]), "", 204).map(|_| ())
    })?;
    let outcomes = vec![created, found, cut, removed];
    tell(&format!("SCIM, {users} users"), &outcomes, report);
    Ok(outcomes)
}

/// The guard is for people's mistakes: here thousands leave in seconds.
fn provisioning_token(server: &Server) -> Result<String> {
    let json = "Content-Type: application/json\r\n";
    let headers = format!("{json}Authorization: Bearer {}\r\n", server.token);
    let mut client = server.client()?;
    let policy = r#"{"scim":{"guard":{"users":1000000,"percent":100,"windowS":3600}}}"#;
    client.must(&Call { method: "PUT", target: "/v1/policy", headers: &headers, body: policy })?;
    let body = r#"{"name":"provider","role":"scim"}"#;
    text_field(
        &client.must(&Call { method: "POST", target: "/v1/tokens", headers: &headers, body })?,
        "token",
    )
}

/// As a provider sends it.
fn resource(number: usize) -> String {
    format!(
        r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"new{number}@example.com",
        "externalId":"00u{number}","name":{{"givenName":"New","familyName":"Person {number}"}},
        "displayName":"New Person {number}","active":true,
        "emails":[{{"primary":true,"value":"new{number}@example.com","type":"work"}}]}}"#
    )
}

fn slapd(folder: &Path, users: usize, limit: Limit, report: &mut Report) -> Result<Vec<Outcome>> {
    let slapd = Slapd::start(folder, users)?;
    let connect = || slapd.client();
    let dn = |number: usize| person(&format!("new{number}@example.com"));
    let added = load::measure(CLIENTS, limit, connect, |client, number| {
        let (uid, external_id) = (format!("new{number}@example.com"), format!("00u{number}"));
        let (surname, full_name) = (format!("Person {number}"), format!("New Person {number}"));
        let attributes = [
            ("objectClass", "inetOrgPerson"),
            ("uid", &uid),
            ("employeeNumber", &external_id),
            ("givenName", "New"),
            ("sn", &surname),
            ("cn", &full_name),
            ("displayName", &full_name),
            ("employeeType", "active"),
            ("mail", &uid),
        ];
        client.add(&dn(number), &attributes)
    })?;
    let limit = Limit { requests: added.count, ..limit };
    let found = load::measure(CLIENTS, limit, connect, |client, number| {
        match client.search(PEOPLE, "uid", &format!("new{number}@example.com"))? {
            1 => Ok(()),
            entries => Err(format!("{entries} entries instead of one").into()),
        }
    })?;
    let cut = load::measure(CLIENTS, limit, connect, |client, number| {
        client.replace(&dn(number), "employeeType", "inactive")
    })?;
    let removed = load::measure(CLIENTS, limit, connect, |client, number| client.delete(&dn(number)))?;
    let outcomes = vec![added, found, cut, removed];
    tell(&format!("slapd, {users} entries"), &outcomes, report);
    Ok(outcomes)
}

fn tell(server: &str, outcomes: &[Outcome], report: &mut Report) {
    for (name, outcome) in NAMES.iter().zip(outcomes) {
        let latencies = Some((outcome.p50, outcome.p99));
        report.rate(&format!("{server}: {name}, {CLIENTS} clients"), outcome.per_second, latencies);
    }
}
