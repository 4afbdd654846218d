//! The log as it grows, over a real socket.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode};
use domain::{Goal, Role};
use exeunt::app::{Start, UserRef};
use exeunt::listener;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower::ServiceExt;

use super::Client;
use crate::fixture::Company;

const PATIENCE: Duration = Duration::from_secs(10);

struct Server {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    running: JoinHandle<()>,
}

impl Server {
    async fn start(company: &Company) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let (stop, stopping) = watch::channel(false);
        let running = tokio::spawn(listener::serve(listener, None, company.router.clone(), stopping));
        Self { address, stop, running }
    }

    async fn follow(&self, secret: &str, query: &str, headers: &str) -> Follower {
        let mut stream = TcpStream::connect(self.address).await.expect("a connection");
        let request = format!(
            "GET /v1/log/feed{query} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {secret}\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).await.expect("sent");
        let mut follower = Follower { stream: BufReader::new(stream) };
        let status = follower.line().await.expect("a status line");
        assert_eq!(status, "HTTP/1.1 200 OK");
        while follower.line().await.is_some_and(|line| !line.is_empty()) {}
        follower
    }
}

struct Follower {
    stream: BufReader<TcpStream>,
}

impl Follower {
    /// The next line; `None` when the server has closed the connection.
    async fn line(&mut self) -> Option<String> {
        let mut line = String::new();
        let read = tokio::time::timeout(PATIENCE, self.stream.read_line(&mut line));
        let read = read.await.expect("a line in time").unwrap_or(0);
        (read > 0).then(|| line.trim_end().to_owned())
    }

    /// The next event as its id and its kind; its data must be the entry.
    async fn event(&mut self) -> Option<(i64, String)> {
        let (mut id, mut kind, mut data) = (None, None, None);
        while id.is_none() || kind.is_none() || data.is_none() {
            let line = self.line().await?;
            match line.split_once(": ") {
                Some(("id", value)) => id = value.parse().ok(),
                Some(("event", value)) => kind = Some(value.to_owned()),
                Some(("data", value)) => data = serde_json::from_str::<serde_json::Value>(value).ok(),
                _ => {}
            }
        }
        let (id, kind, data) = (id?, kind?, data?);
        assert_eq!((data["seq"].as_i64(), data["kind"].as_str()), (Some(id), Some(&*kind)));
        Some((id, kind))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_follows_and_resumes_without_a_gap() {
    let company = Company::new().await;
    let auditor = company.token("auditor").await;
    let head = company.log_head().await;
    let server = Server::start(&company).await;
    let mut live = server.follow(&auditor, "", "").await;
    company.user("jsmith", Role::None).await;
    assert_eq!(company.log_head().await, head + 1);
    assert_eq!(live.event().await, Some((head + 1, "user.created".to_owned())), "only what is new");
    let mut whole = server.follow(&auditor, "?after=0", "").await;
    for seq in 1..=head + 1 {
        assert_eq!(whole.event().await.map(|(id, _)| id), Some(seq));
    }
    drop(whole);
    company.group("Ops").await;
    company.log_head().await;
    let resumed = format!("Last-Event-ID: {}\r\n", head + 1);
    let mut resumed = server.follow(&auditor, "?after=0", &resumed).await;
    assert_eq!(resumed.event().await, Some((head + 2, "group.created".to_owned())), "the header wins");
    assert_eq!(live.event().await, Some((head + 2, "group.created".to_owned())));
    let mut of_user = server.follow(&auditor, "?after=0&user=jsmith", "").await;
    assert_eq!(of_user.event().await, Some((head + 1, "user.created".to_owned())));
    server.stop.send_replace(true);
    for feed in [&mut live, &mut resumed, &mut of_user] {
        assert_eq!(feed.event().await, None, "it ends when the server stops");
    }
    tokio::time::timeout(Duration::from_secs(3), server.running).await.expect("at once").expect("no panic");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_ends_with_its_caller() {
    let company = Company::new().await;
    company.user("watcher", Role::Auditor).await;
    let (token, session) = (company.token("watcher").await, company.session("watcher").await);
    company.log_head().await;
    let server = Server::start(&company).await;
    let mut feeds = [server.follow(&token, "", "").await, server.follow(&session, "", "").await];
    let cut = Start::new(Goal::Deactivate, vec![UserRef::Name("watcher".to_owned())]);
    company.app.start(&company.console, cut).await.expect("accepted");
    company.log_head().await;
    for feed in &mut feeds {
        assert_eq!(feed.event().await, None, "not even its own cut is shown");
    }
    server.stop.send_replace(true);
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_are_refused_before_they_begin() {
    let company = Company::new().await;
    let auditor = Client::new(&company, "auditor").await;
    for (query, field) in
        [("after=x", "after"), ("offboarding=a&user=1", "offboarding"), ("limit=1", "limit")]
    {
        let answer = auditor.get(&format!("/v1/log/feed?{query}")).await;
        assert_eq!(
            (answer.status, &answer.json()["field"]),
            (StatusCode::BAD_REQUEST, &field.into()),
            "{query}"
        );
    }
    let headers = [("last-event-id", "x")];
    let answer = auditor.send("GET", "/v1/log/feed", &headers, serde_json::Value::Null).await;
    assert_eq!(answer.json()["field"], "Last-Event-ID");
}

#[tokio::test(flavor = "multi_thread")]
async fn feeds_open_at_once_are_limited() {
    let company = Company::new().await;
    let bearer = format!("Bearer {}", company.token("auditor").await);
    let open = async || {
        let request = Request::get("/v1/log/feed").header("authorization", &bearer);
        let request = request.body(Body::empty()).expect("a request");
        company.router.clone().oneshot(request).await.expect("an answer")
    };
    let mut feeds = Vec::new();
    for _ in 0..256 {
        feeds.push(open().await);
    }
    assert!(feeds.iter().all(|feed| feed.status() == StatusCode::OK));
    let refused = open().await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "1");
    feeds.pop();
    assert_eq!(open().await.status(), StatusCode::OK, "a feed that is closed makes place");
}
