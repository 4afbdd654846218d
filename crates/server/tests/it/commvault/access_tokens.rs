use domain::{Goal, Role};
use exeunt::app::{NewToken, Start, UserRef};
use serde_json::{Value, json};

use super::client::{JSON, ROOT};
use crate::fixture::{Answer, Company, NOW_MS, PASSWORD, other_tenant};
use crate::home::both;

const DENIED: &str = r#"{"errorMessage":"Access denied","errorCode":5}"#;
const NOT_ALLOWED: &str = r#"{"errorMessage":"You are not allowed to do this","errorCode":5}"#;
const BAD_PAIR: &str = r#"{"errorMessage":"The access token or the refresh token is unknown, too old, or was renewed before","errorCode":5}"#;
const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const NOW_S: i64 = NOW_MS / 1_000;
const DAY_S: i64 = DAY_MS / 1_000;

async fn post(company: &Company, path: &str, token: &str, body: &Value) -> Answer {
    company.call("POST", &format!("{ROOT}/{path}"), &[("Authtoken", token), JSON], &body.to_string()).await
}

/// The status of a harmless call with this token.
async fn status(company: &Company, token: &str) -> u16 {
    let headers = [("Authtoken", token), JSON];
    company.call("POST", &format!("{ROOT}/WhoAmI"), &headers, "").await.status.as_u16()
}

/// As XSOAR asks.
async fn api_token(company: &Company, token: &str, expires_s: i64) -> Answer {
    let body = json!({ "tokenExpires": { "time": expires_s }, "scope": 2, "tokenName": "soar" });
    post(company, "ApiToken/User", token, &body).await
}

/// An access token and a refresh token.
#[derive(Clone, Debug)]
struct Pair {
    access: String,
    refresh: String,
}

impl Pair {
    fn of(answer: &Value) -> Self {
        let text = |key: &str| answer[key].as_str().unwrap_or_else(|| panic!("{key}: {answer}")).to_owned();
        Self { access: text("accessToken"), refresh: text("refreshToken") }
    }

    async fn new(company: &Company, token: &str, body: &Value) -> Self {
        let answer = post(company, "V4/AccessToken", token, body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Self::of(&answer.json()["tokenInfo"])
    }

    /// Without a token header, as the MCP server does.
    async fn renew(&self, company: &Company) -> Answer {
        let body = json!({ "accessToken": self.access, "refreshToken": self.refresh }).to_string();
        let headers = [JSON, ("Content-Type", "application/json")];
        company.call("POST", "/commandcenter/api/V4/AccessToken/Renew", &headers, &body).await
    }

    async fn renewed(&self, company: &Company) -> Self {
        let answer = self.renew(company).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        Self::of(&answer.json())
    }
}

async fn named(company: &Company, user: &str, role: Role, expires_ms: Option<i64>) -> (i64, String) {
    let user = Some(UserRef::Name(user.to_owned()));
    let new = NewToken { name: format!("{role} {expires_ms:?}"), role, user, expires_ms };
    let (token, secret) = company.app.create_token(&company.console, new).await.expect("a token");
    (token.id, secret)
}

#[test]
fn xsoar_makes_a_token_and_uses_it_until_it_ends() {
    both(|company| async move {
        let configured = format!("QSDK {}", company.token("operator").await);
        let before = company.log_head().await;
        let answer = api_token(&company, &configured, NOW_S + 7 * DAY_S).await;
        let token = answer.json()["token"].as_str().expect("a token").to_owned();
        answer.is_json(200, &format!(r#"{{"token":"{token}"}}"#));
        company.user("jsmith", Role::None).await;
        let headers = [("authtoken", &*format!("QSDK {token}")), JSON];
        let answer = company.call("PUT", &format!("{ROOT}/User/4/Disable"), &headers, "").await;
        assert_eq!(answer.json()["response"][0]["errorCode"], 0, "{}", answer.body);
        let kinds = ["token.created", "user.created", "offboarding.accepted"];
        assert_eq!(company.log_kinds(before).await, kinds);
        company.clock.advance(7 * DAY_MS - 1);
        assert_eq!(status(&company, &token).await, 200);
        company.clock.advance(1);
        assert_eq!(status(&company, &token).await, 401);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn an_api_token_that_says_nothing_lives_for_thirty_minutes() {
    let company = Company::new().await;
    let session = company.session("auditor").await;
    let answer = post(&company, "ApiToken/User", &session, &json!({})).await;
    let token = answer.json()["token"].as_str().expect("a token").to_owned();
    company.clock.advance(30 * MINUTE_MS - 1);
    assert_eq!(status(&company, &token).await, 200);
    company.clock.advance(1);
    assert_eq!(status(&company, &token).await, 401);
}

#[test]
fn a_pair_is_handed_out_and_renewed() {
    both(|company| async move {
        let session = company.session("operator").await;
        let answer = post(&company, "V4/AccessToken", &session, &json!({ "tokenName": "mcp" })).await.json();
        let pair = Pair::of(&answer["tokenInfo"]);
        assert_eq!(
            answer,
            json!({
                "error": { "errorMessage": "", "errorCode": 0 },
                "tokenInfo": {
                    "accessTokenId": 1, "tokenName": "mcp", "userId": 2,
                    "accessToken": pair.access, "refreshToken": pair.refresh,
                    "tokenExpiryTimestamp": NOW_S + 1_800,
                    "refreshTokenExpiryTimestamp": NOW_S + 1_800 + 14 * DAY_S,
                    "renewableUntilTimestamp": NOW_S + 90 * DAY_S,
                },
            })
        );
        for shown in [pair.access.clone(), format!("Bearer {}", pair.access), format!("QSDK {}", pair.access)]
        {
            assert_eq!(status(&company, &shown).await, 200, "{shown}");
        }
        let bearer = format!("Bearer {}", pair.access);
        let headers = [("Authorization", bearer.as_str()), JSON];
        assert_eq!(company.call("POST", &format!("{ROOT}/WhoAmI"), &headers, "").await.status, 200);
        assert_eq!(status(&company, &pair.refresh).await, 401, "a refresh token opens nothing else");
        company.clock.advance(30 * MINUTE_MS);
        assert_eq!(status(&company, &pair.access).await, 401);
        let answer = pair.renew(&company).await;
        let next = Pair::of(&answer.json());
        let (expires, renewable) = (NOW_S + 3_600, NOW_S + 90 * DAY_S);
        answer.is_json(
            200,
            &format!(
                r#"{{"accessToken":"{}","refreshToken":"{}","tokenExpiryTimestamp":{expires},"refreshTokenExpiryTimestamp":{},"renewableUntilTimestamp":{renewable}}}"#,
                next.access,
                next.refresh,
                expires + 14 * DAY_S
            ),
        );
        assert_eq!(status(&company, &next.access).await, 200);
        let last = next.renewed(&company).await;
        assert_eq!(
            (status(&company, &next.access).await, status(&company, &last.access).await),
            (401, 200),
            "the old one ends at once, expired or not"
        );
    });
}

/// What was renewed before was in two hands: nobody keeps the chain.
#[test]
fn a_pair_that_is_shown_again_ends_the_whole_chain() {
    both(|company| async move {
        let session = company.session("operator").await;
        let first = Pair::new(&company, &session, &json!({})).await;
        let other = Pair::new(&company, &session, &json!({})).await;
        let second = first.renewed(&company).await.renewed(&company).await;
        let before = company.log_head().await;
        first.renew(&company).await.is_json(403, BAD_PAIR);
        assert_eq!(status(&company, &second.access).await, 401);
        second.renew(&company).await.is_json(403, BAD_PAIR);
        assert_eq!(company.log_kinds(before).await, ["token.revoked"]);
        assert_eq!(status(&company, &other.access).await, 200, "another chain is none of its business");
        let mixed = Pair { access: first.access, refresh: other.refresh.clone() };
        mixed.renew(&company).await.is_json(403, BAD_PAIR);
        assert_eq!(status(&company, &other.access).await, 401, "both parts must belong together");
    });
}

#[test]
fn of_two_renewals_at_once_one_wins() {
    both(|company| async move {
        let session = company.session("operator").await;
        for _ in 0..5 {
            let pair = Pair::new(&company, &session, &json!({})).await;
            let (one, two) = tokio::join!(pair.renew(&company), pair.renew(&company));
            let mut statuses = [one.status.as_u16(), two.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 403]);
        }
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_no_pair_is_renewed() {
    let company = Company::new().await;
    let session = company.session("operator").await;
    let pair = Pair::new(&company, &session, &json!({})).await;
    let before = company.log_head().await;
    let zeros = "0".repeat(96);
    for refresh in ["", "x", "extr_", "extr_é", &format!("extr_{zeros}"), &pair.access, &session] {
        let bad = Pair { access: pair.access.clone(), refresh: refresh.to_owned() };
        let answer = bad.renew(&company).await;
        if refresh.is_empty() {
            answer.is_json(400, r#"{"errorMessage":"refreshToken: is missing","errorCode":2}"#);
        } else {
            answer.is_json(403, BAD_PAIR);
        }
    }
    let target = format!("{ROOT}/V4/AccessToken/Renew");
    for (body, text) in
        [("{", "body: "), ("{}", "accessToken: is missing"), ("[]", "body: must be an object")]
    {
        let answer = company.call("POST", &target, &[JSON], body).await;
        let told = answer.json()["errorMessage"].as_str().expect("a text").to_owned();
        assert!(answer.status == 400 && told.starts_with(text), "{body}: {}", answer.body);
    }
    assert_eq!(company.log_head().await, before, "nothing happened");
    // An expired token in the header is not looked at: it is what is to be renewed.
    company.clock.advance(DAY_MS);
    let body = json!({ "accessToken": pair.access, "refreshToken": pair.refresh }).to_string();
    let bearer = format!("Bearer {}", pair.access);
    let answer = company.call("POST", &target, &[("Authorization", &bearer), JSON], &body).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
}

#[test]
fn renewal_has_its_time() {
    both(|company| async move {
        let token = company.token("operator").await;
        let late = Pair::new(&company, &token, &json!({})).await;
        let mut kept = Pair::new(&company, &token, &json!({})).await;
        let short = json!({ "renewableUntilTimestamp": NOW_S + 10 * DAY_S });
        let short = Pair::new(&company, &token, &short).await;
        company.clock.advance(10 * DAY_MS);
        short.renew(&company).await.is_json(403, BAD_PAIR);
        company.clock.advance(4 * DAY_MS + 30 * MINUTE_MS - 1);
        kept = kept.renewed(&company).await;
        company.clock.advance(1);
        late.renew(&company).await.is_json(403, BAD_PAIR);
        while company.clock.now_ms() + 10 * DAY_MS < NOW_MS + 90 * DAY_MS {
            company.clock.advance(10 * DAY_MS);
            kept = kept.renewed(&company).await;
        }
        // The last pair ends with the chain.
        company.clock.advance(NOW_MS + 90 * DAY_MS - company.clock.now_ms() - 1);
        kept = kept.renewed(&company).await;
        assert_eq!(status(&company, &kept.access).await, 200);
        company.clock.advance(1);
        assert_eq!(status(&company, &kept.access).await, 401);
        kept.renew(&company).await.is_json(403, BAD_PAIR);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn no_access_token_outlives_a_year() {
    let company = Company::new().await;
    let token = company.token("operator").await;
    // A year by a clock that is fast, in fractions, and in units of 100 nanoseconds: all of them seen.
    for until in [json!(NOW_S + 365 * DAY_S + 5), json!(9.9e10), json!(134_397_849_600_000_000_i64)] {
        let body = json!({ "tokenName": "vault-token", "renewableUntilTimestamp": until });
        let info = &post(&company, "V4/AccessToken", &token, &body).await.json()["tokenInfo"];
        assert_eq!(info["renewableUntilTimestamp"], NOW_S + 365 * DAY_S, "{until}");
    }
    let answer = api_token(&company, &token, NOW_S + 1_000 * DAY_S).await;
    let token = answer.json()["token"].as_str().expect("a token").to_owned();
    company.clock.advance(365 * DAY_MS);
    assert_eq!(status(&company, &token).await, 401);
}

/// Contract section 6: what is cut is cut at once, and enabling brings nothing back.
#[test]
fn access_tokens_of_the_disabled_are_dead_for_good() {
    both(|company| async move {
        let id = company.user("second", Role::Operator).await.0;
        let session = company.session("second").await;
        let once = api_token(&company, &session, NOW_S + DAY_S).await.json()["token"].clone();
        let once = once.as_str().expect("a token").to_owned();
        let pair = Pair::new(&company, &session, &json!({})).await;
        let admin = company.token("admin").await;
        for verb in ["Disable", "Enable"] {
            let headers = [("Authtoken", admin.as_str()), JSON];
            let answer = company.call("PUT", &format!("{ROOT}/User/{id}/{verb}"), &headers, "").await;
            assert_eq!(answer.json()["response"][0]["errorCode"], 0);
            assert_eq!((status(&company, &once).await, status(&company, &pair.access).await), (401, 401));
            pair.renew(&company).await.is_json(403, BAD_PAIR);
        }
        let second = UserRef::Name("second".to_owned());
        let session = company.session("second").await;
        let pair = Pair::new(&company, &session, &json!({})).await;
        company.app.set_password(&company.console, &second, &PASSWORD.into()).await.expect("a password");
        assert_eq!(status(&company, &pair.access).await, 401, "a new password ends them too");
        pair.renew(&company).await.is_json(403, BAD_PAIR);
    });
}

#[test]
fn a_removed_user_renews_nothing() {
    both(|company| async move {
        company.user("second", Role::Operator).await;
        let session = company.session("second").await;
        let pair = Pair::new(&company, &session, &json!({})).await;
        let start = Start::new(Goal::Remove, vec![UserRef::Name("second".to_owned())]);
        company.app.start(&company.console, start).await.expect("accepted");
        assert_eq!(status(&company, &pair.access).await, 401);
        pair.renew(&company).await.is_json(403, BAD_PAIR);
    });
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_makes_nothing_that_may_do_more_or_lives_longer() {
    let company = Company::new().await;
    company.user("jsmith", Role::None).await;
    let (id, lesser) = named(&company, "admin", Role::Auditor, Some(NOW_MS + DAY_MS)).await;
    let pair = Pair::new(&company, &lesser, &json!({})).await;
    let once = api_token(&company, &lesser, NOW_S + 9 * DAY_S).await.json()["token"].clone();
    let once = once.as_str().expect("a token").to_owned();
    for token in [&pair.access, &once] {
        let headers = [("Authtoken", token.as_str()), JSON];
        let read = company.call("GET", &format!("{ROOT}/User/4"), &headers, "").await.json();
        assert_eq!(read["users"][0]["userEntity"]["userName"], "jsmith");
        let cut = company.call("PUT", &format!("{ROOT}/User/4/Disable"), &headers, "").await.json();
        assert_eq!(
            cut["response"][0]["errorCode"], 5,
            "an administrator's token that is an auditor's: {cut}"
        );
    }
    let pair = pair.renewed(&company).await;
    let headers = [("Authtoken", pair.access.as_str()), JSON];
    let cut = company.call("PUT", &format!("{ROOT}/User/4/Disable"), &headers, "").await.json();
    assert_eq!(cut["response"][0]["errorCode"], 5, "nor more after a renewal");
    company.clock.advance(DAY_MS - 1);
    assert_eq!(status(&company, &once).await, 200);
    company.clock.advance(1);
    assert_eq!(status(&company, &once).await, 401, "ends with what it was made with");
    pair.renew(&company).await.is_json(403, BAD_PAIR);
    let (again, lesser) = named(&company, "admin", Role::Auditor, None).await;
    let pair = Pair::new(&company, &lesser, &json!({})).await;
    company.app.revoke_token(&company.console, again).await.expect("revoked");
    assert_eq!(status(&company, &pair.access).await, 401, "and is revoked with it");
    pair.renew(&company).await.is_json(403, BAD_PAIR);
    assert_ne!(id, again);
}

/// A token that is to end soon must not live on in another one.
#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_makes_no_other() {
    let company = Company::new().await;
    let session = company.session("admin").await;
    let pair = Pair::new(&company, &session, &json!({})).await;
    let before = company.log_head().await;
    api_token(&company, &pair.access, NOW_S + DAY_S).await.is_json(403, NOT_ALLOWED);
    post(&company, "V4/AccessToken", &pair.access, &json!({})).await.is_json(403, NOT_ALLOWED);
    let other = json!({ "userId": 2 });
    post(&company, "V4/AccessToken", &session, &other).await.is_json(403, NOT_ALLOWED);
    assert_eq!(company.log_head().await, before);
    let own = json!({ "userId": 1 });
    assert_eq!(post(&company, "V4/AccessToken", &session, &own).await.status, 200);
}

/// A client takes any 200 for a token: failures have a status.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_made_says_why() {
    let company = Company::new().await;
    let token = company.token("operator").await;
    let before = company.log_head().await;
    let refused = async |path: &str, body: Value, text: &str| {
        let expected = json!({ "errorMessage": text, "errorCode": 2 }).to_string();
        post(&company, path, &token, &body).await.is_json(400, &expected);
    };
    let past = "must be in the future";
    let expires = json!({ "tokenExpires": { "time": NOW_S } });
    refused("ApiToken/User", expires, &format!("tokenExpires: {past}")).await;
    let until = json!({ "renewableUntilTimestamp": NOW_S - 1 });
    refused("V4/AccessToken", until, &format!("renewableUntilTimestamp: {past}")).await;
    let narrow = "must be 2 (all): a token with a narrower scope is not served";
    refused("ApiToken/User", json!({ "scope": 3 }), &format!("scope: {narrow}")).await;
    refused("V4/AccessToken", json!({ "tokenType": 1 }), &format!("tokenType: {narrow}")).await;
    let name = json!({ "tokenName": "two\nlines" });
    refused("ApiToken/User", name, "tokenName: must not hold control characters").await;
    for path in ["ApiToken/User", "V4/AccessToken"] {
        let bad = post(&company, path, "QSDK 0123", &json!({})).await;
        bad.is_json(401, DENIED);
        let headers = [("Authtoken", token.as_str()), JSON];
        let answer = company.call("POST", &format!("{ROOT}/{path}"), &headers, "{").await;
        assert_eq!((answer.status.as_u16(), &answer.json()["errorCode"]), (400, &json!(2)));
    }
    assert_eq!(company.log_head().await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_a_hundred_access_tokens_and_no_more() {
    let company = Company::new().await;
    let token = company.token("operator").await;
    for _ in 0..100 {
        assert_eq!(api_token(&company, &token, NOW_S + DAY_S).await.status, 200);
    }
    let full = r#"{"errorMessage":"access tokens of one user must not exceed 100","errorCode":2}"#;
    api_token(&company, &token, NOW_S + DAY_S).await.is_json(400, full);
    let other = company.token("auditor").await;
    assert_eq!(api_token(&company, &other, NOW_S + DAY_S).await.status, 200, "others have their own");
    company.clock.advance(DAY_MS);
    assert_eq!(
        api_token(&company, &token, NOW_S + 2 * DAY_S).await.status,
        200,
        "what has ended does not count"
    );
    company.app.sweep(1_000).await.expect("sweeps");
    let left = company.app.tokens(&company.console, 0, 500).await.expect("tokens");
    assert_eq!(left.rows.len(), 3, "two named ones, and the last");
}

#[tokio::test(flavor = "multi_thread")]
async fn everybody_deletes_their_own_and_administrators_any() {
    let company = Company::new().await;
    let (auditor, operator) = (company.session("auditor").await, company.session("operator").await);
    let delete = async |token: &str, id: &str| {
        let headers = [("Authtoken", token), JSON];
        company.call("DELETE", &format!("{ROOT}/V4/AccessToken/{id}"), &headers, "").await
    };
    let made =
        async || post(&company, "V4/AccessToken", &operator, &json!({})).await.json()["tokenInfo"].clone();
    let (first, second) = (made().await, made().await);
    let id = |info: &Value| info["accessTokenId"].to_string();
    delete(&auditor, &id(&first)).await.is_json(403, NOT_ALLOWED);
    assert_eq!(status(&company, &Pair::of(&first).access).await, 200);
    delete(&operator, &id(&first)).await.is_json(200, r#"{"errorMessage":"","errorCode":0}"#);
    assert_eq!(status(&company, &Pair::of(&first).access).await, 401);
    Pair::of(&first).renew(&company).await.is_json(403, BAD_PAIR);
    let admin = company.session("admin").await;
    assert_eq!(delete(&admin, &id(&second)).await.status, 200);
    delete(&admin, &id(&second)).await.is_json(404, r#"{"errorMessage":"Token 2 not found","errorCode":2}"#);
    delete(&admin, "x")
        .await
        .is_json(400, r#"{"errorMessage":"accessTokenId: must be a number","errorCode":2}"#);
    other_tenant(&company, "other.example").await;
    let third = made().await;
    let stranger =
        exeunt::app::SignIn { host: Some("other.example".to_owned()), ..Company::attempt("admin", PASSWORD) };
    let stranger = company.app.sign_in(stranger).await.expect("a stranger").secret;
    assert_eq!(delete(&stranger, &id(&third)).await.status, 404);
    assert_eq!(status(&company, &Pair::of(&third).access).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_part_of_a_pair_is_logged() {
    let company = Company::new().await;
    let session = company.session("operator").await;
    let first = Pair::new(&company, &session, &json!({ "tokenName": "mcp" })).await;
    let second = first.renewed(&company).await;
    first.renew(&company).await;
    company.log_head().await;
    let page = company.app.log(&company.console, &store::log::Filter::All, 0, 500).await.expect("the log");
    let log = format!("{:?}", page.rows);
    for secret in [&first.access, &first.refresh, &second.access, &second.refresh] {
        assert!(!log.contains(secret.as_str()), "{log}");
    }
    assert!(log.contains("operator (token mcp)"), "whose pair it was is: {log}");
}
