//! The measurements themselves, in the order in which they use the company up.

use std::time::Duration;

use super::client::{Answer, Call};
use super::load::{self, Limit, Next, Outcome};
use super::now;
use super::report::Report;
use super::server::{LARGE, OWNERS, PLATFORMS, PRESENT, Server, text_field};
use crate::Result;

const NETEX: &str = "/integration/ws/management/rest/users";
const JSON: &str = "Content-Type: application/json\r\n";
/// Users that one AppViewX request removes: the face's limit.
const BULK: usize = 1_000;

pub(super) fn run(server: &Server, seconds: u64, users: usize, report: &mut Report) -> Result {
    livez(server, seconds, report)?;
    let used = deactivations(server, seconds, users - OWNERS - PRESENT - BULK, report)?;
    removals(server, seconds, users, report)?;
    bulk_removal(server, used, report)?;
    transfer(server, report)?;
    steps(server, users, report)?;
    cut(server, report)?;
    report.add("memory at the end", format!("{:.0} MiB", server.memory_mib()?), "resident");
    Ok(())
}

fn livez(server: &Server, seconds: u64, report: &mut Report) -> Result {
    let next =
        |_| Next { method: "GET", target: "/livez".to_owned(), headers: String::new(), body: String::new() };
    let limit = Limit { seconds, requests: usize::MAX };
    let done = load::run(server.address, 16, limit, next, |answer| answer.status == 200)?;
    report.rate("GET /livez, 16 clients", done.per_second, Some((done.p50, done.p99)));
    Ok(())
}

/// Each request deactivates another user; answers how many were used up.
fn deactivations(server: &Server, seconds: u64, most: usize, report: &mut Report) -> Result<usize> {
    let mut used = 0;
    let mut alone = 0.0;
    for clients in [1, 16, 64] {
        let headers = format!("X-Cloud-Auth-Token: {}\r\n", server.token);
        let first = used;
        let next = |number: usize| Next {
            method: "PUT",
            target: format!("{NETEX}/u{}/deactivate", first + number),
            headers: headers.clone(),
            body: String::new(),
        };
        let limit = Limit { seconds, requests: (most - used) / 2 };
        let done = load::run(server.address, clients, limit, next, is_netex_success)?;
        used += done.count + clients;
        let name = format!("durable deactivations, Netex async, {clients} clients");
        report.rate(&name, done.per_second, Some((done.p50, done.p99)));
        if clients == 1 {
            alone = done.per_second;
        }
        if clients == 64 {
            report.ratio(
                "deactivations per fdatasync, 64 clients (aim: at least 3)",
                done.per_second / report.fdatasync,
            );
            report.ratio("deactivations at 64 clients to 1 client", done.per_second / alone);
        }
    }
    Ok(used)
}

fn is_netex_success(answer: &Answer) -> bool {
    answer.status == 200 && answer.body.ends_with("\"status\":204}")
}

fn removals(server: &Server, seconds: u64, users: usize, report: &mut Report) -> Result {
    let headers = format!("Accept: application/json\r\nAuthtoken: {}\r\n", server.token);
    let heir = "newUserId=byName(userName='heir')&newUserGroupId=0";
    let next = |number: usize| Next {
        method: "DELETE",
        target: format!("/webconsole/api/User/byName(userName='u{}')?{heir}", users - 1 - number),
        headers: headers.clone(),
        body: String::new(),
    };
    let good = |answer: &Answer| answer.status == 200 && answer.body.contains("\"errorCode\":0");
    let done: Outcome = load::run(server.address, 16, Limit { seconds, requests: OWNERS }, next, good)?;
    let latencies = Some((done.p50, done.p99));
    report.rate("removals with ten assets each, Commvault, 16 clients", done.per_second, latencies);
    Ok(())
}

fn bulk_removal(server: &Server, first: usize, report: &mut Report) -> Result {
    let names: Vec<String> = (first..first + BULK).map(|number| format!("\"u{number}\"")).collect();
    let body = format!("{{\"payload\":{{\"userNames\":[{}]}}}}", names.join(","));
    let headers = format!("{JSON}Token: {}\r\n", server.token);
    let target = "/avxapi/acctmgmt-remove-user?gwsource=external";
    let begun = now();
    server.client()?.must(&Call { method: "POST", target, headers: &headers, body: &body })?;
    report.time("one AppViewX request removing 1,000 users", begun.elapsed(), "");
    Ok(())
}

/// The bare statement is timed on a copy of the same database, before the transfer.
fn transfer(server: &Server, report: &mut Report) -> Result {
    let bare = bare_update(server)?;
    report.time("bare UPDATE of the owner of 100,000 assets", bare, "same database, one statement");
    let headers = format!("{JSON}Authorization: Bearer {}\r\n", server.token);
    let body = r#"{"goal":"transfer","user":"owner","newUser":"heir","wait":true}"#;
    let begun = now();
    let mut client = server.client()?;
    let call = Call { method: "POST", target: "/v1/offboardings", headers: &headers, body };
    let id = text_field(&client.must(&call)?, "id")?;
    let target = format!("/v1/offboardings/{id}");
    let call = Call { method: "GET", target: &target, headers: &headers, body: "" };
    while text_field(&client.must(&call)?, "state")? != "completed" {
        std::thread::park_timeout(Duration::from_millis(5));
    }
    let took = begun.elapsed();
    report.time("transfer of 100,000 assets", took, format!("{} chunks and their progress", LARGE / 1_000));
    report.ratio("transfer to bare UPDATE (aim: at most 1.5)", took.as_secs_f64() / bare.as_secs_f64());
    Ok(())
}

fn bare_update(server: &Server) -> Result<Duration> {
    let copy = server.store.with_file_name("copy.db");
    let database = rusqlite::Connection::open(&server.store)?;
    database.execute("VACUUM INTO ?1", [copy.to_string_lossy()])?;
    let database = rusqlite::Connection::open(&copy)?;
    database
        .execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;")?;
    let find = |name: &str| -> Result<i64> {
        Ok(database.query_row("SELECT id FROM users WHERE user_name = ?1", [name], |row| row.get(0))?)
    };
    let (owner, heir) = (find("owner")?, find("heir")?);
    let update = "UPDATE assets SET owner_user_id = ?1 WHERE tenant_id = 1 AND owner_user_id = ?2";
    let begun = now();
    let rows = database.execute(update, [heir, owner])?;
    let took = begun.elapsed();
    if rows == LARGE { Ok(took) } else { Err(format!("the bare UPDATE moved {rows} rows").into()) }
}

/// From the first of many deactivations to the last settled step on five platforms.
fn steps(server: &Server, users: usize, report: &mut Report) -> Result {
    let headers = format!("X-Cloud-Auth-Token: {}\r\n", server.token);
    let next = |number: usize| Next {
        method: "PUT",
        target: format!("{NETEX}/u{}/deactivate", users - 1 - OWNERS - number),
        headers: headers.clone(),
        body: String::new(),
    };
    let before = settled(server)?;
    let begun = now();
    load::run(server.address, 16, Limit { seconds: 600, requests: PRESENT }, next, is_netex_success)?;
    // Two steps, Disable and EndSessions, per account.
    let expected = before + 2 * PRESENT * PLATFORMS.len();
    while settled(server)? < expected {
        if begun.elapsed() > Duration::from_mins(5) {
            return Err("the steps did not settle within 300 s".into());
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
    let count = u32::try_from(expected - before)?;
    let rate = f64::from(count) / begun.elapsed().as_secs_f64();
    report.rate("steps settled, five simulated platforms", rate, None);
    report.ratio("steps settled per fdatasync", rate / report.fdatasync);
    Ok(())
}

fn settled(server: &Server) -> Result<usize> {
    let call = Call { method: "GET", target: "/metrics", headers: "", body: "" };
    let metrics = server.client()?.must(&call)?;
    let lines = metrics.lines().filter(|line| line.starts_with("exeunt_steps_total"));
    let remote = lines.filter(|line| line.contains("\"done\"") || line.contains("\"already_done\""));
    let counts = remote.filter_map(|line| line.rsplit(' ').next()?.parse::<f64>().ok());
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a counter of whole steps")]
    let total = counts.sum::<f64>() as usize;
    Ok(total)
}

/// From the answer of the deactivation to the first refused request of a session that never pauses.
fn cut(server: &Server, report: &mut Report) -> Result {
    let mut client = server.client()?;
    let body = r#"{"userName":"live","password":"bench password"}"#;
    let call = Call { method: "POST", target: "/v1/sessions", headers: JSON, body };
    let session = text_field(&client.must(&call)?, "token")?;
    let own = format!("Authorization: Bearer {session}\r\n");
    std::thread::scope(|scope| -> Result {
        let watcher = scope.spawn(|| -> std::result::Result<_, String> {
            let mut live = server.client().map_err(|error| error.to_string())?;
            let call = Call { method: "GET", target: "/v1/me", headers: &own, body: "" };
            let mut answered = 0_u32;
            while live.call(&call).map_err(|error| error.to_string())?.status == 200 {
                answered += 1;
            }
            Ok((now(), answered))
        });
        std::thread::park_timeout(Duration::from_millis(200));
        let headers = format!("X-Cloud-Auth-Token: {}\r\n", server.token);
        let target = format!("{NETEX}/live/deactivate");
        client.must(&Call { method: "PUT", target: &target, headers: &headers, body: "" })?;
        let answered = now();
        let (at, before) = watcher.join().map_err(|_| "the session's client panicked")??;
        let late = at.saturating_duration_since(answered);
        report.time(
            "from the deactivate answer to the first refusal",
            late,
            format!("{before} requests were served before"),
        );
        Ok(())
    })
}
