use super::{Attack, Raid};
use crate::authorization::{FACES, Face};

/// A change that the administrator may make, on every face.
const CHANGES: [(&str, &str, &str); 4] = [
    ("POST", "acctmgmt-remove-user?gwsource=web", r#"{"payload":{"userNames":["leaver"]}}"#),
    ("PUT", "User/{user}/Disable", ""),
    ("PUT", "users/{}/deactivate", "{}"),
    ("POST", "/v1/offboardings", r#"{"goal":"deactivate","user":"leaver"}"#),
];

/// What stands in the place of a good credential.
fn credentials(good: &str) -> Vec<Vec<u8>> {
    let bare = good.rsplit(' ').next().expect("a secret").to_owned();
    let texts = [
        String::new(),
        " ".to_owned(),
        "QSDK".to_owned(),
        "QSDK ".to_owned(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        format!("Basic {bare}"),
        format!("Bearer Bearer {bare}"),
        format!("QSDK QSDK {bare}"),
        format!("{good}, {good}"),
        format!("{good};{good}"),
        format!("{good}\t"),
        format!("{good}x"),
        format!("\"{bare}\""),
        bare[..bare.len() - 1].to_owned(),
        bare.to_uppercase(),
        "0".repeat(bare.len()),
        "x".repeat(100_000),
        "null".to_owned(),
        "undefined".to_owned(),
        "%00".to_owned(),
        "' OR '1'='1".to_owned(),
    ];
    let mut values: Vec<Vec<u8>> = texts.map(String::into_bytes).to_vec();
    values.extend([b"\xff\xfe".to_vec(), b"\xc0\x80".to_vec(), [bare.as_bytes(), b"\xff"].concat()]);
    values
}

fn attack<'a>(
    raid: &Raid,
    face: &'a Face,
    at: usize,
    what: &str,
    headers: Vec<(&'a str, Vec<u8>)>,
) -> Attack<'a> {
    let (method, path, body) = CHANGES[at];
    let target = format!("{}{}", face.root, face.filled(&raid.stage, path));
    Attack { what: what.to_owned(), method, target, headers, body: body.as_bytes().to_vec() }
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_only_resemble_one_are_refused() {
    let mut raid = Raid::begin().await;
    for (at, face) in FACES.into_iter().enumerate() {
        let (name, good) = (face.credential)(raid.admin());
        for value in credentials(&good) {
            // Blanks at the end are none of the value's, and are gone before a server sees it.
            if value.trim_ascii() == good.as_bytes() {
                continue;
            }
            let what = format!("{name}: {}", String::from_utf8_lossy(&value));
            let own = face.headers.iter().map(|(name, value)| (*name, value.as_bytes().to_vec()));
            let headers: Vec<_> = own.chain([(name, value)]).collect();
            let sent = attack(&raid, face, at, &what, headers);
            if let Some(answer) = raid.answer(&sent).await {
                assert!(
                    [401, 407].contains(&answer.status.as_u16()),
                    "{what}: {} {}",
                    answer.status,
                    answer.body
                );
            }
            raid.expect_error(face, sent).await;
        }
    }
    raid.end();
}

/// Headers that a face looks at, and values that it can make nothing of.
const UNREADABLE: &[(usize, &str, &[u8])] = &[
    (2, "X-Cloud-Synchronization", b"perhaps"),
    (2, "X-Cloud-Synchronization", b""),
    (2, "X-Cloud-Synchronization", b"synchronous, asynchronous"),
    (2, "X-Cloud-Synchronization", b"synchronous\xff"),
    (2, "Content-Type", b"text/plain"),
    (2, "Content-Type", b"\xff"),
    (2, "Content-Type", b"application/jsonp"),
    (3, "Content-Type", b"text/plain"),
    (3, "Content-Type", b"\xff"),
    (3, "Content-Type", b""),
    (3, "Content-Type", b"application/x-www-form-urlencoded"),
    (3, "Idempotency-Key", b""),
    (3, "Idempotency-Key", b"\xff"),
];

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_mean_nothing_are_refused() {
    let mut raid = Raid::begin().await;
    for (at, name, value) in UNREADABLE {
        let face = FACES[*at];
        let mut headers = raid.headers(face);
        headers.retain(|(sent, _)| !sent.eq_ignore_ascii_case(name));
        headers.push((*name, value.to_vec()));
        let what = format!("{name}: {}", String::from_utf8_lossy(value));
        let sent = attack(&raid, face, *at, &what, headers);
        raid.expect_error(face, sent).await;
    }
    raid.end();
}

/// Whatever else a client sends: no failure, and an answer that can be read.
const STRANGE: &[(&str, &[u8])] = &[
    ("Accept", b"\xff\xfe"),
    ("Accept", b"application/json;q=\xff, */*;q=9.9.9"),
    ("Accept", b",,,;;;"),
    ("Accept-Encoding", b"gzip, br, identity;q=0"),
    ("Content-Encoding", b"gzip"),
    ("Expect", b"200-maybe"),
    ("Host", b"\xff"),
    ("Host", b"a:b:c"),
    ("Host", b"[::1"),
    ("Host", b"' OR '1'='1"),
    ("X-Forwarded-For", b"'; --, \xff"),
    ("X-Original-URL", b"/v1/users"),
    ("X-HTTP-Method-Override", b"DELETE"),
    ("Cookie", b"Authtoken=x; sessionId=y"),
    ("If-Match", b"*"),
    ("Range", b"bytes=0-,-1,5-2"),
    ("Transfer-Encoding", b"chunked, identity"),
    ("Content-Length", b"-1"),
    ("traceparent", b"00-\xff"),
];

#[tokio::test(flavor = "multi_thread")]
async fn strange_headers_fail_nothing() {
    let mut raid = Raid::begin().await;
    for face in FACES {
        let rows = face.rows.iter().filter(|row| row.method == "GET" && !row.path.contains("feed"));
        let reading = rows.map(|row| (row.method, row.path, "")).next();
        // This face has nothing to read by GET.
        let body = r#"{"payload":{"filterValue":"leaver"}}"#;
        let (method, path, body) = reading.unwrap_or(("POST", "user-search?gwsource=web", body));
        for (name, value) in STRANGE {
            let mut headers = raid.headers(face);
            headers.push((name, value.to_vec()));
            let target = format!("{}{}", face.root, face.filled(&raid.stage, path));
            let (what, body) = ((*name).to_owned(), body.as_bytes().to_vec());
            let Some(answer) = raid.answer(&Attack { what, method, target, headers, body }).await else {
                continue;
            };
            assert!(answer.status.is_success(), "{name}: {} {}", answer.status, answer.body);
        }
    }
    assert!(raid.watch.changes().is_empty());
    raid.end();
}
