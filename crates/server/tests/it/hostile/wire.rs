use std::net::SocketAddr;
use std::time::Duration;

use domain::Role;
use exeunt::listener;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::authorization::{Stage, Who};
use crate::dump::Watch;

/// Whether the client says no more than this, or waits for what comes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    HangUp,
    Listen,
}

/// What the server says to these bytes, or nothing if it hangs up.
async fn say(address: SocketAddr, bytes: &[u8], then: Then) -> Option<u16> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    // It may have hung up in the middle of a request that is too large.
    let _ = stream.write_all(bytes).await;
    if then == Then::HangUp {
        let _ = stream.shutdown().await;
    }
    let mut answer = Vec::new();
    let read = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
    assert!(read.is_ok(), "neither answered nor hung up on: {}", String::from_utf8_lossy(bytes));
    let head = String::from_utf8_lossy(&answer);
    head.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|status| status.parse().ok())
}

fn requests(secret: &str) -> Vec<Vec<u8>> {
    let delete = "DELETE /integration/ws/management/rest/users/leaver HTTP/1.1\r\nHost: x";
    let delete = format!("{delete}\r\nX-Cloud-Auth-Token: {secret}\r\n");
    let remove = "/acctmgmt-remove-user?gwsource=web HTTP/1.1\r\nHost: x";
    let texts = [
        String::new(),
        "\r\n\r\n".to_owned(),
        "GET\r\n\r\n".to_owned(),
        "GET /livez\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\nHost: x\r\n\r\n".to_owned(),
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned(),
        "G\0T / HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET /a b HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "GET /a\0b HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "a".repeat(200_000)),
        format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "a".repeat(2_000_000)),
        format!("GET / HTTP/1.1\r\nHost: x\r\n{}\r\n", "X: y\r\n".repeat(5_000)),
        // Headers that end where they should not.
        format!("{delete}X\r\n\r\n"),
        format!("{delete}X : y\r\n\r\n"),
        format!("{delete}X: a\0b\r\n\r\n"),
        format!("{delete} folded: y\r\n\r\n"),
        format!("{delete}: y\r\n\r\n"),
        delete.clone(),
        // Bodies whose length is told in two ways, in none, or wrongly.
        format!("{delete}Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcde"),
        format!("{delete}Content-Length: -1\r\n\r\n"),
        format!("{delete}Content-Length: 4x\r\n\r\nabcd"),
        format!("{delete}Content-Length: 99999999999999999999\r\n\r\n"),
        format!("{delete}Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        format!("{delete}Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx"),
        format!("{delete}Transfer-Encoding: identity, x\r\n\r\n"),
        format!(
            "POST {remove}\r\nsessionId: {secret}\r\nContent-Length: 1000\r\n\r\n{{\"payload\":{{\"userNames\":[\"leaver\"]}}}}"
        ),
        format!("POST {remove}\r\nsessionId: {secret}\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{{\"pay\r\n"),
        // A body that is a request of its own, without its credential.
        format!("POST {remove}\r\nContent-Length: 60\r\n\r\nPOST {remove}\r\nsessionId: no\r\n\r\n"),
    ];
    let mut requests: Vec<Vec<u8>> = texts.map(String::into_bytes).to_vec();
    requests.push(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03".to_vec());
    requests.push(b"GET /\xff HTTP/1.1\r\nHost: \xff\r\n\r\n".to_vec());
    requests.push((0..=255).cycle().take(10_000).collect());
    requests
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_request_changes_nothing_and_stops_nobody() {
    let stage = Stage::set().await;
    let secret = stage.secret(Who::User(Role::Admin)).expect("a session");
    let mut watch = Watch::begin(&stage.company.home);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let (stop, stopped) = tokio::sync::watch::channel(false);
    let server = tokio::spawn(listener::serve(listener, None, stage.company.router.clone(), stopped));
    for request in requests(secret) {
        let status = say(address, &request, Then::HangUp).await;
        let shown = String::from_utf8_lossy(&request[..request.len().min(200)]).into_owned();
        // Whoever speaks another version of the protocol is told just that.
        assert!(
            status.is_none_or(|status| (400..500).contains(&status) || status == 505),
            "{status:?} for {shown}"
        );
        assert!(watch.changes().is_empty(), "{shown}");
        let alive = b"GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
        let alive = say(address, alive, Then::Listen).await;
        assert_eq!(alive, Some(200), "after {shown}");
    }
    stop.send_replace(true);
    server.await.expect("a stopped server");
}
