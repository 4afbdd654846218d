//! Every trouble as the one HTTP client hears it.

use connectors::conformance::{Backend, Message, Trickster, Trouble};
use connectors::outbound::{Connection, HttpClient};
use connectors::{Failure, Pace, Vault};
use domain::TenantId;
use reqwest::Method;

type Expected = fn(&Failure) -> bool;

struct Heard {
    /// What the change was answered, at the first and at the second try.
    changes: [Result<u16, Failure>; 2],
    look: Result<u16, Failure>,
    /// How many of them got through.
    through: usize,
}

async fn hear(trouble: Trouble) -> Heard {
    let backend = Backend::answering(|request| match request.word(0) {
        "GET" => Message::status(200, &[("content-type", "application/json")], "{}"),
        _ => Message::status(204, &[], Vec::new()),
    });
    let backend = backend.await;
    let trickster = Trickster::before(backend.address(), trouble, |method, _, _| method != "GET").await;
    let connection = Connection { timeout_ms: Some(500), ..Connection::default() };
    let vault = Vault::new(None, TenantId(1));
    let client = HttpClient::new(&connection, &vault, Pace::default()).expect("a client");
    let ask = async |method: Method| {
        let url = format!("{}/users/7?token=hidden", trickster.url()).parse().expect("a URL");
        let answer = client.ask(client.request(method, url).body("{}")).await?;
        answer.judged().map(|answer| answer.status.as_u16())
    };
    let look = ask(Method::GET).await;
    let changes = [ask(Method::PUT).await, ask(Method::PUT).await];
    Heard { changes, look, through: trickster.changes().len() }
}

#[tokio::test]
async fn a_trouble_befalls_the_first_change_only() {
    let broken: Expected = |failure| matches!(failure, Failure::Broken(_));
    let busy: Expected = |failure| matches!(failure, Failure::Busy { after_ms: Some(1_000), .. });
    let unheard: Expected = |failure| matches!(failure, Failure::Unheard(_));
    let cases = [
        (Trouble::AnswerLost, unheard, 2),
        (Trouble::Silence, unheard, 2),
        (Trouble::Drip, unheard, 2),
        (Trouble::Garbage, unheard, 2),
        (Trouble::Closed, unheard, 1),
        (Trouble::Busy, busy, 1),
        (Trouble::PlatformError, broken, 1),
    ];
    for (trouble, expected, through) in cases {
        let heard = hear(trouble).await;
        let [first, second] = heard.changes;
        let first = first.expect_err("a trouble");
        assert!(expected(&first), "{trouble:?}: {first:?}");
        assert!(!first.to_string().contains("hidden"), "{first}");
        assert_eq!((second, heard.look, heard.through), (Ok(204), Ok(200), through), "{trouble:?}");
    }
}

#[tokio::test]
async fn a_no_stays_a_no() {
    for trouble in [Trouble::Refusal, Trouble::Forbidden, Trouble::Conflict] {
        let heard = hear(trouble).await;
        for change in heard.changes {
            assert!(matches!(change, Err(Failure::Refused(_))), "{trouble:?}: {change:?}");
        }
        assert_eq!((heard.look, heard.through), (Ok(200), 0), "{trouble:?}");
    }
}

#[tokio::test]
async fn credentials_that_are_not_taken_and_a_certificate_that_is_not_trusted_stop_everything() {
    let heard = hear(Trouble::Unauthorized).await;
    assert!(matches!(heard.look, Err(Failure::Credentials(_))), "{:?}", heard.look);
    assert_eq!(heard.through, 0);
    let heard = hear(Trouble::WrongCertificate).await;
    assert!(matches!(heard.look, Err(Failure::Unreached(_))), "{:?}", heard.look);
    assert_eq!(heard.through, 0);
}

#[tokio::test]
async fn without_trouble_everything_gets_through() {
    let heard = hear(Trouble::Nothing).await;
    assert_eq!((heard.changes, heard.look, heard.through), ([Ok(204), Ok(204)], Ok(200), 2));
}
