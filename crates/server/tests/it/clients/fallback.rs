//! TLS bytes on a plain port: clients try HTTPS first, and fall back only when that has failed.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::fixture::Company;
use crate::served::Served;

/// How a TLS 1.2 or 1.3 client begins; the rest of its message need not have arrived.
const CLIENT_HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";
/// cvpysdk gives up after ten seconds; a refusal has no reason to take one.
const AT_ONCE: Duration = Duration::from_secs(5);

#[tokio::test(flavor = "multi_thread")]
async fn a_tls_client_is_refused_at_once() {
    let served = Served::company(Company::new().await).await;
    let mut slow = TcpStream::connect(served.address).await.expect("a connection");
    slow.write_all(b"GET /livez HTTP/1.1\r\nHost: ").await.expect("sent");
    let refused = async {
        let mut stream = TcpStream::connect(served.address).await.expect("a connection");
        stream.write_all(CLIENT_HELLO).await.expect("sent");
        let mut answer = Vec::new();
        // A reset is a refusal too.
        let _ = stream.read_to_end(&mut answer).await;
        answer
    };
    let answer = tokio::time::timeout(AT_ONCE, refused).await.expect("it is closed at once");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    // Whoever began as HTTP has lost nothing meanwhile.
    slow.write_all(b"localhost\r\nConnection: close\r\n\r\n").await.expect("sent");
    let mut answer = String::new();
    slow.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}
