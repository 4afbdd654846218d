//! Where mail is handed in, as one URL: `smtps://USER:PASSWORD@HOST:PORT/EHLO-NAME`.
//!
//! Nothing that is shown from here holds the password.

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

const PLAIN_PORT: u16 = 25;
const START_TLS_PORT: u16 = 587;
const TLS_PORT: u16 = 465;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// For a relay on this machine or on a wire one trusts; never with a password.
    Plain,
    /// Plain first, then TLS or nothing.
    StartTls,
    /// TLS from the first byte.
    Tls,
}

#[derive(Clone, Debug)]
pub struct MailPlace {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub login: Option<(String, SecretString)>,
    /// How we introduce ourselves, where the server minds.
    pub hello: Option<String>,
}

impl MailPlace {
    /// `password` is for a URL that names a user alone.
    pub fn parse(text: &str, password: Option<SecretString>) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("is no URL: {error}"))?;
        if url.fragment().is_some() {
            return Err("must not hold a #; write it as %23".to_owned());
        }
        let (security, usual_port) = security(&url)?;
        let host = match url.host() {
            None => return Err("names no host".to_owned()),
            Some(Host::Ipv6(address)) => address.to_string(),
            Some(host) => host.to_string(),
        };
        let login = login(&url, password)?;
        if login.is_some() && security == Security::Plain {
            return Err("a password needs TLS: smtps://… or …?tls=required".to_owned());
        }
        let hello = url.path().trim_matches('/');
        Ok(Self {
            host,
            port: url.port().unwrap_or(usual_port),
            security,
            login,
            hello: (!hello.is_empty()).then(|| hello.to_owned()),
        })
    }
}

fn security(url: &Url) -> Result<(Security, u16), String> {
    let parameters: Vec<_> = url.query_pairs().collect();
    let wants_tls = match parameters.as_slice() {
        [] => false,
        [(name, value)] if name == "tls" && value == "required" => true,
        _ => return Err("takes no parameter but tls=required".to_owned()),
    };
    match url.scheme() {
        "smtps" => Ok((Security::Tls, TLS_PORT)),
        "smtp" if wants_tls => Ok((Security::StartTls, START_TLS_PORT)),
        "smtp" => Ok((Security::Plain, PLAIN_PORT)),
        _ => Err("must begin with smtp:// or smtps://".to_owned()),
    }
}

fn login(url: &Url, password: Option<SecretString>) -> Result<Option<(String, SecretString)>, String> {
    let decode = |raw: &str| {
        let decoded = percent_decode_str(raw).decode_utf8();
        decoded.map(String::from).map_err(|_| "user and password must be UTF-8".to_owned())
    };
    let given = url.password().map(decode).transpose()?.map(SecretString::from);
    match (url.username(), given, password) {
        ("", None, None) => Ok(None),
        ("", ..) => Err("a password needs a user: USER@HOST".to_owned()),
        (_, Some(_), Some(_)) => Err("a password stands in the URL and in a file".to_owned()),
        (_, None, None) => Err("a user needs a password".to_owned()),
        (user, Some(password), None) | (user, None, Some(password)) => Ok(Some((decode(user)?, password))),
    }
}

/// The URL as it may be shown: without its password, and hidden where that is not sure.
pub fn shown(text: &str) -> String {
    let known = |url: &Url| url.fragment().is_none() && security(url).is_ok();
    let without_password = |mut url: Url| url.set_password(None).map(|()| url.to_string()).ok();
    let url = Url::parse(text).ok().filter(known).and_then(without_password);
    url.unwrap_or_else(|| "(hidden)".to_owned())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn every_form() {
        for (text, host, port, security) in [
            ("smtp://localhost", "localhost", 25, Security::Plain),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Security::Plain),
            ("smtp://mail.example.com?tls=required", "mail.example.com", 587, Security::StartTls),
            ("smtps://[::1]:2465/exeunt.example.com", "::1", 2465, Security::Tls),
        ] {
            let place = MailPlace::parse(text, None).unwrap();
            assert_eq!((place.host.as_str(), place.port, place.security), (host, port, security), "{text}");
        }
        let place = MailPlace::parse("smtps://me%40here:p%3Aw@host/us", None).unwrap();
        let (user, password) = place.login.unwrap();
        assert_eq!((user.as_str(), password.expose_secret()), ("me@here", "p:w"));
        assert_eq!((place.port, place.hello.as_deref()), (465, Some("us")));
        let apart = MailPlace::parse("smtps://me@host", Some("pw".to_owned().into())).unwrap();
        assert!(apart.login.is_some_and(|(_, password)| password.expose_secret() == "pw"));
    }

    #[test]
    fn mistakes_are_named_and_passwords_are_not() {
        for (text, complaint) in [
            ("mail.example.com", "is no URL: "),
            ("smtps://me:secret@host:port", "is no URL: "),
            ("http://me:secret@host", "must begin with smtp:// or smtps://"),
            ("smtps://", "names no host"),
            ("smtp://me:secret@host", "a password needs TLS: "),
            ("smtp://me:secret@host?tls=opportunistic", "takes no parameter but tls=required"),
            ("smtps://host?password=secret", "takes no parameter but tls=required"),
            ("smtps://me:12#secret@host", "must not hold a #"),
            ("smtps://me@host", "a user needs a password"),
            ("smtps://:secret@host", "a password needs a user: "),
        ] {
            let error = MailPlace::parse(text, None).unwrap_err();
            assert!(error.starts_with(complaint), "{text}: {error}");
            assert!(!error.contains("secret") && !shown(text).contains("secret"), "{text}");
        }
        let twice = MailPlace::parse("smtps://me:a@host", Some("b".to_owned().into())).unwrap_err();
        assert_eq!(twice, "a password stands in the URL and in a file");
        assert_eq!(shown("smtps://me:secret@host:1/us"), "smtps://me@host:1/us");
    }
}
