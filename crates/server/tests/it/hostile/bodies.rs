use exeunt::faces::MAX_BODY_BYTES;

use super::{Attack, Raid};
use crate::authorization::{FACES, Row};
use crate::fixture::Company;
use crate::home::both;

/// A way to spoil a JSON object; the same object where it has no effect on this one.
type Spoil = fn(&str) -> Vec<u8>;

const SPOILS: &[(&str, Spoil)] = &[
    ("cut off", |body| bytes(&body[..body.len() / 2])),
    ("only opened", |_| bytes("{")),
    ("twice", |body| bytes(&format!("{body}{body}"))),
    ("with more behind it", |body| bytes(&format!("{body}]"))),
    ("a key twice", twice),
    ("a value that is not UTF-8", |body| with(body, b"\"x\":\"\xff\"")),
    ("an overlong NUL", |body| with(body, b"\"x\":\"\xc0\x80\"")),
    ("a lone surrogate", |body| with(body, br#""x":"\ud800""#)),
    ("a raw line break in a text", |body| with(body, b"\"x\":\"\n\"")),
    ("a number beyond all numbers", |body| with(body, b"\"x\":1e999")),
    ("not a number", |body| with(body, b"\"x\":NaN")),
    ("a raw NUL", |body| bytes(&body.replacen('{', "{\0", 1))),
    ("a comment", |body| bytes(&body.replacen('{', "{/**/", 1))),
    ("in UTF-16", |body| {
        let units = std::iter::once(0xfeff).chain(body.encode_utf16());
        units.flat_map(u16::to_le_bytes).collect()
    }),
    ("nested too deep", |_| bytes(&"{\"a\":".repeat(10_000))),
    ("arrays nested too deep", |_| bytes(&"[".repeat(100_000))),
    ("an array", |body| bytes(&format!("[{body}]"))),
    ("a text", |body| serde_json::to_vec(body).expect("JSON")),
    ("a number", |_| bytes("5")),
    ("beyond the limit", |body| bytes(&format!("{body}{}", " ".repeat(MAX_BODY_BYTES)))),
];

fn bytes(text: &str) -> Vec<u8> {
    text.as_bytes().to_vec()
}

/// Another member at the end.
fn with(body: &str, member: &[u8]) -> Vec<u8> {
    let open = body.strip_suffix('}').expect("an object");
    let separator: &[u8] = if open == "{" { b"" } else { b"," };
    [open.as_bytes(), separator, member, b"}"].concat()
}

/// The first key once more before it, with another value.
fn twice(body: &str) -> Vec<u8> {
    match body.split('"').nth(1) {
        Some(key) => bytes(&body.replacen('{', &format!("{{\"{key}\":null,"), 1)),
        None => bytes(body),
    }
}

/// Everything that a login of AppViewX says is in its headers.
fn reads_no_body(row: &Row) -> bool {
    row.body.is_empty() || row.path.contains("login") || row.path.contains("logout")
}

/// Where forms are read too, what is no object is a form without the one field that counts.
fn says_nothing(row: &Row, body: &[u8]) -> bool {
    row.path.contains("get-service-token") && !body.starts_with(b"{")
}

#[test]
fn bodies_that_cannot_be_read_change_nothing() {
    both(spoil_bodies);
}

async fn spoil_bodies(company: Company) {
    let mut raid = Raid::begin(company).await;
    let mut spoilt = 0;
    for face in FACES {
        for row in face.rows.iter().filter(|row| !reads_no_body(row)) {
            let body = face.filled(&raid.stage, row, row.body);
            for (what, spoil) in SPOILS {
                let spoilt_body = spoil(&body);
                if spoilt_body == body.as_bytes() || says_nothing(row, &spoilt_body) {
                    continue;
                }
                let (headers, target) = (raid.headers(face, row), raid.target(face, row));
                let attack = Attack {
                    what: (*what).to_owned(),
                    method: row.method,
                    target,
                    headers,
                    body: spoilt_body,
                };
                raid.expect_error(face, attack).await;
                spoilt += 1;
            }
        }
    }
    assert!(spoilt > 300, "{spoilt}");
    raid.end();
}
