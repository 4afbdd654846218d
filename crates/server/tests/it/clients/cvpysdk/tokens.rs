use serde_json::{Value, json};

use super::V4;
use super::sdk::Sdk;
use crate::fixture::Company;
use crate::served::Served;

const MINUTE_MS: i64 = 60_000;

/// A client that signs in with a token, and what it is told then.
fn log_in(served: &Served, token: &Value) -> Result<Value, String> {
    let host = served.address.to_string();
    Sdk::of(V4, served).call("log_in", &json!({ "host": host, "authtoken": token }))
}

/// The older generation knows no access tokens.
#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_is_made_renewed_and_deleted() {
    let served = Served::company(Company::new().await).await;
    let mut sdk = Sdk::of(V4, &served);
    sdk.log_in("operator");
    let made = sdk.does("create_access_token", &json!({ "token_name": "sdk", "token_type": 2 }));
    assert_eq!((&made["tokenName"], &made["userId"]), (&json!("sdk"), &json!(2)), "{made}");
    assert_eq!(log_in(&served, &made["accessToken"]), Ok(json!("operator")));
    served.company.clock.advance(30 * MINUTE_MS);
    assert!(log_in(&served, &made["accessToken"]).is_err(), "it has expired");

    sdk.log_in("operator");
    let pair = |of: &Value| json!({ "access_token": of["accessToken"], "refresh_token": of["refreshToken"] });
    let renewed = sdk.does("renew_access_token", &pair(&made));
    assert_eq!(log_in(&served, &renewed["accessToken"]), Ok(json!("operator")));
    let id = json!({ "access_token_id": made["accessTokenId"] });
    assert_eq!(sdk.does("delete_access_token", &id)["errorCode"], 0);
    assert!(log_in(&served, &renewed["accessToken"]).is_err());
    let refused = sdk.fails("renew_access_token", &pair(&renewed));
    assert!(refused.contains("unknown, too old, or was renewed before"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_access_token_that_would_promise_too_little_is_refused() {
    let served = Served::company(Company::new().await).await;
    let mut sdk = Sdk::of(V4, &served);
    sdk.log_in("operator");
    for (arguments, field) in [
        (json!({ "token_name": "a", "token_type": 3, "api_endpoints": ["/client"] }), "tokenType: "),
        (json!({ "token_name": "a", "ip_allowlist": ["192.0.2.1"] }), "allowedIPs: "),
        (json!({ "token_name": "a", "service_account_id": 1 }), "You are not allowed to do this"),
    ] {
        let refused = sdk.fails("create_access_token", &arguments);
        assert!(refused.contains(field), "{refused}");
    }
    assert!(served.logged().await.iter().all(|kind| kind != "token.created"));
}
