use std::collections::BTreeMap;

use futures_util::future::join_all;

use crate::fixture::Company;
use crate::home::both;

/// How often at once.
const TIMES: usize = 12;

/// The same deletion on every face, and what the winner and everybody else is told.
struct Race {
    credential: &'static str,
    method: &'static str,
    target: &'static str,
    body: &'static str,
    won: &'static str,
    lost: (u16, &'static str),
}

const RACES: &[Race] = &[
    Race {
        credential: "Authtoken",
        method: "DELETE",
        target: "/webconsole/api/User/byName(userName='leaver')",
        body: "",
        won: r#""errorCode":0"#,
        lost: (200, "User leaver not found"),
    },
    Race {
        credential: "X-Cloud-Auth-Token",
        method: "DELETE",
        target: "/integration/ws/management/rest/users/leaver",
        body: "",
        won: r#""status":204}"#,
        lost: (404, "User not found: leaver"),
    },
    Race {
        credential: "sessionId",
        method: "POST",
        target: "/acctmgmt-remove-user?gwsource=web",
        body: r#"{"payload":{"userNames":["leaver"]}}"#,
        won: r#""isOperationSuccess":true"#,
        lost: (404, "ACCT_US_001"),
    },
    Race {
        credential: "Authorization",
        method: "POST",
        target: "/v1/offboardings",
        body: r#"{"goal":"remove","user":"leaver"}"#,
        won: r#""state":"completed""#,
        lost: (409, "already-removed"),
    },
];

#[test]
fn of_identical_deletions_exactly_one_wins_on_every_face() {
    both(|company| async move {
        let session = company.session("operator").await;
        for race in RACES {
            company.person("leaver").await;
            let before = company.log_head().await;
            let secret = if race.credential == "Authorization" {
                format!("Bearer {session}")
            } else {
                session.clone()
            };
            let headers = [
                (race.credential, secret.as_str()),
                ("Accept", "application/json"),
                ("Content-Type", "application/json"),
            ];
            let calls = (0..TIMES).map(|_| company.call(race.method, race.target, &headers, race.body));
            let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
            for answer in join_all(calls).await {
                let won = answer.status.is_success() && answer.body.contains(race.won);
                let lost = answer.status == race.lost.0 && answer.body.contains(race.lost.1);
                assert!(won != lost, "{}: {} {}", race.target, answer.status, answer.body);
                *outcomes.entry(if won { "won" } else { "lost" }).or_default() += 1;
            }
            assert_eq!(outcomes, BTreeMap::from([("won", 1), ("lost", TIMES - 1)]), "{}", race.target);
            assert_eq!(company.log_kinds(before).await, ["offboarding.accepted"], "{}", race.target);
        }
    });
}

/// A user with an account elsewhere leaves once, too, whichever faces are asked at the same time.
#[test]
fn of_deletions_on_all_faces_at_once_exactly_one_wins() {
    both(across);
}

async fn across(company: Company) {
    let leaver = company.person("leaver").await;
    let platform = company.platform("training", "{}").await;
    company.account(leaver, platform, "l.eaver").await;
    let session = company.session("operator").await;
    let bearer = format!("Bearer {session}");
    let before = company.log_head().await;
    let calls = RACES.iter().cycle().take(TIMES).map(|race| {
        let secret = if race.credential == "Authorization" { bearer.as_str() } else { session.as_str() };
        let headers = vec![
            (race.credential, secret),
            ("Accept", "application/json"),
            ("Content-Type", "application/json"),
        ];
        let company = &company;
        async move { company.call(race.method, race.target, &headers, race.body).await }
    });
    let lost = |answer: &crate::fixture::Answer| {
        RACES.iter().any(|race| answer.status == race.lost.0 && answer.body.contains(race.lost.1))
    };
    let answers = join_all(calls).await;
    let winners: Vec<_> = answers.iter().filter(|answer| !lost(answer)).collect();
    assert_eq!(winners.len(), 1, "{winners:#?}");
    assert!(winners[0].status.is_success(), "{winners:#?}");
    company.engine.run_until_idle().await;
    let accepted = company.log_kinds(before).await.into_iter().filter(|kind| kind == "offboarding.accepted");
    assert_eq!(accepted.count(), 1);
}
