use super::{Attack, Raid};
use crate::authorization::{FACES, Face, Row};
use crate::fixture::Company;
use crate::home::both;

/// A change that the administrator may make, on every face.
const CHANGES: [&str; 5] = [
    "acctmgmt-remove-user?gwsource=web",
    "User/{user}/Disable",
    "users/{}/deactivate",
    "/v1/offboardings",
    "Users/{}",
];

fn change(at: usize) -> (&'static Face, &'static Row) {
    let face = FACES[at];
    let row = face.rows.iter().find(|row| row.path == CHANGES[at] && row.method != "GET");
    (face, row.expect("a route that changes something"))
}

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
    face: &Face,
    row: &'a Row,
    what: &str,
    headers: Vec<(&'a str, Vec<u8>)>,
) -> Attack<'a> {
    let body = face.filled(&raid.stage, row, row.body).into_bytes();
    Attack { what: what.to_owned(), method: row.method, target: raid.target(face, row), headers, body }
}

#[test]
fn credentials_that_only_resemble_one_are_refused() {
    both(resemble_credentials);
}

async fn resemble_credentials(company: Company) {
    let mut raid = Raid::begin(company).await;
    for (face, row) in (0..FACES.len()).map(change) {
        let (name, good) = (face.credential)(raid.admin());
        for value in credentials(&good) {
            // Blanks at the end are none of the value's, and are gone before a server sees it.
            if value.trim_ascii() == good.as_bytes() {
                continue;
            }
            let what = format!("{name}: {}", String::from_utf8_lossy(&value));
            let mut headers = raid.headers(face, row);
            headers.retain(|(sent, _)| *sent != name);
            headers.push((name, value));
            let sent = attack(&raid, face, row, &what, headers);
            if let Some(answer) = raid.answer(&sent).await {
                let status = answer.status.as_u16();
                assert!([401, 407].contains(&status), "{what}: {status} {}", answer.body);
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
    (4, "Content-Type", b"text/plain"),
    (4, "Content-Type", b"\xff"),
    (4, "Content-Type", b""),
    (4, "Content-Type", b"application/scim+jsonp"),
    (3, "Content-Type", b"text/plain"),
    (3, "Content-Type", b"\xff"),
    (3, "Content-Type", b""),
    (3, "Content-Type", b"application/x-www-form-urlencoded"),
    (3, "Idempotency-Key", b""),
    (3, "Idempotency-Key", b"\xff"),
];

#[test]
fn headers_that_mean_nothing_are_refused() {
    both(mean_nothing);
}

async fn mean_nothing(company: Company) {
    let mut raid = Raid::begin(company).await;
    for (at, name, value) in UNREADABLE {
        let (face, row) = change(*at);
        let mut headers = raid.headers(face, row);
        headers.retain(|(sent, _)| !sent.eq_ignore_ascii_case(name));
        headers.push((*name, value.to_vec()));
        let what = format!("{name}: {}", String::from_utf8_lossy(value));
        let sent = attack(&raid, face, row, &what, headers);
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

#[test]
fn strange_headers_fail_nothing() {
    both(be_strange);
}

async fn be_strange(company: Company) {
    let mut raid = Raid::begin(company).await;
    for face in FACES {
        // AppViewX has nothing to read by GET.
        let reads = |row: &&Row| {
            row.method == "GET" && !row.path.contains("feed") || row.path.contains("user-search")
        };
        for row in face.rows.iter().filter(reads) {
            for (name, value) in STRANGE {
                let mut headers = raid.headers(face, row);
                headers.push((name, value.to_vec()));
                let sent = attack(&raid, face, row, name, headers);
                let Some(answer) = raid.answer(&sent).await else { continue };
                assert!(
                    answer.status.is_success(),
                    "{name}, {}: {} {}",
                    sent.target,
                    answer.status,
                    answer.body
                );
            }
        }
    }
    assert!(raid.watch.changes().is_empty());
    raid.end();
}
