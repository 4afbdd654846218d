//! `exeunt demo`, the real binary: its run, what it serves, and how it goes on after a crash.

use std::time::Duration;

use serde_json::{Value, json};

use crate::cli::binary::{Console, Server};
use crate::home::run;

const JSON: (&str, &str) = ("Content-Type", "application/json");
const PASSWORD: &str = "correct horse";
/// Longest time one answer may take.
const PATIENCE: Duration = Duration::from_secs(30);
const RUN_AND_EXIT: [&str; 7] =
    ["demo", "--exit", "--listen", "127.0.0.1:0", "--data", "company", "--admin-password=correct horse"];

/// A demo that only serves, and a client of it.
struct Demo {
    server: Server,
    base: String,
    token: String,
    client: reqwest::Client,
}

impl Demo {
    fn serving(console: &Console) -> Self {
        let command = console.command(&[
            "demo",
            "--no-run",
            "--listen",
            "127.0.0.1:0",
            "--data",
            "company",
            "--admin-password",
            PASSWORD,
        ]);
        let mut server = Server::start(command);
        let base = until(&mut server, "listening on ");
        let token = until(&mut server, "TOKEN=");
        let client = exeunt::outbound::client(PATIENCE).expect("a client");
        Self { server, base, token, client }
    }

    /// Sends a request and answers with its status and body.
    async fn send(&self, call: &str, headers: &[(&str, &str)], body: &'static str) -> (u16, String) {
        let (method, target) = call.split_once(' ').expect("METHOD target");
        let method = method.parse().expect("a method");
        let mut request = self.client.request(method, format!("{}{target}", self.base)).body(body);
        for (name, value) in headers {
            request = request.header(*name, value.replace("TOKEN", &self.token));
        }
        let response = request.send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("text"))
    }

    async fn json(&self, call: &str, headers: &[(&str, &str)], body: &'static str) -> (u16, Value) {
        let (status, text) = self.send(call, headers, body).await;
        (status, serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
    }
}

/// What follows `start` on the first line that begins so.
fn until(server: &mut Server, start: &str) -> String {
    loop {
        let line = server.line();
        assert!(!line.is_empty(), "the demo ended before it said {start:?}");
        if let Some(rest) = line.strip_prefix(start) {
            return rest.trim_end().to_owned();
        }
    }
}

/// The rows of the closing table, without the time that each took.
fn closing_table(out: &str) -> Vec<String> {
    let table = out.lines().skip_while(|line| !line.starts_with("who ")).skip(1);
    let squeezed = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let rows = table.take_while(|line| !line.is_empty()).map(squeezed);
    rows.map(|row| row.rsplitn(3, ' ').last().unwrap_or_default().to_owned()).collect()
}

#[track_caller]
fn assert_all_have_left(out: &str) {
    let rows = [
        "dana.novak local, training, social, play - - -",
        "company/achen - - 3 -",
        "mlopez local, training, social, backup 7 to Ops - local, training, social, backup",
        "tbaker local, training, play - - local, training, play",
    ];
    assert_eq!(closing_table(out), rows, "{out}");
}

#[test]
fn four_leavers_go_by_four_calls_and_a_table_closes() {
    let out = Console::empty().run(&RUN_AND_EXIT).done();
    let answers: Vec<&str> = out.lines().filter(|line| line.starts_with('←')).collect();
    assert_eq!(answers.len(), 4, "{out}");
    assert!(answers.iter().all(|answer| answer.starts_with("← 200 OK, after ")), "{out}");
    assert_eq!(out.matches("429, too many requests").count(), 2, "social is busy twice: {out}");
    assert_all_have_left(&out);
    assert!(out.ends_with("Stopped. To go on with this company: --data company\n"), "{out}");
}

#[test]
fn what_a_killed_demo_had_begun_is_finished_by_the_next() {
    let console = Console::empty();
    let mut command = console.command(&["demo", "--listen", "127.0.0.1:0", "--data", "company"]);
    command.stderr(std::process::Stdio::null());
    let mut server = Server::start(command);
    until(&mut server, "    accepted;");
    server.signal("KILL");
    drop(server);
    let out = console.run(&RUN_AND_EXIT).done();
    assert!(out.contains("deactivate of dana.novak goes on\n"), "{out}");
    assert!(!out.contains("1. dana.novak leaves"), "nobody leaves twice: {out}");
    assert_all_have_left(&out);
    let again = console.run(&RUN_AND_EXIT).done();
    assert!(!again.contains('→'), "{again}");
    assert_all_have_left(&again);
}

#[test]
fn netex_sample_requests_work_as_they_stand() {
    run(async {
        let console = Console::empty();
        let demo = Demo::serving(&console);
        let netex = ["restuser.netex", "ff808181556ee70e015572136a250012"];
        for (user, mode) in netex.iter().zip(["synchronous", "asynchronous"]) {
            let call = format!("PUT /integration/ws/management/rest/users/{user}/deactivate");
            let headers = [("X-Cloud-Auth-Token", "TOKEN"), ("X-Cloud-Synchronization", mode), JSON];
            let body = "{\n\"message\": \"Sorry, your user is deactivated.\"\n}";
            let (status, answer) = demo.json(&call, &headers, body).await;
            assert_eq!((status, &answer["status"]), (200, &json!(204)), "{answer}");
            let platforms: Vec<&String> =
                answer["responsePlatforms"].as_object().expect("platforms").keys().collect();
            assert_eq!(platforms.len(), 4, "{answer}");
        }
        demo.server.stop();
    });
}

#[test]
fn offboard_sample_requests_work_as_they_stand() {
    run(async {
        let console = Console::empty();
        let demo = Demo::serving(&console);
        let offboard = "POST /webconsole/api/User/Offboard";
        let told = json!({"errorMessage": "Successfully offboarded user 5", "errorCode": 0});
        let headers = [
            ("Accept", "application/json"),
            ("Authtoken", "QSDK TOKEN"),
            ("Content-type", "application/xml"),
        ];
        assert_eq!(demo.json(offboard, &headers, "{\n  \"userId\":5\n}").await, (200, told));
        let newer = "POST /commandcenter/api/User/Offboard";
        let told = json!({"errorMessage": "Successfully offboarded user 1251", "errorCode": 0});
        let headers = [("Accept", "application/json"), ("Authtoken", "TOKEN"), JSON];
        let body = "{\n\"userName\": \"tapicompany/tapicompany\"\n}";
        assert_eq!(demo.json(newer, &headers, body).await, (200, told));
        let headers = [("Accept", "application/xml"), ("Authtoken", "TOKEN")];
        let (status, xml) = demo.send(newer, &headers, "<Api_OffboardUserReq userId=\"5\"/>").await;
        let told = "<Api_OffboardUserResp errorMessage=\"Successfully offboarded user 5\" errorCode=\"0\"/>";
        assert!(status == 200 && xml.ends_with(told), "{xml}");
        demo.server.stop();
    });
}

#[test]
fn delete_sample_requests_work_as_they_stand() {
    run(async {
        let console = Console::empty();
        let demo = Demo::serving(&console);
        let by_id = "DELETE /webconsole/api/User/2?newUserGroupId=22&newUserId=0";
        let headers = [("Accept", "application/json"), ("Authtoken", "QSDK TOKEN")];
        let (status, answer) = demo.json(by_id, &headers, "").await;
        assert_eq!(status, 200);
        let response = &answer["response"][0];
        assert_eq!(response["errorString"], "Ownership of 3 items is now with Ops.", "{answer}");
        assert_eq!(response["entity"], json!({"userId": 2, "userName": "dthomas"}), "{answer}");
        let by_name = "DELETE /webconsole/api/User/byName(userName='jsmith')?newUserId=byName(userName='kjones')\
                       &newUserGroupId=byName(userGroupName='')";
        let headers = [("Accept", "application/xml"), ("Authtoken", "QSDK TOKEN")];
        let (status, xml) = demo.send(by_name, &headers, "").await;
        let told = "<response errorCode=\"0\" errorString=\"Ownership of 5 items is now with kjones.\"";
        assert!(status == 200 && xml.contains(told), "{xml}");
        demo.server.stop();
    });
}

#[test]
fn appviewx_sample_requests_work_as_they_stand() {
    run(async {
        let console = Console::empty();
        let demo = Demo::serving(&console);
        let success = json!({
            "response": {"result": "Success", "isOperationSuccess": true},
            "message": null, "appStatusCode": null, "tags": null, "headers": null,
        });
        let remove = "POST /acctmgmt-remove-user?gwsource=external";
        let sent =
            demo.json(remove, &[("Token", "TOKEN"), JSON], r#"{"payload":{"userNames": ["user_01"]}}"#);
        assert_eq!(sent.await, (200, success.clone()));
        let headers = [("username", "admin"), ("password", PASSWORD), JSON];
        let body = r#"{"payload":{"userNames": ["user_02", "user_03"]}}"#;
        assert_eq!(demo.json(remove, &headers, body).await, (200, success));
        demo.server.stop();
    });
}

#[test]
fn a_taken_port_is_said_and_the_next_one_is_tried() {
    // Whoever has it, has it.
    let _ours = std::net::TcpListener::bind("127.0.0.1:8080");
    let console = Console::empty();
    let command = console.command(&["demo", "--no-run", "--data", "company"]);
    let mut server = Server::start(command);
    until(&mut server, "port 8080 is taken, trying the next");
    let base = until(&mut server, "listening on http://127.0.0.1:");
    assert_ne!(base, "8080");
    let asked_for = console.run(&["demo", "--data", "another", "--listen", &format!("127.0.0.1:{base}")]);
    assert_eq!(asked_for.code, Some(1), "{asked_for:#?}");
    assert!(asked_for.err.contains(&format!("127.0.0.1:{base}: ")), "{asked_for:#?}");
    server.stop();
}

#[test]
fn a_store_that_is_no_demo_is_left_alone() {
    let console = Console::company("[[platform]]\nname = \"training\"\nkind = \"simulated\"\n");
    let refused = console.run(&["demo", "--data", ".", "--exit", "--listen", "127.0.0.1:0"]);
    assert_eq!(refused.code, Some(3), "{refused:#?}");
    assert!(refused.err.contains("the store there is not a demo's"), "{refused:#?}");
    assert!(!console.run(&["user", "list"]).done().contains("dana.novak"));
}
