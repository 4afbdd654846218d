//! What a client sends to have an access token made or renewed.

use domain::Error;

use super::body::Node;
use super::token;
use crate::app::{DEFAULT_ACCESS_TOKEN_NAME, Life, NewAccessToken};

/// The numbers of the scope that spans everything; a narrower one cannot be promised, so it is refused.
const WHOLE_SCOPE: [i64; 2] = [0, 2];

/// `POST ApiToken/User`: a token that lives once.
pub fn api_token(body: &Node) -> Result<NewAccessToken, Error> {
    spans_everything(body, "scope")?;
    let until_ms = match body.child("tokenExpires")? {
        Some(expires) => moment(expires, "time")?,
        None => None,
    };
    Ok(NewAccessToken { name: name(body)?, life: Life::Once { until_ms } })
}

/// `POST V4/AccessToken`: the first pair of a chain. Answers for whom besides, if that is said.
pub fn access_token(body: &Node) -> Result<(NewAccessToken, Option<i64>), Error> {
    spans_everything(body, "tokenType")?;
    for restriction in ["apiEndpoints", "allowedIPs"] {
        if body.all(restriction).next().is_some() {
            return Err(Error::invalid(
                restriction,
                "is not served: a token is good for all calls from anywhere",
            ));
        }
    }
    let until_ms = moment(body, "renewableUntilTimestamp")?;
    let new = NewAccessToken { name: name(body)?, life: Life::Renewed { until_ms } };
    Ok((new, body.number("userId")?))
}

/// `POST V4/AccessToken/Renew`: the access token and the refresh token of a pair.
pub fn pair(body: &Node) -> Result<(&str, &str), Error> {
    let part = |name: &'static str| {
        body.text(name)?.map(token::bare).ok_or_else(|| Error::invalid(name, "is missing"))
    };
    Ok((part("accessToken")?, part("refreshToken")?))
}

fn name(body: &Node) -> Result<String, Error> {
    Ok(body.text("tokenName")?.unwrap_or(DEFAULT_ACCESS_TOKEN_NAME).to_owned())
}

fn spans_everything(body: &Node, field: &'static str) -> Result<(), Error> {
    match body.number(field)? {
        Some(scope) if !WHOLE_SCOPE.contains(&scope) => {
            Err(Error::invalid(field, "must be 2 (all): a token with a narrower scope is not served"))
        }
        _ => Ok(()),
    }
}

/// Seconds since 1970, as milliseconds; some clients send fractions, and 0 is "not given".
fn moment(node: &Node, field: &'static str) -> Result<Option<i64>, Error> {
    let Some(text) = node.text(field)? else { return Ok(None) };
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let is_fraction = !fraction.is_empty() && fraction.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = whole.parse::<i64>().ok().filter(|_| is_fraction);
    let seconds = seconds.ok_or_else(|| Error::invalid(field, "must be seconds since 1970"))?;
    Ok((seconds != 0).then(|| seconds.saturating_mul(1_000)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faces::commvault::body;

    fn node(text: &str) -> Node {
        body::parse(text.as_bytes()).unwrap()
    }

    #[track_caller]
    fn until(text: &str, expected: Option<i64>) {
        let (new, _) = access_token(&node(text)).unwrap();
        let Life::Renewed { until_ms } = new.life else { panic!("{:?}", new.life) };
        assert_eq!(until_ms, expected, "{text}");
    }

    #[test]
    fn times_come_in_many_forms() {
        until(r#"{"renewableUntilTimestamp":1795305600}"#, Some(1_795_305_600_000));
        until(r#"{"renewableUntilTimestamp":1795305600.75}"#, Some(1_795_305_600_000));
        until(r#"{"renewableUntilTimestamp":"1795305600"}"#, Some(1_795_305_600_000));
        until(r#"{"renewableUntilTimestamp":0}"#, None);
        until("{}", None);
        until(r#"{"renewableUntilTimestamp":134397849600000000}"#, Some(i64::MAX));
        for text in ["1.", "1.x", "soon", "1e9", "."] {
            let body = format!(r#"{{"renewableUntilTimestamp":"{text}"}}"#);
            let error = access_token(&node(&body)).unwrap_err().to_string();
            assert_eq!(error, "renewableUntilTimestamp: must be seconds since 1970", "{text}");
        }
    }

    #[test]
    fn what_xsoar_and_the_sdk_send() {
        let sent = r#"{"tokenExpires":{"time":1795910400},"scope":2,"tokenName":"soar-crt1-exp2"}"#;
        let NewAccessToken { name, life } = api_token(&node(sent)).unwrap();
        assert_eq!(name, "soar-crt1-exp2");
        assert!(matches!(life, Life::Once { until_ms: Some(1_795_910_400_000) }), "{life:?}");
        let sent =
            r#"{"tokenName":"sdk","userId":7,"enableIPAllowListFeature":false,"tokenExpiryTimestamp":0}"#;
        let (new, user) = access_token(&node(sent)).unwrap();
        assert_eq!((new.name.as_str(), user), ("sdk", Some(7)));
    }

    #[test]
    fn what_a_token_would_not_keep_is_refused() {
        for (body, field) in [
            (r#"{"tokenType":3,"apiEndpoints":["/client"]}"#, "tokenType"),
            (r#"{"tokenType":1}"#, "tokenType"),
            (r#"{"apiEndpoints":["/client"]}"#, "apiEndpoints"),
            (r#"{"allowedIPs":["192.0.2.1"]}"#, "allowedIPs"),
            (r#"{"userId":"x"}"#, "userId"),
        ] {
            let error = access_token(&node(body)).unwrap_err().to_string();
            assert!(error.starts_with(&format!("{field}: ")), "{error}");
        }
        assert!(api_token(&node(r#"{"scope":3}"#)).is_err());
    }

    #[test]
    fn a_pair_is_read_bare_or_with_its_prefix() {
        let sent = node(r#"{"accessToken":"Bearer ext_a","refreshToken":"extr_b"}"#);
        assert_eq!(pair(&sent), Ok(("ext_a", "extr_b")));
        for sent in [r#"{"accessToken":"a"}"#, r#"{"refreshToken":"b","accessToken":""}"#, "{}"] {
            assert!(pair(&node(sent)).is_err(), "{sent}");
        }
    }
}
