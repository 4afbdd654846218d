//! Servers that lie, babble or mean harm: each costs an attempt, and no more.

use connectors::Failure;
use connectors::conformance::opened;
use domain::PlatformKind;
use domain::correlation::Theirs;
use serde_json::json;

use super::messages::{Message, message, part};
use super::scripted::{Answers, Scripted, end_of_page, entry};

const ID: &str = "00000000-0000-4000-8000-000000000007";

/// What comes of a search and of a listing where the server answers like that.
async fn ask(script: impl Fn(&Message) -> Answers + Send + Sync + 'static) -> [Failure; 2] {
    let server = Scripted::start(script).await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("password"), "correct-horse").expect("a file");
    let settings = json!({
        "url": format!("ldap://127.0.0.1:{}", server.port),
        "plaintext": true,
        "bind": { "dn": "cn=exeunt,dc=x", "password": "file:password" },
        "base": "dc=x",
        "connection": { "timeout_ms": 1_000 },
    });
    let connector = opened(PlatformKind::Ldap, &settings.to_string(), Some(folder.path())).expect("settings");
    let found = connector.find(Theirs::UserName, "jsmith").await;
    let checked = connector.check().await;
    [found.expect_err("no answer"), checked.expect_err("no answer")]
}

/// `levels` sequences, one in the other.
fn nested(levels: usize) -> Vec<u8> {
    let mut tags = Vec::new();
    let mut length = 0;
    for _ in 0..levels {
        let header = part(0x30, &vec![0; length]);
        length = header.len();
        tags.push(header[..6].to_vec());
        if length > 60_000 {
            break;
        }
    }
    tags.into_iter().rev().flatten().collect()
}

#[tokio::test]
async fn nonsense_is_unheard() {
    let scripts: [fn(&Message) -> Answers; 6] = [
        // A result code that is a text.
        |request| vec![message(request.id, &part(0x65, &part(0x04, b"zero")), &[])],
        // An answer to something else.
        |request| vec![message(request.id, &part(0x6b, &part(0x0a, &[0])), &[])],
        // An entry without a name.
        |request| vec![message(request.id, &part(0x64, b""), &[]), request.result(0, "")],
        // A name that is no text.
        |request| vec![entry_of_bytes(request), request.result(0, "")],
        |_| vec![b"220 mail.example.com ESMTP\r\n".to_vec()],
        // An empty message.
        |_| vec![part(0x30, b"")],
    ];
    for (number, script) in scripts.into_iter().enumerate() {
        for failure in ask(script).await {
            assert!(matches!(failure, Failure::Unheard(_)), "{number}: {failure:?}");
        }
    }
}

fn entry_of_bytes(request: &Message) -> Vec<u8> {
    let entry = [part(0x04, &[0xff, 0xfe]), part(0x30, b"")].concat();
    message(request.id, &part(0x64, &entry), &[])
}

#[tokio::test]
async fn what_is_too_deep_or_too_long_is_not_read() {
    for failure in ask(|_| vec![nested(10_000)]).await {
        let Failure::Unheard(reason) = failure else { panic!("{failure:?}") };
        assert!(reason.contains("too deep"), "{reason}");
    }
    for failure in ask(|_| vec![vec![0x30, 0x84, 0x7f, 0xff, 0xff, 0xff]]).await {
        let Failure::Unheard(reason) = failure else { panic!("{failure:?}") };
        assert!(reason.contains("too long"), "{reason}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let endless = |request: &Message| -> Answers {
        let one = entry(request, "uid=jsmith,dc=x", &[("entryUUID", &[b"7"])]);
        let many = one.repeat(1_000);
        (0..200).map(|_| many.clone()).collect()
    };
    let [found, _] = ask(endless).await;
    assert!(matches!(found, Failure::Unheard(_)), "{found:?}");
}

#[tokio::test]
async fn pages_without_end_come_to_one() {
    let server = Scripted::start(|request| {
        let account: &[(&str, &[&[u8]])] = &[("entryUUID", &[ID.as_bytes()]), ("uid", &[b"jsmith"])];
        // The account itself is found; what names it is a page after another.
        if request.holds("entryUUID") && !request.holds("manager=") {
            return vec![entry(request, "uid=jsmith,dc=x", account), end_of_page(request, b"more")];
        }
        vec![end_of_page(request, b"more")]
    })
    .await;
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("password"), "correct-horse").expect("a file");
    let settings = json!({
        "url": format!("ldap://127.0.0.1:{}", server.port),
        "plaintext": true,
        "bind": { "dn": "cn=exeunt,dc=x", "password": "file:password" },
        "base": "dc=x",
    });
    let connector = opened(PlatformKind::Ldap, &settings.to_string(), Some(folder.path())).expect("settings");
    let told = connector.inventory(ID).await;
    assert!(matches!(told, Err(Failure::Refused(_))), "{told:?}");
}
