//! Where the store is: `sqlite:PATH` or `postgres://…`.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

impl FromStr for StoreUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            if path.is_empty() {
                return Err("sqlite: needs a path".to_owned());
            }
            return Ok(Self::Sqlite(PathBuf::from(path)));
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            return Ok(Self::Postgres(text.to_owned()));
        }
        Err("a store is sqlite:PATH or postgres://USER@HOST/DATABASE".to_owned())
    }
}

/// A password in the URL is never shown.
impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => f.write_str(&without_secrets(url)),
        }
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The URL without a password, whether it stands before the host or among the parameters.
fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    // As the client reads it: whatever stands before an @ are credentials, be it a / or a ?.
    let (user, rest) = match rest.split_once('@') {
        Some((credentials, rest)) => (credentials.split([':', '/', '?']).next(), rest),
        None => (None, rest),
    };
    let (host, query) = rest.split_once('?').map_or((rest, None), |(host, query)| (host, Some(query)));
    // The end of a password with an @ of its own.
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let mut shown = format!("{scheme}://{}{host}", user.map(|user| format!("{user}@")).unwrap_or_default());
    if let Some(query) = query {
        let kept: Vec<&str> = query.split('&').filter(|pair| !pair.starts_with("password")).collect();
        shown.push('?');
        shown.push_str(&kept.join("&"));
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_hidden() {
        let shown = |url: &str| StoreUrl::from_str(url).map(|url| url.to_string());
        assert_eq!(
            shown("postgres://me:pw@h:1/db?sslmode=require").as_deref(),
            Ok("postgres://me@h:1/db?sslmode=require")
        );
        assert_eq!(shown("postgres://me@h/db?password=x&a=b").as_deref(), Ok("postgres://me@h/db?a=b"));
        assert_eq!(shown("postgres://me:p@w@h/db").as_deref(), Ok("postgres://me@h/db"));
        assert_eq!(shown("postgres://me:p/w?d#@h/db").as_deref(), Ok("postgres://me@h/db"));
        assert_eq!(shown("postgres://h/db").as_deref(), Ok("postgres://h/db"));
        assert_eq!(shown("postgres://h/db?user=me&password=x@y").as_deref(), Ok("postgres://h@y"));
        assert_eq!(shown("sqlite:/var/lib/exeunt.db").as_deref(), Ok("sqlite:/var/lib/exeunt.db"));
        assert!(StoreUrl::from_str("mysql://x").is_err());
    }
}
