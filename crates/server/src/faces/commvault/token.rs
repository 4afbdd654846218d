//! Where a request carries its token.

use axum::http::{HeaderMap, header};

/// `Authtoken` may carry any of these, or none.
const PREFIXES: [&str; 3] = ["QSDK ", "SAML ", "Bearer "];

/// The bare token of a request; `Authtoken` wins over `Authorization: Bearer`.
pub fn of(headers: &HeaderMap) -> Option<&str> {
    let authtoken = text(headers, "authtoken").map(bare).filter(|token| !token.is_empty());
    authtoken.or_else(|| {
        let bearer = without_prefix(text(headers, header::AUTHORIZATION.as_str())?, "Bearer ")?;
        (!bearer.is_empty()).then_some(bearer)
    })
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// A token without its prefix.
pub fn bare(value: &str) -> &str {
    PREFIXES.into_iter().find_map(|prefix| without_prefix(value, prefix)).unwrap_or_else(|| value.trim())
}

fn without_prefix<'a>(value: &'a str, prefix: &str) -> Option<&'a str> {
    let (head, tail) = value.trim_start().split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| tail.trim())
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[track_caller]
    fn found(sent: &[(&'static str, &'static str)], expected: Option<&str>) {
        let sent = sent
            .iter()
            .map(|&(name, value)| (name.parse::<HeaderName>().unwrap(), HeaderValue::from_static(value)));
        assert_eq!(of(&sent.collect()), expected);
    }

    #[test]
    fn every_prefix_or_none() {
        for value in ["QSDK 3a5f", "SAML 3a5f", "Bearer 3a5f", "3a5f", "qsdk 3a5f", " QSDK  3a5f "] {
            found(&[("Authtoken", value)], Some("3a5f"));
        }
        found(&[("authtoken", "QSDK QSDK 3a5f")], Some("QSDK 3a5f"));
        found(&[("Authorization", "Bearer 3a5f")], Some("3a5f"));
        found(&[("Authorization", "bearer 3a5f")], Some("3a5f"));
        found(&[("Authtoken", "QSDK a"), ("Authorization", "Bearer b")], Some("a"));
    }

    #[test]
    fn no_token() {
        found(&[], None);
        found(&[("Authtoken", "")], None);
        found(&[("Authtoken", "QSDK ")], None);
        found(&[("Authorization", "Basic 3a5f")], None);
        found(&[("Authorization", "Bearer ")], None);
        found(&[("Authtoken", ""), ("Authorization", "Bearer b")], Some("b"));
        let mut headers = HeaderMap::new();
        headers.insert("authtoken", HeaderValue::from_bytes(b"QSDK \xff").unwrap());
        assert_eq!(of(&headers), None);
    }
}
