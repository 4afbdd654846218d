use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use domain::Role;
use exeunt::app::{RENEWABLE_MS, UserRef};
use futures_util::future::join_all;
use secrecy::SecretString;

use super::client::{Client, JSON, ROOT, XML};
use crate::fixture::{Answer, Company, PASSWORD};
use crate::home::both;

const DEVICE: &str = "pc.example.com";
const IDLE_MS: i64 = 30 * 60_000;
const EXPIRED: &str = r#"{"error":{"errLogMessage":"Session expired","errorCode":2}}"#;

/// Signs in from a device and answers the token, prefix and all.
async fn login(company: &Company, user_name: &str, more: &str) -> String {
    let password = STANDARD.encode(PASSWORD);
    let body =
        format!(r#"{{"mode":4,"username":"{user_name}","password":"{password}","clientType":30{more}}}"#);
    let answer = company.call("POST", &format!("{ROOT}/Login"), &[JSON], &body).await.json();
    answer["token"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

async fn login_on_device(company: &Company, user_name: &str) -> String {
    login(company, user_name, &format!(r#","deviceId":"{DEVICE}""#)).await
}

/// As cvpysdk asks: the old token in the header and in the body.
async fn renew(company: &Company, token: &str, device: &str) -> Answer {
    let body = format!(r#"{{"sessionId":"{token}","deviceId":"{device}"}}"#);
    company.call("POST", &format!("{ROOT}/RenewLoginToken"), &[("Authtoken", token), JSON], &body).await
}

#[track_caller]
fn renewed(answer: &Answer) -> String {
    let json = answer.json();
    let token = json["token"].as_str().unwrap_or_else(|| panic!("{}", answer.body)).to_owned();
    answer.is_json(200, &format!(r#"{{"token":"{token}"}}"#));
    assert_eq!((&token[..5], token.len()), ("QSDK ", 69));
    token
}

async fn status(company: &Company, token: &str) -> u16 {
    let target = format!("{ROOT}/WhoAmI");
    company.call("POST", &target, &[("Authtoken", token), JSON], "").await.status.as_u16()
}

#[test]
fn an_expired_token_becomes_another_one() {
    both(|company| async move {
        let old = login_on_device(&company, "operator").await;
        let before = company.log_head().await;
        company.clock.advance(IDLE_MS);
        assert_eq!(status(&company, &old).await, 401, "nothing but the renewal takes it");
        let new = renewed(&renew(&company, &old, DEVICE).await);
        assert_eq!((status(&company, &new).await, status(&company, &old).await), (200, 401));
        renew(&company, &old, DEVICE).await.is_json(200, EXPIRED);
        assert_eq!(company.log_kinds(before).await, ["session.renewed"]);
        // It idles out as the first one did, and is as renewable.
        company.clock.advance(IDLE_MS);
        assert_eq!(status(&company, &new).await, 401);
        renewed(&renew(&company, &new, DEVICE).await);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_may_stand_in_either_place_and_every_spelling() {
    let company = Company::new().await;
    let target = format!("{ROOT}/renewlogintoken");
    let mut token = login_on_device(&company, "operator").await;
    for bare in [true, false] {
        company.clock.advance(IDLE_MS);
        let sent = if bare { token.trim_start_matches("QSDK ").to_owned() } else { token.clone() };
        let body = format!(r#"{{"sessionId":"{sent}","deviceId":"{DEVICE}"}}"#);
        token = renewed(&company.call("POST", &target, &[XML], &body).await);
    }
    let body = format!(r#"{{"deviceId":"{DEVICE}"}}"#);
    token = renewed(&company.call("POST", &target, &[("Authtoken", token.as_str())], &body).await);
    // One that is still good may be renewed as well.
    renewed(&renew(&company, &token, DEVICE).await);
}

#[test]
fn only_the_same_device_renews() {
    both(|company| async move {
        let token = login_on_device(&company, "operator").await;
        let without = login(&company, "operator", "").await;
        let elsewhere = company.session("operator").await;
        let named = company.token("operator").await;
        company.clock.advance(IDLE_MS);
        let before = company.log_head().await;
        for device in ["other.example.com", "PC.example.com", ""] {
            renew(&company, &token, device).await.is_json(200, EXPIRED);
        }
        for token in [&without, &elsewhere, &named, "QSDK 0123", "QSDK ", ""] {
            renew(&company, token, DEVICE).await.is_json(200, EXPIRED);
            renew(&company, token, "").await.is_json(200, EXPIRED);
        }
        for body in ["{}", "", &format!(r#"{{"sessionId":"{token}"}}"#)] {
            let answer = company.call("POST", &format!("{ROOT}/RenewLoginToken"), &[JSON], body).await;
            answer.is_json(200, EXPIRED);
        }
        let broken = company.call("POST", &format!("{ROOT}/RenewLoginToken"), &[JSON], "{").await;
        assert_eq!((broken.status.as_u16(), &broken.json()["error"]["errorCode"]), (200, &2.into()));
        assert_eq!(company.log_head().await, before);
        renewed(&renew(&company, &token, DEVICE).await);
    });
}

#[test]
fn a_day_later_it_is_too_late_and_not_before() {
    both(|company| async move {
        let (kept, short) = (
            login_on_device(&company, "operator").await,
            login(&company, "operator", &format!(r#","deviceId":"{DEVICE}","timeout":5"#)).await,
        );
        company.clock.advance(5 * 60_000 + RENEWABLE_MS);
        // Housekeeping leaves what may still be renewed, and only that.
        company.app.sweep(100).await.expect("swept");
        renew(&company, &short, DEVICE).await.is_json(200, EXPIRED);
        company.clock.advance(IDLE_MS - 5 * 60_000 - 1);
        company.app.sweep(100).await.expect("swept");
        assert_eq!(status(&company, &kept).await, 401);
        let kept = renewed(&renew(&company, &kept, DEVICE).await);
        company.clock.advance(IDLE_MS + RENEWABLE_MS);
        renew(&company, &kept, DEVICE).await.is_json(200, EXPIRED);
        company.clock.advance(1);
        company.app.sweep(100).await.expect("swept");
        let left = company.app.sessions(&company.console, &UserRef::Name("operator".to_owned())).await;
        assert_eq!(left.expect("sessions").1, []);
    });
}

#[test]
fn renewals_come_to_an_end() {
    both(|company| async move {
        let mut token = login_on_device(&company, "operator").await;
        for _ in 0..89 {
            company.clock.advance(RENEWABLE_MS);
            token = renewed(&renew(&company, &token, DEVICE).await);
        }
        company.clock.advance(RENEWABLE_MS - 1);
        token = renewed(&renew(&company, &token, DEVICE).await);
        company.clock.advance(1);
        renew(&company, &token, DEVICE).await.is_json(200, EXPIRED);
        assert_eq!(status(&company, &token).await, 200, "its own time is not over");
    });
}

#[test]
fn what_was_ended_is_never_renewed() {
    both(|company| async move {
        let client = Client::of(company).await.and_leaver().await;
        let company = &client.company;
        for user in ["jsmith", "kjones", "auditor", "operator"] {
            company.clock.advance(1);
            let token = login_on_device(company, user).await;
            let id = company.detail(user).await.user.id;
            match user {
                "jsmith" => {
                    let headers = [("Authtoken", token.as_str()), JSON];
                    let answer = company.call("POST", &format!("{ROOT}/Logout"), &headers, "").await;
                    assert_eq!(answer.body, "User logged out");
                }
                "kjones" => client.json("DELETE", &format!("User/{id}")).await.succeeds("Success"),
                "auditor" => {
                    client.json("PUT", &format!("User/{id}/Disable")).await.succeeds("");
                    // Enabled again the user signs in anew: an ended session stays ended.
                    client.json("PUT", &format!("User/{id}/Enable")).await.succeeds("");
                }
                _ => {
                    let password = SecretString::from("another password");
                    let (console, user) = (&company.console, UserRef::Id(id));
                    company.app.set_password(console, &user, &password).await.expect("set");
                }
            }
            renew(company, &token, DEVICE).await.is_json(200, EXPIRED);
            company.clock.advance(IDLE_MS);
            renew(company, &token, DEVICE).await.is_json(200, EXPIRED);
        }
    });
}

#[test]
fn of_renewals_at_once_exactly_one_succeeds() {
    both(|company| async move {
        let old = login_on_device(&company, "operator").await;
        company.clock.advance(IDLE_MS);
        let answers = join_all((0..8).map(|_| renew(&company, &old, DEVICE))).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.body != EXPIRED);
        assert_eq!((won.len(), lost.len()), (1, 7));
        assert_eq!(status(&company, &renewed(&won[0])).await, 200);
    });
}

/// Whichever comes first, no session of a cut user is left.
#[test]
fn a_renewal_beside_the_cut_leaves_no_session() {
    both(|company| async move {
        let client = Client::of(company).await;
        for round in 0..6 {
            let user = client.company.user(&format!("leaver {round}"), Role::None).await;
            let old = login_on_device(&client.company, &format!("leaver {round}")).await;
            client.company.clock.advance(IDLE_MS);
            let path = format!("User/{user}/Disable");
            let cut = client.json("PUT", &path);
            let (cut, renewal) = futures_util::future::join(cut, renew(&client.company, &old, DEVICE)).await;
            cut.succeeds("");
            if let Some(token) = renewal.json()["token"].as_str() {
                assert_eq!(status(&client.company, token).await, 401, "round {round}");
            }
            let left = client.company.app.sessions(&client.company.console, &UserRef::Id(user)).await;
            assert_eq!(left.expect("sessions").1, [], "round {round}");
        }
    });
}
