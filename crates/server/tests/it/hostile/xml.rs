use super::{Attack, Raid};
use crate::authorization::FACES;
use crate::fixture::Company;
use crate::home::both;

/// Documents that no reader should make anything of.
fn documents() -> Vec<(&'static str, Vec<u8>)> {
    let text = |text: &str| text.as_bytes().to_vec();
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth)).into_bytes();
    let attributes = |count: usize| {
        let attributes: Vec<String> = (0..count).map(|n| format!("a{n}=\"\"")).collect();
        format!("<r {}/>", attributes.join(" ")).into_bytes()
    };
    vec![
        ("entities that expand", bomb()),
        (
            "an external entity",
            text(
                r#"<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r userName="leaver"><a>&x;</a></r>"#,
            ),
        ),
        (
            "an external entity in an attribute",
            text(r#"<!DOCTYPE r [<!ENTITY x "leaver">]><r userName="&x;"/>"#),
        ),
        (
            "a parameter entity",
            text(r#"<!DOCTYPE r [<!ENTITY % x SYSTEM "http://127.0.0.1:9/x.dtd"> %x;]><r/>"#),
        ),
        (
            "an external document type",
            text(r#"<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd"><r userName="leaver"/>"#),
        ),
        (
            "a document type behind the declaration",
            text("<?xml version=\"1.0\"?>\n<!doctype r><r userName=\"leaver\"/>"),
        ),
        ("an entity that nobody declared", text(r#"<r userName="&leaver;"/>"#)),
        ("a character that is none", text("<r><userName>&#0;</userName></r>")),
        ("half a surrogate", text("<r><userName>&#xD800;</userName></r>")),
        ("a character beyond all", text("<r><userName>&#x110000;</userName></r>")),
        (
            "a character number beyond all numbers",
            text("<r><userName>&#99999999999999999999;</userName></r>"),
        ),
        ("a bare ampersand", text("<r userName=\"a & b\"/>")),
        ("nested too deep", nested(33)),
        ("nested far too deep", nested(100_000)),
        ("never closed", b"<a>".repeat(100_000)),
        ("too many attributes", attributes(257)),
        ("far too many attributes", attributes(50_000)),
        ("an attribute twice", text(r#"<r userName="leaver" userName="admin"/>"#)),
        ("too many elements", format!("<r>{}</r>", "<a/>".repeat(20_000)).into_bytes()),
        ("a name as long as the limit", format!("<{}", "a".repeat(1_000_000)).into_bytes()),
        (
            "a text as long as the limit, never closed",
            format!("<r><a>{}", "x".repeat(1_000_000)).into_bytes(),
        ),
        ("two roots", text(r#"<r userName="leaver"/><r userName="admin"/>"#)),
        ("text behind the root", text(r#"<r userName="leaver"/>x"#)),
        ("text beside members", text("<r>leaver<userName>leaver</userName></r>")),
        ("closed by another", text("<r><userName>leaver</r></userName>")),
        ("cut off in a tag", text("<r userName=\"leaver")),
        ("cut off in a comment", text("<r><!-- ")),
        ("cut off in a section", text("<r><![CDATA[leaver")),
        ("cut off in an instruction", text("<?xml version=\"1.0\"")),
        ("an attribute without quotes", text("<r userName=leaver/>")),
        ("not UTF-8", b"<r userName=\"leaver\xff\"/>".to_vec()),
        ("in UTF-16", "\u{feff}<r userName=\"leaver\"/>".encode_utf16().flat_map(u16::to_be_bytes).collect()),
    ]
}

/// A hundred million times `lol`.
fn bomb() -> Vec<u8> {
    let entity = |n: i32| format!("<!ENTITY lol{n} \"{}\">", format!("&lol{};", n - 1).repeat(10));
    let entities: Vec<String> = (1..9).map(entity).collect();
    let start = format!("<!DOCTYPE lolz [<!ENTITY lol0 \"lol\">{}]>", entities.concat());
    format!("{start}<r userName=\"&lol8;\"><a>&lol8;</a></r>").into_bytes()
}

#[test]
fn documents_that_no_client_sends_change_nothing() {
    both(send_documents);
}

async fn send_documents(company: Company) {
    let mut raid = Raid::begin(company).await;
    let face = FACES.into_iter().find(|face| face.root == "/webconsole/api/").expect("the Commvault face");
    for row in face.rows.iter().filter(|row| !row.body.is_empty()) {
        for (what, body) in documents() {
            let mut headers = raid.headers(face, row);
            headers.push(("Content-Type", b"application/xml".to_vec()));
            let target = raid.target(face, row);
            raid.expect_error(
                face,
                Attack { what: what.to_owned(), method: row.method, target, headers, body },
            )
            .await;
        }
    }
    raid.end();
}
